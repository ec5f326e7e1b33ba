"""The graph from lines to the blocks of features after the n-grams, and to the reasons to be unclear.

Every function writes what the NumPy function of the same purpose in `features` and `unclear` computes; the
parity tests hold the two together. A node costs .3 us whatever it does, which is most of a single
posting's time, so sums of any kind are products with one matrix.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.reading import PARTS, WORKS
from roleclass.training.features import (
    CUT,
    DENSITY_WORDS,
    GROUPS,
    NGRAM_WORDS,
    SHARE_WORDS,
    PostingFeatures,
)
from roleclass.training.graph.line_model import GraphScores, times
from roleclass.training.graph.lines import GraphLines
from roleclass.training.graph.words import VECTOR, Found, Words, Writer
from roleclass.training.measures import TITLE_WORDS, WEIGHTS
from roleclass.training.tables import WordTable
from roleclass.training.unclear import UnclearRule, small_words

Floats = NDArray[np.float64]

_PARTS, _WORKS = len(PARTS), len(WORKS)
_ASKED = np.isin(PARTS, ("duty", "requirement")).astype(float)


@dataclass(frozen=True)
class Weighted:
    """Lines with what they count.

    Attributes
    ----------
    weight : float tensor of shape (M, 1)
        How much a mention in the line counts; 0 for lines that part rows.
    size : float tensor of shape (M, 1)
        Words, 0 for lines that part rows.
    surest : float tensor of shape (N, 12)
        See `Measures`.
    words, number, asked : float tensors of shape (N, 1)
        Sums over the lines of a row: of weighted words, of words, of words asked.
    of_lines, of_ngrams : float tensors of shape (N, 30), (N, K)
        Of lines by part and work, of weighted `GraphScores.further`.
    """

    weight: str
    size: str
    surest: str
    words: str
    number: str
    asked: str
    of_lines: str
    of_ngrams: str


def weigh_lines(
    w: Writer, words: Words, lines: GraphLines, scores: GraphScores, roles: int
) -> Weighted:
    """Add up lines for each posting; `roles` is the number of `GraphScores.further`."""
    size = w.op("Add", w.op("Sub", lines.last, lines.first), w.const(1))
    size = w.op("Where", lines.parts, w.const(0), size)
    column = w.vector(-1, 1)
    size = w.op("Reshape", w.cast(size, TensorProto.FLOAT), column)
    mask = w.op("Reshape", w.op("Sign", size), column)
    part = w.op("Mul", scores.part, mask)
    matrix = np.column_stack([WEIGHTS, _ASKED])
    weight, asked = w.split(w.op("MatMul", part, w.const(matrix, np.float32)), 1, 1)
    cross = times(w, part, scores.work, _PARTS, _WORKS)
    words_of = w.op("Mul", w.op("Concat", weight, mask, asked, axis=1), size)
    ngrams = w.op("Mul", scores.further, weight)
    sizes = (1, 1, 1, _PARTS * _WORKS, roles)
    totals = w.op("Concat", words_of, cross, ngrams, axis=1)
    totals = w.add_rows(w.zeros(words.rows, sum(sizes)), lines.row, totals)
    surest = w.cut(cross, _WORKS, 3 * _WORKS, axis=1)
    surest = w.add_rows(w.zeros(words.rows, 2 * _WORKS), lines.row, surest, "max")
    return Weighted(weight, size, surest, *w.split(totals, *sizes))


def mention_counts(
    w: Writer,
    features: PostingFeatures,
    found: Found,
    words: Words,
    lines: GraphLines,
    weighted: Weighted,
) -> tuple[str, str, Floats]:
    """Count mentions: weighted, and in the title.

    Phrases that mention the same concepts are counted together, as one set.

    Returns
    -------
    weighted, in title : float tensors of shape (N, S)
    sets : float64 array of shape (S, C)
        The concepts of each set. The first is the empty one.
    """
    member = features.membership_.toarray() * features.groups_.any(axis=1)
    empty = np.zeros((1, member.shape[1]))
    sets, set_of_ngram = np.unique(np.vstack([empty, member]), axis=0, return_inverse=True)
    set_of_ngram = set_of_ngram.ravel()
    # The empty set sorts first; what is no n-gram mentions nothing.
    column = w.take(w.const(np.append(set_of_ngram[1:], 0)), found.ngram)
    which = w.places(column)
    column, word = (w.take(x, which) for x in (column, found.word))
    line, row = w.take(lines.word_line, word), w.take(words.row, word)
    is_title = _titles(w, lines, weighted)
    cell = w.op("Add", w.op("Mul", row, w.const(2 * len(sets))), column)
    in_title = w.op("Add", cell, w.const(len(sets)))
    cells = w.op("Concat", cell, in_title, axis=0)
    values = w.op(
        "Concat",
        w.take(w.flat(weighted.weight), line),
        w.take(is_title, line),
        axis=0,
    )
    zeros = w.op("ConstantOfShape", w.op("Mul", words.rows, w.vector(2 * len(sets))))
    counts = w.op("ScatterElements", zeros, cells, values, axis=0, reduction="add")
    counts = w.op("Reshape", counts, w.vector(-1, 2 * len(sets)))
    counted, titled = w.split(counts, len(sets), len(sets))
    return counted, titled, sets


def _titles(w: Writer, lines: GraphLines, weighted: Weighted) -> str:
    """1 for the first line of each row if it is short enough, otherwise 0: float tensor of shape (M,)."""
    first = w.moved(lines.parts, 1, True, np.bool_)
    short = w.op("LessOrEqual", w.flat(weighted.size), w.const(TITLE_WORDS, np.float32))
    return w.cast(w.op("And", first, short), TensorProto.FLOAT)


def blocks(
    w: Writer,
    features: PostingFeatures,
    found: Found,
    words: Words,
    lines: GraphLines,
    weighted: Weighted,
    table: WordTable,
    rule: UnclearRule,
    out: str,
) -> str:
    """Write the `PostingFeatures.columns_`, cut but not yet weighted, and the output ``reason``.

    Returns
    -------
    float tensor of shape (N, 1)
        Weighted words and `NGRAM_WORDS`: what n-grams are divided by.
    """
    used = features.columns_by_block()
    counted, titled, sets = mention_counts(w, features, found, words, lines, weighted)
    number, of_lines = weighted.number, weighted.of_lines
    parts = []
    if len(used["title"]):
        titles = w.op("MatMul", titled, w.const(sets[:, used["title"]], np.float32))
        parts.append(w.op("Min", titles, w.const(1.0, np.float32)))
    parts.append(_balance(w, features, counted, sets, number, used["balance"]))
    parts.append(_of_lines(w, of_lines, weighted.surest, used["line"]))
    parts += _densities(w, features, counted, sets, weighted, used)
    columns = w.op("Concat", *parts, axis=1)
    columns = w.op("Max", columns, w.const(features.lowest_, np.float32))
    w.op("Min", columns, w.const(features.highest_, np.float32), out=out)
    _reason(w, features, table, words, weighted.asked, rule)
    return w.op("Add", weighted.words, w.const(NGRAM_WORDS, np.float32), out="divisor")


def _densities(
    w: Writer,
    features: PostingFeatures,
    counted: str,
    sets: Floats,
    weighted: Weighted,
    used: dict[str, NDArray[np.int64]],
) -> list[str]:
    """The blocks ``density`` and ``product``; the two factors of each product are chosen by matrices."""
    density, product = used["density"], used["product"]
    # Concepts first, then what is crossed, then what fills up; see `VECTOR`.
    summed = 1000 * np.hstack([sets[:, density], sets @ features.crossed_])
    side, more = features.crossed_.shape[1], -summed.shape[1] % VECTOR
    summed = np.pad(summed, ((0, 0), (0, more)))
    enough = w.op("Max", weighted.number, w.const(DENSITY_WORDS, np.float32))
    per_thousand = w.op("Div", w.op("MatMul", counted, w.const(summed, np.float32)), enough)
    crossed = w.op("Log", w.op("Add", per_thousand, w.const(1.0, np.float32)))
    deviation = features.crossed_deviation_
    chosen = np.diag(1 / deviation)
    chosen = np.pad(chosen, ((len(density), more), (0, 0)))
    shift = -features.crossed_mean_ / deviation
    standard = w.op("Gemm", crossed, w.const(chosen, np.float32), w.const(shift, np.float32))
    standard = w.op("Clip", standard, w.const(-CUT, np.float32), w.const(CUT, np.float32))
    one, other = (
        w.op("MatMul", standard, w.const(np.eye(side)[:, factor], np.float32))
        for factor in (product // side, product % side)
    )
    parts = [w.op("Mul", one, other)] if len(product) else []
    return [w.cut(crossed, 0, len(density), axis=1), *parts] if len(density) else parts


def _quotients(
    w: Writer,
    terms: str,
    above: Floats,
    below: Floats,
    is_log: NDArray[np.bool_],
    used: NDArray[np.int64],
) -> str:
    """Quotients of sums of terms, and logarithms of such quotients; the last row of a matrix is added."""
    above, below, is_log = above[:, used], below[:, used], is_log[used]
    more = -len(used) % VECTOR
    ones = np.eye(len(above))[:, [-1] * more]
    above, below = (np.hstack([matrix, ones]) for matrix in (above, below))
    is_log = np.append(is_log, [False] * more)
    one, other = (
        w.op("Gemm", terms, w.const(m[:-1], np.float32), w.const(m[-1], np.float32))
        for m in (above, below)
    )
    quotient = w.op("Div", one, other)
    mixed = w.op("Where", w.const(is_log, np.bool_), w.op("Log", quotient), quotient)
    return w.cut(mixed, 0, len(used), axis=1)


def _balance(
    w: Writer,
    features: PostingFeatures,
    counted: str,
    sets: Floats,
    number: str,
    used: NDArray[np.int64],
) -> str:
    """See `features._balance`."""
    size = len(GROUPS)
    groups = w.op("MatMul", counted, w.const(sets @ features.groups_, np.float32))
    terms = w.op("Concat", groups, number, axis=1)

    def total(*names: str, words: float = 0, more: float = 0) -> Floats:
        return np.array([*(float(name in names) for name in GROUPS), words, more])

    one = total(more=1)
    each = [total(name) for name in GROUPS]
    above = [*(group + one for group in each), *each]
    below = [one] * size + [total(words=1, more=SHARE_WORDS)] * size
    above += [total("genai", more=0.5), total("genai", "ml", "ai", more=0.5)]
    below += [total("genai", "ml", more=1), total(*GROUPS, more=5)]
    above.append(total(words=1, more=1))
    below.append(one)
    is_log = np.array([True] * size + [False] * (size + 2) + [True])
    return _quotients(w, terms, np.array(above).T, np.array(below).T, is_log, used)


def _of_lines(w: Writer, of_lines: str, surest: str, used: NDArray[np.int64]) -> str:
    """The block ``line``."""
    size = _PARTS * _WORKS
    surest_size = 2 * _WORKS
    terms = w.op("Concat", of_lines, surest, axis=1)
    eye = np.eye(size + surest_size + 1)
    one = eye[:, [-1]]
    line = eye[:, :size].reshape(len(eye), _PARTS, _WORKS)
    duty, requirement = line[:, 1], line[:, 2]
    above, below, logs = [eye[:, :size] + one], [np.repeat(one, size, axis=1)], [True] * size
    for kind in (duty, requirement, duty + requirement):
        above.append(kind)
        below.append(np.repeat(kind.sum(axis=1, keepdims=True) + one, _WORKS, axis=1))
    above += [eye[:, size : size + surest_size], line.sum(axis=2) + one]
    below += [np.repeat(one, surest_size + _PARTS, axis=1)]
    logs += [False] * (3 * _WORKS + surest_size) + [True] * _PARTS
    return _quotients(w, terms, np.hstack(above), np.hstack(below), np.array(logs), used)


def _reason(
    w: Writer,
    features: PostingFeatures,
    table: WordTable,
    words: Words,
    asked: str,
    rule: UnclearRule,
) -> None:
    """Write the output ``reason``: see `UnclearRule`."""
    value_of = small_words(features.lines.concepts)
    values = np.zeros(len(table.keys), np.int32)
    known = features.lines.vocabulary.words
    values[table.slots[: len(known)]] = [value_of.get(word, 0) for word in known]
    upto = w.op("CumSum", w.take(w.const(values), words.slot), w.const(0))
    # Of the batch up to each row's end, where a word stands that is none.
    upto = w.take(upto, words.last)
    small = w.op("Sub", upto, w.moved(upto, 1))
    index = words.last
    tokens = w.op("Sub", w.op("Sub", index, w.moved(index, 1, -1)), w.const(1))
    column = w.vector(-1, 1)
    small, tokens = (w.op("Reshape", w.cast(x, TensorProto.FLOAT), column) for x in (small, tokens))
    enough = w.op("Mul", tokens, w.const(rule.asked_share, np.float32))
    beyond = w.op("Sub", asked, w.op("Min", enough, w.const(rule.min_asked, np.float32)))
    terms = w.op("Concat", tokens, small, beyond, axis=1)
    # Below 0 where a reason holds; the first is none. In the order of `REASONS`, whole numbers and halves.
    matrix = np.array(
        [
            [0, 0, 0, 0],
            [1, 0, 0, -0.5],
            [1, 0, 0, 0.5 - rule.min_words],
            [-1, rule.words_per_small, 0, 0.5],
            [0, 0, 1, 0],
        ]
    ).T
    against = w.op("Gemm", terms, w.const(matrix[:-1], np.float32), w.const(matrix[-1], np.float32))
    holds = w.cast(w.op("Less", against, w.const(0.0, np.float32)), TensorProto.UINT8)
    w.op("ArgMax", holds, axis=1, keepdims=0, out="reason")
