"""The graph that classifies lines: `LineModel` in standard ONNX operators.

Lines that separate rows (see `GraphLines`) have no class, with zeros for everything that
neighbours use, so that no posting affects the next. The heads of a line are concatenated,
`WIDE` columns each. The terms of a sum of products are added one after another: to
concatenate all columns first takes longer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.lines import GraphLines
from roleclass.training.cut.words import Found
from roleclass.training.graph.line_shapes import (
    COLUMNS,
    CONSTANT,
    ENDS_HEAD,
    FIRST,
    MAY_HEAD,
    PARTING,
    SHAPES,
    Shape,
    find_shapes,
)
from roleclass.training.graph.line_weights import SIZES, SUMMED, Further, differences, sum_weights
from roleclass.training.lines.context import MOST_LOGGED, NEAR, ONE, OTHER
from roleclass.training.lines.model import LineModel

Floats = NDArray[np.float64]
_Places = Iterable[int]

_FLOAT = TensorProto.FLOAT

WIDE: Final = 7
"""Columns of each head, with spare ones after its own, the class of lines that separate rows: impossible
for others."""

PART: Final = range(len(PARTS))
WORK: Final = range(WIDE, WIDE + len(WORKS))
"""Columns of `GraphScores.both`; in the first stage what the next line is follows them."""

_NEXT = range(2 * WIDE, 2 * WIDE + len(PARTS))
_HEADS = (*PART, *_NEXT, *WORK)  # in the order of `context.HEADS`
# As the logarithm of a probability: practically 0, but not denormal, which is slow.
_NEVER = -60.0


@dataclass(frozen=True)
class GraphScores:
    """The classes of the M lines of a batch.

    Attributes
    ----------
    both : float tensor of shape (M, 14)
        Probabilities, in the columns `PART` and `WORK`; nearly 0 for lines that separate rows.
    areas : float tensor of shape (M, 18)
        See `LineScores`.
    sums : float tensor of shape (M, 13 + K)
        See `sum_weights`.
    size, asking : float tensors of shape (M, 1)
        Words, 1 for lines that separate rows; the same, but 0 for a first line that looks like a heading.
    """

    both: str
    areas: str
    sums: str
    size: str
    asking: str


def score_lines(
    w: GraphBuilder, model: LineModel, found: Found, lines: GraphLines, further: Further
) -> GraphScores:
    """Say what each line is.

    Parameters
    ----------
    w : GraphBuilder
    model : LineModel
        Fitted.
    found : Found
    lines : GraphLines
    further : Further
    """
    shape = find_shapes(w, lines)
    heads, areas = len(_HEADS), len(AREAS)
    at_heads = np.zeros((heads, 3 * WIDE))
    at_heads[range(heads), _HEADS] = 1
    at_sums = np.zeros((SUMMED + further.number, 3 * WIDE))
    at_sums[:SUMMED] = (differences(*SIZES) > 0).T @ at_heads
    sums, sums_of_areas = sum_weights(w, model, found, lines, further)

    of_shape = w.named("line_shape", model.shape_)
    bias = w.op("Reshape", w.named("line_bias", model.bias_), w.vector(1, -1))
    of_shape = w.op("Concat", of_shape, bias, axis=0)
    places = np.zeros((COLUMNS, len(SHAPES) + 1))
    places[(*SHAPES, CONSTANT), range(len(SHAPES) + 1)] = 1
    of_shape = w.op("MatMul", w.const(places, np.float32), of_shape)
    of_shape, of_area_shape = w.split(of_shape, heads, areas)
    of_shape = w.op("MatMul", of_shape, w.const(at_heads, np.float32))
    of_shape = w.op("Add", of_shape, w.const(_never(_HEADS, 3 * WIDE), np.float32))
    logits = w.op("MatMul", shape.columns, of_shape)
    logits = w.op("Gemm", sums, w.const(at_sums, np.float32), logits)
    # Separate, because a prediction does not need them.
    of_areas = w.op("Gemm", shape.columns, of_area_shape, sums_of_areas)
    both = _second_stage(w, model, lines, shape, logits)
    return GraphScores(both, w.op("Sigmoid", of_areas), sums, shape.size, _asking(w, shape))


def _asking(w: GraphBuilder, shape: Shape) -> str:
    """Words of each line, except a title: a first line that looks like a heading."""
    is_title = np.zeros((COLUMNS, 1))
    is_title[[FIRST, MAY_HEAD, ENDS_HEAD]] = -1
    others = w.op("Gemm", shape.columns, w.const(is_title, np.float32), w.const([3.0], np.float32))
    return w.op("Mul", shape.size, w.op("Min", others, w.const(1.0, np.float32)))


def _never(heads: _Places, size: int) -> Floats:
    """The impossible classes, by shape: spare columns; for lines that separate rows, all others."""
    is_spare = ~np.isin(range(size), list(heads))
    weights = np.zeros((COLUMNS, size))
    weights[CONSTANT], weights[PARTING] = _NEVER * is_spare, _NEVER * ~is_spare
    return weights


def _second_stage(
    w: GraphBuilder, model: LineModel, lines: GraphLines, shape: Shape, logits: str
) -> str:
    """Apply the second stage, term by term; see `context`."""
    p = _shares(w, logits, 3)
    # Integers, in 1 / ONE; 0 for lines that separate rows.
    p = w.op("Round", w.op("Mul", p, w.const(ONE, np.float32)))
    around = w.op("Pad", p, w.vector(1, 0, 1, 0))
    before, after = w.slice(around, 0, -2), w.slice(around, 2)
    of_heading, state = _headings(w, shape, p, around)
    crossed = times(w, of_heading, p, 3 * WIDE, _NEXT, PART)
    near_before, near_behind, whole = _sums(w, lines, shape, p)

    # Unchanged logits, while `context` subtracts their mean first.
    weights = model.context_.copy()
    start = 0
    for width in (len(PARTS), len(WORKS)):
        weights[start : start + width] -= weights[start : start + width].mean(axis=0)
        start += width
    weights = w.named("line_context", weights)
    bias = w.named("line_context_bias", model.context_bias_)

    both, heads = (*PART, *WORK), 3 * WIDE
    at_both = np.zeros((len(both), 2 * WIDE))
    at_both[range(len(both)), both] = 1
    weights, bias = (w.op("MatMul", x, w.const(at_both, np.float32)) for x in (weights, bias))
    term = _terms(w, weights)

    one = 1 / ONE
    near = one / NEAR
    # The lines after a line are summed together with the line itself.
    own = term(heads, own=(both, one), behind=(both, -near))
    states = w.const(_states(), np.float32)
    of_state = w.op("Gemm", states, term(3, state=(range(3), 1)), bias)
    of_shape = term(COLUMNS, shape=(SHAPES, 1))
    of_shape = w.op("Add", of_shape, w.const(_never(both, 2 * WIDE), np.float32))
    of_whole = w.op("MatMul", whole, term(2 * WIDE, whole=(both, one)))
    decided = w.op(
        "Add", w.op("Gather", of_state, state, axis=0), w.op("Gather", of_whole, lines.row, axis=0)
    )
    for columns, weights in (
        (logits, term(heads, logits=(both, 1))),
        (p, own),
        (shape.columns, of_shape),
        (before, term(heads, previous=(both, one), announced=(_NEXT, one))),
        (after, term(heads, next=(both, one))),
        (of_heading, term(heads, heading_announces=(_NEXT, one), heading=(PART, one))),
        (near_before, term(2 * WIDE, before=(both, -near))),
        (near_behind, term(2 * WIDE, behind=(both, near))),
        (crossed, term(len(PARTS) ** 2, crossed=(range(len(PARTS) ** 2), one**2))),
    ):
        decided = w.op("Gemm", columns, weights, decided)
    return _shares(w, decided, 2)


def _terms(w: GraphBuilder, weights: str) -> Callable[..., str]:
    """Return a function that returns the weights of columns with some inputs of `context`.

    Its arguments are the number of columns; and, by name, the position of each input and its
    factor.
    """
    both, part = len(PARTS) + len(WORKS), len(PARTS)
    sizes = {  # in the order of `context`
        "logits": both, "own": both, "shape": len(SHAPES), "previous": both, "next": both,
        "announced": part, "heading_announces": part, "heading": part, "state": 3,
        "before": both, "behind": both, "whole": both, "crossed": part**2,
    }  # fmt: skip
    starts = dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist(), strict=False))

    def term(size: int, **at: tuple[_Places, float]) -> str:
        places = np.zeros((size, sum(sizes.values())))
        for name, (columns, factor) in at.items():
            places[list(columns), starts[name] + np.arange(sizes[name])] = factor
        return w.op("MatMul", w.const(places, np.float32), weights)

    return term


def _shares(w: GraphBuilder, logits: str, heads: int) -> str:
    """Probabilities of each of some heads."""
    p = w.op("Softmax", w.op("Reshape", logits, w.vector(-1, heads, WIDE)), axis=2)
    return w.op("Reshape", p, w.vector(-1, heads * WIDE))


def times(w: GraphBuilder, one: str, other: str, size: int, rows: _Places, columns: _Places) -> str:
    """Products of some columns of one matrix with some of another's, both of `size`; by matrices."""
    each = [(i, j) for i in rows for j in columns]
    one, other = (
        w.op("MatMul", x, w.const(np.eye(size)[:, list(places)], np.float32))
        for x, places in zip((one, other), zip(*each, strict=True), strict=True)
    )
    return w.op("Mul", one, other)


def _headings(w: GraphBuilder, shape: Shape, p: str, around: str) -> tuple[str, str]:
    """What the last heading before each line announces and is; and the row of `_states`.

    A heading is likely of the part `OTHER`; `around` is `p` with a row of zeros at each end.
    """
    of_p, of_shape = np.zeros((3 * WIDE, 1)), np.zeros((COLUMNS, 1))
    of_p[OTHER], of_shape[[MAY_HEAD, ENDS_HEAD]] = 1, ONE
    holding = w.op("MatMul", shape.columns, w.const(of_shape, np.float32))
    holding = w.flatten(w.op("Gemm", p, w.const(of_p, np.float32), holding))
    is_heading = w.op("Greater", holding, w.const(2.5 * ONE, np.float32))
    # Rows of `around`: before the first line of a row there is nothing, or the line that separates rows.
    row = w.op("Add", shape.index, w.const(1))
    at = w.op("Concat", w.const([0]), w.compress(row, is_heading), axis=0)
    is_heading = w.cast(is_heading, TensorProto.INT32)
    last = w.gather(at, w.op("CumSum", is_heading, w.const(0), exclusive=1))
    last = w.op("Max", last, shape.begin)
    has = w.cast(w.op("Greater", last, shape.begin), TensorProto.INT32)
    ago = w.op("Min", w.op("Mul", w.op("Sub", row, last), has), w.const(MOST_LOGGED))
    state = w.op("Add", w.op("Mul", is_heading, w.const(MOST_LOGGED + 1)), ago)
    return w.op("Gather", around, last, axis=0), state


def _states() -> Floats:
    """The logarithm of how long ago the last heading was, whether there was one, whether this is one.

    Rows for each number of lines, 0 for none, behind lines that are no heading; then for those that are.
    """
    number = np.arange(MOST_LOGGED + 1)
    return np.vstack(
        [
            np.stack([np.log(number.clip(1)), number > 0, 0 * number + is_one], axis=1)
            for is_one in (0, 1)
        ]
    )


def _sums(w: GraphBuilder, lines: GraphLines, shape: Shape, p: str) -> tuple[str, str, str]:
    """Sums over the `NEAR` lines before, negative; over those after and the line itself; means of a posting.

    Returns
    -------
    float tensors of shape (M, 14), (M, 14), (N, 14)
    """
    # Exact: integers. Sums of a few lines are less than 2^31, whatever the total before them.
    both = w.slice(p, 0, 2 * WIDE, axis=1)
    sums = w.op("CumSum", w.cast(both, TensorProto.INT32), w.const(0), exclusive=1)
    at = w.op("Add", shape.index, w.const([[-NEAR], [1 + NEAR]]))
    at = w.op("Min", w.op("Max", at, shape.begin), shape.end)
    near = w.op("Sub", w.op("Gather", sums, at, axis=0), sums)
    near = w.op("Reshape", w.cast(near, _FLOAT), w.vector(-1, 2 * WIDE))
    before, behind = w.split_evenly(near, 2)

    double = w.cast(both, TensorProto.DOUBLE)
    zeros = w.cast(w.zeros(w.op("Shape", shape.ends), 2 * WIDE), TensorProto.DOUBLE)
    whole = w.cast(w.scatter_rows(zeros, w.rows(lines.row), double), _FLOAT)
    return before, behind, w.op("Div", whole, shape.total)
