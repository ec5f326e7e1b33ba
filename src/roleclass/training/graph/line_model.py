"""The graph that says what lines are: what `LineModel` does, in standard ONNX operators.

Lines that part rows (see `GraphLines`) have zeros for everything that neighbours look at, so that nothing
reaches from one posting into the next.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.graph.lines import GraphLines
from roleclass.training.graph.words import Found, Writer
from roleclass.training.lines.context import HEADING_WORDS, NEAR, ONE, OTHER
from roleclass.training.lines.model import WEIGHT_ONE, LineModel

_FLOAT = TensorProto.FLOAT


@dataclass(frozen=True)
class GraphScores:
    """What the M lines of a batch are.

    Attributes
    ----------
    part, work, areas : float tensors of shape (M, 5), (M, 6), (M, 18)
        See `LineScores`.
    further : float tensor of shape (M, K)
        Sums of the further weights of the n-grams in each line.
    """

    part: str
    work: str
    areas: str
    further: str


@dataclass(frozen=True)
class _Places:
    """Where lines stand: int32 tensors of shape (M,).

    Attributes
    ----------
    index : 0, 1, ... M - 1
    begin, end : the first line of the line's row, and the one that parts it from the next
    real : float tensor of shape (M, 1), 0 for lines that part rows
    """

    index: str
    begin: str
    end: str
    real: str


def score_lines(
    w: Writer, model: LineModel, found: Found, lines: GraphLines, further: NDArray[np.float64]
) -> GraphScores:
    """Say what each line is.

    Parameters
    ----------
    w : Writer
    model : LineModel
        Fitted.
    found : Found
    lines : GraphLines
    further : float64 array of shape (V, K)
        What else each n-gram weighs; it is added up on the way.
    """
    index = w.numbers_to(w.size(lines.row))
    ends = w.keep(index, lines.parts)
    begins = w.op("Add", w.moved(ends, 1, -1), w.const(1))
    real = w.cast(w.op("Not", lines.parts), _FLOAT)
    places = _Places(
        index,
        w.take(begins, lines.row),
        w.take(ends, lines.row),
        w.op("Reshape", real, w.vector(-1, 1)),
    )
    shapes = _shapes(w, lines, places)
    of_shape = w.op(
        "Gemm",
        shapes,
        w.named("line_shape", model.shape_),
        w.named("line_bias", model.bias_),
        transA=1,
    )
    sums = _sums(w, model, found, lines, further)
    sums, of_further = w.split(sums, model.own_.shape[1], further.shape[1])
    logits = w.op("Add", sums, of_shape)
    part, after, work, areas = w.split(logits, len(PARTS), len(PARTS), len(WORKS), len(AREAS))
    columns = _context(w, lines, places, shapes, part, after, work)
    decided = w.op(
        "Gemm",
        columns,
        w.named("line_context", _uncentred(model.context_)),
        w.named("line_context_bias", model.context_bias_),
    )
    part, work = w.split(decided, len(PARTS), len(WORKS))
    return GraphScores(
        w.op("Softmax", part, axis=1),
        w.op("Softmax", work, axis=1),
        w.op("Sigmoid", areas),
        of_further,
    )


def _uncentred(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of logits as they are, where `context` takes their mean away first."""
    weights = weights.copy()
    start = 0
    for size in (len(PARTS), len(WORKS)):
        weights[start : start + size] -= weights[start : start + size].mean(axis=0)
        start += size
    return weights


def _sums(
    w: Writer, model: LineModel, found: Found, lines: GraphLines, further: NDArray[np.float64]
) -> str:
    """The sums of the weights of n-grams, and of the further ones: float tensor of shape (M, 34 + K)."""
    own = _weights(w, "line_own", model.own_)
    lead = _weights(w, "line_lead", model.lead_)
    number, columns = further.shape
    # A row more, for what is found but no n-gram of the vocabulary.
    others = w.named("ngram_weights", np.pad(further, ((0, 1), (0, 0))))
    # The second half: what n-grams weigh at the beginning of a line, where they have further weights.
    rows = [w.op("Concat", of, others, axis=1) for of in (own, w.op("Add", own, lead))]
    table = w.op("Concat", *rows, axis=0)
    line = w.take(lines.word_line, found.word)
    leads = w.op("Equal", w.take(lines.first, line), found.word)
    half = w.op("Where", leads, w.const(number + 1), w.const(0))
    ngram = w.op("Add", found.ngram, half)
    zeros = w.zeros(w.op("Shape", lines.row), model.own_.shape[1] + columns)
    return w.add_rows(zeros, line, w.op("Gather", table, ngram, axis=0))


def _weights(w: Writer, name: str, weights: NDArray[np.int16]) -> str:
    """A row for each n-gram: small in the file, spread out by ONNX Runtime when it loads the file."""
    # The rows that hold something, and before them one of zeros, for all other n-grams.
    holds = weights.any(axis=1)
    row = np.append(np.where(holds, np.cumsum(holds), 0), 0)
    rows = w.named(name, np.vstack([np.zeros_like(weights[:1]), weights[holds]]), np.int16)
    rows = w.op("Mul", w.cast(rows, _FLOAT), w.const(1 / WEIGHT_ONE, np.float32))
    return w.op("Gather", rows, w.named(f"{name}_row", row, np.int32), axis=0)


def _shapes(w: Writer, lines: GraphLines, places: _Places) -> str:
    """See `line_model.shapes`; transposed: float tensor of shape (10, M)."""

    def number(x: str) -> str:
        return w.cast(x, _FLOAT)

    def least(x: str, most: int) -> str:
        return w.op("Mul", w.op("Min", x, w.const(most, np.float32)), w.const(1 / most, np.float32))

    size = w.op("Add", w.op("Sub", lines.last, lines.first), w.const(1))
    log_size = w.log_of_whole(size)
    size = number(size)
    flags = number(w.op("Concat", lines.marked, lines.colon, lines.free, axis=0))
    place = w.op("Sub", places.index, places.begin)
    total = w.op("Sub", places.end, places.begin)
    left = w.op("Max", w.op("Sub", total, place), w.const(1))
    share = w.op("Div", number(place), number(w.op("Max", total, w.const(1))))
    columns = (
        log_size,
        least(size, 8),
        flags,
        number(w.op("Equal", place, w.const(0))),
        least(number(place), 20),
        share,
        w.log_of_whole(left),
        w.op("Where", lines.marked, log_size, w.const(0.0, np.float32)),
    )
    return w.op("Reshape", w.op("Concat", *columns, axis=0), w.vector(10, -1))


def _context(
    w: Writer, lines: GraphLines, places: _Places, shapes: str, part: str, after: str, work: str
) -> str:
    """See `line_model.context`."""
    # Probabilities in whole multiples of 1 / ONE, 0 for lines that part rows.
    parts, works = len(PARTS), len(WORKS)
    each = [w.op("Softmax", x, axis=1) for x in (part, work, after)]
    p = w.op("Mul", w.op("Concat", *each, axis=1), w.const(ONE, np.float32))
    p = w.op("Mul", w.op("Round", p), w.op("Mul", places.real, w.const(1 / ONE, np.float32)))
    both, announced = w.split(p, parts + works, parts)
    own = w.cut(both, 0, parts, axis=1)

    of_heading, state = _headings(w, lines, places, own, announced)
    crossed = times(w, w.cut(of_heading, 0, parts, axis=1), own, parts, parts)
    return w.op(
        "Concat",
        *(part, work, both, w.op("Transpose", shapes, perm=[1, 0])),
        *(_moved(w, both, 1), _moved(w, both, -1), _moved(w, announced, 1)),
        *(of_heading, state, *_means(w, places, both), crossed),
        axis=1,
    )


def times(w: Writer, one: str, other: str, rows: int, columns: int) -> str:
    """Products of each column of one matrix with each of the other's; by matrices, which is faster."""
    each = w.op("MatMul", one, w.const(np.repeat(np.eye(rows), columns, axis=1), np.float32))
    by = w.op("MatMul", other, w.const(np.tile(np.eye(columns), rows), np.float32))
    return w.op("Mul", each, by)


def _moved(w: Writer, x: str, by: int) -> str:
    """The rows of a matrix, moved by one."""
    if by > 0:
        return w.op("Pad", w.cut(x, 0, -1), w.vector(1, 0, 0, 0))
    return w.op("Pad", w.cut(x, 1), w.vector(0, 0, 1, 0))


def _headings(
    w: Writer, lines: GraphLines, places: _Places, p: str, announced: str
) -> tuple[str, str]:
    """What the last heading before each line announces and is; and how far off it is."""
    size = w.op("Sub", lines.last, lines.first)
    is_other = w.op("Greater", w.flat(w.cut(p, OTHER, OTHER + 1, axis=1)), w.const(0.5, np.float32))
    heading = w.op("And", w.op("Less", size, w.const(HEADING_WORDS)), is_other)
    heading = w.op("And", heading, w.op("Or", lines.free, lines.colon))
    heading = w.op("And", heading, w.op("Not", lines.marked))
    at = w.op("Concat", w.const([-1]), w.keep(places.index, heading), axis=0)
    before = w.op("CumSum", w.cast(heading, TensorProto.INT32), w.const(0), exclusive=1)
    last = w.take(at, before)
    has = w.op("GreaterOrEqual", last, places.begin)
    last = w.op("Max", last, w.const(0))
    column = w.vector(-1, 1)
    holds = w.op("Reshape", w.cast(has, _FLOAT), column)
    of_heading = w.op("Gather", w.op("Concat", announced, p, axis=1), last, axis=0)
    ago = w.op("Max", w.op("Sub", places.index, last), w.const(1))
    ago = w.op("Reshape", w.log_of_whole(ago), column)
    state = w.op(
        "Concat",
        w.op("Mul", ago, holds),
        holds,
        w.op("Reshape", w.cast(heading, _FLOAT), column),
        axis=1,
    )
    return w.op("Mul", of_heading, holds), state


def _means(w: Writer, places: _Places, p: str) -> list[str]:
    """Means of probabilities over the lines before, those behind, and all lines of the posting."""
    # Exact: multiples of 1 / ONE.
    sums = w.op("CumSum", w.cast(p, TensorProto.DOUBLE), w.const(0))
    sums = w.op("Pad", sums, w.vector(1, 0, 0, 0))
    # Where each of the three begins and ends, within the posting.
    far = 2**30
    offsets = np.array([-NEAR, 1, -far, 0, 1 + NEAR, far])
    at = w.op("Add", places.index, w.const(offsets[:, None]))
    at = w.op("Min", w.op("Max", at, places.begin), places.end)
    first, stop = w.split(w.op("Gather", sums, at, axis=0), 3, 3, axis=0)
    inside = w.cast(w.op("Sub", stop, first), _FLOAT)
    inside = w.op("Reshape", w.op("Transpose", inside, perm=[1, 0, 2]), w.vector(0, -1))
    near, whole = w.split(inside, 2 * (len(PARTS) + len(WORKS)), len(PARTS) + len(WORKS))
    total = w.op("Max", w.op("Sub", places.end, places.begin), w.const(1))
    total = w.op("Reshape", w.cast(total, _FLOAT), w.vector(-1, 1))
    return [w.op("Mul", near, w.const(1 / NEAR, np.float32)), w.op("Div", whole, total)]
