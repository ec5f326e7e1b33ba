"""The graph that looks at the gaps between words, with the rules of `line_rules`, all looked up at once.

Gaps of a single blank between words end no line and are left out before that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.text import FOLD, SEPARATOR
from roleclass.training.graph.words import Words, Writer
from roleclass.training.lines.line_bytes import CLASSES, COUNTED, MARK, MARK_UNIT, NEWLINES
from roleclass.training.lines.rules import FROM_END, FROM_START, INLINE, LISTS, PLACES, rule_bits
from roleclass.training.tables import WordTable


@dataclass(frozen=True)
class GraphGaps:
    """The K gaps of a batch at which a line may end, and all of its W words.

    Attributes
    ----------
    before, behind : int32 tensors of shape (K,)
        The words around the gap; behind the last one of all, itself.
    end, start : int32 tensors of shape (K,)
        Its bytes: ``utf8[end:start]``.
    bits : int64 tensor of shape (K,)
        The conjunctions that hold; see `holding`.
    is_new : bool tensor of shape (K,)
        Whether it parts rows.
    counted : int32 tensor of shape (K,)
        See `line_bytes.COUNTED`; a mark behind a word is none.
    word_start, word_length : int32 tensors of shape (W,)
    word_sums : int64 tensor of shape (W,)
        What `between` subtracts.
    """

    before: str
    behind: str
    end: str
    start: str
    bits: str
    is_new: str
    counted: str
    word_start: str
    word_length: str
    word_sums: str


def find_gaps(w: Writer, table: WordTable, words: Words) -> GraphGaps:
    """Look at the gaps between words; see `graph_lines.find_lines`."""
    sums, length = _sums(w, words)
    word_start = w.op("Sub", words.end, length)
    listed = w.take(w.const(_slots(table)), words.slot)
    before = _candidates(w, words, word_start, listed)
    behind = w.op("Min", w.op("Add", before, w.const(1)), w.cut(words.index, -1))
    end, start = w.take(words.end, before), w.take(word_start, behind)

    # A byte at each of the places around a gap, and the lists of words.
    column = w.vector(1, -1)
    around = [
        w.flat(w.op("Add", w.op("Reshape", of, column), w.const(np.array(places)[:, None])))
        for of, places in ((end, FROM_END), (start, FROM_START))
    ]
    others = (w.take(word_start, before), w.take(words.end, behind))
    at = w.take(words.utf8, w.op("Concat", *around, *others, axis=0))
    lists = (w.take(listed, before), w.take(listed, behind))
    values = w.op("Concat", w.cast(at, TensorProto.INT32), *lists, axis=0)
    values = w.op("Reshape", values, w.vector(len(PLACES), -1))

    first = w.flat(w.cut(values, FROM_END.index(0), FROM_END.index(0) + 1))
    at_second = w.op("Mul", w.op("BitwiseAnd", end, w.const(1)), w.const(256))
    correction = w.take(w.const(_corrections()), w.op("Add", at_second, first))
    counted = between(w, w.take(sums, before), w.take(sums, behind))
    return GraphGaps(
        before,
        behind,
        end,
        start,
        _bits(w, values),
        w.op("Or", w.take(words.is_last, before), w.take(words.is_last, behind)),
        w.op("Add", counted, correction),
        word_start,
        length,
        sums,
    )


def holding(w: Writer, bits: str, *rules: str) -> Iterator[str]:
    """Which of some rules hold at K gaps, all at once: bool tensors of shape (K,)."""
    masks = np.array([[rule_bits()[1][name]] for name in rules])
    holds = w.cast(w.op("BitwiseAnd", bits, w.const(masks, np.int64)), TensorProto.BOOL)
    return iter(w.parts(w.flat(holds), len(rules)))


def _sums(w: Writer, words: Words) -> tuple[str, str]:
    """What is counted up to the end of each word, and its length.

    Returns
    -------
    int64 tensor of shape (W,)
        Bytes of words in the lower half, `COUNTED` in the upper one; without bytes that are next to the end
        of a word and the second ones of their pairs: see `_corrections`.
    int32 tensor of shape (W,)
    """
    token = np.array([folded != SEPARATOR[0] for folded in FOLD])
    counted = np.where(token[:, None] & ~token, 0, COUNTED) + COUNTED[:, None].astype(np.int64)
    of_pair = counted * 2**32 + token[:, None] + token
    pairs = w.op("Add", w.op("Mul", words.first, w.const(256)), words.second)
    of_pair = w.take(w.const(of_pair.ravel(), np.int64), pairs)
    sums = w.take(w.op("CumSum", of_pair, w.const(0)), words.place)
    tokens = w.cast(sums, TensorProto.INT32)  # the lower half
    return sums, w.op("Sub", tokens, w.moved(tokens, 1))


def between(w: Writer, before: str, behind: str) -> str:
    """What is counted between two words: int32 tensor."""
    between = w.op("Div", w.op("Sub", behind, before), w.const(2**32, np.int64))
    return w.cast(between, TensorProto.INT32)


def _corrections() -> NDArray[np.int32]:
    """What is added to the count of a gap for its first byte: a pair's first or, 256 further on, second.

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


def _candidates(w: Writer, words: Words, start: str, listed: str) -> str:
    """All gaps but a blank, or a comma and a blank, between words that no rule knows: int32 tensor (K,)."""
    next_start = w.op("Concat", w.cut(start, 1), w.cut(start, -1), axis=0)
    length = w.op("Sub", next_start, words.end)
    ends = (words.end, w.op("Sub", next_start, w.const(1)))
    first, last = (w.cast(w.take(words.utf8, at), TensorProto.INT32) for at in ends)
    # The length at which a gap that begins so is left out, if it ends with a blank.
    left_out = np.full(256, -1)
    left_out[[ord(" "), ord(",")]] = 1, 2
    is_left_out = w.op("Equal", length, w.take(w.const(left_out), first))
    is_left_out = w.op("And", is_left_out, w.op("Equal", last, w.const(ord(" "))))
    inline = w.op("BitwiseAnd", listed, w.const(INLINE))
    inline = w.cast(w.op("BitwiseOr", inline, w.moved(inline, -1)), TensorProto.BOOL)
    return w.keep(words.index, w.op("Or", inline, w.op("Not", is_left_out)))


def _bits(w: Writer, values: str) -> str:
    """Which conjunctions hold at each gap, from what stands at its places: int64 tensor of shape (K,)."""
    values = w.op("Add", values, w.const(256 * np.arange(len(PLACES))[:, None]))
    bits = w.take(w.const(rule_bits()[0].ravel(), np.int64), w.flat(values))
    bits = w.op("Reshape", bits, w.vector(len(PLACES), -1))
    size = len(PLACES)
    while size > 1:  # a power of two
        size //= 2
        one, other = w.split(bits, size, size, axis=0)
        bits = w.op("BitwiseAnd", one, other)
    return w.flat(bits)
