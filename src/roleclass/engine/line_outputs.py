"""From the graph's outputs about lines to readings in the user's own characters."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.reading import AREAS, PARTS, WORKS, Line, Reading, likely_areas

LINE_OUTPUTS: Final = (
    "line_row", "line_start", "line_end", "line_part", "line_work", "line_areas",
)  # fmt: skip
"""The outputs of the graph that say what the M lines of N postings are: int32 arrays of shape (M,), the
posting of each line and its bytes, and float32 arrays of shape (M, 5), (M, 6) and (M, 18)."""


def make_readings(
    rows: Sequence[bytes],
    row: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    part: NDArray[np.float32],
    work: NDArray[np.float32],
    areas: NDArray[np.float32],
) -> Iterator[Reading]:
    """Turn the outputs for a batch of postings into readings.

    Parameters
    ----------
    rows : sequence of N bytes
        Postings as given by `roleclass.text.encode`.
    row, start, end, part, work, areas : arrays
        See `LINE_OUTPUTS`; the lines of a posting stand together, in the order of the postings.

    Yields
    ------
    Reading
    """
    ends = np.searchsorted(row, np.arange(len(rows)), side="right")
    first = 0
    for data, last in zip(rows, ends.tolist(), strict=True):
        at = slice(first, last)
        first = last
        # A character begins at each byte that does not continue one. A line may end within one: it is its.
        begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
        character = np.concatenate([[0], np.cumsum(begins)])
        starts = character[start[at] + 1] - 1
        yield Reading(
            data.decode("utf-8"),
            tuple(
                map(
                    _line,
                    starts.tolist(),
                    character[end[at]].tolist(),
                    part[at].tolist(),
                    work[at].tolist(),
                    areas[at].tolist(),
                )
            ),
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
