"""Counts of titles by role; titles that suggest another role than the duties."""

import heapq
from bisect import insort
from collections import Counter, defaultdict
from typing import Any, Final

from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.statistics import Tally, share
from roleclass.report.titles import normalize_title, promised_role, title_key
from roleclass.roles import Role

MIN_POSTINGS: Final = 5
"""A title with fewer postings is not listed."""


class Titles:
    """The most frequent titles, without spelling and seniority, overall and by role."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._spelling: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._bare = 0

    def add(self, case: Case) -> None:
        """Count the title of a posting, if it says more than "Engineer" or the company's name."""
        found = counted_title(case)
        if found is None:
            self._bare += bool(case.posting.title)
            return
        key, normal = found
        self._tally.add([case.role], [key])
        self._spelling[key][normal] += 1

    def result(self, top: int = 25) -> dict[str, Any]:
        """Return the most frequent titles."""
        names = {key: counts.most_common(1)[0][0] for key, counts in self._spelling.items()}
        n = self._tally.of
        frequent = heapq.nsmallest(top, n, key=lambda key: (-n[key], key))
        return {
            "distinct": len(n),
            "counted": n.total(),
            "left_out": self._bare,
            "most_frequent": [
                {
                    "key": key,
                    "title": names[key],
                    "n": n[key],
                    "ai_first": self._tally.share(Role.AI_FIRST, key),
                    "roles": self._tally.counts(key, Role),
                    "spellings": len(self._spelling[key]),
                }
                for key in frequent
                if n[key] >= MIN_POSTINGS
            ],
            "by_role": {str(role): self._most_frequent(role, names) for role in Role},
        }

    def _most_frequent(self, role: Role, names: dict[str, str]) -> list[dict[str, Any]]:
        counts = {key: n for (of, key), n in self._tally.n.items() if of is role}
        first = heapq.nsmallest(8, counts, key=lambda key: (-counts[key], key))
        return [{"title": names[key], "n": counts[key]} for key in first]


def counted_title(case: Case) -> tuple[str, str] | None:
    """Return a title's key and the title without seniority; None if it is not counted."""
    posting = case.posting
    normal = normalize_title(posting.title, posting.company) if posting.title else ""
    if not normal or normal.lower() == (posting.company or "").lower():
        return None
    key = title_key(normal)
    return (key, normal) if key else None


class Atypical:
    """The roles that titles suggest against those of the postings, and the surest contradictions."""

    def __init__(self, top: int = 25) -> None:
        self._top = top
        self._tally = Tally()
        self._surest: list[tuple[float, int, dict[str, Any]]] = []
        self._n = 0

    def add(self, case: Case) -> None:
        """Count a posting."""
        self._n += 1
        promised = promised_role(case.posting.title)
        self._tally.add([case.role], [promised])
        if promised is None or case.role in (promised, Role.UNCLEAR):
            return
        row = {
            "id": case.posting.id,
            "title": case.posting.title,
            "company": case.posting.company,
            "promises": str(promised),
            "role": str(case.role),
            "confidence": case.confidence,
        }
        # Of equally sure ones the first are kept.
        insort(self._surest, (-(case.confidence or 0.0), self._n, row))
        del self._surest[self._top :]

    def result(self) -> dict[str, Any]:
        """Return the confusion matrix, and the surest contradictions."""
        judged = {pair: n for pair, n in self._tally.n.items() if pair[0] is not Role.UNCLEAR}
        contradicting = sum(n for (role, says), n in judged.items() if says is not role)
        return {
            "contradicting": share(contradicting, sum(judged.values())),
            "table": {str(says): self._tally.counts(says, Role) for says in AI_ROLES},
            "surest": [row for *_, row in self._surest],
        }
