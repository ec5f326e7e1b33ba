"""Transfer the labels of spans to the lines of the cut."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.corpus import LabelledPosting
from roleclass.training.cut.cutter import Lines
from roleclass.training.lines.model import LineLabels


def carry(postings: Sequence[LabelledPosting], rows: Sequence[bytes], lines: Lines) -> LineLabels:
    """Label each line like the labelled span that it shares most bytes with; -1 if there is none.

    Parameters
    ----------
    postings : sequence of N LabelledPosting
    rows : sequence of N bytes
        Their encoding.
    lines : Lines
        Their lines.
    """
    number = len(lines.row)
    labels = LineLabels(
        np.full(number, -1),
        np.full(number, -1),
        np.zeros((number, len(AREAS)), bool),
        np.zeros(number, bool),
    )
    begins = np.searchsorted(lines.row, np.arange(len(rows) + 1))
    for k, posting in enumerate(postings):
        # Spans of a text with markup do not match the text that is read.
        if not posting.lines or not rows[k].endswith(posting.text.encode("utf-8", "replace")):
            continue
        at = slice(begins[k], begins[k + 1])
        starts, ends = _spans(posting, rows[k])
        shared = np.minimum(lines.end[at, None], ends) - np.maximum(lines.start[at, None], starts)
        of_line = shared.argmax(axis=1)
        for line in np.flatnonzero(shared.max(axis=1) > 0).tolist():
            span = posting.lines[of_line[line]]
            i = begins[k] + line
            labels.part[i] = PARTS.index(span.part)
            labels.work[i] = WORKS.index(span.work)
            labels.areas[i, [AREAS.index(area) for area in span.areas or ()]] = True
            labels.areas_known[i] = span.areas is not None
    return labels


def best_lines(
    posting: LabelledPosting, row: bytes, lines: Lines, number: int
) -> NDArray[np.int64]:
    """Return, for each labelled span of a posting, the line that it shares most bytes with.

    Parameters
    ----------
    posting : LabelledPosting
    row : bytes
    lines : Lines
        Of several postings.
    number : int
        The index of this one.

    Returns
    -------
    int64 array
        Indices of lines; -1 for a span that no line covers.
    """
    first, stop = np.searchsorted(lines.row, [number, number + 1])
    if first == stop or not posting.lines:
        return np.full(len(posting.lines), -1)
    starts, ends = _spans(posting, row)
    at = slice(first, stop)
    shared = np.minimum(lines.end[at, None], ends) - np.maximum(lines.start[at, None], starts)
    return np.where(shared.max(axis=0) > 0, first + shared.argmax(axis=0), -1)


def _spans(posting: LabelledPosting, row: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the labelled spans in bytes of the row."""
    lengths = [len(character.encode("utf-8", "replace")) for character in posting.text]
    before = len(row) - sum(lengths)  # the title
    place = before + np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return (
        place[[span.start for span in posting.lines]],
        place[[span.end for span in posting.lines]],
    )
