"""Measure the claims in ``seeds.toml`` on a batch.

That is postings, read (`Case`), whose responsibilities the guide publishes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from roleclass.report.cases import Case, CaseLine
from roleclass.report.data import read_data
from roleclass.report.occupations import counted_title
from roleclass.report.titles import normalize_title, promised_role, title_key
from roleclass.roles import Role
from roleclass.taxonomy import load_taxonomy
from roleclass.taxonomy.phrases import PhraseFinder
from roleclass.training.fieldguide import our_lines

PROBLEMS: Final = tuple(load_taxonomy()[key] for key in read_data("published")["order"])
"""The sixteen areas, in the seed's order: most frequent first."""

Cells = dict[str, tuple[int, int]]
"""So many of so many, by what the ``guide`` publishes of postings, by what is read in their ``text``, and by
the duties that readers ``labelled``; a way that gives nothing to count is left out."""

Claim = Mapping[str, Any]
Batch = Sequence[Case]

Measure = Callable[[Claim, Batch, str], Iterable[int]]
"""Returns, for each posting (or duty, or text) that it counts in a way, whether the claim is true of it."""


def measure(claim: Claim, batch: Batch) -> Cells:
    """Measure one claim on one batch; empty if it cannot be measured."""
    if "measure" not in claim:
        return {}
    ask, ways = _MEASURES[claim["measure"]]
    counts = {way: [*ask(claim, batch, way)] for way in claim.get("ways", ways)}
    return {way: (sum(found), len(found)) for way, found in counts.items() if found}


def duties_of(batch: Batch, way: str) -> list[Sequence[CaseLine]]:
    """Return the duties of each posting that has any."""
    if way == "guide":
        found = [case.duties for case in batch if case.posting.responsibilities]
    elif way == "text":
        found = [read_duties(case) for case in batch if case.posting.text]
    else:
        found = [_labelled().get(case.posting.id or "", ()) for case in batch]
    return [duties for duties in found if duties]


def read_duties(case: Case) -> tuple[CaseLine, ...]:
    """Return the lines of a posting's text that are read as duties."""
    return tuple(line for line in case.lines if line.part == "duty")


@cache
def _labelled() -> dict[str, tuple[CaseLine, ...]]:
    return {
        key: tuple(
            CaseLine("", "duty", tuple(line["area"].split()))
            for line in lines
            if line["area_labelled"] and line["part"] == "duty"
        )
        for key, lines in our_lines().items()
    }


def _mentions(claim: Claim, batch: Batch, way: str) -> Iterator[bool]:
    """Whether a duty of a posting mentions a key or a phrase; with ``all``, something of each list.

    A phrase counts only in duties that are in some area, as in the report.
    """
    groups = claim.get("all") or [[*claim.get("keys", ()), *claim.get("phrases", ())]]
    # The key of an area is no phrase: "agents" in a duty may stand for people.
    finder = _finder(entry for of in groups for entry in of if entry not in load_taxonomy())
    for duties in duties_of(batch, way):
        found = set[str]().union(*(d.keys | finder.find_in(d.tokens) for d in duties if d.areas))
        yield all(not found.isdisjoint(group) for group in groups)


def _duties(claim: Claim, batch: Batch, way: str) -> Iterator[bool]:
    """Whether a duty mentions a key."""
    return (
        not duty.keys.isdisjoint(claim["keys"])
        for duties in duties_of(batch, way)
        for duty in duties
    )


def _texts(claim: Claim, batch: Batch, _: str) -> Iterator[bool]:
    """Whether a text names one of the phrases, anywhere: of all, or of those of a role, or that name any."""
    finder = _finder([*claim["phrases"], *claim.get("among", ())])
    for case in batch:
        if case.posting.text and case.role == claim.get("role", case.role):
            named = finder.find(case.posting.text)
            if named or "among" not in claim:
                yield not named.isdisjoint(claim["phrases"])


def _label(claim: Claim, batch: Batch, way: str) -> Iterator[bool]:
    """Whether a posting, of all or of those with a title, is of a role, as published or as we say."""
    for case in batch:
        if "title" not in claim or _has_title(claim, case):
            label = case.posting.published_label if way == "guide" else case.role
            yield label == claim["role"]


def _has_title(claim: Claim, case: Case) -> bool:
    """Return whether a posting has a title, seniority apart; with ``words``, if one of them is in it."""
    said = _finder(claim.get("words", ())).find(case.posting.title or "")
    return _title(case) == _key(claim["title"]) and ("words" not in claim or bool(said))


def _title(case: Case) -> str:
    return (counted_title(case) or [""])[0]


@cache
def _key(title: str) -> str:
    return title_key(normalize_title(title))


def _titled(claim: Claim, batch: Batch, _: str) -> Iterator[bool]:
    """Whether one of the phrases stands in a title."""
    finder = _finder(claim["phrases"])
    return (bool(finder.find(case.posting.title or "")) for case in batch)


def _most_frequent_title(claim: Claim, batch: Batch, _: str) -> Iterator[bool]:
    """Whether a posting has the title; of none if another one is more frequent."""
    titles = Counter(map(_title, batch))
    top = max(titles, key=titles.__getitem__, default="")
    return (_title(case) == top == _key(claim["title"]) for case in batch)


def _misleading(_: Claim, batch: Batch, __: str) -> Iterator[bool]:
    """Whether a title that suggests one of the AI roles has another one."""
    for case in batch:
        says = promised_role(case.posting.title)
        if says and case.role is not Role.UNCLEAR:
            yield says is not case.role


def _number_of_duties(_: Claim, batch: Batch, way: str) -> Iterator[int]:
    """How many duties a posting publishes, and how many are read in a text."""
    for case in batch:
        if way == "guide":
            yield len(case.posting.responsibilities)
        elif case.posting.text:
            yield len(read_duties(case))


def _between_spaces(claim: Claim, batch: Batch, _: str) -> Iterator[int]:
    return (item.split().count(claim["says"]) for item in _listed(batch))


def _containing(claim: Claim, batch: Batch, _: str) -> Iterator[bool]:
    return (claim["says"] in item for item in _listed(batch))


def _openings(claim: Claim, batch: Batch, _: str) -> Iterator[bool]:
    """Whether a published responsibility begins with one of the words."""
    first = (item.split()[:1] for item in _listed(batch))
    return (bool(words) and words[0].strip(",") in claim["words"] for words in first)


def _listed(batch: Batch) -> Iterator[str]:
    return (item.lower() for case in batch for item in case.posting.responsibilities)


def _finder(phrases: Iterable[str]) -> PhraseFinder:
    return PhraseFinder({phrase: [tuple(phrase.encode().split())] for phrase in phrases})


_MEASURES: Final[dict[str, tuple[Measure, Sequence[str]]]] = {
    "postings": (lambda _, batch, __: [1] * len(batch), ["guide"]),
    "number of duties": (_number_of_duties, ["guide", "text"]),
    "duties": (_duties, ["guide", "text", "labelled"]),
    "mentions": (_mentions, ["guide", "text"]),
    "texts": (_texts, ["text"]),
    "label": (_label, ["guide", "text"]),
    "titled": (_titled, ["guide"]),
    "most frequent title": (_most_frequent_title, ["guide"]),
    "misleading titles": (_misleading, ["text"]),
    "between spaces": (_between_spaces, ["guide"]),
    "containing": (_containing, ["guide"]),
    "openings": (_openings, ["guide"]),
}
