"""Tests that need Node, and some Chromium, too."""

from tests.chromium import chromium, drive, node

__all__ = ["chromium", "drive", "node"]
