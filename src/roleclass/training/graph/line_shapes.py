"""The graph for the positions and looks of lines: `context.shapes`, from one look-up."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.lines import GraphLines
from roleclass.training.lines.context import HEADING_WORDS, MOST_LOGGED

_FLOAT = TensorProto.FLOAT

Floats = NDArray[np.float64]

# Columns of `Shape.columns`: look-ups by a line's size and bullet, by its position
# and end, and by the number of lines left.
(_LOG_SIZE, _SHORT, _MARKED, _MARKED_LOG, MAY_HEAD) = range(5)
(FIRST, _PLACE, _COLON, _FREE, ENDS_HEAD) = range(5, 10)
(_LOG_LEFT, CONSTANT, PARTING) = range(10, 13)
_SHARE = 15
COLUMNS: Final = 16

SHAPES: Final = (
    *(_LOG_SIZE, _SHORT, _MARKED, _COLON, _FREE, FIRST, _PLACE, _SHARE, _LOG_LEFT, _MARKED_LOG),
)  # fmt: skip
"""The columns of `context.shapes` among them."""

_MOST_PLACES = 20


@dataclass(frozen=True)
class Shape:
    """The positions and looks of lines.

    Attributes
    ----------
    index, begin, end : int32 tensors of shape (M,)
        0, 1, ... M - 1; the first line of the line's row, and the one that separates it from the next.
    ends : int32 tensor of shape (N,)
        The line that separates each row from the next.
    size : float tensor of shape (M, 1)
        Words; 1 for lines that separate rows.
    total : float tensor of shape (N, 1)
        Lines of each row, at least 1.
    columns : float tensor of shape (M, 16)
        `CONSTANT` is 1, `PARTING` is 0; for lines that separate rows it is the reverse.
    """

    index: str
    begin: str
    end: str
    ends: str
    size: str
    total: str
    columns: str


def find_shapes(w: GraphBuilder, lines: GraphLines) -> Shape:
    """Compute the shapes of lines."""
    index = w.range(w.size(lines.row))
    ends = w.compress(index, lines.parts)
    begins = w.shift(w.op("Add", ends, w.const(1)), 1)
    begin, end = (w.gather(x, lines.row) for x in (begins, ends))
    total = w.cast(w.op("Max", w.op("Sub", ends, begins), w.const(1)), _FLOAT)
    size = w.op("Add", w.op("Sub", lines.last, lines.first), w.const(1))
    place, left = w.op("Sub", index, begin), w.op("Sub", end, index)
    share = w.op("Div", w.cast(place, _FLOAT), w.gather(total, lines.row))
    flags = w.cast(w.op("Concat", lines.marked, lines.colon, lines.free, axis=0), TensorProto.INT32)
    table, most, factors, starts = _look_ups()
    known = w.op(
        "Reshape", w.op("Concat", size, place, left, flags, axis=0), w.vector(len(most), -1)
    )
    known = w.cast(w.op("Min", known, w.const(most)), _FLOAT)
    row = w.op("Gemm", known, w.const(factors, np.float32), w.const(starts, np.float32), transA=1)
    looked_up = w.op("Gather", w.const(table, np.float32), w.cast(row, TensorProto.INT32), axis=0)
    looked_up = w.op("Reshape", looked_up, w.vector(-1, _SHARE))
    column = w.vector(-1, 1)
    size, total, share = (w.op("Reshape", x, column) for x in (w.cast(size, _FLOAT), total, share))
    columns = w.op("Concat", looked_up, share, axis=1)
    return Shape(index, begin, end, ends, size, total, columns)


def _look_ups() -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The look-up table for lines.

    Returns
    -------
    float64 array of shape (T, 5)
        Rows for each size, marked and not; each place, by how the line ends; each number of lines left.
    int64 arrays of shape (6, 1), (6, 3), (3,)
        The most that counts of size, place, lines left, marked, colon, free; the matrix that makes rows of
        them; where the rows of each kind begin.
    """
    sizes, places = MOST_LOGGED + 1, _MOST_PLACES + 1
    log = np.log(np.arange(sizes).clip(1))
    number, at = np.arange(sizes), np.arange(places)
    nothing = np.zeros(sizes)
    of_size = [
        np.stack(
            [
                *(log, number.clip(max=8) / 8, nothing + marked, marked * log),
                (number <= HEADING_WORDS) & (not marked),
            ],
            axis=1,
        )
        for marked in (0, 1)
    ]
    of_place = [
        np.stack([at == 0, at / _MOST_PLACES, *(0 * at + x for x in ends)], axis=1)
        for ends in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1))
    ]
    # After a line that separates rows, none is left.
    of_left = np.stack([log, number > 0, number == 0, *[nothing] * 2], axis=1)
    table = np.vstack([*of_size, *of_place, of_left])
    factors = [[1, 0, 0, sizes, 0, 0], [0, 1, 0, 0, places, 2 * places], [0, 0, 1, 0, 0, 0]]
    starts = np.array([0, 2 * sizes, 2 * sizes + 4 * places])
    most = np.array([[MOST_LOGGED], [_MOST_PLACES], [MOST_LOGGED], [1], [1], [1]])
    return table, most, np.array(factors).T, starts
