"""Shares of the roles: in all, by batch, time, level and place, and beside other labels."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from roleclass.report.cases import Case
from roleclass.report.data import read_data
from roleclass.report.statistics import change, difference_p, share
from roleclass.report.titles import title_level
from roleclass.roles import Role

MIN_POSTINGS: Final = 10
"""A place with fewer postings is counted under "elsewhere"."""

FEW: Final = 20
"""A group with fewer postings is shown as one that says little: no share is drawn from it."""

_MOST_MONTHS = 18  # more than so many months are shown as quarters
_MOST_PERIODS = 60  # a row for each period without a posting, too, unless that makes more rows


class RoleShares:
    """How many postings have each role."""

    def __init__(self) -> None:
        self._counts: Counter[Role] = Counter()

    def add(self, case: Case) -> None:
        """Count a posting."""
        self._counts[case.role] += 1

    def result(self) -> list[dict[str, Any]]:
        """Return each role with its share."""
        total = self._counts.total()
        return [{"role": str(role), **share(self._counts[role], total)} for role in Role]


class LabelChange:
    """How the shares of labels change from the first batch to the last.

    Batches are ordered by their names, which are dates as a rule.

    Parameters
    ----------
    label : callable
        Returns the label of a case; None for one that has none.
    """

    def __init__(self, label: Callable[[Case], str | None]) -> None:
        self._label = label
        self._counts: dict[str, Counter[str]] = {}
        self._labelled = False

    def add(self, case: Case) -> None:
        """Count a posting."""
        label = self._label(case)
        self._labelled = self._labelled or label is not None
        if case.posting.batch:
            self._counts.setdefault(case.posting.batch, Counter())[label or "none"] += 1

    def result(self) -> list[dict[str, Any]]:
        """Return a row for each label; none where there are not two batches, or no labels."""
        if len(self._counts) < 2 or not self._labelled:
            return []
        names = (min(self._counts), max(self._counts))
        first, last = (self._counts[name] for name in names)
        return [
            {
                "label": label,
                **compare(names, (first[label], last[label]), (first.total(), last.total())),
            }
            for label in sorted(first | last, key=lambda label: -(first + last)[label])
        ]


def compare(names: tuple[str, str], n: tuple[int, int], of: tuple[int, int]) -> dict[str, Any]:
    """Compare two shares, of two batches: each, their difference with its interval, and p.

    Examples
    --------
    >>> row = compare(("May", "June"), (30, 60), (100, 100))
    >>> row["before"]["share"], row["after"]["batch"], round(row["change"], 2), row["p"] < 0.001
    (0.3, 'June', 0.3, True)
    """
    before, after = (share(*pair) for pair in zip(n, of, strict=True))
    return {
        "before": {"batch": names[0], **before},
        "after": {"batch": names[1], **after},
        **change(before, after),
        "p": difference_p(before, after),
    }


class PublishedLabels:
    """The roles beside the labels that somebody published."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, Role]] = Counter()

    def add(self, case: Case) -> None:
        """Count a posting that has such a label."""
        if case.posting.published_label:
            self._pairs[case.posting.published_label, case.role] += 1

    def result(self) -> dict[str, Any] | None:
        """Return the agreement and the table of both; None where nothing was published."""
        if not self._pairs:
            return None
        labels: Counter[str] = Counter()
        for (label, _), n in self._pairs.items():
            labels[label] += n
        same = sum(n for (label, role), n in self._pairs.items() if label == str(role))
        return {
            "agreement": share(same, labels.total()),
            "labels": {label: share(n, labels.total()) for label, n in labels.most_common()},
            "table": {
                label: {str(role): self._pairs[label, role] for role in Role}
                for label, _ in labels.most_common()
            },
        }


class Groups:
    """The roles over time, by level and by place."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Counter[Role]]] = {
            name: {} for name in ("time", "level", "title_level", "place")
        }

    def add(self, case: Case) -> None:
        """Count a posting in its groups."""
        posting = case.posting
        groups = {
            "time": _month(posting.date),
            "level": posting.level,
            "title_level": title_level(posting.title) if posting.title else None,
            "place": country(posting.place),
        }
        for name, group in groups.items():
            if group:
                self._of[name].setdefault(group, Counter())[case.role] += 1

    def result(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each kind of group; none where the column is missing."""
        time = self._of["time"]
        if len(time) > _MOST_MONTHS:
            time = _merged(time, _quarter)
        for period in _without_gaps(time):
            time.setdefault(period, Counter())
        frequent = {
            place for place, counts in self._of["place"].items() if counts.total() >= MIN_POSTINGS
        }
        place = _merged(self._of["place"], lambda name: name if name in frequent else "elsewhere")
        return {
            "time": [_row(group, time[group]) for group in sorted(time)],
            "level": _most_frequent(self._of["level"]),
            "title_level": _most_frequent(self._of["title_level"]),
            "place": _most_frequent(place),
        }


def _merged(
    groups: Mapping[str, Counter[Role]], name: Callable[[str], str]
) -> dict[str, Counter[Role]]:
    found: dict[str, Counter[Role]] = {}
    for group, counts in groups.items():
        found.setdefault(name(group), Counter()).update(counts)
    return found


def _most_frequent(groups: Mapping[str, Counter[Role]], top: int = 15) -> list[dict[str, Any]]:
    rows = [_row(group, counts) for group, counts in groups.items()]
    return sorted(rows, key=lambda row: (-row["n"], row["group"]))[:top]


def _row(group: str, counts: Counter[Role]) -> dict[str, Any]:
    n = counts.total()
    return {
        "group": group,
        "n": n,
        "few": n < FEW,
        "roles": {str(role): counts[role] for role in Role},
        "ai_first": share(counts[Role.AI_FIRST], n),
    }


def _month(text: str | None) -> str | None:
    found = re.match(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", text or "")
    return found.group() if found else None


def _quarter(month: str) -> str:
    return f"{month[:4]} Q{(int(month[5:]) + 2) // 3}"


def _without_gaps(periods: Iterable[str]) -> list[str]:
    """Return all periods from the first to the last: months, or quarters; as they are if there are too many.

    Examples
    --------
    >>> _without_gaps(["2025-11", "2026-02"]), _without_gaps(["2025 Q4", "2026 Q2"])
    (['2025-11', '2025-12', '2026-01', '2026-02'], ['2025 Q4', '2026 Q1', '2026 Q2'])
    """
    found = sorted(periods)
    if not found:
        return []
    sep, each = ("-", 12) if "-" in found[0] else (" Q", 4)
    first, last = (
        int(year) * each + int(n) - 1
        for year, n in (period.split(sep) for period in (found[0], found[-1]))
    )
    if last - first >= _MOST_PERIODS:
        return found
    pad = 2 if each == 12 else 1
    return [f"{at // each}{sep}{at % each + 1:0{pad}d}" for at in range(first, last + 1)]


@cache
def _countries() -> dict[str, str]:
    return {name: country for country, names in read_data("places").items() for name in names}


@lru_cache(maxsize=2**16)
def country(place: str | None) -> str | None:
    """Return the country of a place, or what stands there in its stead; None where nothing does.

    Of several places the first counts.

    Examples
    --------
    >>> [country(place) for place in ("Pune, IND", "Huntsville, AL 35806", "Remote - US", "Oslo, Norway")]
    ['India', 'United States', 'United States', 'Norway']
    """
    first = re.split(r"[;|/]|\s+(?:or|and)\s+", place or "")[0]
    parts = [
        re.sub(r"\s+", " ", part).strip(" .")
        for part in re.split(r",|\s[-–—]\s|[()]", re.sub(r"\b\d[\d-]*\b", "", first))  # noqa: RUF001
    ]
    parts = [part for part in parts if part]
    known = [_countries()[part.lower()] for part in parts if part.lower() in _countries()]
    real = [name for name in known if name != "Remote"]
    if real or known:
        return (real or known)[-1]
    return parts[-1] if parts and len(parts[-1]) > 3 else None
