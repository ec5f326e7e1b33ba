"""The page of one posting: its role, each line with part and work, the evidence, its problem areas."""

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
    """A piece of a line: its text, its weight, and the strength of its colour from 1 to 5 (0: none)."""

    text: str
    weight: float = 0.0
    strength: int = 0


class Row(NamedTuple):
    """A line as the page shows it: text between it and the previous line is put before it."""

    line: Line
    pieces: tuple[Piece, ...]
    areas: tuple[str, ...]
    weight: float
    apart: bool


@dataclass(frozen=True, slots=True)
class View:
    """The values that the templates show of one posting.

    Attributes
    ----------
    prediction : Prediction
    why : Explanation or None
        None for a page without weights.
    rows : tuple of Row
        The whole text, line by line.
    counts : str
        The number of lines of each part, in words.
    evidence : tuple of (float, str, int)
        Weight, name and count of the largest weights, and two rows for everything else.
    problems : tuple of Problem
    """

    prediction: Prediction
    why: Explanation | None
    rows: tuple[Row, ...]
    counts: str
    evidence: tuple[tuple[float, str, int], ...]
    problems: tuple[Problem, ...]


def marks(why: Explanation, top: int) -> list[Mark]:
    """Return the spans to highlight: start, end and weight, in order and without overlaps.

    They are the spans of the `top` pieces of evidence with the largest weights that have spans. The weight
    of each piece is divided among its spans; where spans overlap, weights are added.

    Examples
    --------
    >>> from roleclass import Role
    >>> from roleclass.evidence.explanation import Evidence
    >>> both = (Evidence("ngram", "ai", 1.0, ((0, 2),)), Evidence("ngram", "ai agent", -0.5, ((0, 8),)))
    >>> marks(Explanation("ai agent", Role.OTHER, Role.AI_FIRST, 0.5, 0.0, both), top=2)
    [(0, 2, 0.5), (2, 8, -0.5)]
    """
    steps: dict[
        int, list[tuple[int, float]]
    ] = {}  # the spans that begin (1) and end (-1) at an offset
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
    """Collect the values for the templates; see `posting_page`."""
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
        The number of pieces of evidence to show, and to mark in the text.

    Returns
    -------
    str
        Self-contained HTML. The posting's text is escaped.

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
        # The last line includes the text after it: nothing is left out.
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
