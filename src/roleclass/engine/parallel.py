"""`map_ahead`: ``map`` on a pool of threads, in order and in bounded memory."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_S = TypeVar("_S")
_T = TypeVar("_T")


def map_ahead(
    function: Callable[[_S], _T], items: Iterable[_S], threads: int, spare: int = 1
) -> Generator[_T, None, None]:
    """Like ``map`` on a pool of threads, in order; one item per thread and a few spare ones are in flight.

    Parameters
    ----------
    function : callable
        Called in the threads of the pool.
    items : iterable
        Read in the caller's thread, no further ahead than needed.
    threads : int
        At least 1.
    spare : int
        At least 1. Short tasks need more, so that no thread waits while results are consumed.

    Yields
    ------
    object
        ``function(item)`` for each item. An exception, also of `items`, is raised in its place: results of
        earlier items come first.

    Raises
    ------
    RuntimeError
        If it is continued in a forked process, which has none of the threads.

    Examples
    --------
    >>> list(map_ahead(len, ["a", "bc"], threads=2))
    [1, 2]
    """
    failures: list[Exception] = []
    owner = os.getpid()
    with ThreadPoolExecutor(threads, thread_name_prefix="roleclass") as pool:
        pending: deque[Future[_T]] = deque()
        for item in _until_failure(items, failures):
            pending.append(pool.submit(function, item))
            if len(pending) >= threads + spare:
                yield pending.popleft().result()
                _check_process(owner)
        while pending:
            yield pending.popleft().result()
            _check_process(owner)
    for failure in failures:
        raise failure


def _check_process(owner: int) -> None:
    if os.getpid() != owner:
        raise RuntimeError(
            "this was started on threads of the parent process, which a fork does not have; "
            "start it again in the child"
        )


def _until_failure(items: Iterable[_S], failures: list[Exception]) -> Iterator[_S]:
    try:
        yield from items
    except Exception as failure:  # noqa: BLE001  (whatever it is, it is raised, but in its place)
        failures.append(failure)
