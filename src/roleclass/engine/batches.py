"""Group a stream of postings for the model: windows that are read, batches that are scored.

A window is sorted by length, so that the rows of a batch need little padding; a batch fits into
a core's cache. For the choice of sizes see ``docs/speed.md``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from roleclass.engine.inputs import TextAndTitle
from roleclass.engine.parallel import map_ahead
from roleclass.text import encode

WINDOW_POSTINGS: Final = 1024
WINDOW_LENGTH: Final = 16 * 2**20
BATCH_POSTINGS: Final = 96
BATCH_LENGTH: Final = 256 * 2**10

_S = TypeVar("_S")
_T = TypeVar("_T")
_Work = tuple[list[TextAndTitle], list[int]]
"""A window, and the indices of one of its batches."""


def windows(items: Iterable[_S], length: Callable[[_S], int]) -> Iterator[list[_S]]:
    """Group a stream of items: a thousand at a time, fewer if they are long.

    Parameters
    ----------
    items : iterable
        Read no further ahead than needed.
    length : callable
        Returns the length of an item, in characters.

    Yields
    ------
    list
        At least one item. An exception of `items` is raised after the items before it.

    Examples
    --------
    >>> list(windows(["a longer one", "short"], len))
    [['a longer one', 'short']]
    """
    window: list[_S] = []
    room = WINDOW_LENGTH
    try:
        for item in items:
            window.append(item)
            room -= length(item)
            if len(window) == WINDOW_POSTINGS or room <= 0:
                yield window
                window, room = [], WINDOW_LENGTH
    except Exception:
        if window:
            yield window
        raise
    if window:
        yield window


def stream(
    postings: Iterable[TextAndTitle],
    answer: Callable[[list[bytes]], Iterable[_T]],
    threads: int = 1,
) -> Iterator[_T]:
    """Answer a stream of postings, in order and in bounded memory.

    Parameters
    ----------
    postings : iterable of TextAndTitle
        If it raises, all before it are answered first.
    answer : callable
        Given a batch of encoded postings, the longest last, returns an answer for each. Called in several
        threads if `threads` is more than 1.
    threads : int

    Raises
    ------
    ValueError
        If `threads` is less than 1.

    Examples
    --------
    >>> list(stream([("a longer one", None), ("short", "Title")], lambda rows: map(len, rows)))
    [12, 12]
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")

    # All of the work except reading, so that no thread holds the GIL for long.
    def answered(work: _Work) -> tuple[_Work, Iterable[_T]]:
        window, batch = work
        return work, answer([encode(*window[i]) for i in batch])

    # The arguments are checked at once, so this function returns a generator instead of being one.
    work = (
        (window, batch)
        for window in windows(postings, _length)
        for batch in batches(list(map(_length, window)))
    )
    return _in_order(
        map(answered, work) if threads == 1 else map_ahead(answered, work, threads, spare=4)
    )


def _in_order(answered: Iterable[tuple[_Work, Iterable[_T]]]) -> Iterator[_T]:
    """Yield the answers of batches, window by window, in the order of the postings."""
    answers: dict[int, _T] = {}
    for (window, batch), of_batch in answered:
        answers.update(zip(batch, of_batch, strict=True))
        if len(answers) == len(window):
            yield from map(answers.pop, range(len(window)))


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group the indices of postings by length, the shortest first; a very long posting is alone.

    Examples
    --------
    >>> batches([12, 5])
    [[1, 0]]
    """
    found: list[list[int]] = [[]]
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        batch = found[-1]
        # Sorted by length, so this one sets the width of the whole batch.
        full = len(batch) == BATCH_POSTINGS or (len(batch) + 1) * lengths[i] > BATCH_LENGTH
        if batch and full:
            found.append([i])
        else:
            batch.append(i)
    return found


def _length(posting: TextAndTitle) -> int:
    text, title = posting
    return len(text) + len(title or "")
