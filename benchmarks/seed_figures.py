"""Measure the claims in ``seeds.toml``, and the sixteen areas.

Each takes the postings of a batch, read (`Case`), whose responsibilities the guide publishes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations_with_replacement
from typing import Any, Final

from roleclass.report.cases import Case, CaseLine
from roleclass.report.data import read_data
from roleclass.report.postings import Posting
from roleclass.report.statistics import CUTOFFS, DUTY_CUTOFFS, rank_correlation, tier
from roleclass.report.titles import normalize_title, promised_role, title_key
from roleclass.roles import Role
from roleclass.taxonomy import TIERS, load_taxonomy
from roleclass.taxonomy.phrases import PhraseFinder
from roleclass.training.fieldguide import our_lines

Cells = dict[str, tuple[int, int]]
"""So many of so many, by what the ``guide`` publishes of postings and by what is read in their ``text``."""

Claim = Mapping[str, Any]
Batch = Sequence[Case]


def duties_of(batch: Batch) -> dict[str, list[Sequence[CaseLine]]]:
    """Return the duties of postings that have any: listed by the ``guide``, read in the ``text``."""
    listed = [case.duties for case in batch if case.posting.responsibilities]
    read = [read_duties(case) for case in batch if case.posting.text]
    return {"guide": [duties for duties in listed if duties], "text": [d for d in read if d]}


def read_duties(case: Case) -> list[CaseLine]:
    """Return the lines of a posting's text that are read as duties."""
    return [line for line in case.lines if line.part == "duty"]


def measure(claim: Claim, batch: Batch) -> Cells:
    """Measure one claim on one batch; empty if it cannot be measured."""
    return _MEASURES[claim["measure"]](claim, batch) if "measure" in claim else {}


def _mentions(claim: Claim, batch: Batch) -> Cells:
    """In how many postings a duty mentions a key or a phrase; with ``all``, something of each list.

    A phrase counts only in duties that are in some area, as in the report.
    """
    groups = claim.get("all") or [[*claim.get("keys", ()), *claim.get("phrases", ())]]
    finder = _finder(entry for group in groups for entry in group)
    cells: Cells = {}
    for where, rows in duties_of(batch).items():
        found = [
            set[str]().union(*(d.keys | finder.find_in(d.tokens) for d in duties if d.areas))
            for duties in rows
        ]
        n = sum(all(not mentioned.isdisjoint(group) for group in groups) for mentioned in found)
        cells[where] = (n, len(found))
    return cells


def _texts(claim: Claim, batch: Batch) -> Cells:
    """How many texts name one of the phrases, anywhere: of all, or of those of a role, or that name any."""
    finder = _finder([*claim["phrases"], *claim.get("among", ())])
    found = [
        finder.find(case.posting.text)
        for case in batch
        if case.posting.text and case.role == claim.get("role", case.role)
    ]
    if "among" in claim:
        found = [named for named in found if named]
    return {"text": (sum(not named.isdisjoint(claim["phrases"]) for named in found), len(found))}


def _label(claim: Claim, batch: Batch) -> Cells:
    """How many postings, all or those of a title, are of a role, as published and as we say."""
    asked = [case for case in batch if "title" not in claim or _has_title(claim, case.posting)]
    published = [case.posting.published_label for case in asked]
    cells = {"guide": (published.count(claim["role"]), len(asked))}
    if claim["role"] in set(Role):
        cells["text"] = (sum(case.role == claim["role"] for case in asked), len(asked))
    return cells


def _has_title(claim: Claim, posting: Posting) -> bool:
    """Return whether a posting has a title, without seniority.

    With ``words``, one of them stands in the title; with ``ranks``, these words alone are left out of it.
    """
    title = posting.title or ""
    if "ranks" in claim:
        left = [word for word in title.lower().split() if word not in claim["ranks"]]
        return bool(left == claim["title"].lower().split())
    same = _key(title, posting.company) == _key(claim["title"])
    return same and ("words" not in claim or bool(_finder(claim["words"]).find(title)))


def _key(title: str, company: str | None = None) -> str:
    return title_key(normalize_title(title, company))


def _titled(claim: Claim, batch: Batch) -> Cells:
    """How many postings have one of the phrases in their title."""
    finder = _finder(claim["phrases"])
    return {"guide": (sum(bool(finder.find(c.posting.title or "")) for c in batch), len(batch))}


def _most_frequent_title(claim: Claim, batch: Batch) -> Cells:
    """How many postings have the title, if it is the most frequent; otherwise none."""
    titles = Counter(_key(case.posting.title or "", case.posting.company) for case in batch)
    n = titles[_key(claim["title"])]
    return {"guide": (n if n == max(titles.values(), default=0) else 0, len(batch))}


def _misleading(_: Claim, batch: Batch) -> Cells:
    """How many titles that suggest one of the AI roles have another one."""
    judged = [
        (says, case.role)
        for case in batch
        if (says := promised_role(case.posting.title)) and case.role is not Role.UNCLEAR
    ]
    return {"text": (sum(says is not role for says, role in judged), len(judged))}


def _postings(_: Claim, batch: Batch) -> Cells:
    """Count the postings."""
    return {"guide": (len(batch), len(batch))}


def _duties(_: Claim, batch: Batch) -> Cells:
    """Count the duties: those that are published, of all postings, and those that are read, of the texts."""
    read = [len(read_duties(case)) for case in batch if case.posting.text]
    return {"guide": (len(_listed(batch)), len(batch)), "text": (sum(read), len(read))}


def _word(claim: Claim, batch: Batch) -> Cells:
    """Count a word in the published responsibilities, in the way that the seed counted it."""
    word, listed = claim["word"], _listed(batch)
    counts = [
        item.split().count(word) if claim["counted"] == "between-spaces" else word in item
        for item in listed
    ]
    return {"guide": (sum(counts), len(counts))}


def _openings(claim: Claim, batch: Batch) -> Cells:
    """How many published responsibilities begin with one of the words."""
    first = [item.split()[:1] for item in _listed(batch)]
    n = sum(bool(words) and words[0].strip(",") in claim["words"] for words in first)
    return {"guide": (n, len(first))}


def _listed(batch: Batch) -> list[str]:
    return [item.lower() for case in batch for item in case.posting.responsibilities]


def _finder(phrases: Iterable[str]) -> PhraseFinder:
    return PhraseFinder({phrase: [tuple(phrase.encode().split())] for phrase in phrases})


_MEASURES: Final[dict[str, Callable[[Claim, Batch], Cells]]] = {
    "mentions": _mentions,
    "texts": _texts,
    "titled": _titled,
    "most frequent title": _most_frequent_title,
    "misleading titles": _misleading,
    "label": _label,
    "postings": _postings,
    "duties": _duties,
    "word": _word,
    "openings": _openings,
}


# ---------------------------------------------------------------- the sixteen areas

PROBLEMS: Final = tuple(load_taxonomy()[key] for key in read_data("published")["order"])
"""The sixteen areas, in the seed's order: most frequent first."""

Counts = dict[str, Any]
"""``duties`` and ``postings`` in all, and ``areas``: for each key, how many of each."""


def count_keys(duties: Sequence[Sequence[AbstractSet[str]]]) -> Counts:
    """Count the areas of duties, by duties and by postings that have any.

    Parameters
    ----------
    duties : sequence of sequences of sets of str
        For each posting, the keys of each duty.

    Examples
    --------
    >>> counts = count_keys([[{"rag"}, {"rag", "data"}], [{"data"}], []])
    >>> counts["duties"], counts["postings"], counts["areas"]["rag"]
    (3, 2, [2, 1])
    """
    by_duty = Counter(key for posting in duties for keys in posting for key in keys)
    by_posting = Counter(key for posting in duties for key in set().union(*posting))
    return {
        "duties": sum(map(len, duties)),
        "postings": sum(map(bool, duties)),
        "areas": {area.key: [by_duty[area.key], by_posting[area.key]] for area in PROBLEMS},
    }


def count_batch(batch: Batch) -> dict[str, Counts]:
    """Count published responsibilities, duties that are read, and the duties that readers labelled."""
    lines = our_lines()
    labelled = [
        [
            set(line["area"].split())
            for line in lines.get(case.posting.id or "", ())
            if line["area_labelled"] and line["part"] == "duty"
        ]
        for case in batch
    ]
    counts = {
        where: count_keys([[duty.keys for duty in duties] for duties in rows])
        for where, rows in duties_of(batch).items()
    }
    return counts | {"labelled": count_keys(labelled)}


def shares(counts: Counts, by: str) -> dict[str, float]:
    """Return the share of each of the sixteen areas, by ``"duties"`` or by ``"postings"``."""
    at, of = ("duties", "postings").index(by), max(1, counts[by])
    return {area.key: counts["areas"][area.key][at] / of for area in PROBLEMS}


def tiers(counts: Counts, by: str) -> dict[str, str]:
    """Return the tier of each area by the report's cut-offs, by ``"duties"`` or by ``"postings"``."""
    cutoffs = DUTY_CUTOFFS if by == "duties" else CUTOFFS
    return {key: tier(value, cutoffs) for key, value in shares(counts, by).items()}


def agreeing(counts: Counts, by: str) -> int:
    """Return how many areas have the seed's tier by the report's cut-offs."""
    found = tiers(counts, by)
    return sum(found[area.key] == area.tier for area in PROBLEMS)


def most_that_agree(of: Mapping[str, float]) -> int:
    """Return in how many areas any three cut-offs at all could agree with the seed's tiers.

    Examples
    --------
    >>> most_that_agree({area.key: -place for place, area in enumerate(PROBLEMS)})
    16
    """
    published = {area.key: area.tier for area in PROBLEMS}
    order = [published[key] for key in sorted(of, key=lambda key: -of[key])]
    return max(
        sum(
            order[a:b].count(tier)
            for tier, a, b in zip(TIERS, (0, *cuts), (*cuts, 16), strict=True)
        )
        for cuts in combinations_with_replacement(range(17), 3)
    )


def order_correlation(of: Mapping[str, float]) -> float | None:
    """Return Spearman's rank correlation with the seed's order; None if all shares are equal.

    Examples
    --------
    >>> order_correlation({area.key: -place for place, area in enumerate(PROBLEMS)})
    1.0
    """
    return rank_correlation([of[area.key] for area in PROBLEMS], range(16, 0, -1))
