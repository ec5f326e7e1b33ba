"""Benchmarks of accuracy and speed against peers, as repeatable commands."""
