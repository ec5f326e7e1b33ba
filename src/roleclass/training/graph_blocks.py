"""The graph from n-grams to the blocks of features after them, and to the reasons to be unclear.

Every function writes what the NumPy function of the same purpose in `mentions`, `features` and
`unclear` computes; the parity tests hold the two together. A node costs .3 us whatever it does,
which is most of a single posting's time, so sums of any kind are products with one matrix.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.training.features import (
    CUT,
    DENSITY_WORDS,
    GROUPS,
    SECTIONS,
    SHARE_WORDS,
    PostingFeatures,
)
from roleclass.training.graph import Found, Words, Writer, count
from roleclass.training.mentions import REGION_OF_CODE, REGIONS, TITLE_BYTES
from roleclass.training.tables import WordTable
from roleclass.training.unclear import UnclearRule, small_words

Floats = NDArray[np.float64]

_NEWLINE = ord("\n")
_START = len(REGION_OF_CODE)  # stands for code 0, because 0 is no mark; a row's end sets it anew
# A mention is counted at one place: that of its section's code, 1 to _START, less 1; by _START
# further up if it is in the title.
_PLACES = 2 * _START
_PLACES_OF_REGION = np.zeros((len(REGIONS), _PLACES))
_PLACES_OF_REGION[REGIONS.index("posting")] = 1
_PLACES_OF_REGION[REGIONS.index("title"), _START:] = 1
for _code, _region in enumerate(REGION_OF_CODE):
    if _region >= 0:
        _PLACES_OF_REGION[_region, (_code or _START) - 1 :: _START] = 1


class Mentions(NamedTuple):
    """What is mentioned where.

    Phrases that mention the same concepts are counted together, as one set. The first set is the
    empty one, of all n-grams without a concept that counts.

    Attributes
    ----------
    sets : float64 array of shape (S, C)
        The concepts of each set.
    counts : float tensor of shape (N * P * S,)
        Mentions at each place of each set.
    """

    sets: Floats
    counts: str


def find_mentions(
    w: Writer, features: PostingFeatures, found: Found, words: Words, utf8: str
) -> Mentions:
    """Count the mentions at each place."""
    counted = features.membership_.toarray() * features.groups_.any(axis=1)
    empty = np.zeros((1, 1 + counted.shape[1]))
    both = np.vstack([empty, np.column_stack([features.headings_, counted])])
    sets, set_of_ngram = np.unique(both, axis=0, return_inverse=True)
    heading_of_set, sets, set_of_ngram = sets[:, 0], sets[:, 1:], set_of_ngram.ravel()[1:]

    # A set as its place from the end, because codes begin at 1; the empty set as 0.
    from_end = np.where(set_of_ngram > 0, set_of_ngram - len(sets), 0)
    column = w.take(w.const(np.append(from_end, 0)), found.ngram)
    which = w.places(column)
    column, word = (w.take(x, which) for x in (column, found.word))
    # Codes times the number of sets from here on: how far apart their cells lie.
    codes = _codes(w, words, word, w.take(w.const(heading_of_set * len(sets)), column), len(sets))
    row = w.take(words.row, word)
    in_title = _is_in_title(w, utf8, row, w.take(words.pair, word))
    further = w.op("Where", in_title, w.const(_START * len(sets)), w.const(0))
    width = _PLACES * len(sets)
    cell = w.op("Add", w.op("Add", codes, column), further)
    cell = w.op("Add", w.op("Mul", row, w.const(width)), cell)
    return Mentions(sets, count(w, cell, words.rows, width))


def _is_in_title(w: Writer, utf8: str, row: str, pair: str) -> str:
    """Whether a word stands before the end of a first line that is short enough."""
    # As int32: ONNX Runtime before 1.20 looks for no least byte.
    head = w.cast(w.cut(utf8, 0, TITLE_BYTES + 1, axis=1), TensorProto.INT32)
    differs = w.op("Sign", w.op("BitwiseXor", head, w.const(_NEWLINE)))
    # The first 0; ArgMin gives 0 where there is none: no title.
    end = w.op("ArgMin", differs, axis=1, keepdims=0)
    # A word that ends in the newline's own pair ends before it if the newline is the second byte.
    first = w.op("Mul", pair, w.const(2))
    return w.op("Less", first, w.take(w.cast(end, TensorProto.INT32), row))


def _codes(w: Writer, words: Words, word: str, heading: str, size: int) -> str:
    """See `mentions._sections`: what the last heading gave; at first `size` times `_START`."""
    start = _START * size
    marks = w.op(
        "ScatterElements",
        w.op("Where", words.is_last, w.const(start), w.const(0)),
        word,
        heading,
        axis=0,
        reduction="max",
    )
    opened = w.op("CumSum", w.op("Sign", marks), w.const(0))
    marks = w.keep(marks, w.cast(marks, TensorProto.BOOL))
    return w.take(w.op("Concat", w.const([start]), marks, axis=0), w.take(opened, word))


def blocks(
    w: Writer,
    features: PostingFeatures,
    mentions: Mentions,
    words: Words,
    table: WordTable,
    out: str,
) -> None:
    """Write the `PostingFeatures.columns_`, cut but not yet weighted, and the output ``reason``."""
    sets = mentions.sets
    density, title, balance, product = features.columns_by_block()
    balanced, enough = _balance(w, features, mentions, _numbers(w, features, table, words), balance)
    two_regions = w.op(
        "MatMul",
        w.const(_PLACES_OF_REGION[:2], np.float32),
        w.op("Reshape", mentions.counts, w.vector(-1, _PLACES, len(sets))),
    )
    in_posting, in_title = w.split(
        w.op("Reshape", two_regions, w.vector(-1, 2 * len(sets))), len(sets), len(sets)
    )
    parts = []
    # Concepts first, then what is crossed.
    summed = 1000 * np.hstack([sets[:, density], sets @ features.crossed_])
    per_thousand = w.op("Div", w.op("MatMul", in_posting, w.const(summed, np.float32)), enough)
    densities = w.op("Log", w.op("Add", per_thousand, w.const(1.0, np.float32)))
    if len(density):
        parts.append(w.cut(densities, 0, len(density), axis=1))
    if len(title):
        parts.append(w.op("MatMul", in_title, w.const(sets[:, title], np.float32)))
    parts.append(balanced)
    if len(product):
        parts.append(_products(w, features, densities, len(density), product))
    columns = w.op("Concat", *parts, axis=1)
    highest = features.highest_.copy()
    # Whether a title mentions a concept, not how often.
    highest[len(density) :][: len(title)].clip(max=1, out=highest[len(density) :][: len(title)])
    columns = w.op("Max", columns, w.const(features.lowest_, np.float32))
    w.op("Min", columns, w.const(highest, np.float32), out=out)


def _products(
    w: Writer, features: PostingFeatures, densities: str, before: int, pairs: NDArray[np.int64]
) -> str:
    """Products of what is crossed, two by two; the two factors of each are chosen by matrices."""
    side = len(features.crossed_mean_)
    chosen = np.vstack([np.zeros((before, side)), np.diag(1 / features.crossed_deviation_)])
    shift = -features.crossed_mean_ / features.crossed_deviation_
    standard = w.op("Gemm", densities, w.const(chosen, np.float32), w.const(shift, np.float32))
    standard = w.op("Clip", standard, w.const(-CUT, np.float32), w.const(CUT, np.float32))
    one, other = (
        w.op("MatMul", standard, w.const(np.eye(side)[:, factor], np.float32))
        for factor in (pairs // side, pairs % side)
    )
    return w.op("Mul", one, other)


def _numbers(w: Writer, features: PostingFeatures, table: WordTable, words: Words) -> str:
    """Words of each row, the one at its end included, and small English words; of shape (N, 2)."""
    small_ones = small_words(features.concepts_)
    is_small = np.zeros(len(table.keys), np.int32)
    is_small[table.slots] = [word in small_ones for word in features.vocabulary_.words]
    small = w.op("CumSum", w.take(w.const(is_small), words.slot), w.const(0))
    # Of the batch up to each row's end; what belongs to a row is the difference to the row before.
    upto = w.op("Concat", words.last, w.take(small, words.last), axis=0)
    upto = w.op("Reshape", upto, w.vector(2, -1))
    before = w.op("Concat", w.const([[-1], [0]]), w.cut(upto, 0, -1, axis=1), axis=1)
    numbers = w.cast(w.op("Sub", upto, before), TensorProto.FLOAT)
    return w.op("Transpose", numbers, perm=[1, 0])


def _balance(
    w: Writer, features: PostingFeatures, mentions: Mentions, numbers: str, used: NDArray[np.int64]
) -> tuple[str, str]:
    """See `features._balance`, of the posting and all sections at once; writes ``reason``, too.

    All columns are quotients of two sums over places, groups and `_numbers`, or logarithms of such
    quotients.

    Returns
    -------
    balance : float tensor of shape (N, len(used))
    enough : float tensor of shape (N, 1)
        The number of words, at least `DENSITY_WORDS`.
    """
    size = len(GROUPS)
    groups = mentions.sets @ features.groups_
    by_place = w.op(
        "MatMul",
        w.op("Reshape", mentions.counts, w.vector(-1, len(groups))),
        w.const(groups, np.float32),
    )
    by_place = w.op("Reshape", by_place, w.vector(-1, _PLACES * size))
    terms = w.op("Concat", by_place, numbers, axis=1)

    def total(
        *names: str, region: str = "posting", words: float = 0, small: float = 0, more: float = 0
    ) -> Floats:
        """A sum as weights of the terms, the last one a constant; a row has a word more than it says."""
        chosen = [name in names for name in GROUPS]
        places = np.outer(_PLACES_OF_REGION[REGIONS.index(region)], chosen).ravel()
        return np.concatenate([places, [words, small, more - words]])

    one = total(more=1)
    numerators, denominators, is_log = [], [], []
    for region in ("posting", *SECTIONS):
        each = [total(name, region=region) for name in GROUPS]
        numerators += [sums + one for sums in each] + each
        denominators += [one] * size + [total(words=1, more=SHARE_WORDS)] * size
        numerators += [total("genai", region=region, more=0.5)]
        denominators += [total("genai", "ml", region=region, more=1)]
        numerators += [total("genai", "ml", "ai", region=region, more=0.5)]
        denominators += [total(*GROUPS, region=region, more=5)]
        is_log += [True] * size + [False] * (size + 2)
        if region == "posting":
            numerators.append(total(words=1, more=1))
            denominators.append(one)
            is_log.append(True)
    rule = UnclearRule()
    # Below 0 where a reason holds; the first is none. In the order of `REASONS`, in whole numbers and halves.
    reasons = [
        total(),
        total(words=1, more=-0.5),
        total(words=1, more=0.5 - rule.min_words),
        total(small=rule.words_per_small, words=-1, more=0.5),
    ]
    matrix = np.array(
        [numerators[i] for i in used] + [denominators[i] for i in used] + reasons + [total(words=1)]
    ).T
    sums = w.op("Gemm", terms, w.const(matrix[:-1], np.float32), w.const(matrix[-1], np.float32))
    above, below, against, number = w.split(sums, len(used), len(used), len(reasons), 1)
    quotient = w.op("Div", above, below)
    balance = w.op(
        "Where", w.const(np.array(is_log)[used], np.bool_), w.op("Log", quotient), quotient
    )
    holds = w.cast(w.op("Less", against, w.const(0.0, np.float32)), TensorProto.UINT8)
    w.op("ArgMax", holds, axis=1, keepdims=0, out="reason")
    return balance, w.op("Max", number, w.const(DENSITY_WORDS, np.float32))
