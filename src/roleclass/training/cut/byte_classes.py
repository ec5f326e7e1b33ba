"""The data of the rules for the ends of lines: classes of bytes, lists of words, numbers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

ABBREVIATIONS: Final = (
    "vs", "inc", "ltd", "co", "corp", "sr", "jr", "approx", "incl", "no", "dr", "mr", "mrs", "ms",
    "st", "ph", "dept", "est", "eg", "ie",
)  # fmt: skip
"""Words after which a full stop does not end a sentence; so are single letters (``e.g.``, ``U.S.``)."""

CONNECTIVES: Final = (
    "a", "an", "the", "and", "or", "of", "with", "our", "your", "their", "by", "from", "into", "using",
)  # fmt: skip
"""Words that do not end a line: after them a line end is a wrap."""

INLINE_HEADINGS: Final = (
    "responsibilities", "requirements", "qualifications", "duties", "benefits",
)  # fmt: skip
INLINE_ADJECTIVES: Final = (
    "key", "primary", "minimum", "preferred", "required", "basic", "job", "main", "core", "desired",
)  # fmt: skip
"""Headings that count even within a line, and the words that may precede them."""

COLON_HEADINGS: Final = (
    "responsibilities", "requirements", "qualifications", "duties", "benefits", "perks", "tasks", "role",
    "profile", "have", "haves", "do", "doing", "bring", "offer", "need", "plus", "pluses", "bonus", "us",
    "job", "position", "summary", "description", "overview", "mission", "opportunity", "preferred",
    "required", "desired", "desirable", "for", "are", "you", "team", "company", "ideally", "will", "include",
)  # fmt: skip
"""Last words of headings after which a colon ends a line."""

COLON_WORDS: Final = 5
"""Most words of a heading before a colon."""

MIN_WRAPPED: Final = 25
"""Characters; shorter lines before a small letter are a list without bullets."""

PAD: Final = 4
"""Zeros that separate the rows of a batch: no rule reads more bytes than this."""

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
        # Each bullet by a byte that no letter or quotation mark in postings contains.
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

NEWLINES: Final = 2**10 - 1
CONT_UNIT: Final = 2**10
CONTS: Final = 2**21 - 2**10
MARK_UNIT: Final = 2**21
"""Three counts in one number: line ends in the low bits, then bytes within characters, then bullets."""

COUNTED: Final = (
    ((CLASSES & NEWLINE) > 0)
    + ((CLASSES & CONT) > 0) * CONT_UNIT
    + ((CLASSES & MARK) > 0) * MARK_UNIT
).astype(np.int32)
"""What each byte adds to the sum over a gap."""
