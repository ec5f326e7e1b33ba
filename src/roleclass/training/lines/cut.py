r"""Cut a posting into lines: sentences, list items, headings.

A line ends between two words (tokens of the text contract), so the cut looks at each *gap*: the bytes
between the last byte of a word and the first byte of the next. All of it is arithmetic on integers, so
that the ONNX graph (`roleclass.training.graph.lines`) makes the same cut.

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

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roleclass.text import FOLD, SEPARATOR
from roleclass.training.lines.gaps import Gaps
from roleclass.training.lines.line_bytes import CLASSES, FRONT, PAD, WHITE

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


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
    gaps = Gaps(data, row, start, stop)

    opens = np.concatenate([[True], gaps.breaks])
    first = first_word = np.flatnonzero(opens)
    last = np.append(first[1:], number) - 1
    line = np.cumsum(opens) - 1
    marked = np.concatenate([[False], gaps.mark & ~gaps.new_row])
    # The number of a list item is a bullet.
    first = np.minimum(first + np.append(gaps.numbered, False)[first], last)
    # Include the punctuation around the words.
    begin, finish = start[first], stop[last]
    classes = CLASSES[data]
    for _ in range(PAD):
        begin = begin - ((classes[begin - 1] & FRONT) > 0)
        finish = finish + ((classes[finish] & WHITE) == 0)
    # Punctuation between glued lines belongs to the line before.
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
        marked[first_word],
        data[stop[last]] == ord(":"),
        (classes[stop[last]] & WHITE) > 0,
    )
