"""What one posting says, as a page: its role, each line with part and work, why, its problem areas."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from roleclass.evidence.explanation import Explanation
from roleclass.prediction import Prediction
from roleclass.reading import PARTS, Line, Reading
from roleclass.taxonomy import load_taxonomy
from roleclass.taxonomy.problem_areas import Problem, find_problems

Mark = tuple[int, int, float]


class Piece(NamedTuple):
    """A piece of a line: its text, what it weighs (0: nothing), and how much that is, from 1 to 5."""

    text: str
    weight: float = 0.0
    strength: int = 0


class Row(NamedTuple):
    """A line as the page shows it: what stands between it and the one before is put before it."""

    line: Line
    pieces: tuple[Piece, ...]
    areas: tuple[str, ...]
    weight: float
    apart: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the templates show of one posting.

    Attributes
    ----------
    prediction : Prediction
    why : Explanation or None
        None where nothing is weighed.
    rows : tuple of Row
        The whole text, line by line.
    counts : str
        How many lines there are of each part, in words.
    evidence : tuple of (float, str, int)
        Weight, name and times of the weightiest, and two rows for all else.
    problems : tuple of Problem
    """

    prediction: Prediction
    why: Explanation | None
    rows: tuple[Row, ...]
    counts: str
    evidence: tuple[tuple[float, str, int], ...]
    problems: tuple[Problem, ...]


def marks(why: Explanation, top: int) -> list[Mark]:
    """Return the stretches to highlight: start, end and weight, in order and apart from each other.

    They are those of the `top` weightiest pieces of evidence that stand somewhere, and are not of the
    posting as a whole. A stretch where several stand has the sum of what they weigh, each shared out over
    its places.

    Examples
    --------
    >>> from roleclass import Role
    >>> from roleclass.evidence.explanation import Evidence
    >>> both = (Evidence("ngram", "ai", 1.0, ((0, 2),)), Evidence("ngram", "ai agent", -0.5, ((0, 8),)))
    >>> marks(Explanation("ai agent", Role.OTHER, Role.AI_FIRST, 0.5, 0.0, both), top=2)
    [(0, 2, 0.5), (2, 8, -0.5)]
    """
    steps: dict[int, list[tuple[int, float]]] = {}  # what begins (1) and ends (-1) at a place
    for item in [item for item in why.evidence if item.spans][:top]:
        share = item.weight / len(item.spans)
        for start, end in item.spans:
            steps.setdefault(start, []).append((1, share))
            steps.setdefault(end, []).append((-1, share))
    found = []
    standing, weight = 0, 0.0
    for start, end in pairwise(sorted(steps)):
        standing += sum(step for step, _ in steps[start])
        weight = weight + sum(step * share for step, share in steps[start]) if standing else 0.0
        if weight:
            found.append((start, end, weight))
    return found


def view_of(reading: Reading, why: Explanation | None = None, top: int = 15) -> View:
    """Gather what the templates show; see `posting_page`."""
    stretches = marks(why, top) if why else []
    weights = [weight for _, weight in why.lines] if why else [0.0] * len(reading.lines)
    evidence: list[tuple[float, str, int]] = []
    if why:
        evidence = [(item.weight, item.name, len(item.spans)) for item in why.evidence[:top]]
        evidence.append((sum(item.weight for item in why.evidence[top:]), "everything else", 0))
        evidence.append((why.prior, "before reading", 0))
    return View(
        reading.prediction,
        why,
        tuple(_rows(reading, weights, stretches)),
        _counts(reading),
        tuple(evidence),
        tuple(find_problems(reading)),
    )


def posting_page(reading: Reading, why: Explanation | None = None, top: int = 15) -> str:
    """Write the page of one posting.

    Parameters
    ----------
    reading : Reading
    why : Explanation or None
        Of the same posting; None for a page without weights.
    top : int
        How many pieces of evidence to show, and how many to mark in the text.

    Returns
    -------
    str
        HTML that loads nothing from anywhere. All of the posting's text is escaped.

    Examples
    --------
    >>> from roleclass import read
    >>> "Bake bread &amp; cakes." in posting_page(read("Bake bread & cakes."))
    True
    """
    from roleclass.pages import render  # predicting needs no templates

    return render("evidence/templates/posting.html", view=view_of(reading, why, top))


def _rows(reading: Reading, weights: Sequence[float], stretches: Sequence[Mark]) -> Iterator[Row]:
    text, areas = reading.text, load_taxonomy()
    strongest = max((abs(weight) for *_, weight in stretches), default=1.0)
    ends = [end for _, end, _ in stretches]
    done = 0
    for i, (line, weight) in enumerate(zip(reading.lines, weights, strict=True)):
        # The last line takes what comes after it: nothing of the text is left out.
        end = len(text) if i + 1 == len(reading.lines) else line.end
        between = text[done : line.start]
        start = done + len(between) - len(between.lstrip("\r\n \t"))
        pieces = []
        done = start
        for one, other, w in stretches[bisect_right(ends, start) :]:
            if one >= end:
                break
            first, last = max(one, start), min(other, end)
            pieces += [
                Piece(text[done:first]),
                Piece(text[first:last], w, ceil(5 * (abs(w) / strongest))),
            ]
            done = last
        pieces.append(Piece(text[done:end].rstrip("\r\n")))
        done = end
        yield Row(
            line,
            tuple(piece for piece in pieces if piece.text),
            tuple(areas[area].name if area in areas else area for area in line.areas),
            weight,
            apart=between.count("\n") > 1,
        )


def _counts(reading: Reading) -> str:
    counts = Counter(line.part for line in reading.lines)
    return ", ".join(
        f"{counts[part]} {_PLURALS[part][counts[part] > 1]}" for part in PARTS if counts[part]
    )


_PLURALS = {
    "company": ("line about the company", "lines about the company"),
    "duty": ("duty", "duties"),
    "requirement": ("requirement", "requirements"),
    "nice-to-have": ("nice-to-have", "nice-to-haves"),
    "other": ("other line", "other lines"),
}
