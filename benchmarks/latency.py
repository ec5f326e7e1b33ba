"""Latency, throughput, cold start, memory and growth of roleclass: the same as ``roleclass benchmark``."""

from roleclass.cli.benchmark import benchmark

if __name__ == "__main__":
    benchmark()
