"""The graph that says where lines stand and what they look like: `context.shapes`, from one look-up."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.training.graph.builder import GraphBuilder
from roleclass.training.graph.lines import GraphLines
from roleclass.training.lines.context import HEADING_WORDS, MOST_LOGGED, ONE

_FLOAT = TensorProto.FLOAT

Floats = NDArray[np.float64]

# Columns of `Shape.columns`: what is looked up of a line's size and whether it is marked, of its place
# and how it ends, of how many lines are left.
(_LOG_SIZE, _SHORT, _MARKED, _MARKED_LOG, MAY_HEAD) = range(5)
(_FIRST, _PLACE, _COLON, _FREE, ENDS_HEAD) = range(5, 10)
(_LOG_LEFT, CONSTANT) = range(10, 12)
_SHARE = 15
COLUMNS: Final = 16

SHAPES: Final = (
    *(_LOG_SIZE, _SHORT, _MARKED, _COLON, _FREE, _FIRST, _PLACE, _SHARE, _LOG_LEFT, _MARKED_LOG),
)  # fmt: skip
"""The columns of `context.shapes` among them."""

_MOST_PLACES = 20


@dataclass(frozen=True)
class Shape:
    """Where lines stand, and what they look like.

    Attributes
    ----------
    index, begin, end : int32 tensors of shape (M,)
        0, 1, ... M - 1; the first line of the line's row, and the one that parts it from the next.
    unit : float tensor of shape (M, 1)
        1 / ONE; 0 for lines that part rows.
    size, total : float tensors of shape (M, 1)
        Words; lines of the row, at least 1.
    columns : float tensor of shape (M, 16)
    """

    index: str
    begin: str
    end: str
    unit: str
    size: str
    total: str
    columns: str


def find_shapes(w: GraphBuilder, lines: GraphLines) -> Shape:
    """Look at lines."""
    index = w.range(w.size(lines.row))
    ends = w.compress(index, lines.parts)
    begin = w.gather(w.op("Add", w.shift(ends, 1, -1), w.const(1)), lines.row)
    end = w.gather(ends, lines.row)
    size = w.op("Add", w.op("Sub", lines.last, lines.first), w.const(1))
    place, total = w.op("Sub", index, begin), w.op("Sub", end, begin)
    left = w.op("Sub", end, index)
    flags = w.cast(w.op("Concat", lines.marked, lines.colon, lines.free, axis=0), TensorProto.INT32)
    table, most, factors, starts = _look_ups()
    known = w.op("Reshape", w.op("Concat", size, place, left, flags, axis=0), w.vector(6, -1))
    known = w.op("MatMul", w.const(factors), w.op("Min", known, w.const(most)))
    looked_up = w.op(
        "Gather", w.const(table, np.float32), w.op("Add", known, w.const(starts)), axis=0
    )
    column = w.vector(-1, 1)
    of_rows = w.split_evenly(w.op("Reshape", looked_up, w.vector(-1, table.shape[1])), len(starts))
    parts = w.op("Reshape", lines.parts, column)
    size, place, total = (
        w.op("Reshape", w.cast(x, _FLOAT), column)
        for x in (size, place, w.op("Max", total, w.const(1)))
    )
    zero = w.const(0.0, np.float32)
    return Shape(
        *(index, begin, end, w.op("Where", parts, zero, w.const(1 / ONE, np.float32))),
        w.op("Where", parts, zero, size),
        total,
        w.op("Concat", *of_rows, w.op("Div", place, total), axis=1),
    )


def _look_ups() -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """What is looked up for a line.

    Returns
    -------
    float64 array of shape (T, 5)
        Rows for each size, marked and not; each place, by how the line ends; each number of lines left.
    int64 arrays of shape (6, 1), (3, 6), (3, 1)
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
    of_left = np.stack([log, nothing + 1, *[nothing] * 3], axis=1)
    table = np.vstack([*of_size, *of_place, of_left])
    factors = [[1, 0, 0, sizes, 0, 0], [0, 1, 0, 0, places, 2 * places], [0, 0, 1, 0, 0, 0]]
    starts = np.array([[0], [2 * sizes], [2 * sizes + 4 * places]])
    most = np.array([[MOST_LOGGED], [_MOST_PLACES], [MOST_LOGGED], [1], [1], [1]])
    return table, most, np.array(factors), starts
