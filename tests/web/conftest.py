"""A server for all tests that do not change it."""

from collections.abc import Iterator

import pytest

from tests.web.browser import Browser, running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running() as started:
        yield started
