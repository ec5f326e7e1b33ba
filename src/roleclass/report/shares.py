"""Shares of the roles: overall, by batch, time, level and place, and compared with other labels."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.places import country
from roleclass.report.statistics import (
    FALSE_DISCOVERIES,
    Tally,
    adjusted,
    change,
    difference_p,
    share,
)
from roleclass.report.titles import rungs, title_level
from roleclass.roles import Role
from roleclass.taxonomy import load_taxonomy

MIN_POSTINGS: Final = 10
"""A place with fewer postings is counted under "elsewhere"."""

FEW: Final = 20
"""A group with fewer postings is shown without a share."""

_MOST_MONTHS = 18  # more months are shown as quarters
_MOST_PERIODS = 60  # periods without a posting get a row, unless that makes more rows than this


_GROUPS: Final[dict[str, Callable[[Case], Any]]] = {
    "all": lambda _: "all",
    "published": lambda case: case.posting.published_label or None,
    "time": lambda case: _month(case.posting.date),
    "level": lambda case: case.posting.level or None,
    "title_level": lambda case: title_level(case.posting.title) if case.posting.title else None,
    "place": lambda case: country(case.posting.place),
}
"""The groups of a posting; None where it says none."""


class Roles:
    """How many postings have each role: of all, by published label, over time, by level and place."""

    def __init__(self) -> None:
        self._by = {name: Tally() for name in _GROUPS}

    def add(self, case: Case) -> None:
        """Count a posting in its groups."""
        for name, group in _GROUPS.items():
            self._by[name].add([case.role], [group(case)])

    def result(self) -> dict[str, Any]:
        """Return the shares, the comparison with published labels, the groups and the career levels."""
        by, places = self._by, self._by["place"].of
        near = _merged(
            self._by["place"], lambda name: name if places[name] >= MIN_POSTINGS else "elsewhere"
        )
        return {
            "roles": [{"role": str(role), **by["all"].share(role, "all")} for role in Role],
            "published": _published(by["published"]),
            "groups": {
                "time": _by_time(by["time"]),
                "level": _most_frequent(by["level"]),
                "title_level": _most_frequent(by["title_level"]),
                "place": _most_frequent(near),
            },
            "ladder": _ladder(by["title_level"]),
        }


def _published(by_label: Tally) -> dict[str, Any] | None:
    """Return the agreement with published labels, and the confusion matrix; None without any."""
    labels, total = by_label.of, by_label.of.total()
    if not labels:
        return None
    return {
        "agreement": share(sum(by_label.n[role, str(role)] for role in Role), total),
        "labels": {label: share(n, total) for label, n in labels.most_common()},
        "table": {label: by_label.counts(label, Role) for label, _ in labels.most_common()},
    }


def _ladder(by_level: Tally) -> dict[str, Any]:
    """Return the career levels in titles of the AI roles, each with its share, and its count by role."""
    counts = {name: by_level.counts(name, AI_ROLES) for name in rungs()}
    total = sum(sum(of.values()) for of in counts.values())
    return {
        "postings": total,
        "rungs": [
            {
                "path": rung["path"],
                "level": name,
                **share(sum(counts[name].values()), total),
                "roles": counts[name],
            }
            for name, rung in rungs().items()
        ],
    }


def _merged(groups: Tally, name: Callable[[Any], Any]) -> Tally:
    found = Tally()
    for group, n in groups.of.items():
        found.of[name(group)] += n
    for (role, group), n in groups.n.items():
        found.n[role, name(group)] += n
    return found


def _most_frequent(groups: Tally, top: int = 15) -> list[dict[str, Any]]:
    rows = [_row(groups, group, group) for group in groups.of]
    return sorted(rows, key=lambda row: (-row["n"], row["group"]))[:top]


def _row(groups: Tally, group: Any, name: str) -> dict[str, Any]:
    n = groups.of[group]
    return {
        "group": name,
        "n": n,
        "few": n < FEW,
        "roles": groups.counts(group, Role),
        "ai_first": groups.share(Role.AI_FIRST, group),
    }


def _month(text: str | None) -> int | None:
    """Return the month of a date, counted from the year 0."""
    found = re.match(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])", text or "")
    return 12 * int(found[1]) + int(found[2]) - 1 if found else None


def _by_time(months: Tally) -> list[dict[str, Any]]:
    """Return a row for each month (or quarter, if there are many), from the first to the last."""
    each = 1 if len(months.of) <= _MOST_MONTHS else 3
    periods = _merged(months, lambda month: month // each)
    found = sorted(periods.of)
    if found and found[-1] - found[0] < _MOST_PERIODS:
        found = list(range(found[0], found[-1] + 1))
    names = (
        f"{at // 12}-{at % 12 + 1:02d}" if each == 1 else f"{at // 4} Q{at % 4 + 1}" for at in found
    )
    return [_row(periods, at, name) for at, name in zip(found, names, strict=True)]


class Changes:
    """How the shares of roles, published labels and problem areas change from the first batch to the last.

    Batches are ordered by their names, which are usually dates.
    """

    def __init__(self) -> None:
        self._of = {"roles": Tally(), "published": Tally(), "areas": Tally()}
        self._published = False

    def add(self, case: Case) -> None:
        """Count a posting in its batch; its areas only if it is of an AI role and has duties."""
        batch, label = case.posting.batch or None, case.posting.published_label
        self._published = self._published or label is not None
        self._of["roles"].add([str(case.role)], [batch])
        self._of["published"].add([label or "none"], [batch])
        if case.role in AI_ROLES and case.duties:
            areas = {area for duty in case.duties for area in duty.keys & load_taxonomy().keys()}
            self._of["areas"].add(areas, [batch])

    def result(self) -> dict[str, Any]:
        """Return the comparisons of each kind, corrected for their number; empty without two batches."""
        found: dict[str, Any] = {name: [] for name in self._of}
        for name, tally in self._of.items():
            if len(tally.of) > 1 and (name != "published" or self._published):
                labels = list(load_taxonomy()) if name == "areas" else _most_common(tally)
                found[name] = [{"label": label, **compare(tally, label)} for label in labels]
        rows = [row for of_kind in found.values() for row in of_kind]
        for row, q in zip(rows, adjusted([row["p"] for row in rows]), strict=True):
            row |= {"q": q, "sure": q < FALSE_DISCOVERIES}
        return {**found, "comparisons": len(rows)}


def _most_common(batches: Tally) -> list[str]:
    """Return the labels in the first and the last batch, the most frequent first."""
    labels: Counter[str] = Counter()
    for (label, batch), n in batches.n.items():
        if batch in (min(batches.of), max(batches.of)):
            labels[label] += n
    return [label for label, _ in labels.most_common()]


def compare(batches: Tally, key: str) -> dict[str, Any]:
    """Compare the shares of a key in the first and the last batch: difference, interval and p-value.

    Examples
    --------
    >>> batches = Tally()
    >>> for n in range(200):
    ...     batches.add(["rag"] if n % 5 < 3 else [], ["2026-05" if n % 2 else "2026-06"])
    >>> row = compare(batches, "rag")
    >>> row["before"]["share"], row["after"]["batch"], row["change"], row["p"]
    (0.6, '2026-06', 0.0, 1.0)
    """
    first, last = min(batches.of), max(batches.of)
    before, after = batches.share(key, first), batches.share(key, last)
    return {
        "before": {"batch": first, **before},
        "after": {"batch": last, **after},
        **change(before, after),
        "p": difference_p(before, after),
    }
