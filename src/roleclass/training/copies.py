"""Training copies: postings with insertions that must not matter.

A careful reader ignores what a company says about itself, a nice-to-have, a notice about AI in
hiring, or a title. So lines and titles of *other* training postings are inserted into copies of a posting
with its label; labels of its lines move along.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from roleclass.reading import PARTS
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.spans import LineSpan

COMPANY, NICE, NOTICE, TITLE, SHORT = "company", "nice-to-have", "notice", "title", "short"

SHARES: Final = {COMPANY: 0.8, NICE: 0.35, NOTICE: 0.15, TITLE: 0.25, SHORT: 0.4}
"""The shares of copies with each insertion; short copies keep only a few duties and requirements."""

_LONGEST: Final = 400
_BARE: Final = 0.4  # share of short copies with neither a title nor an insertion


@dataclass(frozen=True)
class Lender:
    """A line of a posting that may be inserted into others."""

    group: str
    text: str
    part: str
    work: str


def lenders(corpus: Corpus) -> dict[str, list[Lender]]:
    """Return the lines for insertion, by kind: company, nice-to-have, notice.

    Company lines and nice-to-haves are those about AI; notices are other lines about AI.
    """
    found: dict[str, list[Lender]] = {COMPANY: [], NICE: [], NOTICE: []}
    for posting in corpus:
        for line in posting.lines:
            kind = {COMPANY: COMPANY, NICE: NICE, "other": NOTICE}.get(line.part)
            if kind is None or line.work in {"none", "ai-user"}:
                continue
            text = " ".join(posting.text[line.start : line.end].split())
            if 40 <= len(text) <= _LONGEST:
                found[kind].append(Lender(posting.group, text, line.part, line.work))
    return found


def copies(corpus: Corpus, seed: int = 0) -> list[LabelledPosting]:
    """Return a changed copy of each posting, in the order of the corpus.

    Parameters
    ----------
    corpus : Corpus
        Lines and titles come from it, never from the same group.
    seed : int

    Returns
    -------
    list of LabelledPosting
        With the same labels, also for the inserted lines.
    """
    lent = lenders(corpus)
    titles = [(p.group, p.title) for p in corpus if p.title]
    return [
        _copy(posting, lent, titles, np.random.default_rng([seed, i]))
        for i, posting in enumerate(corpus)
    ]


def bare(corpus: Corpus, seed: int = 0) -> list[LabelledPosting]:
    """Return texts of one to three lines, without a title or a heading: one of each part of each posting.

    The model must classify a line even without context.
    """
    return [
        _bare(posting, part, np.random.default_rng([seed, i, k]))
        for i, posting in enumerate(corpus)
        for k, part in enumerate(PARTS)
        if any(line.part == part for line in posting.lines)
    ]


def _bare(posting: LabelledPosting, part: str, rng: np.random.Generator) -> LabelledPosting:
    lines = [line for line in posting.lines if line.part == part]
    first = int(rng.integers(len(lines)))
    few = lines[first : first + int(rng.integers(1, 4))]
    between = ("\n", " ")[rng.integers(2)]
    text = ""
    moved = []
    for line in few:
        said = " ".join(posting.text[line.start : line.end].split())
        moved.append(replace(line, start=len(text), end=len(text) + len(said)))
        # Without a full stop, two lines would be one.
        text += said + (between if said.endswith((".", "!", "?")) else "\n")
    return replace(posting, title=None, text=text, lines=tuple(moved))


def _copy(
    posting: LabelledPosting,
    lent: dict[str, list[Lender]],
    titles: Sequence[tuple[str, str]],
    rng: np.random.Generator,
) -> LabelledPosting:
    changed = posting
    if rng.random() < SHARES[SHORT]:
        changed = _shortened(changed, rng)
        if rng.random() < _BARE:
            return replace(changed, title=None)
    if rng.random() < SHARES[COMPANY]:
        place = rng.choice(["front", "middle", "end"])
        for _ in range(rng.integers(1, 4)):
            changed = _insert(changed, _another(lent[COMPANY], posting.group, rng), place, rng)
    if rng.random() < SHARES[NICE]:
        changed = _insert(changed, _another(lent[NICE], posting.group, rng), "end", rng)
    if rng.random() < SHARES[NOTICE]:
        changed = _insert(changed, _another(lent[NOTICE], posting.group, rng), "end", rng)
    if titles and rng.random() < SHARES[TITLE]:
        changed = replace(changed, title=titles[int(rng.integers(len(titles)))][1])
    return changed


def _another(of: Sequence[Lender], group: str, rng: np.random.Generator) -> Lender | None:
    """Draw a line of another group; None if ten tries fail."""
    for _ in range(10 if of else 0):
        chosen = of[int(rng.integers(len(of)))]
        if chosen.group != group:
            return chosen
    return None


def _shortened(posting: LabelledPosting, rng: np.random.Generator) -> LabelledPosting:
    """Keep a few labelled duties and requirements, and often the line before the first of each, a heading.

    Most labelled postings are long; the model must also handle short ones.
    """
    kept: set[LineSpan] = set()
    for part, most in (("duty", 6), ("requirement", 4)):
        at = [i for i, line in enumerate(posting.lines) if line.part == part]
        if part == "duty" and len(at) < 2:
            return posting
        first = int(rng.integers(len(at))) if at else 0
        chosen = at[first : first + int(rng.integers(1, most + 1))]
        before = [at[0] - 1] if chosen and at[0] and rng.random() < 0.6 else []
        kept.update(posting.lines[i] for i in [*before, *chosen])
    mark = ("", "- ", "\u2022 ")[rng.integers(3)]
    text = ""
    lines = []
    for line in sorted(kept, key=lambda line: line.start):
        text += mark if line.part in {"duty", "requirement"} else ""
        start = len(text)
        text += posting.text[line.start : line.end]
        lines.append(replace(line, start=start, end=len(text)))
        text += "\n"
    return replace(posting, text=text, lines=tuple(lines))


def _insert(
    posting: LabelledPosting, line: Lender | None, place: str, rng: np.random.Generator
) -> LabelledPosting:
    if line is None:
        return posting
    text = posting.text
    ends = [i for i, c in enumerate(text) if c == "\n"]
    at = {"front": 0, "end": len(text)}.get(place, ends[rng.integers(len(ends))] if ends else 0)
    before, after = ("\n" * rng.integers(1, 3) for _ in range(2))
    put = f"{before}{line.text}{after}"
    new = LineSpan(at + len(before), at + len(before) + len(line.text), line.part, line.work)
    moved = tuple(
        replace(s, start=s.start + len(put), end=s.end + len(put)) if s.start >= at else s
        for s in posting.lines
    )
    lines = (*moved, new) if posting.lines else ()
    return replace(posting, text=text[:at] + put + text[at:], lines=lines)
