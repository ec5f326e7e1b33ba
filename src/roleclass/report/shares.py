"""Shares of the roles: in all, by batch, time, level and place, and against other labels."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.report.postings import Posting
from roleclass.report.statistics import change, share
from roleclass.roles import Role

MIN_POSTINGS: Final = 10
"""A place with fewer postings is counted under "elsewhere"."""

_MOST_MONTHS = 18  # more than so many months are shown as quarters


def role_shares(roles: Sequence[Role]) -> list[dict[str, Any]]:
    """Count each role, with its share and interval.

    Examples
    --------
    >>> role_shares([Role.AI_FIRST, Role.OTHER])[0]["share"]
    0.5
    """
    counts = Counter(roles)
    return [{"role": str(role), **share(counts[role], len(roles))} for role in Role]


def by_group(groups: Sequence[str | None], roles: Sequence[Role]) -> list[dict[str, Any]]:
    """Count the roles in each group, in the order of the groups' names; None is no group."""
    table: dict[str, Counter[Role]] = {}
    for group, role in zip(groups, roles, strict=True):
        if group:
            table.setdefault(group, Counter())[role] += 1
    return [
        {
            "group": group,
            "n": counts.total(),
            "roles": {str(role): counts[role] for role in Role},
            "ai_first": share(counts[Role.AI_FIRST], counts.total()),
        }
        for group, counts in sorted(table.items())
    ]


def batch_change(postings: Sequence[Posting], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Compare the shares of labels in the first and the last batch; empty if there are not two.

    Batches are ordered by their names, which are dates as a rule.
    """
    batches = sorted({posting.batch for posting in postings if posting.batch})
    if len(batches) < 2:
        return []
    first, last = (
        Counter(label for p, label in zip(postings, labels, strict=True) if p.batch == batch)
        for batch in (batches[0], batches[-1])
    )
    rows = []
    for label in sorted(first | last, key=lambda label: -(first + last)[label]):
        before, after = share(first[label], first.total()), share(last[label], last.total())
        rows.append(
            {
                "label": label,
                "before": {"batch": batches[0], **before},
                "after": {"batch": batches[-1], **after},
                **change(before, after),
            }
        )
    return rows


def compare_labels(postings: Sequence[Posting], roles: Sequence[Role]) -> dict[str, Any] | None:
    """Set the roles beside the labels that somebody published; None where nobody did."""
    pairs = Counter(
        (p.published_label, role)
        for p, role in zip(postings, roles, strict=True)
        if p.published_label
    )
    if not pairs:
        return None
    labels = Counter(p.published_label for p in postings if p.published_label)
    same = sum(n for (label, role), n in pairs.items() if label == str(role))
    return {
        "agreement": share(same, pairs.total()),
        "labels": {label: share(n, labels.total()) for label, n in labels.most_common()},
        "table": {
            label: {str(role): pairs[label, role] for role in Role}
            for label, _ in labels.most_common()
        },
    }


def measure_groups(postings: Sequence[Posting], roles: Sequence[Role]) -> dict[str, Any]:
    """Count the roles over time, by level and by place; no rows where the column is missing."""
    months = [_date(posting.date) for posting in postings]
    by_quarter = len({month for month in months if month}) > _MOST_MONTHS
    periods = [_quarter(month) if by_quarter and month else month for month in months]
    places = [_place(posting.place) for posting in postings]
    frequent = Counter(places)
    columns: dict[str, Sequence[str | None]] = {
        "time": periods,
        "level": [posting.level for posting in postings],
        "place": [
            place if not place or frequent[place] >= MIN_POSTINGS else "elsewhere"
            for place in places
        ],
    }
    most_first: Callable[[dict[str, Any]], int] = lambda row: -row["n"]  # noqa: E731
    found = {name: by_group(groups, roles) for name, groups in columns.items()}
    return found | {name: sorted(found[name], key=most_first)[:15] for name in ("level", "place")}


def _date(text: str | None) -> str | None:
    found = re.match(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", text or "")
    return found.group() if found else None


def _quarter(month: str) -> str:
    return f"{month[:4]} Q{(int(month[5:]) + 2) // 3}"


def _place(text: str | None) -> str | None:
    """Return the country of a place such as "Pune, IND", or what stands there in its stead."""
    first = re.split(r"[;|/]", text or "")[0]
    parts = [part.strip(" .") for part in first.split(",") if part.strip(" .")]
    if not parts:
        return None
    last = parts[-1]
    return _countries().get(last.lower(), last if len(last) > 3 else None)


@cache
def _countries() -> dict[str, str]:
    read = tomllib.loads(files("roleclass.report").joinpath("places.toml").read_text("utf-8"))
    return {name: country for country, names in read.items() for name in names}
