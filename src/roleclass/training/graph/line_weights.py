"""The graph that sums the weights of n-grams line by line: most of the first stage."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from scipy.linalg import block_diag

from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.lines import GraphLines
from roleclass.training.cut.words import Found
from roleclass.training.lines.context import HEADS
from roleclass.training.lines.model import WEIGHT_ONE, LineModel

Floats = NDArray[np.float64]

SIZES: Final = tuple(size for name, size in HEADS if name != "areas")
"""The columns of the heads except the areas."""

_AREAS: Final = dict(HEADS)["areas"]
SUMMED: Final = sum(SIZES) - len(SIZES)
"""Columns of `sum_weights` before the further ones; see `differences`."""


class Further(NamedTuple):
    """Weights of n-grams that are summed along with those of the line model.

    Attributes
    ----------
    weights : float tensor of shape (V + 1, K)
        Of each n-gram, and of unknown ones.
    number : int
        K.
    rank : float64 array of shape (V + 1,)
        The frequency rank of each n-gram, and of unknown ones.
    """

    weights: str
    number: int
    rank: Floats


def differences(*sizes: int) -> Floats:
    """The differences of a head's columns from its first one, which are all that a softmax needs.

    Parameters
    ----------
    sizes : int
        The columns of each head.

    Returns
    -------
    float64 array of shape (sum of sizes, sum of sizes less one for each head)
    """
    of_heads = [np.vstack([-np.ones(size - 1), np.eye(size - 1)]) for size in sizes]
    return np.asarray(block_diag(*of_heads))


def sum_weights(
    w: GraphBuilder, model: LineModel, found: Found, lines: GraphLines, further: Further
) -> tuple[str, str]:
    """Sum the weights of n-grams.

    Parameters
    ----------
    w : GraphBuilder
    model : LineModel
        Fitted.
    found : Found
    lines : GraphLines
    further : Further

    Returns
    -------
    float tensor of shape (M, 13 + K)
        Sums for the heads except the areas, as `differences` of `SIZES`; and of the further weights.
    float tensor of shape (M, 18)
        Sums for the areas, separate because a prediction does not need them.
    """
    own, lead = _weights(w, "line_own", model.own_), _weights(w, "line_lead", model.lead_)
    # A row for each n-gram, and one for each with other weights at the beginning of a line. Frequent rows
    # are stored together: most of the time is spent waiting for memory.
    rows = w.op("Gather", *own, axis=0)
    order, leading = (
        np.argsort(further.rank, kind="stable"),
        np.flatnonzero(model.lead_.any(axis=1)),
    )
    of_leading = w.op("Add", w.op("Gather", rows, w.const(leading), axis=0), w.slice(lead[0], 1))
    further_of_leading = w.op("Gather", further.weights, w.const(leading), axis=0)
    rows, more = (
        w.op("Concat", w.op("Gather", x, w.const(order), axis=0), of, axis=0)
        for x, of in ((rows, of_leading), (further.weights, further_of_leading))
    )
    row_of = w.const(np.argsort(order))
    row_of_lead = w.op(
        "Where",
        w.cast(lead[1], TensorProto.BOOL),
        w.op("Add", lead[1], w.const(len(order) - 1)),
        row_of,
    )
    ngram = w.const(found.ngram_of_state)
    row_of = w.op("Concat", w.gather(row_of, ngram), w.gather(row_of_lead, ngram), axis=0)

    line = w.gather(lines.word_line, found.word)
    leads = w.op("Equal", w.gather(lines.first, line), found.word)
    leads = w.op("Mul", w.cast(leads, TensorProto.INT32), w.const(len(found.ngram_of_state)))
    row = w.gather(row_of, w.op("Add", found.state, leads))
    line, count = w.rows(line), w.op("Shape", lines.row)

    def summed(table: str, columns: int) -> str:
        return w.scatter_rows(w.zeros(count, columns), line, w.op("Gather", table, row, axis=0))

    of_heads, of_areas = w.split(rows, sum(SIZES), _AREAS)
    of_heads = w.op("MatMul", of_heads, w.const(differences(*SIZES), np.float32))
    of_heads = w.op("Concat", of_heads, more, axis=1)
    return summed(of_heads, SUMMED + further.number), summed(of_areas, _AREAS)


def _weights(w: GraphBuilder, name: str, weights: NDArray[np.int16]) -> tuple[str, str]:
    """The weights of n-grams: small in the file, expanded by ONNX Runtime at loading.

    Returns
    -------
    float tensor of shape (R, 34)
        The rows with weights, after one of zeros.
    int32 tensor of shape (V + 1,)
        The row of each n-gram, and of unknown ones.
    """
    holds = weights.any(axis=1)
    row = np.append(np.where(holds, np.cumsum(holds), 0), 0)
    rows = w.named(name, np.vstack([np.zeros_like(weights[:1]), weights[holds]]), np.int16)
    rows = w.op("Mul", w.cast(rows, TensorProto.FLOAT), w.const(1 / WEIGHT_ONE, np.float32))
    return rows, w.named(f"{name}_row", row, np.int32)
