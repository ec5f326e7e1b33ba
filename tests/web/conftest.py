"""A server for all tests that do not change it."""

from collections.abc import Iterator

import pytest

from tests.chromium import chromium, drive, node
from tests.web.browser import Browser, running

__all__ = ["browser", "chromium", "drive", "node"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running() as started:
        yield started
