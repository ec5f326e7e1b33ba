"""The graph from lines to the blocks of features after the n-grams, and to the reasons to be unclear.

Every function writes the computation of a NumPy function in `features` or `unclear`; the
parity tests compare the two. A node costs .4 us whatever it does, which is most of a single
posting's time, so sums of any kind are products with one matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.reading import PARTS, WORKS
from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.lines import GraphLines
from roleclass.training.cut.words import VECTOR, Found, Words
from roleclass.training.features import (
    CUT,
    DENSITY_WORDS,
    GROUPS,
    NGRAM_WORDS,
    SHARE_WORDS,
    PostingFeatures,
)
from roleclass.training.graph.line_model import PART, WIDE, WORK, GraphScores
from roleclass.training.graph.line_weights import SUMMED
from roleclass.training.measures import TITLE_WORDS, WEIGHTS
from roleclass.training.unclear import UnclearRule

Floats = NDArray[np.float64]

_PARTS, _WORKS = len(PARTS), len(WORKS)
_ASKED = np.isin(PARTS, ("duty", "requirement")).astype(float)


@dataclass(frozen=True)
class Weighted:
    """The counts of lines.

    Attributes
    ----------
    weight : float tensor of shape (M, 1)
        The weight of a mention in the line; 0 for lines that separate rows.
    size : float tensor of shape (M, 1)
        See `GraphScores`.
    words, number, asked : float tensors of shape (N, 1)
        Sums over the lines of a row: of weighted words, of words, of words asked.
    of_lines, surest : float tensors of shape (N, 30), (N, 12)
        Expected numbers of lines by part and work; see `Measures`.
    of_ngrams, small : float tensors of shape (N, K), (N, 1)
        Sums of the further weights: weighted, with 0 for the first role; and of the last one as it is.
    """

    weight: str
    size: str
    words: str
    number: str
    asked: str
    of_lines: str
    surest: str
    of_ngrams: str
    small: str


def weigh_lines(
    w: GraphBuilder, words: Words, lines: GraphLines, scores: GraphScores, number: int
) -> Weighted:
    """Sum lines for each posting; `number` is K, the number of roles: see `converters`.

    The terms are products of a sum of probabilities, or 1, and a count.
    """
    size, first, small = 2 * WIDE, 2 * WIDE + 1 + SUMMED, 2 * WIDE + SUMMED + number
    asking, nothing = small + 1, small + 2  # nothing: an n-gram's weight for the first role
    part = np.eye(2 * WIDE)[:, list(PART)]
    weight, whole = part @ WEIGHTS, np.zeros(2 * WIDE)
    pairs = [
        *((weight, size), (whole, size), (part @ _ASKED, asking)),
        *((of_part, of_work) for of_part in part.T for of_work in WORK),
        *((weight, k) for k in (nothing, *range(first, small))),
        (whole, small),
    ]
    sums = np.stack([of for of, _ in pairs], axis=1)
    is_whole = ~sums.any(axis=0)
    factors = w.op("Gemm", scores.both, w.const(sums, np.float32), w.const(is_whole, np.float32))
    values = w.op("Concat", scores.both, scores.size, scores.sums, scores.asking, axis=1)
    chosen = np.eye(nothing, nothing + 1)[:, [k for _, k in pairs]]
    products = w.op("Mul", factors, w.op("MatMul", values, w.const(chosen, np.float32)))

    row = w.rows(lines.row)
    sizes = (1, 1, 1, _PARTS * _WORKS, number, 1)
    totals = w.scatter_rows(w.zeros(words.rows, sum(sizes)), row, products)
    weighted, words_of, asked, of_lines, of_ngrams, of_small = w.split(totals, *sizes)
    # Without the line that separates rows, which has one word.
    words_of = w.op("Sub", words_of, w.const(1.0, np.float32))
    surest = w.slice(products, 3 + _WORKS, 3 + 3 * _WORKS, axis=1)
    return Weighted(
        w.op("MatMul", scores.both, w.const(weight[:, None], np.float32)),
        scores.size,
        weighted,
        words_of,
        asked,
        of_lines,
        w.scatter_rows(w.zeros(words.rows, 2 * _WORKS), row, surest, "max"),
        of_ngrams,
        of_small,
    )


def mention_counts(
    w: GraphBuilder,
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
    # The empty set sorts first; unknown n-grams mention nothing.
    set_of_ngram = np.append(set_of_ngram[1:], 0)
    column = w.gather(w.const(set_of_ngram[found.ngram_of_state]), found.state)
    which = w.nonzero(column)
    column, word = (w.gather(x, which) for x in (column, found.word))
    line, row = w.gather(lines.word_line, word), w.gather(words.row, word)
    is_title = _titles(w, lines, weighted)
    cell = w.op("Add", w.op("Mul", row, w.const(2 * len(sets))), column)
    in_title = w.op("Add", cell, w.const(len(sets)))
    cells = w.op("Concat", cell, in_title, axis=0)
    values = w.op(
        "Concat",
        w.gather(w.flatten(weighted.weight), line),
        w.gather(is_title, line),
        axis=0,
    )
    zeros = w.op("ConstantOfShape", w.op("Mul", words.rows, w.vector(2 * len(sets))))
    counts = w.op("ScatterElements", zeros, cells, values, axis=0, reduction="add")
    counts = w.op("Reshape", counts, w.vector(-1, 2 * len(sets)))
    counted, titled = w.split(counts, len(sets), len(sets))
    return counted, titled, sets


def _titles(w: GraphBuilder, lines: GraphLines, weighted: Weighted) -> str:
    """1 for the first line of each row if it is short enough, otherwise 0: float tensor of shape (M,)."""
    first = w.shift(lines.parts, 1, True, np.bool_)
    short = w.op("LessOrEqual", w.flatten(weighted.size), w.const(TITLE_WORDS, np.float32))
    return w.cast(w.op("And", first, short), TensorProto.FLOAT)


def blocks(
    w: GraphBuilder,
    features: PostingFeatures,
    found: Found,
    words: Words,
    lines: GraphLines,
    weighted: Weighted,
    rule: UnclearRule,
    out: str,
) -> str:
    """Write the `PostingFeatures.columns_`, cut but unscaled, and the output ``reason``.

    Returns
    -------
    float tensor of shape (N, 1)
        Weighted words plus `NGRAM_WORDS`: the divisor of n-grams.
    """
    used = features.columns_by_block()
    counted, titled, sets = mention_counts(w, features, found, words, lines, weighted)
    parts = []
    if len(used["title"]):
        titles = w.op("MatMul", titled, w.const(sets[:, used["title"]], np.float32))
        parts.append(w.op("Min", titles, w.const(1.0, np.float32)))
    groups = w.op("MatMul", counted, w.const(sets @ features.groups_, np.float32))
    terms = (groups, weighted.number, weighted.of_lines, weighted.surest)
    quotients = [_balance().at(used["balance"]), _of_lines().at(used["line"])]
    parts.append(_write_quotients(w, w.op("Concat", *terms, axis=1), quotients))
    parts += _densities(w, features, counted, sets, weighted, used)
    columns = w.op("Concat", *parts, axis=1)
    columns = w.op("Max", columns, w.const(features.lowest_, np.float32))
    w.op("Min", columns, w.const(features.highest_, np.float32), out=out)
    _reason(w, words, weighted, rule)
    return w.op("Add", weighted.words, w.const(NGRAM_WORDS, np.float32), out="divisor")


def _densities(
    w: GraphBuilder,
    features: PostingFeatures,
    counted: str,
    sets: Floats,
    weighted: Weighted,
    used: dict[str, NDArray[np.int64]],
) -> list[str]:
    """The blocks ``density`` and ``product``; the two factors of each product are chosen by matrices."""
    density, product = used["density"], used["product"]
    # Concepts first, then the crossed quantities, then padding; see `VECTOR`.
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
    return [w.slice(crossed, 0, len(density), axis=1), *parts] if len(density) else parts


class _Quotients(NamedTuple):
    """Quotients of sums of terms, and logarithms of such quotients.

    Attributes
    ----------
    above, below : float64 arrays of shape (T + 1, B)
        The coefficients of the `_terms`, and the constants.
    is_log : bool array of shape (B,)
    """

    above: Floats
    below: Floats
    is_log: NDArray[np.bool_]

    @classmethod
    def of(cls, *columns: tuple[Floats, Floats, bool]) -> "_Quotients":
        """Make them of columns above, columns or a column below, and whether these are logarithms."""
        above, below, logs = zip(*columns, strict=True)
        wide = [np.broadcast_to(b, a.shape) for a, b in zip(above, below, strict=True)]
        is_log = np.repeat(logs, [a.shape[1] for a in above])
        return cls(np.hstack(above), np.hstack(wide), is_log)

    def at(self, used: NDArray[np.int64]) -> "_Quotients":
        """Return some of them."""
        return _Quotients(self.above[:, used], self.below[:, used], self.is_log[used])


def _terms() -> dict[str, Floats]:
    """The terms of quotients, as columns of the unit matrix; the last is 1."""
    sizes = {
        "groups": len(GROUPS), "number": 1, "lines": _PARTS * _WORKS, "surest": 2 * _WORKS, "one": 1,
    }  # fmt: skip
    ends = np.cumsum(list(sizes.values()))
    return dict(zip(sizes, np.split(np.eye(ends[-1]), ends[:-1], axis=1), strict=True))


def _balance() -> _Quotients:
    """See `features._balance`."""
    terms = _terms()
    one, number = terms["one"], terms["number"]

    def total(*names: str) -> Floats:
        chosen = np.isin(list(GROUPS), names or list(GROUPS))
        return np.asarray(terms["groups"] @ chosen[:, None])

    return _Quotients.of(
        (terms["groups"] + one, one, True),
        (terms["groups"], number + SHARE_WORDS * one, False),
        (total("genai") + 0.5 * one, total("genai", "ml") + one, False),
        (total("genai", "ml", "ai") + 0.5 * one, total() + 5 * one, False),
        (number + one, one, True),
    )


def _of_lines() -> _Quotients:
    """The block ``line``."""
    terms = _terms()
    one = terms["one"]
    line = terms["lines"].reshape(-1, _PARTS, _WORKS)
    duty, requirement = line[:, 1], line[:, 2]
    return _Quotients.of(
        (terms["lines"] + one, one, True),
        *(
            (kind, kind.sum(axis=1, keepdims=True) + one, False)
            for kind in (duty, requirement, duty + requirement)
        ),
        (terms["surest"], one, False),
        (line.sum(axis=2) + one, one, True),
    )


def _write_quotients(w: GraphBuilder, terms: str, blocks: Sequence[_Quotients]) -> str:
    """Write the quotients of all blocks at once."""
    above, below = (np.hstack(of) for of in list(zip(*blocks, strict=True))[:2])
    is_log = np.concatenate([block.is_log for block in blocks])
    number = len(is_log)
    more = -number % VECTOR
    above, below = (np.pad(of, ((0, 0), (0, more))) for of in (above, below))
    above[-1, number:] = below[-1, number:] = 1
    one, other = (
        w.op("Gemm", terms, w.const(of[:-1], np.float32), w.const(of[-1], np.float32))
        for of in (above, below)
    )
    quotient = w.op("Div", one, other)
    is_log = np.pad(is_log, (0, more))
    mixed = w.op("Where", w.const(is_log, np.bool_), w.op("Log", quotient), quotient)
    return w.slice(mixed, 0, number, axis=1)


def _reason(w: GraphBuilder, words: Words, weighted: Weighted, rule: UnclearRule) -> None:
    """Write the output ``reason``: see `UnclearRule`."""
    index = words.last
    tokens = w.op("Sub", w.op("Sub", index, w.shift(index, 1, -1)), w.const(1))
    tokens = w.op("Reshape", w.cast(tokens, TensorProto.FLOAT), w.vector(-1, 1))
    enough = w.op("Mul", tokens, w.const(rule.asked_share, np.float32))
    enough = w.op("Min", enough, w.const(rule.min_asked, np.float32))
    terms = w.op("Concat", tokens, weighted.small, weighted.asked, enough, axis=1)
    # Negative if a reason holds; the first is none. In the order of `REASONS`, integers and halves.
    matrix = np.array(
        [
            [0, 0, 0, 0, 0],
            [1, 0, 0, 0, -0.5],
            [1, 0, 0, 0, 0.5 - rule.min_words],
            [-1, rule.words_per_small, 0, 0, 0.5],
            [0, 0, 1, -1, 0],
        ]
    ).T
    against = w.op("Gemm", terms, w.const(matrix[:-1], np.float32), w.const(matrix[-1], np.float32))
    holds = w.cast(w.op("Less", against, w.const(0.0, np.float32)), TensorProto.UINT8)
    w.op("ArgMax", holds, axis=1, keepdims=0, out="reason")
