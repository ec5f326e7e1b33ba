"""The graph for the gaps between words: all `rules` are looked up at once.

Most gaps, a blank or a comma and a blank, end no line and are left out before that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.text import FOLD, SEPARATOR
from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.byte_classes import CLASSES, COUNTED, MARK, MARK_UNIT, NEWLINES
from roleclass.training.cut.rules import (
    FROM_END,
    FROM_START,
    INLINE,
    LISTS,
    NEW,
    PLACES,
    TELLS,
    rule_bits,
)
from roleclass.training.cut.tables import WordTable
from roleclass.training.cut.words import Words, sums_upto


@dataclass(frozen=True)
class GraphGaps:
    """The K gaps of a batch at which a line may end, and all of its W words.

    Attributes
    ----------
    before, behind : int32 tensors of shape (K,)
        The word before the gap, and the one after it, even if there is none.
    ends : int32 tensor of shape (4, K)
        Where the words before and behind the gap end, where they start.
    bits : int64 tensor of shape (K,)
        The conjunctions that hold; see `holding`.
    counted : int32 tensor of shape (K,)
        See `byte_classes.COUNTED`; a bullet directly after a word does not count.
    word_start : int32 tensor of shape (W,)
    word_sums : int64 tensor of shape (W,)
        The counts up to the end of each word; see `_sums`.
    """

    before: str
    behind: str
    ends: str
    bits: str
    counted: str
    word_start: str
    word_sums: str


def find_gaps(w: GraphBuilder, table: WordTable, words: Words) -> GraphGaps:
    """Look at the gaps between words; see `lines.find_lines`."""
    sums = _sums(w, words)
    # The counts from the end of one word to that of the next; bytes of words in the lower half.
    counts = w.op("Sub", sums, w.shift(sums, 1, dtype=np.int64))
    word_start = w.op("Sub", words.end, w.cast(counts, TensorProto.INT32))
    # The word at a row's end is unknown, hence in no list.
    listed = w.gather(w.const(_slots(table)), words.slot)
    new = w.op("Mul", w.cast(words.is_last, TensorProto.INT32), w.const(NEW))
    listed = w.op("Add", listed, new)
    before = _candidates(w, words, counts, listed)
    behind = w.op("Add", before, w.const(1))
    behind_known = w.op("Min", behind, w.slice(words.index, -1))
    both = w.op("Concat", before, behind_known, axis=0)
    ends = w.op("Concat", *(w.gather(x, both) for x in (words.end, word_start)), axis=0)
    ends = w.op("Reshape", ends, w.vector(4, -1))

    # A byte at each of the places around a gap, and the lists of words.
    of_row = [(0, of) for of in FROM_END] + [(3, of) for of in FROM_START] + [(2, 0), (1, 0)]
    row, offset = np.array(of_row).T
    at = w.op("Gather", ends, w.const(row), axis=0)
    at = w.flatten(w.op("Add", at, w.const(offset[:, None])))
    bytes_ = w.cast(w.gather(words.utf8, at), TensorProto.INT32)
    values = w.op("Concat", bytes_, w.gather(listed, both), axis=0)
    values = w.op("Reshape", values, w.vector(len(PLACES), -1))

    first, end = (
        w.flatten(w.slice(of, k, k + 1)) for of, k in ((values, FROM_END.index(0)), (ends, 0))
    )
    at_second = w.op("Mul", w.op("BitwiseAnd", end, w.const(1)), w.const(256))
    correction = w.gather(w.const(_corrections()), w.op("Add", at_second, first))
    counted = w.op("Div", w.gather(counts, behind_known), w.const(2**32, np.int64))
    counted = w.op("Add", w.cast(counted, TensorProto.INT32), correction)
    return GraphGaps(before, behind, ends, _bits(w, values), counted, word_start, sums)


def holding(w: GraphBuilder, bits: str, *rules: str) -> Iterator[str]:
    """Which of some rules hold at K gaps, all at once: bool tensors of shape (K,)."""
    masks = np.array([[rule_bits()[1][name]] for name in rules])
    holds = w.cast(w.op("BitwiseAnd", bits, w.const(masks, np.int64)), TensorProto.BOOL)
    return iter(w.split_evenly(w.flatten(holds), len(rules)))


def _sums(w: GraphBuilder, words: Words) -> str:
    """The counts up to the end of each word: int64 tensor of shape (W,).

    Bytes of words in the lower half, `COUNTED` in the upper one; without bytes that are next to the end of a
    word and the second ones of their pairs: see `_corrections`.
    """
    token = np.array([folded != SEPARATOR[0] for folded in FOLD])
    counted = np.where(token[:, None] & ~token, 0, COUNTED) + COUNTED[:, None].astype(np.int64)
    of_pair = counted * 2**32 + token[:, None] + token
    pairs = w.op("Add", w.op("Mul", words.first, w.const(256)), words.second)
    # Small in the file: ONNX Runtime expands the table at loading.
    values, which = np.unique(of_pair, return_inverse=True)
    index = w.cast(w.const(which.ravel(), np.uint8), TensorProto.INT32)
    counts = w.gather(w.gather(w.const(values, np.int64), index), pairs)
    return sums_upto(w, counts, words.place)


def _corrections() -> NDArray[np.int32]:
    """The correction of a gap's count for its first byte: the first of a pair or, 256 further on, the second.

    There a mark is punctuation; what is second was not counted.
    """
    first = np.where((CLASSES & MARK) > 0, -MARK_UNIT, 0)
    return np.append(first, COUNTED & NEWLINES).astype(np.int32)


def _slots(table: WordTable) -> NDArray[np.int32]:
    """The lists that the word in each slot is in, as bits."""
    listed = np.zeros(len(table.keys), np.int32)
    for k, of in enumerate(LISTS.values()):
        for word in of:
            if not (slot := table.slot(word.encode())):
                raise ValueError(f"the table of words lacks {word!r}: make it from LISTED, too")
            listed[slot] |= 1 << k
    return listed


def _candidates(w: GraphBuilder, words: Words, counts: str, listed: str) -> str:
    """The gaps at which a line may end, by the word before each: int32 tensor of shape (K,); see `TELLS`."""
    first = w.cast(w.gather(words.utf8, words.end), TensorProto.INT32)
    tells = w.gather(w.const(TELLS, np.bool_), first)
    inline = w.cast(w.op("BitwiseAnd", listed, w.const(INLINE)), TensorProto.BOOL)
    holds = w.op("BitwiseAnd", counts, w.const(-(2**32), np.int64))
    behind = w.op("Or", w.cast(holds, TensorProto.BOOL), inline)
    tells = w.op("Or", w.op("Or", tells, inline), w.shift(behind, -1, True, np.bool_))
    return w.compress(words.index, tells)


def _bits(w: GraphBuilder, values: str) -> str:
    """Which conjunctions hold at each gap, from its bytes: int64 tensor of shape (K,)."""
    values = w.op("Add", values, w.const(256 * np.arange(len(PLACES))[:, None]))
    bits = w.gather(w.const(rule_bits()[0].ravel(), np.int64), w.flatten(values))
    for _ in range(len(PLACES).bit_length() - 1):  # a power of two
        bits = w.op("BitwiseAnd", *w.split_evenly(bits, 2))
    return bits
