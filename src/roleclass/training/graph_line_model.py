"""The graph that says what each line is: both stages of `line_model.LineModel`.

Lines that part rows (see `GraphLines`) count as zeros everywhere, so nothing crosses from posting to posting.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.training.graph import Found, Words, Writer
from roleclass.training.graph_lines import GraphLines
from roleclass.training.line_model import AREAS, HEADING_WORDS, NEAR, ONE, PARTS, WORKS, LineModel

_HEADS = 2 * len(PARTS) + len(WORKS)  # part, next, work: what the second stage reads; areas follow


class GraphScores(NamedTuple):
    """Float tensors with a row for each line; rows of lines that part rows mean nothing.

    Attributes
    ----------
    part, work, areas : float tensors of shape (M, 5), (M, 6), (M, 18)
        Probabilities. Nothing else depends on the areas.
    logits : float tensor of shape (M, 16)
        The first stage's: part, next, work.
    """

    part: str
    work: str
    areas: str
    logits: str


def score_lines(
    w: Writer, model: LineModel, found: Found, words: Words, lines: GraphLines
) -> GraphScores:
    """Say what each line is."""
    place = _Places(w, lines)
    shape = _shape(w, lines, place)
    logits, areas = _first_stage(w, model, found, words, lines, shape)
    columns = _context(w, lines, place, shape, logits)
    part, work = (
        _softmax(w, _linear(w, columns, *_standardised(model, head)))
        for head in (model.part2_, model.work2_)
    )
    return GraphScores(part, work, w.op("Sigmoid", areas), logits)


class _Places:
    """Where each line stands: int32 tensors of shape (M,), and float ones of shape (M, 1)."""

    def __init__(self, w: Writer, lines: GraphLines) -> None:
        self.index = w.numbers_to(w.size(lines.row))
        ends = w.keep(self.index, lines.parts)
        begins = w.moved(w.op("Add", ends, w.const(1)), 1)
        self.begin, self.end = w.take(begins, lines.row), w.take(ends, lines.row)
        self.within = w.op("Sub", self.index, self.begin)
        number = w.op("Max", w.op("Sub", self.end, self.begin), w.const(1))
        self.number = _column(w, number)
        self.is_line = _column(w, w.op("Not", lines.parts))


def _column(w: Writer, x: str) -> str:
    return w.op("Reshape", w.cast(x, TensorProto.FLOAT), w.vector(-1, 1))


def _linear(w: Writer, x: str, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> str:
    return w.op("Gemm", x, w.const(weights, np.float32), w.const(bias, np.float32))


def _softmax(w: Writer, x: str) -> str:
    return w.op("Softmax", x, axis=1)


def _shape(w: Writer, lines: GraphLines, place: _Places) -> str:
    """See `line_model.shape`."""
    number = w.op("Add", w.op("Sub", lines.last, lines.first), w.const(1))
    number = _column(w, number)
    log_words = w.op("Log", number)
    marked, colon, free = (_column(w, x) for x in (lines.marked, lines.colon, lines.free))
    within = _column(w, place.within)
    left = w.op("Sub", place.end, place.index)
    left = w.op("Log", _column(w, w.op("Max", left, w.const(1))))

    def share(x: str, most: float) -> str:
        limited = w.op("Min", x, w.const(most, np.float32))
        return w.op("Div", limited, w.const(most, np.float32))

    return w.op(
        "Concat",
        log_words,
        share(number, 8),
        marked,
        colon,
        free,
        _column(w, w.op("Equal", place.within, w.const(0))),
        share(within, 20),
        w.op("Div", within, place.number),
        left,
        w.op("Mul", marked, log_words),
        axis=1,
    )


def _first_stage(
    w: Writer, model: LineModel, found: Found, words: Words, lines: GraphLines, shape: str
) -> tuple[str, str]:
    """The logits of part, next and work, and those of the areas; sums of whole numbers are exact."""
    line = w.take(lines.word_line, found.word)
    leads = w.op("Equal", w.take(lines.first, line), found.word)
    lead_ngram = w.keep(found.ngram, leads)
    lead_line = w.keep(line, leads)
    weights = model.shape_ / model.shape_dev_[:, None]
    bias = model.bias_ - model.shape_mean_ @ weights

    def logits(columns: slice) -> str:
        width = len(range(*columns.indices(len(bias))))
        size = w.op("Concat", w.op("Shape", lines.row), w.vector(width), axis=0)
        sums = w.op("Expand", w.const([[0]]), size)
        for table, ngram, of in (
            (model.own_, found.ngram, line),
            (model.lead_, lead_ngram, lead_line),
        ):
            rows = np.vstack([table, np.zeros_like(table[:1])])[:, columns]
            at = w.op("Reshape", w.cast(of, TensorProto.INT64), w.vector(-1, 1))
            rows = w.op("Gather", w.const(rows), ngram, axis=0)
            sums = w.op("ScatterND", sums, at, rows, reduction="add")
        sums = w.op("Mul", w.cast(sums, TensorProto.FLOAT), w.const(1 / ONE, np.float32))
        return w.op("Add", sums, _linear(w, shape, weights[:, columns], bias[columns]))

    return logits(slice(0, _HEADS)), logits(slice(_HEADS, _HEADS + len(AREAS)))


def _context(w: Writer, lines: GraphLines, place: _Places, shape: str, logits: str) -> str:
    """See `line_model.context`; part and work not yet less their means."""
    one = w.const(ONE, np.float32)
    part, follow, work = w.split(logits, len(PARTS), len(PARTS), len(WORKS))
    # Whole multiples of 1 / ONE, as there.
    whole = [
        w.op("Mul", w.op("Round", w.op("Mul", _softmax(w, x), one)), place.is_line)
        for x in (part, follow, work)
    ]
    p, q, _ = (w.op("Div", x, one) for x in whole)
    whole_pw = w.op("Concat", whole[0], whole[2], axis=1)
    pw = w.op("Div", whole_pw, one)

    def moved(x: str, by: int) -> str:
        if by < 0:
            return w.op("Pad", w.cut(x, -by), w.vector(0, 0, -by, 0))
        return w.op("Pad", w.cut(x, 0, -by), w.vector(by, 0, 0, 0))

    # -- what the last heading before a line announces; a row's end is a mark like a heading, of zeros
    number = w.op("Sub", lines.last, lines.first)
    other = w.flat(w.cut(p, len(PARTS) - 1, len(PARTS), axis=1))
    heading = w.op("Greater", other, w.const(0.5, np.float32))
    heading = w.op("And", heading, w.op("Or", lines.free, lines.colon))
    heading = w.op("And", heading, w.op("Less", number, w.const(HEADING_WORDS)))
    heading = w.op("And", heading, w.op("Not", lines.marked))
    marks = w.op("Or", heading, lines.parts)
    which = w.op("CumSum", w.cast(marks, TensorProto.INT32), w.const(0), exclusive=1)
    at = w.take(w.op("Concat", w.const([-1]), w.keep(place.index, marks), axis=0), which)
    from_one = w.op("Add", at, w.const(1))
    is_heading = _column(w, heading)
    table = w.op("Concat", q, p, is_heading, axis=1)
    table = w.op("Pad", table, w.vector(1, 0, 0, 0))
    of_heading, ok = w.split(w.op("Gather", table, from_one, axis=0), 2 * len(PARTS), 1)
    far = w.op("Log", _column(w, w.op("Sub", place.index, at)))
    far = w.op("Mul", far, ok)
    announced = w.cut(of_heading, 0, len(PARTS), axis=1)
    cross = w.op(
        "Mul",
        w.op("Reshape", announced, w.vector(-1, len(PARTS), 1)),
        w.op("Reshape", p, w.vector(-1, 1, len(PARTS))),
    )

    # -- sums over the lines around it, and over all of the posting
    sums = w.op("CumSum", w.cast(whole_pw, TensorProto.INT32), w.const(0))
    sums = w.op("Pad", sums, w.vector(1, 0, 0, 0))
    before = w.op("Max", w.op("Sub", place.index, w.const(NEAR)), place.begin)
    behind = w.op("Min", w.op("Add", place.index, w.const(NEAR + 1)), place.end)
    after = w.op("Min", w.op("Add", place.index, w.const(1)), place.end)

    def between(start: str, stop: str) -> str:
        total = w.op("Sub", w.op("Gather", sums, stop, axis=0), w.op("Gather", sums, start, axis=0))
        return w.op("Div", w.cast(total, TensorProto.FLOAT), one)

    near = w.const(NEAR, np.float32)
    return w.op(
        "Concat",
        part,
        work,
        pw,
        shape,
        moved(pw, 1),
        moved(pw, -1),
        moved(q, 1),
        of_heading,
        far,
        ok,
        is_heading,
        w.op("Div", between(before, place.index), near),
        w.op("Div", between(after, behind), near),
        w.op("Div", between(place.begin, place.end), place.number),
        w.op("Reshape", cross, w.vector(-1, len(PARTS) ** 2)),
        axis=1,
    )


def _standardised(
    model: LineModel, head: object
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and intercept of the second stage for columns as they are."""
    weights = head.coef_.T / model.dev2_[:, None]
    intercept = head.intercept_ - model.mean2_ @ weights
    # Logits are taken less their mean.
    for columns in (slice(0, len(PARTS)), slice(len(PARTS), len(PARTS) + len(WORKS))):
        weights[columns] -= weights[columns].mean(axis=0)
    return weights, intercept
