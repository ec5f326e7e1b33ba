"""How a stream of postings is put together for the model: windows that are read, batches that are scored.

A window is sorted by length, so that the rows of a batch need little padding; a batch is small enough for
a core's cache. The sizes were measured: see ``docs/speed.md``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from roleclass.engine.inputs import TextAndTitle
from roleclass.engine.parallel import map_ahead
from roleclass.text import encode

WINDOW_POSTINGS: Final = 1024
WINDOW_LENGTH: Final = 16 * 2**20
BATCH_POSTINGS: Final = 96
BATCH_LENGTH: Final = 256 * 2**10

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Window:
    """Postings that were read together.

    Attributes
    ----------
    postings : list of N TextAndTitle
    batches : list of lists of int
        Places of postings of similar length, the shortest first.
    """

    postings: list[TextAndTitle]
    batches: list[list[int]]


def read(postings: Iterable[TextAndTitle]) -> Iterator[Window]:
    """Read postings as they come: a thousand at a time, fewer where they are long.

    Parameters
    ----------
    postings : iterable of TextAndTitle
        Read no further ahead than needed.

    Yields
    ------
    Window
        At least one posting. An exception of `postings` is raised after a window of those before it.

    Examples
    --------
    >>> [window] = read([("a longer one", None), ("short", None)])
    >>> window.batches
    [[1, 0]]
    """
    window: list[TextAndTitle] = []
    lengths: list[int] = []
    room = WINDOW_LENGTH
    try:
        for posting in postings:
            text, title = posting
            length = len(text) if title is None else len(text) + len(title)
            window.append(posting)
            lengths.append(length)
            room -= length
            if len(window) == WINDOW_POSTINGS or room <= 0:
                yield Window(window, _batches(lengths))
                window, lengths, room = [], [], WINDOW_LENGTH
    except Exception:
        if window:
            yield Window(window, _batches(lengths))
        raise
    if window:
        yield Window(window, _batches(lengths))


def stream(
    postings: Iterable[TextAndTitle],
    answer: Callable[[list[bytes]], Iterable[_T]],
    threads: int = 1,
) -> Iterator[_T]:
    """Answer postings as they come, in order and in bounded memory.

    Parameters
    ----------
    postings : iterable of TextAndTitle
        If it raises, all before it are answered first.
    answer : callable
        Given a batch of encoded postings, the longest last, returns an answer to each. Called in several
        threads where there are.
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

    # All of the work but reading, so that no thread keeps Python's lock for long.
    def answered(work: tuple[Window, list[int]]) -> tuple[Window, list[int], Iterable[_T]]:
        window, batch = work
        return window, batch, answer([encode(*window.postings[i]) for i in batch])

    # Checked at once, hence a function that returns a generator.
    work = ((window, batch) for window in read(postings) for batch in window.batches)
    return in_order(
        map(answered, work) if threads == 1 else map_ahead(answered, work, threads, spare=4)
    )


def in_order(answered: Iterable[tuple[Window, list[int], Iterable[_T]]]) -> Iterator[_T]:
    """Put the answers to batches into the order of the postings.

    Parameters
    ----------
    answered : iterable of (Window, batch, answers)
        All batches of a window, in their order, before the next window's.

    Examples
    --------
    >>> [window] = read([("a longer one", None), ("short", None)])
    >>> list(in_order([(window, window.batches[0], ["to the short one", "to the longer one"])]))
    ['to the longer one', 'to the short one']
    """
    answers: dict[int, _T] = {}
    for window, batch, of_batch in answered:
        answers.update(zip(batch, of_batch, strict=True))
        if batch is window.batches[-1]:
            yield from map(answers.pop, range(len(window.postings)))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group places by length; one longer than a batch is one of its own."""
    batches: list[list[int]] = [[]]
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        batch = batches[-1]
        # Sorted by length, so this one sets the width of the whole batch.
        full = len(batch) == BATCH_POSTINGS or (len(batch) + 1) * lengths[i] > BATCH_LENGTH
        if batch and full:
            batches.append([i])
        else:
            batch.append(i)
    return batches
