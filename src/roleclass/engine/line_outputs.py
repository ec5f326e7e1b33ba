"""From the graph's outputs about lines to `Line`, in the user's own characters."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.reading import AREAS, PARTS, WORKS, Line, likely_areas
from roleclass.text import characters_before

LINE_OUTPUTS: Final = (
    "line_row", "line_start", "line_end", "line_part", "line_work", "line_areas",
)  # fmt: skip
"""The outputs of the graph that say what the M lines of N postings are: int32 arrays of shape (M,), the
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
    """Turn the outputs for a batch of postings into the lines of each.

    Parameters
    ----------
    rows : sequence of N bytes
        Postings as given by `roleclass.text.encode`.
    row, start, end, part, work, areas : arrays
        See `LINE_OUTPUTS`; the lines of a posting stand together, in the order of the postings.

    Yields
    ------
    tuple of Line
    """
    ends = np.searchsorted(row, np.arange(len(rows)), side="right")
    first = 0
    for data, last in zip(rows, ends.tolist(), strict=True):
        at = slice(first, last)
        first = last
        before = characters_before(data)
        yield tuple(
            map(
                _line,
                # A line that begins or ends within a character has all of it.
                (before[start[at] + 1] - 1).tolist(),
                before[end[at]].tolist(),
                part[at].tolist(),
                work[at].tolist(),
                areas[at].tolist(),
            )
        )


def _line(start: int, end: int, part: list[float], work: list[float], areas: list[float]) -> Line:
    parts, works = (dict(zip(of, p, strict=True)) for of, p in ((PARTS, part), (WORKS, work)))
    of_areas = dict(zip(AREAS, areas, strict=True))
    best = max(parts, key=parts.__getitem__)
    return Line(
        start,
        end,
        best,
        max(works, key=works.__getitem__),
        likely_areas(of_areas) if best == "duty" else (),
        parts,
        works,
        of_areas,
    )
