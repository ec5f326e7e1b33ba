"""How a stream of postings is put together for the model: chunks that are read, batches that are scored.

A chunk is sorted by length, so that the rows of a batch need little padding; a batch is small enough for
a core's cache. The sizes were measured: see ``docs/speed.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHUNK_ROWS: Final = 1024
CHUNK_BYTES: Final = 16 * 2**20
BATCH_ROWS: Final = 32
BATCH_BYTES: Final = 128 * 2**10


@dataclass(frozen=True, slots=True)
class Chunk:
    """Postings that were read together, and room for their answers, which come batch by batch.

    Attributes
    ----------
    rows : list of N bytes
        Postings as given by `roleclass.text.encode`.
    batches : list of lists of int
        Places of rows of similar length; in each batch the longest row is the last.
    probabilities : float32 array of shape (N, roles)
    codes : int64 array of shape (N,)
        Of the reasons to be unclear.
    """

    rows: list[bytes]
    batches: list[list[int]]
    probabilities: NDArray[np.float32]
    codes: NDArray[np.int64]


def read(rows: Iterator[bytes], roles: int) -> Iterator[Chunk]:
    """Read postings as they come: a thousand at a time, fewer where they are long.

    Parameters
    ----------
    rows : iterator of bytes
        Read no further ahead than needed.
    roles : int
        How many the model knows.

    Yields
    ------
    Chunk
        At least one row, and no answers yet.

    Examples
    --------
    >>> [chunk] = read(iter([b"a longer one", b"short"]), roles=4)
    >>> chunk.batches, chunk.probabilities.shape
    ([[1, 0]], (2, 4))
    """
    chunk: list[bytes] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row)
        if len(chunk) == CHUNK_ROWS or size >= CHUNK_BYTES:
            yield _made(chunk, roles)
            chunk, size = [], 0
    if chunk:
        yield _made(chunk, roles)


def _made(rows: list[bytes], roles: int) -> Chunk:
    n = len(rows)
    return Chunk(rows, _batches(rows), np.empty((n, roles), np.float32), np.empty(n, np.int64))


def _batches(rows: list[bytes]) -> list[list[int]]:
    """Group the places of rows by length; a row longer than a batch is one of its own."""
    batches: list[list[int]] = [[]]
    for i in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        batch = batches[-1]
        # Sorted by length, so this row sets the width of the whole batch.
        if batch and (len(batch) == BATCH_ROWS or (len(batch) + 1) * len(rows[i]) > BATCH_BYTES):
            batches.append([i])
        else:
            batch.append(i)
    return batches
