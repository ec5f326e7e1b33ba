"""The inputs of the second stage of `LineModel`: shapes of lines, and their neighbours."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.cut.cutter import Lines

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

ONE: Final = 2**20
"""Probabilities that are added up are whole multiples of 1 / ONE."""

HEADS: Final = (
    ("part", len(PARTS)),
    ("next", len(PARTS)),
    ("work", len(WORKS)),
    ("areas", len(AREAS)),
)
"""The heads of the first stage and their columns, in the order of `LineModel.own_`."""

_PART, _NEXT, _WORK, AREAS_AT = (
    slice(end - size, end)
    for end, (_, size) in zip(np.cumsum([size for _, size in HEADS]).tolist(), HEADS, strict=True)
)
DUTY: Final = PARTS.index("duty")
OTHER: Final = PARTS.index("other")

MOST_LOGGED: Final = 511
"""Lengths of lines and postings, and distances, are capped at this before the logarithm."""

NEAR: Final = 4
"""The number of lines before and after a line that are averaged."""

HEADING_WORDS: Final = 8
"""Most words of a heading."""

LOOKS: Final = (0, 1, 2, 3, 4, 9)
"""The columns of `shapes` about the look of a line; the others are about its position."""


def heading_like(lines: Lines) -> NDArray[np.bool_]:
    """Return whether each line looks like a heading: short, no bullet, no end punctuation but a colon."""
    short = lines.size <= HEADING_WORDS
    return np.asarray(short & (lines.free | lines.colon) & ~lines.marked)


def _log(whole: _Ints | _Floats) -> _Floats:
    return np.asarray(np.log(np.minimum(whole, MOST_LOGGED).astype(np.float64)))


def shapes(lines: Lines) -> _Floats:
    """Return the look and the position of each line, of shape (M, 10)."""
    words = lines.size.astype(np.float64)
    begin, end = (np.searchsorted(lines.row, lines.row, side) for side in ("left", "right"))
    place = np.arange(len(words)) - begin
    columns = (
        _log(words),
        np.minimum(words, 8) / 8,
        lines.marked,
        lines.colon,
        lines.free,
        place == 0,
        np.minimum(place, 20) / 20,
        place / np.maximum(end - begin, 1),
        _log(end - begin - place),
        lines.marked * _log(words),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def context(lines: Lines, logits: _Floats) -> _Floats:
    """Return the inputs of the second stage, of shape (M, 130).

    Logits of part and work, minus their mean; probabilities of both; `shapes`; the probabilities of the line
    before and of the line after; what the line before announces; what the last heading announces, and its
    own part; the logarithm of how many lines ago it was, whether there was one, whether this is one; means
    over the `NEAR` lines before, those after, and all lines of the posting; and part times announcement.
    """
    part, after, work = logits[:, _PART], logits[:, _NEXT], logits[:, _WORK]
    p, announced, w = (np.rint(softmax(x, axis=1) * ONE) / ONE for x in (part, after, work))
    both = np.hstack([p, w])
    place = np.arange(len(p))
    begin, end = (np.searchsorted(lines.row, lines.row, side) for side in ("left", "right"))

    heading = heading_like(lines) & (p[:, OTHER] > 0.5)
    last = np.maximum.accumulate(np.append(-1, np.where(heading, place, -1)))[:-1]
    has_heading = last >= begin
    last = np.where(has_heading, last, 0)
    of_heading = np.hstack([announced, p])[last] * has_heading[:, None]
    ago = np.where(has_heading, _log(np.maximum(place - last, 1)), 0.0)

    sums = np.vstack([np.zeros(both.shape[1]), both.cumsum(axis=0)])

    def mean(first: _Ints, stop: _Ints, over: _Ints | int) -> _Floats:
        inside = sums[np.clip(stop, begin, end)] - sums[np.clip(first, begin, end)]
        return np.asarray(inside / np.reshape(over, (-1, 1)))

    before = mean(place - NEAR, place, NEAR)
    behind = mean(place + 1, place + 1 + NEAR, NEAR)
    whole = mean(begin, end, end - begin)
    crossed = of_heading[:, : len(PARTS), None] * p[:, None]
    columns = [
        *(part - part.mean(axis=1, keepdims=True), work - work.mean(axis=1, keepdims=True)),
        *(both, shapes(lines), _moved(lines, both, 1), _moved(lines, both, -1)),
        *(_moved(lines, announced, 1), of_heading),
        np.stack([ago, has_heading, heading], axis=1),
        *(before, behind, whole, crossed.reshape(len(p), len(PARTS) ** 2)),
    ]
    return np.hstack(columns)


def _moved(lines: Lines, x: _Floats, by: int) -> _Floats:
    """Return the values of the line before (1) or after (-1) each line; 0 at the ends of a posting."""
    moved = np.zeros_like(x)
    same = (lines.row[1:] == lines.row[:-1])[:, None]
    if by > 0:
        moved[1:] = x[:-1] * same
    else:
        moved[:-1] = x[1:] * same
    return moved
