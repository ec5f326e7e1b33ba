"""What roleclass measures of the claims in ``seeds.toml``: one function for each way of measuring."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from roleclass.classifier import RoleClassifier
from roleclass.reading import Reading, likely_areas
from roleclass.report.postings import Posting
from roleclass.report.titles import normalize_title, promised_roles
from roleclass.roles import Role
from roleclass.taxonomy.phrases import PhraseFinder
from roleclass.taxonomy.problem_areas import find_keys

Part = tuple[int, int]
"""So many of so many."""

Cells = dict[str, Part | int]
"""What was measured, by what the ``guide`` publishes of postings and by what is read in their ``text``."""

_HEADING: Final = "Responsibilities:"


class Duty(NamedTuple):
    """A duty: its text, and the keys of the areas and sub-patterns that it mentions."""

    text: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Batch:
    """The postings of one batch, read.

    Attributes
    ----------
    postings : sequence of Posting
    roles : sequence of Role
        The role of each: our label, else the model's answer.
    readings : sequence of Reading
        Of each posting's text; empty where there is none.
    listed, read : sequence of sequences of Duty
        For each posting its published responsibilities, and the duties that roleclass finds in its text.
    """

    postings: Sequence[Posting]
    roles: Sequence[Role]
    readings: Sequence[Reading]
    listed: Sequence[Sequence[Duty]]
    read: Sequence[Sequence[Duty]]

    @property
    def duties(self) -> dict[str, list[Sequence[Duty]]]:
        """The duties of postings that have any: listed by the ``guide``, read in the ``text``."""
        both = {"guide": self.listed, "text": self.read}
        return {where: [duties for duties in rows if duties] for where, rows in both.items()}


def read_batch(postings: Sequence[Posting], classifier: RoleClassifier) -> Batch:
    """Read texts and published responsibilities line by line, and classify what has no label."""
    titles = [posting.title or "" for posting in postings]
    asked = [posting.text or "\n".join(posting.responsibilities) for posting in postings]
    answers = classifier.predict_many(asked, titles)
    readings = list(classifier.read_many([posting.text or "" for posting in postings], titles))
    lists = classifier.read_many([_as_text(posting) for posting in postings], titles)
    return Batch(
        postings,
        [p.role or Role(answer.role) for p, answer in zip(postings, answers, strict=True)],
        readings,
        [_listed(p, reading) for p, reading in zip(postings, lists, strict=True)],
        [
            [_duty([(reading.text[line.start : line.end], line.areas)]) for line in reading.duties]
            if posting.text
            else []
            for posting, reading in zip(postings, readings, strict=True)
        ],
    )


def _items(posting: Posting) -> list[str]:
    return [" ".join(item.split()) for item in posting.responsibilities]


def _as_text(posting: Posting) -> str:
    return "\n".join((_HEADING, *(f"- {item}" for item in _items(posting))))


def _listed(posting: Posting, reading: Reading) -> list[Duty]:
    """Return a duty for each published responsibility: it is one, whatever the model thinks of its lines."""
    items = _items(posting)
    lines: list[list[tuple[str, Sequence[str]]]] = [[] for _ in items]
    start = max(0, reading.text.find(_HEADING)) + len(_HEADING)
    for line in reading.lines:
        if items and line.start >= start:
            at = min(reading.text.count("\n", start, line.start) - 1, len(items) - 1)
            text = reading.text[line.start : line.end]
            lines[at].append((text, likely_areas(line.area_probabilities)))
    return [_duty(parts) for parts in lines]


def _duty(parts: Iterable[tuple[str, Sequence[str]]]) -> Duty:
    parts = list(parts)
    keys = frozenset[str]().union(*(find_keys(text, areas) for text, areas in parts))
    return Duty(" ".join(text for text, _ in parts), keys)


def measure(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """Measure one claim on one batch; nothing where the claim says that it cannot be."""
    return _MEASURES[claim["measure"]](claim, batch) if "measure" in claim else {}


def _mentions(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """In how many postings a duty mentions a key or a phrase; with ``all``, something of each list."""
    groups = claim.get("all") or [[*claim.get("keys", ()), *claim.get("phrases", ())]]
    finder = _finder(entry for group in groups for entry in group)
    cells: Cells = {}
    for where, rows in batch.duties.items():
        found = [
            set().union(*(duty.keys | finder.find(duty.text) for duty in duties)) for duties in rows
        ]
        n = sum(all(not mentioned.isdisjoint(group) for group in groups) for mentioned in found)
        cells[where] = (n, len(found))
    return cells


def _texts(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many texts name one of the phrases, anywhere: of all, or of those of a role, or that name any."""
    finder = _finder([*claim["phrases"], *claim.get("among", ())])
    found = [
        finder.find(posting.text)
        for posting, role in zip(batch.postings, batch.roles, strict=True)
        if posting.text and role == claim.get("role", role)
    ]
    if "among" in claim:
        found = [named for named in found if named]
    return {"text": (sum(not named.isdisjoint(claim["phrases"]) for named in found), len(found))}


def _title(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many postings of a title, seniority apart, are of the role that is said of it.

    With ``words``, one of them stands in the title; with ``ranks``, these words alone are left out of it.
    """
    asked = _plain(claim["title"])
    finder = _finder(claim.get("words", ()))
    rows = []
    for posting, role in zip(batch.postings, batch.roles, strict=True):
        title = posting.title or ""
        if "ranks" in claim:
            normal = " ".join(w for w in title.lower().split() if w not in claim["ranks"])
        else:
            normal = _plain(normalize_title(title))
        if normal == asked and ("words" not in claim or finder.find(title)):
            rows.append((str(posting.published_label), str(role)))
    labels = zip(("guide", "text"), zip(*rows, strict=True) if rows else ((), ()), strict=True)
    return {where: (found.count(claim["role"]), len(found)) for where, found in labels}


def _plain(title: str) -> str:
    return title.lower().replace("-", " ")


def _titled(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many postings have one of the phrases in their title."""
    finder = _finder(claim["phrases"])
    n = sum(bool(finder.find(posting.title or "")) for posting in batch.postings)
    return {"guide": (n, len(batch.postings))}


def _most_frequent_title(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many postings have the title, if no other is as frequent; else none."""
    titles = Counter(_plain(normalize_title(posting.title or "")) for posting in batch.postings)
    n = titles[_plain(claim["title"])]
    return {"guide": (n if n == max(titles.values(), default=0) else 0, len(batch.postings))}


def _misleading(_: Mapping[str, Any], batch: Batch) -> Cells:
    """How many titles that promise one of the AI roles stand over another one."""
    promised = promised_roles([posting.title for posting in batch.postings])
    judged = [
        (says, role)
        for says, role in zip(promised, batch.roles, strict=True)
        if says is not None and role is not Role.UNCLEAR
    ]
    return {"text": (sum(says is not role for says, role in judged), len(judged))}


def _label(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many postings are of a role, as published and as we say."""
    published = [posting.published_label for posting in batch.postings]
    cells: Cells = {"guide": (published.count(claim["role"]), len(published))}
    if claim["role"] in set(Role):
        cells["text"] = (list(batch.roles).count(Role(claim["role"])), len(batch.roles))
    return cells


def _count(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """Postings, or duties."""
    if claim["of"] == "postings":
        return {"guide": len(batch.postings)}
    return {where: sum(map(len, rows)) for where, rows in batch.duties.items()}


def _per_posting(_: Mapping[str, Any], batch: Batch) -> Cells:
    """Duties of a posting: listed of all postings, read of those with a text."""
    texts = sum(posting.text is not None for posting in batch.postings)
    return {
        "guide": (sum(map(len, batch.listed)), len(batch.postings)),
        "text": (sum(map(len, batch.read)), texts),
    }


def _word(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """Count a word in the published responsibilities, in the way that the seed counted it."""
    listed = [item.lower() for posting in batch.postings for item in posting.responsibilities]
    word = claim["word"]
    if claim["counted"] == "between spaces":
        return {"guide": sum(item.split().count(word) for item in listed)}
    return {"guide": sum(word in item for item in listed)}


def _openings(claim: Mapping[str, Any], batch: Batch) -> Cells:
    """How many published responsibilities begin with one of the words."""
    listed = [item.lower().split()[:1] for p in batch.postings for item in p.responsibilities]
    n = sum(bool(words) and words[0].strip(",") in claim["words"] for words in listed)
    return {"guide": (n, len(listed))}


def _finder(phrases: Iterable[str]) -> PhraseFinder:
    return PhraseFinder({phrase: [tuple(phrase.encode().split())] for phrase in phrases})


_MEASURES: Final[dict[str, Callable[[Mapping[str, Any], Batch], Cells]]] = {
    "mentions": _mentions,
    "texts": _texts,
    "title": _title,
    "titled": _titled,
    "most frequent title": _most_frequent_title,
    "misleading titles": _misleading,
    "label": _label,
    "count": _count,
    "per posting": _per_posting,
    "word": _word,
    "openings": _openings,
}
