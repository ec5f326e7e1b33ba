"""Turn the graph's outputs about lines into `Line` objects, with offsets in characters."""

from array import array
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.reading import AREAS, PARTS, WORKS, Line, likely_areas
from roleclass.text import characters_before

LINE_OUTPUTS: Final = (
    "line_row", "line_start", "line_end", "line_part", "line_work", "line_areas",
)  # fmt: skip
"""The outputs of the graph about the M lines of N postings: int32 arrays of shape (M,) with the
posting of each line and its bytes, and float32 arrays of shape (M, 5), (M, 6) and (M, 18)."""


def lines_of(
    rows: Sequence[bytes],
    row: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    part: NDArray[np.float32],
    work: NDArray[np.float32],
    areas: NDArray[np.float32],
) -> Iterator[tuple[Line, ...]]:
    """Yield the lines of each posting of a batch, from the graph's outputs.

    Parameters
    ----------
    rows : sequence of N bytes
        Postings as given by `roleclass.text.encode`.
    row, start, end, part, work, areas : arrays
        See `LINE_OUTPUTS`; lines are grouped by posting, in the order of the postings.

    Yields
    ------
    tuple of Line
    """
    ends = np.searchsorted(row, np.arange(len(rows)), side="right").tolist()
    character = np.zeros(len(row), np.int32), np.zeros(len(row), np.int32)
    first = 0
    for data, last in zip(rows, ends, strict=True):
        before = characters_before(data)
        # A line that begins or ends within a character includes it.
        character[0][first:last] = before[start[first:last] + 1] - 1
        character[1][first:last] = before[end[first:last]]
        first = last
    # Like `Line._make`, but without a Python call for each line.
    lines = map(
        partial(tuple.__new__, Line),
        zip(
            *(of.tolist() for of in character),
            map(PARTS.__getitem__, part.argmax(axis=1).tolist()),
            map(WORKS.__getitem__, work.argmax(axis=1).tolist()),
            _areas_of(part, areas),
            _packed(part, work, areas),
            strict=True,
        ),
    )
    first = 0
    for last in ends:
        yield tuple(islice(lines, last - first))
        first = last


def _areas_of(part: NDArray[np.float32], areas: NDArray[np.float32]) -> Iterator[tuple[str, ...]]:
    """Return the areas of each line; only duties have any."""
    is_duty = part.argmax(axis=1) == PARTS.index("duty")
    of_duties = iter(areas[is_duty].tolist())
    for duty in is_duty.tolist():
        yield likely_areas(dict(zip(AREAS, next(of_duties), strict=True))) if duty else ()


def _packed(*blocks: NDArray[np.float32]) -> Iterator[Sequence[float]]:
    """Return the concatenated probabilities of each line; few are ever used."""
    table = np.concatenate(blocks, axis=1)
    packed = array("f", table.tobytes())
    width = table.shape[1]
    return (packed[i : i + width] for i in range(0, len(packed), width))
