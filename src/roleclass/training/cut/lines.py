r"""Cut a batch of postings into lines: sentences, list items, headings.

A line ends between two words (tokens of the text contract), so the cut looks at each *gap*: the bytes
between the last byte of a word and the first byte of the next. All of it is arithmetic on integers.

A gap ends a line if one of these holds:

==========  ==============================================================================
blank       two line ends in it
mark        a line end and a bullet, or a round bullet or a dash between blanks within a line
sentence    ``.``, ``!``, ``?`` or ``;`` before white space and a capital or a digit, except behind an
            abbreviation, a single letter or a number that begins a line; or glued: ``team.You``
colon       ``:`` behind a heading of a few words, such as "Nice to have: ..."
heading     a heading such as "Responsibilities" in the middle of a line, before and after it
line end    a line end that is not a *wrap*
==========  ==============================================================================

A line end is a wrap (text was broken to fit a width) if the line before it does not end like a
sentence and the next begins with a small letter (most do) and would not have fitted; then the width is
known, and a capital that would not have fitted is a wrap, too.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from onnx import TensorProto

from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.byte_classes import (
    CLASSES,
    COLON_WORDS,
    CONT_UNIT,
    CONTS,
    FRONT,
    MARK_UNIT,
    MIN_WRAPPED,
    NEWLINES,
    PAD,
    WHITE,
)
from roleclass.training.cut.gaps import GraphGaps, find_gaps, holding
from roleclass.training.cut.tables import WordTable
from roleclass.training.cut.words import Words

_RULES: Final = (
    *("new", "numbered", "inline", "hard", "colon", "sentence", "stop"),
    *("head", "adjective", "before_head", "before_adjective"),
)
"""Rules that are applied at every gap; others only at line ends."""
_INT32: Final = TensorProto.INT32
_WIDTHS: Final = ("indented", "punctuated", "close", "followed")


@dataclass(frozen=True)
class GraphLines:
    """The lines of a batch: those of `cutter.Lines`, and one more after those of each row.

    That one has the word at the row's end (see `Words`) and no bytes; it separates the rows.

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
        See `cutter.Lines`; and whether it separates rows.
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


def find_lines(w: GraphBuilder, table: WordTable, words: Words) -> GraphLines:
    """Cut a batch into lines.

    Parameters
    ----------
    w : GraphBuilder
    table : WordTable
        Must contain all of `LISTED`.
    words : Words
        Found with that table.

    Raises
    ------
    ValueError
        If the table lacks a word.
    """
    gaps = find_gaps(w, table, words)
    k, behind = gaps.before, gaps.behind
    newlines = w.op("BitwiseAnd", gaps.counted, w.const(NEWLINES))
    line_end = w.cast(newlines, TensorProto.BOOL)
    rules = holding(w, gaps.bits, *_RULES)
    is_new, number, inline, hard, colon, sentence, stop = (next(rules) for _ in range(7))
    ends_line = w.op("Or", line_end, is_new)

    # -- the number or letter of a list, at the beginning of a line: the gap before that word ends a line
    begun = w.shift(w.op("Mul", behind, w.cast(ends_line, _INT32)), 1)  # word 0 also begins a line
    numbered = w.op("And", w.op("Equal", begun, k), number)
    numbers = w.cast(numbered, TensorProto.INT32)
    next_numbered = w.shift(numbers, -1)

    # -- bullets
    marks = w.op("BitwiseAnd", gaps.counted, w.const(-MARK_UNIT))
    marks = w.cast(w.op("BitwiseOr", marks, next_numbered), TensorProto.BOOL)
    mark = w.op("Or", w.op("And", marks, line_end), inline)
    mark = w.op("And", mark, w.op("Not", w.op("Or", numbered, is_new)))

    # -- sentences, and headings within a line
    sentence = w.op("And", sentence, w.op("Not", numbered))
    breaks = w.op("Or", w.op("Or", sentence, stop), _headings(w, *rules))
    breaks = w.op("Or", w.op("Or", breaks, mark), ends_line)

    # -- line ends
    one_end = w.op("Equal", newlines, w.const(1))
    no_wrap = w.op("Or", w.op("Or", mark, is_new), hard)
    plain = w.op("And", one_end, w.op("Not", no_wrap))
    q = w.nonzero(ends_line)
    wraps = _wraps(w, words, gaps, q, *(w.gather(x, q) for x in (plain, newlines, is_new)))
    breaks = w.op("ScatterElements", breaks, q, w.op("Not", wraps), axis=0)
    breaks = w.op("Or", breaks, _colons(w, colon, k, behind, breaks))

    # -- lines
    at = w.nonzero(breaks)
    of_next = w.op("Add", behind, next_numbered)  # a list number is not a word of its line
    last, first, bits, mark = (w.gather(x, at) for x in (k, of_next, gaps.bits, mark))
    first = w.op("Concat", w.slice(numbers, 0, 1), w.slice(first, 0, -1), axis=0)
    first = w.op("Min", first, last)
    begin, finish = _around(w, words, w.gather(gaps.word_start, first), w.gather(words.end, last))
    row = w.gather(words.row, last)
    offset = w.op("Mul", row, words.width)
    colon, free = holding(w, bits, "colon_end", "free")
    zeros = w.op("Sub", words.slot, words.slot)
    ends = w.cast(breaks, TensorProto.INT32)
    ends = w.op("ScatterElements", zeros, k, ends, axis=0)
    return GraphLines(
        word_line=w.op("CumSum", ends, w.const(0), exclusive=1),
        row=row,
        first=first,
        last=last,
        start=w.op("Sub", begin, offset),
        end=w.op("Sub", finish, offset),
        marked=w.shift(mark, 1, False, np.bool_),
        colon=colon,
        free=free,
        parts=w.gather(words.is_last, last),
    )


def _headings(
    w: GraphBuilder, head: str, adjective: str, before: str, before_adjective: str
) -> str:
    """Gaps before and after a heading within a line; the gaps around it are neighbours here."""
    # A heading begins with its adjective, if it has one.
    headed = w.op("And", before, w.shift(head, -1, False, np.bool_))
    plain = w.op("And", headed, w.op("Not", adjective))
    with_adjective = w.shift(w.op("And", headed, adjective), -1, False, np.bool_)
    with_adjective = w.op("And", with_adjective, before_adjective)
    return w.op("Or", head, w.op("Or", plain, with_adjective))


def _colons(w: GraphBuilder, colon: str, k: str, behind: str, breaks: str) -> str:
    """Gaps with a colon after the first words of a line."""
    opened = w.op("Concat", w.const([0]), w.compress(behind, breaks), axis=0)
    which = w.op("CumSum", w.cast(breaks, TensorProto.INT32), w.const(0), exclusive=1)
    few = w.op("Less", w.op("Sub", k, w.gather(opened, which)), w.const(COLON_WORDS))
    return w.op("And", few, colon)


def _wraps(
    w: GraphBuilder, words: Words, gaps: GraphGaps, q: str, plain: str, newlines: str, is_new: str
) -> str:
    """Which line ends are wraps; the gap before each of them begins its physical line.

    Parameters
    ----------
    w, words, gaps
    q : int64 tensor of shape (Q,)
        Gaps with a line end.
    plain, is_new : bool tensors of shape (Q,)
        Whether it may be a wrap; whether it separates rows.
    newlines : int32 tensor of shape (Q,)
    """

    def before(x: str, start: str) -> str:
        return w.op("Concat", start, w.slice(x, 0, -1), axis=0)

    def at(x: str, number: int) -> list[str]:
        # Not by one Gather, which copies elements one by one.
        index = w.op("Expand", q, w.vector(number, 1))
        return w.split_evenly(w.flatten(w.op("GatherElements", x, index, axis=1)), number)

    e, word_end, _, s = at(gaps.ends, 4)
    last = w.gather(gaps.before, q)
    row = w.gather(words.row, last)
    word = w.op("Sub", word_end, s)
    small, goes_on, *flags = holding(w, w.gather(gaps.bits, q), "small", "goes_on", *_WIDTHS)
    indented, punctuated, close, followed = (w.cast(x, TensorProto.INT32) for x in flags)
    zero = w.const([0])
    indent = w.op("Sub", w.op("Sub", w.op("Sub", s, e), newlines), indented)
    indent = w.op("Where", is_new, zero, w.op("Max", indent, zero))
    # The bytes within characters, between the first word's end and here.
    first = before(w.op("Add", last, w.const(1)), zero)
    within = w.op("Sub", *(w.gather(gaps.word_sums, of) for of in (last, first)))
    within = w.op("Div", within, w.const(CONT_UNIT * 2**32, np.int64))
    within = w.cast(w.op("BitwiseAnd", within, w.const(CONTS // CONT_UNIT, np.int64)), _INT32)
    begun = before(w.op("Sub", s, indent), w.slice(gaps.word_start, 0, 1))
    width = w.op("Sub", w.op("Add", w.op("Sub", e, begun), punctuated), within)
    room = w.op("Add", w.op("Add", width, word), w.op("Add", close, followed))
    room = w.op("Add", room, w.const(1))
    either = w.op("And", plain, w.op("Or", small, goes_on))
    wide = w.op("GreaterOrEqual", width, w.const(MIN_WRAPPED))
    evidence = w.op("And", either, wide)
    zeros = w.op("Expand", zero, words.rows)
    times = w.cast(evidence, _INT32)
    known = w.op("Mul", width, times)
    widest = w.op("ScatterElements", zeros, row, known, axis=0, reduction="max")
    times = w.op("ScatterElements", zeros, row, times, axis=0, reduction="add")
    widest, times = w.gather(widest, row), w.gather(times, row)
    fits = w.op("Mul", widest, w.const(3))
    narrow = w.op("Greater", w.op("Mul", room, w.const(4)), fits)
    narrow = w.op("And", small, narrow)
    often = w.op("Greater", times, w.const(1))
    full = w.op("And", often, w.op("Greater", room, widest))
    within_width = w.op("LessOrEqual", width, w.op("Add", widest, w.const(3)))
    full = w.op("And", w.op("And", full, within_width), w.op("Not", small))
    return w.op("And", plain, w.op("Or", goes_on, w.op("Or", narrow, full)))


def _around(w: GraphBuilder, words: Words, start: str, end: str) -> tuple[str, str]:
    """Extend lines over the punctuation around them; glued lines divide it."""
    # The bytes before and behind, the nearest first; a bit for each that belongs to the line.
    reach = np.arange(PAD)
    at = w.op("Reshape", w.op("Concat", start, end, axis=0), w.vector(2, 1, -1))
    at = w.op("Add", at, w.const(np.stack([-1 - reach, reach])[:, :, None]))
    byte = w.cast(w.gather(words.utf8, w.flatten(at)), TensorProto.INT32)
    belongs = np.stack([(CLASSES & FRONT) > 0, (CLASSES & WHITE) == 0])
    bit_of = belongs[:, None] * 2 ** reach[:, None]
    places = 256 * np.arange(2 * PAD).reshape(2, PAD, 1)
    byte = w.op("Add", w.op("Reshape", byte, w.vector(2, PAD, -1)), w.const(places))
    bits = w.op("Reshape", w.gather(w.const(bit_of.ravel()), w.flatten(byte)), w.vector(2, PAD, -1))
    bits = w.flatten(w.op("ReduceSum", bits, w.vector(1), keepdims=0))
    # How many of the lowest bits are set.
    run = [next(n for n in range(PAD + 1) if not bit >> n & 1) for bit in range(2**PAD)]
    back, on = w.split_evenly(w.gather(w.const(run), bits), 2)
    far = np.iinfo(np.int32).max
    finish = w.op("Min", w.op("Add", end, on), w.shift(start, -1, far))
    begin = w.op("Max", w.op("Sub", start, back), w.shift(finish, 1))
    return begin, finish
