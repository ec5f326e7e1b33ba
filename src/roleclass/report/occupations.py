"""Titles counted, by role; titles that promise another role than the duties have; the rungs of the career."""

import heapq
from collections import Counter
from typing import Any, Final

from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.statistics import share
from roleclass.report.titles import normalize_title, promised_roles, title_key, title_level
from roleclass.roles import Role

MIN_POSTINGS: Final = 5
"""A title with fewer postings is not listed."""


class Titles:
    """The most frequent titles, spelling and seniority apart, in all and of each role."""

    def __init__(self) -> None:
        self._roles: dict[str, Counter[Role]] = {}
        self._spelling: dict[str, Counter[str]] = {}
        self._bare = 0

    def add(self, case: Case) -> None:
        """Count the title of a posting, if it says more than "Engineer" or the company's name."""
        found = counted_title(case)
        if found is None:
            self._bare += bool(case.posting.title)
            return
        key, normal = found
        self._roles.setdefault(key, Counter())[case.role] += 1
        self._spelling.setdefault(key, Counter())[normal] += 1

    def result(self, top: int = 25) -> dict[str, Any]:
        """Return the most frequent titles."""
        names = {key: counts.most_common(1)[0][0] for key, counts in self._spelling.items()}
        n = {key: counts.total() for key, counts in self._roles.items()}
        frequent = heapq.nsmallest(top, n, key=lambda key: (-n[key], key))
        return {
            "distinct": len(n),
            "counted": sum(n.values()),
            "left_out": self._bare,
            "most_frequent": [
                {
                    "key": key,
                    "title": names[key],
                    "n": n[key],
                    "ai_first": share(self._roles[key][Role.AI_FIRST], n[key]),
                    "roles": {str(role): self._roles[key][role] for role in Role},
                    "spellings": len(self._spelling[key]),
                }
                for key in frequent
                if n[key] >= MIN_POSTINGS
            ],
            "by_role": {str(role): self._most_frequent(role, names) for role in Role},
        }

    def _most_frequent(self, role: Role, names: dict[str, str]) -> list[dict[str, Any]]:
        counts = {key: of[role] for key, of in self._roles.items() if of[role]}
        first = heapq.nsmallest(8, counts, key=lambda key: (-counts[key], key))
        return [{"title": names[key], "n": counts[key]} for key in first]


def counted_title(case: Case) -> tuple[str, str] | None:
    """Return a title's key and the title without seniority; None where it is left out of the count."""
    posting = case.posting
    normal = normalize_title(posting.title, posting.company) if posting.title else ""
    if not normal or normal.lower() == (posting.company or "").lower():
        return None
    key = title_key(normal)
    return (key, normal) if key else None


class Atypical:
    """What titles promise against what the postings are, and the surest contradictions."""

    def __init__(self, top: int = 25) -> None:
        self._top = top
        self._table: Counter[tuple[Role | None, Role]] = Counter()
        self._surest: list[tuple[float, int, dict[str, Any]]] = []
        self._n = 0

    def add(self, case: Case) -> None:
        """Count a posting."""
        self._n += 1
        [promised] = promised_roles([case.posting.title])
        self._table[promised, case.role] += 1
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
        # Of equally sure ones the first stay.
        entry = (case.confidence or 0.0, -self._n, row)
        keep = heapq.heappush if len(self._surest) < self._top else heapq.heappushpop
        keep(self._surest, entry)

    def result(self) -> dict[str, Any]:
        """Return the table of both, and the surest contradictions."""
        judged = {
            pair: n
            for pair, n in self._table.items()
            if pair[0] is not None and pair[1] is not Role.UNCLEAR
        }
        contradicting = sum(n for (says, role), n in judged.items() if says is not role)
        return {
            "contradicting": share(contradicting, sum(judged.values())),
            "table": {
                str(says): {str(role): self._table[says, role] for role in Role}
                for says in AI_ROLES
            },
            "surest": [
                row for *_, row in sorted(self._surest, key=lambda entry: (-entry[0], -entry[1]))
            ],
        }


class Ladder:
    """The rungs that titles of the AI roles name."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Role]] = {}

    def add(self, case: Case) -> None:
        """Count the title of a posting of an AI role."""
        if case.posting.title and case.role in AI_ROLES:
            level = title_level(case.posting.title)
            self._counts.setdefault(level, Counter())[case.role] += 1

    def result(self) -> dict[str, Any]:
        """Return each rung with its share of these titles, and the share of AI-First on it."""
        total = sum(counts.total() for counts in self._counts.values())
        rows = []
        for path, name in _RUNGS:
            counts = self._counts.get(name, Counter())
            rows.append(
                {
                    "path": path,
                    "level": name,
                    **share(counts.total(), total),
                    "roles": {str(role): counts[role] for role in AI_ROLES},
                }
            )
        return {"postings": total, "rungs": rows}


_RUNGS: Final = (
    ("individual", "junior or entry"),
    ("individual", "no level named"),
    ("individual", "senior"),
    ("individual", "lead"),
    ("individual", "staff"),
    ("individual", "principal"),
    ("specialist", "architect"),
    ("specialist", "distinguished or fellow"),
    ("management", "manager"),
    ("management", "director"),
    ("management", "vice-president"),
)
