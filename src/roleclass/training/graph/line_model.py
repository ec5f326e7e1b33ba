"""The graph that says what lines are: what `LineModel` does, in standard ONNX operators.

Lines that part rows (see `GraphLines`) have zeros for everything that neighbours look at, so that nothing
reaches from one posting into the next. A node costs a single posting .4 us whatever it does. So the heads of
a line stand side by side, `WIDE` columns each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.graph.builder import GraphBuilder
from roleclass.training.graph.line_shapes import (
    COLUMNS,
    CONSTANT,
    ENDS_HEAD,
    MAY_HEAD,
    SHAPES,
    Shape,
    find_shapes,
)
from roleclass.training.graph.lines import GraphLines
from roleclass.training.graph.words import Found
from roleclass.training.lines.context import MOST_LOGGED, NEAR, ONE, OTHER
from roleclass.training.lines.model import WEIGHT_ONE, LineModel

Floats = NDArray[np.float64]
_Places = Iterable[int]

_FLOAT = TensorProto.FLOAT

WIDE: Final = 6
"""Columns of each head: those of part are followed by one that is never likely."""

PART: Final = range(len(PARTS))
WORK: Final = range(WIDE, WIDE + len(WORKS))
"""Columns of `GraphScores.both`; in the first stage what the next line is follows them."""

_NEXT = range(2 * WIDE, 2 * WIDE + len(PARTS))
_HEADS = (*PART, *_NEXT, *WORK)  # in the order of `context.HEADS`
_NEVER = -1e4


@dataclass(frozen=True)
class GraphScores:
    """What the M lines of a batch are.

    Attributes
    ----------
    both : float tensor of shape (M, 12)
        Probabilities, in the columns `PART` and `WORK`; 0 for lines that part rows.
    areas : float tensor of shape (M, 18)
        See `LineScores`.
    further : float tensor of shape (M, K)
        Sums of the further weights of the n-grams in each line.
    size : float tensor of shape (M, 1)
        Words; 0 for lines that part rows.
    """

    both: str
    areas: str
    further: str
    size: str


def score_lines(
    w: GraphBuilder,
    model: LineModel,
    found: Found,
    lines: GraphLines,
    further: str,
    number: int,
) -> GraphScores:
    """Say what each line is.

    Parameters
    ----------
    w : GraphBuilder
    model : LineModel
        Fitted.
    found : Found
    lines : GraphLines
    further : float tensor of shape (V + 1, K)
        What else each n-gram weighs, and what is none; it is added up on the way.
    number : int
        K.
    """
    shape = find_shapes(w, lines)
    own, lead = _weights(w, "line_own", model.own_), _weights(w, "line_lead", model.lead_)
    # A row for each n-gram, and one for each that weighs something else at the beginning of a line.
    rows = w.op("Gather", *own, axis=0)
    leading = w.const(np.flatnonzero(model.lead_.any(axis=1)))
    of_leading = w.op("Add", w.op("Gather", rows, leading, axis=0), w.slice(lead[0], 1))
    rows = w.op("Concat", rows, of_leading, axis=0)
    further = w.op("Concat", further, w.op("Gather", further, leading, axis=0), axis=0)
    last = len(model.own_)
    row_of_lead = w.op(
        "Where",
        w.cast(lead[1], TensorProto.BOOL),
        w.op("Add", lead[1], w.const(last)),
        w.const(np.arange(last + 1)),
    )
    of_shape = w.named("line_shape", model.shape_)
    bias = w.op("Reshape", w.named("line_bias", model.bias_), w.vector(1, -1))
    of_shape = w.op("Concat", of_shape, bias, axis=0)
    of_shape = _chosen(w, of_shape, len(SHAPES) + 1, (*SHAPES, CONSTANT), COLUMNS, axis=0)

    line = w.gather(lines.word_line, found.word)
    leads = w.op("Equal", w.gather(lines.first, line), found.word)
    ngram = w.op("Where", leads, w.gather(row_of_lead, found.ngram), found.ngram)
    line = w.rows(line)
    count = w.op("Shape", lines.row)

    def logits(columns: range, to: _Places, size: int, further: str = "") -> str:
        """Logits, and behind them sums of what is `further`."""
        table = _chosen(w, rows, model.own_.shape[1], to, size, of=columns)
        table = w.op("Concat", table, further, axis=1) if further else table
        width = size + (number if further else 0)
        sums = w.scatter_rows(w.zeros(count, width), line, w.op("Gather", table, ngram, axis=0))
        # Nothing but 0 for what is further; with what is never likely.
        never = np.zeros((COLUMNS, width))
        never[CONSTANT, :size] = np.where(np.isin(range(size), list(to)), 0, _NEVER)
        weights = _chosen(w, of_shape, model.own_.shape[1], to, width, of=columns)
        weights = w.op("Add", weights, w.const(never, np.float32))
        return w.op("Gemm", shape.columns, weights, sums)

    heads, areas = len(_HEADS), len(AREAS)
    of_all = logits(range(heads), _HEADS, 3 * WIDE, further)
    of_heads, of_further = w.split(of_all, 3 * WIDE, number)
    # For themselves: an answer does without.
    of_areas = logits(range(heads, heads + areas), range(areas), areas)
    both = _second_stage(w, model, shape, of_heads)
    return GraphScores(both, w.op("Sigmoid", of_areas), of_further, shape.size)


def _chosen(
    w: GraphBuilder,
    x: str,
    number: int,
    to: _Places,
    size: int,
    axis: int = 1,
    of: _Places | None = None,
    factors: Floats | float = 1.0,
) -> str:
    """A constant whose rows or columns, `number`, are put elsewhere; ONNX Runtime does it once."""
    places = np.zeros((number, size))
    places[list(range(number) if of is None else of), list(to)] = factors
    if axis:
        return w.op("MatMul", x, w.const(places, np.float32))
    return w.op("MatMul", w.const(places.T, np.float32), x)


def _weights(w: GraphBuilder, name: str, weights: NDArray[np.int16]) -> tuple[str, str]:
    """What n-grams weigh: small in the file, spread out by ONNX Runtime when it loads the file.

    Returns
    -------
    float tensor of shape (R, 34)
        The rows that hold something, and before them one of zeros.
    int32 tensor of shape (V + 1,)
        The row of each n-gram, and of what is none.
    """
    holds = weights.any(axis=1)
    row = np.append(np.where(holds, np.cumsum(holds), 0), 0)
    rows = w.named(name, np.vstack([np.zeros_like(weights[:1]), weights[holds]]), np.int16)
    rows = w.op("Mul", w.cast(rows, _FLOAT), w.const(1 / WEIGHT_ONE, np.float32))
    return rows, w.named(f"{name}_row", row, np.int32)


def _second_stage(w: GraphBuilder, model: LineModel, shape: Shape, logits: str) -> str:
    """Decide by what `context` describes; some columns of it stand among others, which weigh nothing."""
    p = w.op("Softmax", w.op("Reshape", logits, w.vector(-1, 3, WIDE)), axis=2)
    # Whole multiples of 1 / ONE, 0 for lines that part rows.
    p = w.op("Round", w.op("Mul", p, w.const(ONE, np.float32)))
    p = w.op("Mul", w.op("Reshape", p, w.vector(-1, 3 * WIDE)), shape.unit)
    seen = w.op("Concat", p, shape.columns, axis=1)
    of_heading, state = _headings(w, shape, seen, p)
    crossed = times(w, of_heading, p, 3 * WIDE, _NEXT, PART)
    before, after = _moved(w, p, 1), _moved(w, p, -1)
    columns = w.op(
        "Concat",
        *(logits, seen, before, after, of_heading, state, *_sums(w, shape, p), crossed),
        axis=1,
    )

    both, heads = [*PART, *WORK], 3 * WIDE
    after_p, after_seen = heads, 2 * heads + COLUMNS
    at_state = after_seen + 3 * heads
    at_means = at_state + 3
    size = at_means + 3 * 2 * WIDE + len(crossed_places := range(len(PARTS) ** 2))
    places = [
        *both,
        *(after_p + k for k in both),
        *(2 * heads + k for k in SHAPES),
        *(after_seen + k for k in both),
        *(after_seen + heads + k for k in both),
        *(after_seen + k for k in _NEXT),
        *(after_seen + 2 * heads + k for k in (*_NEXT, *PART)),
        *(at_state + k for k in range(3)),
        *(at_means + 2 * WIDE * n + k for n in range(3) for k in both),
        *(at_means + 6 * WIDE + k for k in crossed_places),
    ]
    # Logits as they are, where `context` takes their mean away first.
    weights = model.context_.copy()
    start = 0
    for width in (len(PARTS), len(WORKS)):
        weights[start : start + width] -= weights[start : start + width].mean(axis=0)
        start += width
    weights = w.named("line_context", weights)
    bias = w.named("line_context_bias", model.context_bias_)
    never = np.full(2 * WIDE, _NEVER)
    never[both] = 0
    factors = np.where(np.isin(places, range(at_means, at_means + 4 * WIDE)), 1 / NEAR, 1)
    weights = _chosen(w, weights, len(places), places, size, axis=0, factors=factors)
    weights, bias = (_chosen(w, x, len(both), both, 2 * WIDE) for x in (weights, bias))
    bias = w.op("Add", bias, w.const(never, np.float32))
    decided = w.op("Gemm", columns, weights, bias)
    decided = w.op("Softmax", w.op("Reshape", decided, w.vector(-1, 2, WIDE)), axis=2)
    decided = w.op("Reshape", decided, w.vector(-1, 2 * WIDE))
    return w.op("Mul", decided, w.op("Mul", shape.unit, w.const(ONE, np.float32)))


def times(w: GraphBuilder, one: str, other: str, size: int, rows: _Places, columns: _Places) -> str:
    """Products of some columns of one matrix with some of another's, both of `size`; by matrices."""
    each = [(i, j) for i in rows for j in columns]
    one, other = (
        w.op("MatMul", x, w.const(np.eye(size)[:, list(places)], np.float32))
        for x, places in zip((one, other), zip(*each, strict=True), strict=True)
    )
    return w.op("Mul", one, other)


def _moved(w: GraphBuilder, x: str, by: int) -> str:
    """The rows of a matrix, moved by one."""
    if by > 0:
        return w.op("Pad", w.slice(x, 0, -1), w.vector(1, 0, 0, 0))
    return w.op("Pad", w.slice(x, 1), w.vector(0, 0, 1, 0))


def _headings(w: GraphBuilder, shape: Shape, seen: str, p: str) -> tuple[str, str]:
    """What the last heading before each line announces and is; and how far off it is."""
    columns = np.zeros((3 * WIDE + COLUMNS, 1))
    columns[[OTHER, 3 * WIDE + MAY_HEAD, 3 * WIDE + ENDS_HEAD]] = 1
    holding = w.flatten(w.op("MatMul", seen, w.const(columns, np.float32)))
    heading = w.op("Greater", holding, w.const(2.5, np.float32))
    at = w.op("Concat", w.const([-1]), w.compress(shape.index, heading), axis=0)
    is_heading = w.cast(heading, TensorProto.INT32)
    last = w.gather(at, w.op("CumSum", is_heading, w.const(0), exclusive=1))
    has = w.op("GreaterOrEqual", last, shape.begin)
    ago = w.op("Where", has, w.op("Sub", shape.index, last), w.const(0))
    # The last line of all parts rows: it has zeros.
    of_heading = w.op("Gather", p, w.op("Where", has, last, w.const(-1)), axis=0)
    # Logarithm, whether there is one, whether this is one.
    number = np.arange(MOST_LOGGED + 1)
    states = [
        np.stack([np.log(number.clip(1)), number > 0, 0 * number + is_one], axis=1)
        for is_one in (0, 1)
    ]
    row = w.op("Mul", is_heading, w.const(MOST_LOGGED + 1))
    row = w.op("Add", row, w.op("Min", ago, w.const(MOST_LOGGED)))
    state = w.op("Gather", w.const(np.vstack(states), np.float32), row, axis=0)
    return of_heading, state


def _sums(w: GraphBuilder, shape: Shape, p: str) -> list[str]:
    """Sums of probabilities over the `NEAR` lines before, those behind; the mean over all of the posting."""
    # Exact: multiples of 1 / ONE.
    both = w.cast(w.slice(p, 0, 2 * WIDE, axis=1), TensorProto.DOUBLE)
    sums = w.op("Pad", w.op("CumSum", both, w.const(0)), w.vector(1, 0, 0, 0))
    # Where each of the three begins and ends, within the posting.
    far = 2**30
    offsets = np.array([-NEAR, 1, -far, 0, 1 + NEAR, far])
    at = w.op("Add", shape.index, w.const(offsets[:, None]))
    at = w.op("Min", w.op("Max", at, shape.begin), shape.end)
    looked_up = w.op("Reshape", w.op("Gather", sums, at, axis=0), w.vector(-1, 2 * WIDE))
    first, stop = w.split_evenly(looked_up, 2)
    before, behind, whole = w.split_evenly(w.cast(w.op("Sub", stop, first), _FLOAT), 3)
    return [before, behind, w.op("Div", whole, shape.total)]
