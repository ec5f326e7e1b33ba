"""The rules for the ends of lines, as bits; `lines` has them in words.

Nearly every rule is about bytes next to a gap. So a rule is a list of *conjunctions*, each of them a set of
bytes at some of the places around the gap, and a conjunction is a bit: a byte at a place gives a number with
the bits of all conjunctions that it agrees with, and the bitwise *and* over the places says which hold.
"""

from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.text import FOLD, SEPARATOR
from roleclass.training.cut.byte_classes import (
    ABBREVIATIONS,
    CLASSES,
    CLOSE,
    COLON_HEADINGS,
    CONNECTIVES,
    CONT,
    DIGIT,
    END,
    GOES_ON,
    HARD,
    INLINE_ADJECTIVES,
    INLINE_HEADINGS,
    LOWER,
    MARK,
    NEWLINE,
    OPEN,
    UPPER,
    WHITE,
)

_Bools = NDArray[np.bool_]
_Conjunction = dict[str, _Bools]
_Rule = list[_Conjunction]

_BYTES: Final = ("l3", "l2", "l1", "a1", "a2", "a3", "b4", "b3", "b2", "b1", "s1", "s2", "f1", "r1")
"""Positions of bytes: the last of the word before a gap; the first and the last of the gap; the first
ones of the word after it; the first one of the word before it; and the one after the word after it."""
FROM_END: Final = (-3, -2, -1, 0, 1, 2)  # l3 to a3, from the end of the word before the gap
FROM_START: Final = (-4, -3, -2, -1, 0, 1)  # b4 to s2, from the start of the word behind it
PLACES: Final = (*_BYTES, "left", "right")
"""The last two: the lists in which the words before and behind the gap are."""

LISTS: Final = {
    "abbreviation": ABBREVIATIONS,
    "connective": CONNECTIVES,
    "colon": COLON_HEADINGS,
    "heading": INLINE_HEADINGS,
    "adjective": INLINE_ADJECTIVES,
}
LISTED: Final = tuple(sorted({word.encode() for of in LISTS.values() for word in of}))
"""Words that the table of words must hold."""

NEW: Final = 1 << len(LISTS)
"""The value for lists of words at the word that ends a row."""

INLINE: Final = NEW + sum(1 << k for k, of in enumerate(LISTS) if of in ("heading", "adjective"))
"""The lists that make a gap on either side of the word worth looking at."""

TELLS: Final = (CLASSES & (NEWLINE | CONT | MARK | END | CLOSE)) > 0
TELLS[list(b":;")] = True
"""A gap ends a line only if it begins with such a byte, contains one that is `COUNTED`, or is next to a word
of `INLINE`."""


def _is(bits: int) -> _Bools:
    return (CLASSES & bits) > 0


def _in(of: Iterable[int]) -> _Bools:
    chosen = np.zeros(256, bool)
    chosen[list(of)] = True
    return chosen


def _listed(name: str) -> _Bools:
    return (np.arange(256) >> list(LISTS).index(name) & 1) > 0


def _both(*rules: _Rule) -> _Rule:
    """The conjunctions of all of several rules: one of each."""
    joined = []
    for parts in product(*rules):
        merged: _Conjunction = {}
        for place, chosen in (item for part in parts for item in part.items()):
            merged[place] = merged.get(place, True) & chosen
        joined.append(merged)
    return joined


@cache
def _rules() -> dict[str, _Rule]:
    """The rules that are about bytes and lists of words."""
    token = np.array([folded != SEPARATOR[0] for folded in FOLD])
    white, upper, lower, colon = _is(WHITE), _is(UPPER), _is(LOWER), _in(b":")
    ended = [{"a1": _is(END)}, {"a1": _is(CLOSE), "a2": _is(END)}]
    behind_white = [
        {"b1": white},
        {"b1": _is(OPEN), "b2": white},
        {"b1": _is(OPEN), "b4": white},
    ]
    starts = [{"s1": _is(UPPER | DIGIT)}]
    one_letter = [{"l2": ~token}]
    no_letter = [{"l2": token}, {"l1": ~(upper | lower)}]
    is_new = (np.arange(256) & NEW) > 0
    closed = [{"a1": _in(b".)"), "a2": white}]
    blank = [{"a1": white & ~_in(b"\n"), "a2": token}]
    adjective = [{"left": _listed("adjective"), "f1": upper}]
    inline_heading = _both(
        [{"left": _listed("heading"), "f1": upper, "s1": upper}],
        [*blank, {"a1": colon, "a2": ~token, "a3": token}],
    )
    not_new = [{"left": ~is_new, "right": ~is_new}]
    glued = [{"a1": _is(END), "a2": upper, "s2": lower, "l1": lower}]
    return {
        "new": [{"left": is_new}, {"right": is_new}],
        "sentence": _both(
            ended, behind_white, starts, no_letter, [{"left": ~_listed("abbreviation")}]
        ),
        "stop": _both([{"a1": _in(b";")}], behind_white, starts) + _both(glued, no_letter),
        "numbered": _both(not_new, closed, one_letter, [{"l1": _is(DIGIT | LOWER)}])
        + _both(not_new, closed, [{"l3": ~token, "l2": _is(DIGIT), "l1": _is(DIGIT | LOWER)}]),
        "inline": [
            {"b1": white, "b2": _in(b"\xa2"), "b3": _in(b"\x80"), "b4": _in(b"\xe2")},
            {"b1": white, "b3": _in(b"\x96\x97\x9e\x9c"), "b4": _in(b"\xe2")},
            {"b1": white, "b2": _is(MARK) & _in(range(128)), "b3": white, "s1": upper},
            {"b1": white, "b2": _in(b"\xb7"), "b3": _in(b"\xc2"), "s1": upper},
            {"b1": _in(b"\xa2"), "b2": _in(b"\x80"), "b3": _in(b"\xe2")},
            {"b2": _in(b"\x96\x97\x9e"), "b3": _in(b"\xe2")},
        ],
        "head": inline_heading,
        "adjective": _both(adjective, blank),
        "before_head": _both(blank, [{"right": _listed("heading")}]),
        "before_adjective": _both(blank, [{"right": _listed("adjective"), "s1": upper}]),
        "hard": [{"a1": _is(HARD)}, {"a1": _is(CLOSE), "a2": _is(END)}],
        "small": [{"s1": lower}, {"b1": _in(b"(")}],
        "goes_on": [{"a1": _is(GOES_ON)}, {"left": _listed("connective")}],
        "colon": _both([{"a1": colon, "left": _listed("colon")}], behind_white),
        "punctuated": [{"a1": ~white}],
        "indented": [{"a1": ~_in(b"\n")}],
        "close": [{"b1": ~white}],
        "followed": [{"r1": ~white}],
        "colon_end": [{"a1": colon}],
        "free": [{"a1": white}],
    }


@cache
def rule_bits() -> tuple[NDArray[np.int64], dict[str, int]]:
    """The bits of each byte at each place, and those of each rule."""
    rules = _rules()
    table = np.zeros((len(PLACES), 256), np.int64)
    bits: dict[str, int] = {}
    bit = 1
    for name, conjunctions in rules.items():
        bits[name] = 0
        for conjunction in conjunctions:
            for row, place in zip(table, PLACES, strict=True):
                row[conjunction.get(place, np.full(256, True))] |= bit
            bits[name] |= bit
            bit <<= 1
    return table, bits
