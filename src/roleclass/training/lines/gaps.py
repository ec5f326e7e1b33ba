"""`Gaps`: which of the gaps between words end a line; `lines.cut` has the rules in words."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from roleclass.training.lines.line_bytes import (
    ABBREVIATIONS,
    CLASSES,
    CLOSE,
    COLON_HEADINGS,
    COLON_WORDS,
    CONNECTIVES,
    CONT_UNIT,
    CONTS,
    COUNTED,
    DIGIT,
    END,
    GOES_ON,
    HARD,
    INLINE_ADJECTIVES,
    INLINE_HEADINGS,
    LOWER,
    MARK,
    MARK_UNIT,
    MIN_WRAPPED,
    NEWLINE,
    NEWLINES,
    OPEN,
    UPPER,
    WHITE,
)

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]


class Gaps:
    """The W - 1 gaps between the words of a batch, with the rules that hold at each.

    Parameters
    ----------
    data : uint8 array of shape (B,)
        All rows, separated and surrounded by `PAD` zeros each.
    row, start, stop : int64 arrays of shape (W,), W > 0
        The row of each word, and its bytes ``data[start:stop]``.

    Attributes
    ----------
    breaks, mark, numbered, new_row : bool arrays of shape (W - 1,)
        Whether the gap ends a line; has a bullet; follows a list number; separates rows.
    """

    def __init__(self, data: NDArray[np.uint8], row: _Ints, start: _Ints, stop: _Ints) -> None:
        self._data, self._row, self._start, self._stop = data, row, start, stop
        self._classes = CLASSES[data]
        # The bytes of a gap are data[e:s].
        self._e, self._s = stop[:-1], start[1:]
        self._length = self._s - self._e
        self._sums = np.cumsum(COUNTED[data], dtype=np.int32)
        self._total = self._sums[self._s - 1] - self._sums[self._e - 1]
        self._newlines = self._total & NEWLINES
        self._line_end = self._newlines > 0
        words = [bytes(data[i:j]).lower() for i, j in zip(start, stop, strict=True)]
        self._words = np.array(words, "S20")  # longer words are in no list, even when cut
        self.new_row = row[1:] != row[:-1]

    # -- the bytes at a gap

    def _after(self, place: int, bits: int) -> _Bools:
        """Whether the byte at a position in the gap, from 1, is of a class; 0 is the byte before the gap."""
        return _has(self._classes[self._e + place - 1], bits)

    def _before(self, place: int, bits: int) -> _Bools:
        """The same backwards from the end of the gap; 0 is the byte after the gap, -1 the next."""
        return _has(self._classes[self._s - place], bits)

    def _bytes_before(self, place: int, of: bytes) -> _Bools:
        return np.isin(self._data[self._s - place], list(of))

    def _is(self, byte: str) -> _Bools:
        """Whether the gap begins with a certain byte."""
        return np.asarray(self._data[self._e] == ord(byte))

    def _listed(self, words: Iterable[str]) -> _Bools:
        """Which of the W words are in a list."""
        return np.isin(self._words, [word.encode() for word in words])

    @cached_property
    def _first_upper(self) -> _Bools:
        """Which of the W words begin with a capital."""
        return _has(self._classes[self._start], UPPER)

    @cached_property
    def _capital(self) -> _Bools:
        return self._before(0, UPPER)

    @cached_property
    def _ended(self) -> _Bools:
        """Whether the gap begins like the end of a sentence."""
        return self._after(1, END) | (self._after(1, CLOSE) & self._after(2, END))

    @cached_property
    def _white(self) -> _Bools:
        """Whether there is white space before the word, or before the bracket before it."""
        opened = self._before(1, OPEN) & (self._before(2, WHITE) | self._before(4, WHITE))
        return self._before(1, WHITE) | opened

    # -- rules

    @cached_property
    def numbered(self) -> _Bools:
        """The number or letter of a list at the beginning of a line: ``1. Build``, ``b) Test``."""
        at_start = np.concatenate([[True], self._line_end[:-1] | self.new_row[:-1]])
        length, digit = self._e - self._start[:-1], _has(self._classes[self._start[:-1]], DIGIT)
        closed = (self._is(".") | self._is(")")) & self._after(2, WHITE)
        short = closed & (length <= 1 + digit) & self._after(0, DIGIT | LOWER)
        return np.asarray(at_start & short & ~self.new_row)

    @cached_property
    def _sentence(self) -> _Bools:
        letter = (self._e - self._start[:-1] == 1) & self._after(0, UPPER | LOWER)
        abbreviated = self._listed(ABBREVIATIONS)[:-1]
        starts = self._white & self._before(0, UPPER | DIGIT)
        sentence = self._ended & starts & ~abbreviated & ~self.numbered
        glued = (self._length == 1) & self._ended & self._capital
        glued &= self._before(-1, LOWER) & self._after(0, LOWER)
        return np.asarray(((sentence | glued) & ~letter) | (self._is(";") & starts))

    @cached_property
    def mark(self) -> _Bools:
        """A bullet."""
        marks = (
            self._total - self._after(1, MARK) * MARK_UNIT
        )  # directly after a word it is punctuation
        marked = self._line_end & (marks & -MARK_UNIT != 0)
        next_numbered = self._line_end & np.append(self.numbered[1:], False)
        return np.asarray((marked | self._inline_mark | next_numbered) & ~self.numbered)

    @cached_property
    def _inline_mark(self) -> _Bools:
        """A bullet within a line: a round one, with or without a blank after it; a dash between blanks."""
        is_ = self._bytes_before
        near = is_(2, b"\xa2") & is_(3, b"\x80") & is_(4, b"\xe2")
        near |= is_(4, b"\xe2") & is_(3, b"\x96\x97\x9e\x9c")
        glued = is_(1, b"\xa2") & is_(2, b"\x80") & is_(3, b"\xe2")
        glued |= is_(3, b"\xe2") & is_(2, b"\x96\x97\x9e")
        weak = self._before(3, WHITE) & self._before(2, MARK) & (self._data[self._s - 2] < 0x80)
        weak |= is_(2, b"\xb7") & is_(3, b"\xc2")
        return np.asarray((self._before(1, WHITE) & (near | (weak & self._capital))) | glued)

    @cached_property
    def _heading(self) -> _Bools:
        """Before and after a heading within a line, which may begin with an adjective."""
        blank = (self._length == 1) & self._after(1, WHITE) & ~self._line_end
        colon = (self._length == 2) & self._is(":")
        heading, adjective = self._listed(INLINE_HEADINGS), self._listed(INLINE_ADJECTIVES)
        before_heading = adjective[:-1] & self._first_upper[:-1] & blank
        follows = np.append((blank | colon) & self._capital, False)
        head = heading & self._first_upper & follows
        opens = head.copy()
        opens[:-1] |= before_heading & head[1:]
        opens[1:] &= ~(before_heading & heading[1:])
        return np.asarray(head[:-1] | (opens[1:] & blank))

    @cached_property
    def _wrap(self) -> _Bools:
        """A line end at which text was broken to fit a width."""
        width = self._width
        small = self._before(0, LOWER) | self._bytes_before(1, b"(")
        goes_on = self._after(1, GOES_ON) | self._listed(CONNECTIVES)[:-1]
        plain = (self._newlines == 1) & ~self.new_row
        plain &= ~self.mark & ~self._after(1, HARD) & ~self._ended
        evidence = plain & (small | goes_on) & (width >= MIN_WRAPPED)
        row = self._row[:-1]
        widest = np.zeros(int(self._row[-1]) + 1, np.int64)
        np.maximum.at(widest, row[evidence], width[evidence])
        times = np.bincount(row[evidence], minlength=len(widest))[row]
        widest = widest[row]
        word = self._stop[1:] - self._s + ~self._before(1, WHITE)
        room = width + 1 + word + ~_has(self._classes[self._stop[1:]], WHITE)
        full = ~small & (times >= 2) & (room > widest) & (width <= widest + 3)
        return np.asarray(plain & (goes_on | full | (small & (4 * room > 3 * widest))))

    @cached_property
    def _width(self) -> _Ints:
        """Characters from the beginning of the physical line, after the last line end."""
        indent = self._length - self._newlines - ~self._after(1, NEWLINE)
        indent = np.where(self._line_end & ~self.new_row, np.maximum(indent, 0), 0)
        begun = _last_before(self._line_end | self.new_row)
        first, indent = self._start[begun], np.append(0, indent)[begun]
        within = (self._sums[self._e - 1] - self._sums[first] & CONTS) // CONT_UNIT
        return np.asarray(self._e - first + indent + ~self._after(1, WHITE) - within)

    @cached_property
    def breaks(self) -> _Bools:
        """The end of a line."""
        breaks = self.new_row | (self._line_end & ~self._wrap)
        breaks |= self.mark | self._sentence | self._heading
        few = np.arange(len(breaks)) - _last_before(breaks) < COLON_WORDS
        colon = self._is(":") & self._white & self._listed(COLON_HEADINGS)[:-1]
        return np.asarray(breaks | (few & colon))


def _has(classes: NDArray[np.int32], bits: int) -> _Bools:
    return np.asarray((classes & bits) > 0)


def _last_before(gaps: _Bools) -> _Ints:
    """The first word after the last of some gaps before each gap."""
    begun = np.concatenate([[0], np.where(gaps, np.arange(1, len(gaps) + 1), 0)])
    return np.asarray(np.maximum.accumulate(begun)[:-1])
