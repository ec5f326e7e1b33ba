"""How common the problem areas are: by postings, duties, role, level and batch; which go together."""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from math import sqrt
from typing import Any, Final

from roleclass.reading import AREAS
from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.data import read_data
from roleclass.report.shares import compare
from roleclass.report.statistics import (
    DUTY_CUTOFFS,
    FALSE_DISCOVERIES,
    GroupedShares,
    adjusted,
    rank_correlation,
    share,
    tier,
    two_sided,
)
from roleclass.report.titles import title_level
from roleclass.taxonomy import Area, Part, load_taxonomy

MIN_EXPECTED: Final = 5
"""Two areas are compared where chance would bring them together in so many postings."""

_MOST_DUTIES = 20  # postings with more are compared with each other all the same


class ProblemAreas:
    """How many postings of the AI roles, and how many duties, mention each area and sub-pattern."""

    def __init__(self) -> None:
        self._of: dict[str, Counter[str]] = {name: Counter() for name in _GROUPS}
        self._counts: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in _GROUPS}
        self._duties = GroupedShares()

    def add(self, case: Case) -> None:
        """Count a posting of an AI role that has duties."""
        if case.role not in AI_ROLES or not case.duties:
            return
        per_duty = Counter(key for duty in case.duties for key in duty.keys)
        self._duties.add(per_duty, len(case.duties))
        for name, group in _groups(case).items():
            if group is not None:
                self._of[name][group] += 1
                self._counts[name].update((key, group) for key in per_duty)

    def result(self) -> dict[str, Any]:
        """Return the areas, in the order of the taxonomy, and how they agree with what was published."""
        areas = [self._area(area) for area in load_taxonomy()]
        problems = [area for area in areas if area["kind"] == "problem"]
        for key, of in (("rank", "share"), ("duty_rank", "duties")):
            found = sorted(problems, key=lambda area: -_share_of(area, of))
            for rank, area in enumerate(found, start=1):
                area[key] = rank
        order = [area["published_rank"] for area in problems]
        return {
            "postings": self._of["all"]["all"],
            "sentences": self._duties.of,
            "agreement": {
                "areas": len(problems),
                "tiers": sum(area["tier"] == area["published_tier"] for area in problems),
                "duty_tiers": sum(area["duty_tier"] == area["published_tier"] for area in problems),
                "rank_correlation": _correlation(order, [area["share"] for area in problems]),
                "duty_rank_correlation": _correlation(
                    order, [area["duties"]["share"] for area in problems]
                ),
            },
            "areas": areas,
        }

    def _area(self, area: Area) -> dict[str, Any]:
        order = read_data("published")["order"]
        entry = self._measured(area) | {
            "kind": area.kind,
            "description": area.description,
            "published_tier": area.tier,
            "published_rank": order.index(area.key) + 1 if area.key in order else None,
            "parts": [self._measured(part) for part in area.parts],
        }
        batches = self._of["batches"]
        if len(batches) > 1:
            names = (min(batches), max(batches))
            first, last = (self._counts["batches"][area.key, name] for name in names)
            entry["batches"] = compare(names, (first, last), (batches[names[0]], batches[names[1]]))
        return entry

    def _measured(self, part: Area | Part) -> dict[str, Any]:
        measured = share(self._counts["all"][part.key, "all"], self._of["all"]["all"])
        duties = self._duties.share(part.key)
        return {
            "key": part.key,
            "name": part.name,
            **measured,
            "tier": tier(measured["share"]),
            "duties": duties,
            "duty_tier": tier(duties["share"], DUTY_CUTOFFS),
            "roles": self._by("roles", part.key, map(str, AI_ROLES)),
            "levels": self._by("levels", part.key, _LEVELS.values()),
        }

    def _by(self, name: str, key: str, groups: Any) -> dict[str, Any]:
        of, counts = self._of[name], self._counts[name]
        return {group: share(counts[key, group], of[group]) for group in dict.fromkeys(groups)}


_GROUPS: Final = ("all", "roles", "levels", "batches")
_LEVELS: Final = {
    "junior or entry": "junior",
    "no level named": "no level named",
    "senior": "senior",
    "lead": "lead, staff or above",
    "staff": "lead, staff or above",
    "principal": "lead, staff or above",
    "architect": "lead, staff or above",
    "distinguished or fellow": "lead, staff or above",
    "manager": "manager or director",
    "director": "manager or director",
    "vice-president": "manager or director",
}


def _groups(case: Case) -> dict[str, str | None]:
    posting = case.posting
    return {
        "all": "all",
        "roles": str(case.role),
        "levels": _LEVELS[title_level(posting.title)] if posting.title else None,
        "batches": posting.batch,
    }


def _share_of(area: Mapping[str, Any], of: str) -> float:
    value = area[of]
    return float(value["share"] if isinstance(value, dict) else value)


def _correlation(order: list[int], shares: list[float]) -> float | None:
    return rank_correlation(order, [-share for share in shares])


class Together:
    """Which of the sixteen areas stand in the same postings more, or less, often than chance has it.

    A posting with many duties mentions more of everything. So chance is that among postings with as many
    duties: the expected number is a sum over them, and z is that of Cochran, Mantel and Haenszel.
    """

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()  # postings by number of duties
        self._one: Counter[tuple[int, str]] = Counter()
        self._two: Counter[tuple[int, str, str]] = Counter()

    def add(self, case: Case) -> None:
        """Count a posting of an AI role that has duties."""
        if case.role not in AI_ROLES or not case.duties:
            return
        duties = min(len(case.duties), _MOST_DUTIES)
        found = sorted({area for duty in case.duties for area in duty.areas if area in _PROBLEMS})
        self._of[duties] += 1
        self._one.update((duties, area) for area in found)
        self._two.update((duties, *pair) for pair in combinations(found, 2))

    def result(self) -> dict[str, Any]:
        """Return the pairs that are frequent enough to be judged, those that go together first."""
        names = {area.key: area.name for area in load_taxonomy() if area.kind == "problem"}
        pairs = [
            row for a, b in combinations(sorted(names), 2) if (row := self._pair(a, b)) is not None
        ]
        for row, q in zip(pairs, adjusted([row["p"] for row in pairs]), strict=True):
            row |= {"q": q, "sure": q < FALSE_DISCOVERIES}
            row |= {"names": [names[row["a"]], names[row["b"]]]}
        pairs.sort(key=lambda row: -row["z"])
        return {"postings": self._of.total(), "min_expected": MIN_EXPECTED, "pairs": pairs}

    def _pair(self, a: str, b: str) -> dict[str, Any] | None:
        both, expected, variance = 0, 0.0, 0.0
        n_a = n_b = 0
        for duties, n in self._of.items():
            x, y = self._one[duties, a], self._one[duties, b]
            both += self._two[duties, a, b]
            n_a, n_b = n_a + x, n_b + y
            expected += x * y / n
            if n > 1:
                variance += x * y * (n - x) * (n - y) / (n * n * (n - 1))
        if expected < MIN_EXPECTED or not variance:
            return None
        z = (both - expected) / sqrt(variance)
        n = self._of.total()
        return {
            "a": a,
            "b": b,
            "n": both,
            "expected": expected,
            "lift": both / expected,
            "phi": (n * both - n_a * n_b) / sqrt(n_a * n_b * (n - n_a) * (n - n_b)),
            "z": z,
            "p": two_sided(z),
        }


_PROBLEMS: Final = frozenset(AREAS[:16])


class Responsibilities:
    """How many responsibilities a posting has: as read from its text, and as its table lists them."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, int]] = Counter()
        self._listed: Counter[tuple[str, int]] = Counter()

    def add(self, case: Case) -> None:
        """Count the duties of a posting."""
        posting = case.posting
        if case.was_read and posting.text:
            self._found[str(case.role), sum(line.part == "duty" for line in case.lines)] += 1
        if posting.responsibilities:
            self._listed[str(case.role), len(posting.responsibilities)] += 1

    def result(self) -> dict[str, Any]:
        """Return means and quartiles, in all and by role, beside the published mean."""
        said = read_data("published")
        return {
            "found": _spread(self._found),
            "listed": _spread(self._listed),
            "published": {
                "batch": said["batch"],
                "mean": said["responsibilities"] / said["postings"],
            },
        }


def _spread(counts: Counter[tuple[str, int]]) -> dict[str, Any]:
    of: dict[str, Counter[int]] = {}
    for (role, duties), n in counts.items():
        for group in ("all", role):
            of.setdefault(group, Counter())[duties] += n
    everyone = of.pop("all", Counter())
    roles = {role: _quartiles(of[role]) for role in map(str, AI_ROLES) if role in of}
    return _quartiles(everyone) | {
        "none": share(everyone[0], everyone.total()),
        "counts": {str(n): everyone[n] for n in sorted(everyone)},
        "roles": roles,
    }


def _quartiles(counts: Counter[int]) -> dict[str, Any]:
    """Return the number of postings, their mean and the quartiles.

    Examples
    --------
    >>> _quartiles(Counter([4, 5, 6, 7, 8]))
    {'postings': 5, 'mean': 6.0, 'quartiles': [5, 6, 7]}
    """
    n = counts.total()
    if not n:
        return {"postings": 0, "mean": None, "quartiles": None}
    values = sorted(counts.elements())
    quartiles = [values[min(n - 1, int(q * n))] for q in (0.25, 0.5, 0.75)]
    return {
        "postings": n,
        "mean": sum(value * m for value, m in counts.items()) / n,
        "quartiles": quartiles,
    }
