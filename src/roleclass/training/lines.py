r"""The one cut of a posting into lines: sentences, list items, headings.

A line ends between two words (tokens of the text contract), so the cut looks at each *gap*: the bytes
between the last byte of a word and the first byte of the next. All of it is arithmetic on integers, so
that the ONNX graph (`roleclass.training.graph_lines`) cuts at the same places.

A gap ends a line where one of these holds:

==========  ==============================================================================
blank       two line ends in it
mark        a line end and the mark of a list, or a round mark or a dash between blanks in a line
sentence    ``.``, ``!``, ``?`` or ``;`` before white space and a capital or a digit, except behind an
            abbreviation, a single letter or a number that begins a line; or glued: ``team.You``
colon       ``:`` behind a heading of a few words, such as "Nice to have: ..."
heading     a heading such as "Responsibilities" in the middle of a line, before and after it
line end    a line end that is no *wrap*
==========  ==============================================================================

A line end is a wrap, where text was broken to fit a width, if the line before it does not end like a
sentence and the next begins with a small letter (most do) and would not have fitted; then the width is
known, and a capital that would not have fitted is a wrap, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.text import FOLD, SEPARATOR

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ABBREVIATIONS: Final = (
    "vs", "inc", "ltd", "co", "corp", "sr", "jr", "approx", "incl", "no", "dr", "mr", "mrs", "ms",
    "st", "ph", "dept", "est", "eg", "ie",
)  # fmt: skip
"""Words behind which a full stop ends no sentence; single letters (``e.g.``, ``U.S.``) are others."""

CONNECTIVES: Final = (
    "a", "an", "the", "and", "or", "of", "with", "our", "your", "their", "by", "from", "into", "using",
)  # fmt: skip
"""Words that end no line: behind them a line end is a wrap."""

INLINE_HEADINGS: Final = (
    "responsibilities", "requirements", "qualifications", "duties", "benefits",
)  # fmt: skip
INLINE_ADJECTIVES: Final = (
    "key", "primary", "minimum", "preferred", "required", "basic", "job", "main", "core", "desired",
)  # fmt: skip
"""Headings that are one even in the middle of a line, and what may stand before them."""

PAD: Final = 4
"""Zeros that part the rows of a batch: no rule looks further than so many bytes."""

COLON_HEADINGS: Final = (
    "responsibilities", "requirements", "qualifications", "duties", "benefits", "perks", "tasks", "role",
    "profile", "have", "haves", "do", "doing", "bring", "offer", "need", "plus", "pluses", "bonus", "us",
    "job", "position", "summary", "description", "overview", "mission", "opportunity", "preferred",
    "required", "desired", "desirable", "for", "are", "you", "team", "company", "ideally", "will", "include",
)  # fmt: skip
"""Last words of headings behind which a colon ends a line."""

COLON_WORDS: Final = 5
"""A heading before a colon has so many words or fewer."""

_MIN_WRAPPED: Final = 25  # shorter lines before a small letter are a list without marks
_NEWLINES: Final = (
    2**10 - 1
)  # low bits of a sum: line ends; then bytes within characters; then marks
_CONT_UNIT: Final = 2**10
_CONTS: Final = 2**21 - 2**10
_MARK_UNIT: Final = 2**21

WHITE, END, CLOSE, OPEN, HARD, GOES_ON, MARK, UPPER, LOWER, DIGIT, NEWLINE, CONT, FRONT = (
    1 << k for k in range(13)
)
"""Classes of bytes, as bits of `CLASSES`."""


def _classes() -> NDArray[np.int32]:
    members = {
        WHITE: b" \t\n\r\f\v\xa0\x00",
        END: b".!?",
        CLOSE: b")]\"'*\x9d\x99",
        OPEN: b"([\"'*\x9c\x98",
        HARD: b".!?:;",
        GOES_ON: b",-/&(",
        # Each mark by a byte that no letter or quotation mark in postings holds.
        MARK: b"-*>\xa2\xa3\x96\x97\x9e\xb7\x93\x94\x8f\xf0",
        UPPER: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        LOWER: b"abcdefghijklmnopqrstuvwxyz",
        DIGIT: b"0123456789",
        NEWLINE: b"\n",
        CONT: bytes(range(0x80, 0xC0)),
        FRONT: b"([\"'$" + bytes(range(0x81, 0xA0)) + bytes(range(0xA8, 0x100)),
    }
    table = np.zeros(256, np.int32)
    for bit, of in members.items():
        table[list(of)] |= bit
    return table


CLASSES: Final = _classes()
"""The classes of each of the 256 bytes: int32 array of shape (256,)."""

COUNTED: Final = (
    ((CLASSES & NEWLINE) > 0)
    + ((CLASSES & CONT) > 0) * _CONT_UNIT
    + ((CLASSES & MARK) > 0) * _MARK_UNIT
).astype(np.int32)
"""What each byte adds to the sum over a gap: one number holds three counts."""


@dataclass(frozen=True)
class Lines:
    """The lines of a batch of N postings, and the W words that they are made of.

    Attributes
    ----------
    word_row, word_start, word_end : int64 arrays of shape (W,)
        The posting of each word, and its bytes ``rows[row][start:end]``.
    word_line : int64 array of shape (W,)
        The line of each word.
    row : int64 array of shape (M,)
        The posting of each line.
    first, last : int64 arrays of shape (M,)
        Its first and its last word.
    start, end : int64 arrays of shape (M,)
        Its bytes: ``rows[row][start:end]``, with the punctuation around it.
    marked, colon, free : bool arrays of shape (M,)
        Whether a mark of a list stands before it; whether it ends with a colon; whether it ends with
        no punctuation at all.
    """

    word_row: Ints
    word_start: Ints
    word_end: Ints
    word_line: Ints
    row: Ints
    first: Ints
    last: Ints
    start: Ints
    end: Ints
    marked: Bools
    colon: Bools
    free: Bools


def cut(rows: Sequence[bytes]) -> Lines:
    r"""Cut postings into lines.

    Parameters
    ----------
    rows : sequence of bytes
        Postings as given by `roleclass.text.encode`.

    Returns
    -------
    Lines

    Examples
    --------
    >>> row = b"What you do:\n- Build agents, and test\n  them.\n- Have fun. Or not!"
    >>> lines = cut([row])
    >>> [row[i:j] for i, j in zip(lines.start, lines.end)]
    [b'What you do:', b'Build agents, and test\n  them.', b'Have fun.', b'Or not!']
    """
    blob = bytes(PAD) + b"".join([row + bytes(PAD) for row in rows])
    data = np.frombuffer(blob, np.uint8)
    offset = PAD + np.cumsum([0, *(len(row) + PAD for row in rows)])[: len(rows)]
    token = np.frombuffer(blob.translate(FOLD), np.uint8) != SEPARATOR[0]
    edges = np.flatnonzero(token[1:] != token[:-1]) + 1
    start, stop = edges[::2], edges[1::2]
    number = len(start)
    row = np.searchsorted(offset, start, "right") - 1
    if not number:
        none = np.empty(0, np.int64)
        no = np.empty(0, bool)
        return Lines(none, none, none, none, none, none, none, none, none, no, no, no)
    classes = CLASSES[data]
    breaks, marks, numbered = _breaks(data, classes, COUNTED[data], row, start, stop)

    opens = np.concatenate([[True], breaks])
    first = first_word = np.flatnonzero(opens)
    last = np.append(first[1:], number) - 1
    line = np.cumsum(opens) - 1
    before = np.concatenate([[False], marks])
    ends = classes[stop[last]]
    # A capital, a digit or a bracket in front of nothing else: what stands around the words.
    # The number of a list is a mark.
    first = np.minimum(first + numbered[first], last)
    begin, finish = start[first], stop[last]
    for _ in range(PAD):
        begin = begin - ((classes[begin - 1] & FRONT) > 0)
        finish = finish + ((classes[finish] & WHITE) == 0)
    # Glued lines share their punctuation: it belongs to the one before.
    finish = np.minimum(finish, np.append(start[first[1:]], len(data)))
    of_row = offset[row[first]]
    begin = np.maximum(begin, np.maximum(of_row, np.append(0, finish[:-1])))
    return Lines(
        row,
        start - offset[row],
        stop - offset[row],
        line,
        row[first],
        first,
        last,
        begin - of_row,
        finish - of_row,
        before[first_word],
        (ends & HARD > 0) & (data[stop[last]] == ord(":")),
        ends & (WHITE | 0) > 0,
    )


def _breaks(data, classes, counted, row, start, stop):
    """Decide about each of the W - 1 gaps between the words of a batch."""
    number = len(start)
    if number < 2:
        none = np.empty(0, bool)
        return none, none, np.zeros(number, bool)
    e, s = stop[:-1], start[1:]  # the bytes of a gap: data[e:s]
    sums = np.cumsum(counted, dtype=np.int32)
    total = sums[s - 1] - sums[e - 1]
    newlines = total & _NEWLINES
    length = s - e

    after1, after2, after3 = (classes[e + k] for k in range(3))
    b1, b2, b3, b4 = (data[s - k].astype(np.int64) for k in range(1, 5))
    before1, before2, before3, before4 = (classes[s - k] for k in range(1, 5))
    first, second = classes[s], classes[s + 1]

    def is_(classes_of, bits):
        return (classes_of & bits) > 0

    new_row = row[1:] != row[:-1]
    capital = is_(first, UPPER)
    starts = is_(first, UPPER | DIGIT)
    line_end = newlines > 0

    words = np.array([bytes(data[i:j]).lower() for i, j in zip(start, stop, strict=True)], object)
    one_letter = (stop - start)[:-1] == 1
    abbreviated = np.isin(words[:-1].astype("S12"), np.array([w.encode() for w in ABBREVIATIONS]))
    connective = np.isin(words[:-1].astype("S12"), np.array([w.encode() for w in CONNECTIVES]))
    headed = np.isin(words[:-1].astype("S20"), np.array([w.encode() for w in COLON_HEADINGS]))
    heads = np.isin(words.astype("S20"), np.array([w.encode() for w in INLINE_HEADINGS]))
    adjectives = np.isin(words.astype("S20"), np.array([w.encode() for w in INLINE_ADJECTIVES]))

    # -- sentences
    ended = is_(after1, END) | (is_(after1, CLOSE) & is_(after2, END))
    semicolon = data[e] == ord(";")
    white = is_(before1, WHITE) | (is_(before1, OPEN) & (is_(before2, WHITE) | is_(before4, WHITE)))
    letter = one_letter & is_(classes[start[:-1]], UPPER | LOWER)
    # The number or letter of a list: "1. Build", "b) Test", at the beginning of a line.
    at_start = np.concatenate([[True], line_end[:-1] | new_row[:-1]])
    short = (stop - start)[:-1] <= 1 + is_(classes[start[:-1]], DIGIT)
    closed = ((data[e] == ord(".")) | (data[e] == ord(")"))) & is_(after2, WHITE)
    numbered = at_start & short & closed & is_(classes[e - 1], DIGIT | LOWER) & ~new_row
    sentence = ended & white & starts & ~letter & ~abbreviated & ~numbered
    sentence |= semicolon & white & starts
    glued = (
        (length == 1) & ended & capital & is_(second, LOWER) & is_(classes[e - 1], LOWER)
    ) & ~letter

    # -- marks of lists
    marked = line_end & ((total - is_(after1, MARK) * _MARK_UNIT) & -_MARK_UNIT != 0)
    strong_near = (b2 == 0xA2) & (b3 == 0x80) & (b4 == 0xE2)
    strong_near |= (b4 == 0xE2) & np.isin(b3, (0x96, 0x97, 0x9E, 0x9C))
    strong_glued = (b1 == 0xA2) & (b2 == 0x80) & (b3 == 0xE2)
    strong_glued |= (b3 == 0xE2) & np.isin(b2, (0x96, 0x97, 0x9E))
    weak = is_(before3, WHITE) & is_(before2, MARK) & (b2 < 0x80)
    weak |= (b2 == 0xB7) & (b3 == 0xC2)
    inline = (is_(before1, WHITE) & (strong_near | (weak & capital))) | strong_glued
    numbers = line_end & np.append(numbered[1:], False)
    mark = (marked | inline | numbers) & ~numbered

    # -- headings in the middle of a line
    single = (length == 1) & is_(after1, WHITE) & ~line_end
    upper_word = is_(classes[start], UPPER)
    follows = np.concatenate(
        [(single | ((length == 2) & (data[e] == ord(":")))) & capital, [False]]
    )
    head = heads & upper_word & follows
    opens_head = head.copy()
    opens_head[:-1] |= adjectives[:-1] & upper_word[:-1] & single & head[1:]
    opens_head[1:] &= ~(adjectives[:-1] & upper_word[:-1] & single & heads[1:])
    heading = head[:-1] | (opens_head[1:] & single)

    # -- line ends
    hard = is_(after1, HARD) | ended
    # The physical line that a gap ends begins behind the last gap with a line end.
    breaks_line = line_end | new_row
    begun = np.concatenate([[0], np.where(breaks_line, np.arange(1, number), 0)])
    begun = np.maximum.accumulate(begun)[:-1]
    indent = np.where(line_end, length - newlines - ~is_(after1, NEWLINE), 0)
    indent = np.concatenate([[0], np.where(new_row, 0, np.maximum(indent, 0))])
    within = (sums[e - 1] - sums[start[begun]] & _CONTS) // _CONT_UNIT
    width = e - start[begun] + indent[begun] + ~is_(after1, WHITE) - within
    word = (stop - start)[1:] + ~is_(before1, WHITE) + ~is_(classes[stop[1:]], WHITE)
    small = is_(first, LOWER) | (b1 == ord("("))
    goes_on = is_(after1, GOES_ON) | connective
    plain = (newlines == 1) & ~mark & ~hard & ~new_row
    evidence = plain & (small | goes_on) & (width >= _MIN_WRAPPED)
    rows = int(row[-1]) + 1
    widest = np.zeros(rows, np.int64)
    np.maximum.at(widest, row[:-1][evidence], width[evidence])
    times = np.bincount(row[:-1][evidence], minlength=rows)
    widest, times = widest[row[:-1]], times[row[:-1]]
    room = width + 1 + word
    wrap = plain & (
        goes_on
        | (small & (4 * room > 3 * widest))
        | (~small & (times >= 2) & (room > widest) & (width <= widest + 3))
    )
    breaks = new_row | (newlines > 1) | mark | sentence | glued | heading | (line_end & ~wrap)

    # -- a colon behind the first words of a line
    opened = np.concatenate([[0], np.where(breaks, np.arange(1, number), 0)])
    opened = np.maximum.accumulate(opened)[:-1]
    few = np.arange(number - 1) - opened < COLON_WORDS
    colon = (data[e] == ord(":")) & white & few & headed
    return breaks | colon, mark & ~new_row, np.append(numbered, False)
