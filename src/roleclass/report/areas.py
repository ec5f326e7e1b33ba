"""Problem areas: their shares by postings, duties, role and level; pairs of areas."""

from collections import Counter
from itertools import combinations
from math import sqrt
from typing import Any, Final

from roleclass.reading import AREAS
from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.data import read_data
from roleclass.report.statistics import (
    DUTY_CUTOFFS,
    FALSE_DISCOVERIES,
    GroupedShares,
    Tally,
    adjusted,
    rank_correlation,
    share,
    tier,
    two_sided,
)
from roleclass.report.titles import rungs, title_level
from roleclass.taxonomy import Area, Part, load_taxonomy

MIN_EXPECTED: Final = 5
"""Two areas are compared if chance alone would combine them in this many postings."""

_MOST_DUTIES = 20  # postings with more duties are one stratum


class ProblemAreas:
    """The numbers of postings of the AI roles, and of duties, that mention each area and sub-pattern."""

    def __init__(self) -> None:
        self._postings = Tally()
        self._duties = GroupedShares()

    def add(self, case: Case) -> None:
        """Count a posting of an AI role that has duties."""
        if case.role not in AI_ROLES or not case.duties:
            return
        per_duty = Counter(key for duty in case.duties for key in duty.keys)
        posting = case.posting
        level = rungs()[title_level(posting.title)]["group"] if posting.title else None
        self._duties.add(per_duty, len(case.duties))
        self._postings.add(per_duty, ["all", case.role, level])

    def result(self) -> dict[str, Any]:
        """Return the areas, in the order of the taxonomy, and their agreement with the published ones."""
        areas = [self._area(area) for area in load_taxonomy().values()]
        problems = [area for area in areas if area["kind"] == "problem"]
        agreement: dict[str, Any] = {}
        order = [area["published_rank"] for area in problems]
        for way, measured in (("", problems), ("duty_", [area["duties"] for area in problems])):
            same = sum(area[f"{way}tier"] == area["published_tier"] for area in problems)
            agreement[f"{way}tiers"] = same
            shares = [-row["share"] for row in measured]
            agreement[f"{way}rank_correlation"] = rank_correlation(order, shares)
        return {
            "postings": self._postings.of["all"],
            "sentences": self._duties.of,
            "agreement": agreement,
            "areas": areas,
        }

    def _area(self, area: Area) -> dict[str, Any]:
        order = read_data("published")["order"]
        return self._measured(area) | {
            "kind": area.kind,
            "description": area.description,
            "published_tier": area.tier,
            "published_rank": order.index(area.key) + 1 if area.key in order else None,
            "parts": [self._measured(part) for part in area.parts],
        }

    def _measured(self, part: Area | Part) -> dict[str, Any]:
        measured, duties = self._postings.share(part.key, "all"), self._duties.share(part.key)
        levels = [rung["group"] for rung in rungs().values()]
        return {
            "key": part.key,
            "name": part.name,
            **measured,
            "tier": tier(measured["share"]),
            "duties": duties,
            "duty_tier": tier(duties["share"], DUTY_CUTOFFS),
            "roles": {str(role): self._postings.share(part.key, role) for role in AI_ROLES},
            "levels": {level: self._postings.share(part.key, level) for level in levels},
        }


class Together:
    """Pairs of the sixteen areas that occur together more, or less, often than by chance.

    A posting with many duties mentions more of everything, so chance is computed among postings with as many
    duties: the expected number is a sum over these strata, and z is the Cochran-Mantel-Haenszel statistic.
    """

    def __init__(self) -> None:
        self._tally = Tally()  # areas and pairs of them, by the number of duties

    def add(self, case: Case) -> None:
        """Count a posting of an AI role that has duties."""
        if case.role not in AI_ROLES or not case.duties:
            return
        duties = min(len(case.duties), _MOST_DUTIES)
        found = sorted({area for duty in case.duties for area in duty.areas if area in _PROBLEMS})
        self._tally.add([*found, *combinations(found, 2)], [duties])

    def result(self) -> dict[str, Any]:
        """Return the pairs that are frequent enough to be compared, positive ones first."""
        names = {key: load_taxonomy()[key].name for key in _PROBLEMS}
        pairs = [
            row for a, b in combinations(sorted(names), 2) if (row := self._pair(a, b)) is not None
        ]
        for row, q in zip(pairs, adjusted([row["p"] for row in pairs]), strict=True):
            row |= {"q": q, "sure": q < FALSE_DISCOVERIES}
            row |= {"names": [names[row["a"]], names[row["b"]]]}
        pairs.sort(key=lambda row: -row["z"])
        return {"postings": self._tally.of.total(), "min_expected": MIN_EXPECTED, "pairs": pairs}

    def _pair(self, a: str, b: str) -> dict[str, Any] | None:
        of, counts = self._tally.of, self._tally.n
        both, expected, variance = 0, 0.0, 0.0
        n_a = n_b = 0
        for duties, n in of.items():
            x, y = counts[a, duties], counts[b, duties]
            both += counts[(a, b), duties]
            n_a, n_b = n_a + x, n_b + y
            expected += x * y / n
            if n > 1:
                variance += x * y * (n - x) * (n - y) / (n * n * (n - 1))
        if expected < MIN_EXPECTED or not variance:
            return None
        z = (both - expected) / sqrt(variance)
        n = of.total()
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


_PROBLEMS: Final = AREAS[:16]


class Responsibilities:
    """The number of responsibilities of a posting: read from its text, and listed by its table."""

    def __init__(self) -> None:
        self._found, self._listed = Tally(), Tally()

    def add(self, case: Case) -> None:
        """Count the duties of a posting."""
        posting = case.posting
        if case.was_read and posting.text:
            self._found.add([sum(line.part == "duty" for line in case.lines)], ["all", case.role])
        if posting.responsibilities:
            self._listed.add([len(posting.responsibilities)], ["all", case.role])

    def result(self) -> dict[str, Any]:
        """Return means and quartiles, of all postings and by role, and the published mean."""
        said = read_data("published")
        mean = said["responsibilities"] / said["postings"]
        return {
            "found": _spread(self._found),
            "listed": _spread(self._listed),
            "published": {"batch": said["batch"], "mean": mean},
        }


def _spread(tally: Tally) -> dict[str, dict[str, Any]]:
    """Return the number of postings, those with 0 duties, their mean and quartiles, by group.

    Examples
    --------
    >>> tally = Tally()
    >>> for duties in (4, 5, 6, 7, 8):
    ...     tally.add([duties], ["all"])
    >>> _spread(tally)["all"]["mean"], _spread(tally)["all"]["median"]
    (6.0, 6)
    """
    found = {}
    for group in ("all", *AI_ROLES):
        counts = Counter({duties: n for (duties, of), n in tally.n.items() if of == group})
        values = sorted(counts.elements())
        if values:
            n = len(values)
            first, median, third = (values[int(q * n)] for q in (0.25, 0.5, 0.75))
            found[str(group)] = {
                "postings": n,
                "none": share(counts[0], n),
                "mean": sum(values) / n,
                "quartile_1": first,
                "median": median,
                "quartile_3": third,
            }
    return found
