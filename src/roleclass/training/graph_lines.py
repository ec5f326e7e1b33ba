"""The graph that cuts a batch into lines: what `lines.cut` does, in standard ONNX operators.

The rules are those of `line_rules`, all looked up at once. Gaps of a single blank between words end no line
and are left out before that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.text import FOLD, SEPARATOR
from roleclass.training.graph import Words, Writer
from roleclass.training.line_bytes import (
    CLASSES,
    COLON_WORDS,
    CONT_UNIT,
    CONTS,
    COUNTED,
    FRONT,
    MARK,
    MARK_UNIT,
    MIN_WRAPPED,
    NEWLINES,
    PAD,
    WHITE,
)
from roleclass.training.line_rules import FROM_END, FROM_START, INLINE, LISTS, PLACES, rule_bits
from roleclass.training.tables import WordTable

_RULES: Final = (
    *("numbered", "inline", "hard", "colon"),
    *("sentence", "glued", "letter", "semicolon"),
    *("head", "adjective", "before_head", "before_adjective"),
)
"""Rules that are asked for at every gap, in groups of four; at line ends there are further ones."""
_WIDTHS: Final = ("indented", "punctuated", "close", "followed")


@dataclass(frozen=True)
class GraphLines:
    """The lines of a batch: those of `lines.Lines`, and one more behind each row's.

    That one holds the word at the row's end (see `Words`) and no byte; it parts the rows.

    Attributes
    ----------
    word_line : int32 tensor of shape (W,)
        The line of each word.
    row : int32 tensor of shape (M,)
        The posting of each line.
    first, last : int32 tensors of shape (M,)
        Its first and its last word.
    start, end : int32 tensors of shape (M,)
        Its bytes, counted from the beginning of its row.
    marked, colon, free, parts : bool tensors of shape (M,)
        See `Lines`; and whether it is one that parts rows.
    """

    word_line: str
    row: str
    first: str
    last: str
    start: str
    end: str
    marked: str
    colon: str
    free: str
    parts: str


def _holding(w: Writer, bits: str, *rules: str) -> Iterator[str]:
    """Which of some rules hold at K gaps, all at once: bool tensors of shape (K,)."""
    masks = np.array([[rule_bits()[1][name]] for name in rules])
    holds = w.cast(w.op("BitwiseAnd", bits, w.const(masks, np.int64)), TensorProto.BOOL)
    return iter(w.parts(w.flat(holds), len(rules)))


def find_lines(w: Writer, table: WordTable, words: Words) -> GraphLines:
    """Cut a batch into lines.

    Parameters
    ----------
    w : Writer
    table : WordTable
        Must hold all of `LISTED`.
    words : Words
        Found with that table.

    Raises
    ------
    ValueError
        If the table lacks a word.
    """
    sums, length = _sums(w, words)
    start = w.op("Sub", words.end, length)
    listed = w.take(w.const(_slots(table)), words.slot)

    # The words before and behind each gap; behind the last word of all, itself.
    k = _candidates(w, words, start, listed)
    k1 = w.op("Min", w.op("Add", k, w.const(1)), w.cut(words.index, -1))
    e, s = w.take(words.end, k), w.take(start, k1)
    up_to, behind = w.take(sums, k), w.take(sums, k1)
    at, byte = _bits(
        w,
        words,
        e,
        s,
        w.take(start, k),
        w.take(words.end, k1),
        w.take(listed, k),
        w.take(listed, k1),
    )
    is_new = w.op("Or", w.take(words.is_last, k), w.take(words.is_last, k1))
    total = _counted(w, up_to, behind)
    at_second = w.op("BitwiseAnd", e, w.const(1))
    total = w.op(
        "Add",
        total,
        w.take(w.const(_corrections()), w.op("Add", w.op("Mul", at_second, w.const(256)), byte)),
    )
    newlines = w.op("BitwiseAnd", total, w.const(NEWLINES))
    line_end = w.cast(newlines, TensorProto.BOOL)
    ends_line = w.op("Or", line_end, is_new)
    holding = _holding(w, at, *_RULES)
    number, inline, hard, colon, *of_sentences = (next(holding) for _ in range(8))

    # -- the number or letter of a list, at the beginning of a line
    adjacent = w.op("Equal", w.op("Sub", k, w.moved(k, 1, -1)), w.const(1))
    at_start = w.op("And", adjacent, w.moved(ends_line, 1, True, np.bool_))
    numbered = w.op("And", w.op("And", at_start, number), w.op("Not", is_new))

    # -- marks of lists
    marks = w.cast(w.op("BitwiseAnd", total, w.const(-MARK_UNIT)), TensorProto.BOOL)
    marks = w.op("Or", marks, w.moved(numbered, -1, False, np.bool_))
    mark = w.op("Or", w.op("And", marks, line_end), inline)
    mark = w.op("And", mark, w.op("Not", w.op("Or", numbered, is_new)))

    # -- sentences, and headings in the middle of a line
    breaks = w.op("Or", _sentences(w, numbered, *of_sentences), _headings(w, *holding))
    breaks = w.op("Or", w.op("Or", breaks, mark), ends_line)

    # -- line ends
    one_end = w.op("Equal", newlines, w.const(1))
    no_wrap = w.op("Or", w.op("Or", mark, is_new), hard)
    plain = w.op("And", one_end, w.op("Not", no_wrap))
    q = w.keep(w.numbers_to(w.size(k)), ends_line)
    of_word = w.take(k, q)
    wraps = _wraps(
        w,
        words,
        w.take(at, q),
        plain=w.take(plain, q),
        is_new=w.take(is_new, q),
        e=w.take(e, q),
        s=w.take(s, q),
        first=w.cut(start, 0, 1),
        newlines=w.take(newlines, q),
        up_to=w.take(up_to, q),
        behind=w.take(behind, q),
        counted=w.cut(sums, 0, 1),
        word=w.take(length, w.take(k1, q)),
        row=w.take(words.row, of_word),
    )
    breaks = w.op("ScatterElements", breaks, q, w.op("Not", wraps), axis=0)
    breaks = w.op("Or", breaks, _colons(w, colon, k, breaks))

    # -- lines
    m = w.keep(w.numbers_to(w.size(k)), breaks)
    last = w.take(k, m)
    first_word = w.moved(w.op("Add", last, w.const(1)), 1)
    # Is the gap behind the first word that of the number of a list? It follows the one that opens the line.
    skip = w.take(numbered, w.moved(w.op("Add", m, w.const(1)), 1))
    first = w.op("Add", first_word, w.cast(skip, TensorProto.INT32))
    first = w.op("Min", first, last)
    begin, finish = _around(w, words, w.take(start, first), w.take(words.end, last))
    row = w.take(words.row, last)
    offset = w.op("Mul", row, words.width)
    colon, free = _holding(w, w.take(at, m), "colon_end", "free")
    ones = w.op("Expand", w.const([1]), w.op("Shape", m))
    zeros = w.op("Sub", words.slot, words.slot)
    ends = w.op("ScatterElements", zeros, last, ones, axis=0)
    return GraphLines(
        word_line=w.op("CumSum", ends, w.const(0), exclusive=1),
        row=row,
        first=first,
        last=last,
        start=w.op("Sub", begin, offset),
        end=w.op("Sub", finish, offset),
        marked=w.moved(w.take(mark, m), 1, False, np.bool_),
        colon=colon,
        free=free,
        parts=w.take(words.is_last, last),
    )


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


def _counted(w: Writer, before: str, behind: str) -> str:
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
    """All gaps but a single blank between words that no rule knows: int32 tensor of shape (K,)."""
    next_start = w.op("Concat", w.cut(start, 1), w.cut(start, -1), axis=0)
    gap = w.op("Sub", next_start, words.end)
    byte = w.cast(w.take(words.utf8, words.end), TensorProto.INT32)
    # 0 for a blank that is the whole gap; no other sum of the two is.
    other = w.op("Sub", w.op("Add", w.op("Mul", gap, w.const(256)), byte), w.const(256 + ord(" ")))
    inline = w.op("BitwiseAnd", listed, w.const(INLINE))
    other = w.op("BitwiseOr", w.op("BitwiseOr", other, inline), w.moved(inline, -1))
    return w.keep(words.index, w.cast(other, TensorProto.BOOL))


def _bits(
    w: Writer, words: Words, e: str, s: str, first: str, behind: str, left: str, right: str
) -> tuple[str, str]:
    """Which conjunctions hold at each gap, and its first byte: int64 and int32 tensors of shape (K,)."""
    column = w.vector(1, -1)
    around_end = w.op("Add", w.op("Reshape", e, column), w.const(np.array(FROM_END)[:, None]))
    around_start = w.op("Add", w.op("Reshape", s, column), w.const(np.array(FROM_START)[:, None]))
    at = w.op("Concat", w.flat(around_end), w.flat(around_start), first, behind, axis=0)
    at = w.cast(w.take(words.utf8, at), TensorProto.INT32)
    values = w.op("Concat", at, left, right, axis=0)
    values = w.op("Reshape", values, w.vector(len(PLACES), -1))
    byte = w.flat(w.cut(values, FROM_END.index(0), FROM_END.index(0) + 1))
    values = w.op("Add", values, w.const(256 * np.arange(len(PLACES))[:, None]))
    bits = w.take(w.const(rule_bits()[0].ravel(), np.int64), w.flat(values))
    bits = w.op("Reshape", bits, w.vector(len(PLACES), -1))
    size = len(PLACES)
    while size > 1:  # a power of two
        size //= 2
        one, other = w.split(bits, size, size, axis=0)
        bits = w.op("BitwiseAnd", one, other)
    return w.flat(bits), byte


def _sentences(
    w: Writer, numbered: str, sentence: str, glued: str, letter: str, semicolon: str
) -> str:
    """Gaps behind sentences."""
    sentence = w.op("Or", w.op("And", sentence, w.op("Not", numbered)), glued)
    return w.op("Or", w.op("And", sentence, w.op("Not", letter)), semicolon)


def _headings(w: Writer, head: str, adjective: str, before: str, before_adjective: str) -> str:
    """Gaps before and behind a heading in the middle of a line; the gaps around it are neighbours here."""
    # A heading after the adjective that belongs to it begins with the adjective.
    headed = w.op("And", before, w.moved(head, -1, False, np.bool_))
    plain = w.op("And", headed, w.op("Not", adjective))
    with_adjective = w.moved(w.op("And", headed, adjective), -1, False, np.bool_)
    with_adjective = w.op("And", with_adjective, before_adjective)
    return w.op("Or", head, w.op("Or", plain, with_adjective))


def _colons(w: Writer, colon: str, k: str, breaks: str) -> str:
    """Gaps with a colon behind the first words of a line."""
    opened = w.keep(w.op("Add", k, w.const(1)), breaks)
    opened = w.op("Concat", w.const([0]), opened, axis=0)
    which = w.op("CumSum", w.cast(breaks, TensorProto.INT32), w.const(0), exclusive=1)
    few = w.op("Less", w.op("Sub", k, w.take(opened, which)), w.const(COLON_WORDS))
    return w.op("And", few, colon)


def _wraps(
    w: Writer,
    words: Words,
    bits: str,
    *,
    plain: str,
    is_new: str,
    e: str,
    s: str,
    first: str,
    newlines: str,
    up_to: str,
    behind: str,
    counted: str,
    word: str,
    row: str,
) -> str:
    """Which line ends are wraps; the gap before each of them here begins its physical line."""

    def before(x: str, start: str) -> str:
        return w.op("Concat", start, w.cut(x, 0, -1), axis=0)

    small, goes_on, *flags = _holding(w, bits, "small", "goes_on", *_WIDTHS)
    indented, punctuated, close, followed = (w.cast(x, TensorProto.INT32) for x in flags)
    zero = w.const([0])
    indent = w.op("Sub", w.op("Sub", w.op("Sub", s, e), newlines), indented)
    indent = w.op("Where", is_new, zero, w.op("Max", indent, zero))
    within = w.op("BitwiseAnd", _counted(w, before(behind, counted), up_to), w.const(CONTS))
    within = w.op("Div", within, w.const(CONT_UNIT))
    width = w.op("Add", w.op("Sub", e, before(s, first)), before(indent, zero))
    width = w.op("Sub", w.op("Add", width, punctuated), within)
    room = w.op("Add", w.op("Add", width, word), w.op("Add", close, followed))
    room = w.op("Add", room, w.const(1))
    either = w.op("And", plain, w.op("Or", small, goes_on))
    wide = w.op("GreaterOrEqual", width, w.const(MIN_WRAPPED))
    evidence = w.op("And", either, wide)
    zeros = w.op("Expand", zero, words.rows)
    known = w.op("Where", evidence, width, w.const(0))
    widest = w.op("ScatterElements", zeros, row, known, axis=0, reduction="max")
    times = w.cast(evidence, TensorProto.INT32)
    times = w.op("ScatterElements", zeros, row, times, axis=0, reduction="add")
    widest, times = w.take(widest, row), w.take(times, row)
    fits = w.op("Mul", widest, w.const(3))
    narrow = w.op("Greater", w.op("Mul", room, w.const(4)), fits)
    narrow = w.op("And", small, narrow)
    often = w.op("Greater", times, w.const(1))
    full = w.op("And", often, w.op("Greater", room, widest))
    within_width = w.op("LessOrEqual", width, w.op("Add", widest, w.const(3)))
    full = w.op("And", w.op("And", full, within_width), w.op("Not", small))
    return w.op("And", plain, w.op("Or", goes_on, w.op("Or", narrow, full)))


def _around(w: Writer, words: Words, start: str, end: str) -> tuple[str, str]:
    """Move the ends of lines over the punctuation around them; glued lines part it."""
    steps = PAD
    column = w.vector(1, -1)
    before = w.op("Add", w.op("Reshape", start, column), w.const(-1 - np.arange(steps)[:, None]))
    behind = w.op("Add", w.op("Reshape", end, column), w.const(np.arange(steps)[:, None]))
    at = w.flat(w.op("Concat", before, behind, axis=0))
    # Four bits, the nearest byte lowest; then how many of the lowest are set.
    goes_on = np.repeat([(CLASSES & FRONT) > 0, (CLASSES & WHITE) == 0], steps, axis=0)
    bit_of = goes_on * 2 ** (np.arange(2 * steps) % steps)[:, None]
    byte = w.op(
        "Reshape", w.cast(w.take(words.utf8, at), TensorProto.INT32), w.vector(2 * steps, -1)
    )
    byte = w.flat(w.op("Add", byte, w.const(256 * np.arange(2 * steps)[:, None])))
    bits = w.op("Reshape", w.take(w.const(bit_of.ravel()), byte), w.vector(2, steps, -1))
    bits = w.flat(w.op("ReduceSum", bits, w.vector(1), keepdims=0))
    run = [next(n for n in range(steps + 1) if not bit >> n & 1) for bit in range(2**steps)]
    moves = w.op("Reshape", w.take(w.const(run), bits), w.vector(2, -1))
    back, on = (w.flat(x) for x in w.split(moves, 1, 1, axis=0))
    far = np.iinfo(np.int32).max
    finish = w.op("Min", w.op("Add", end, on), w.moved(start, -1, far))
    begin = w.op("Max", w.op("Sub", start, back), w.moved(finish, 1))
    return begin, finish
