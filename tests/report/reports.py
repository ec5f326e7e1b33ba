"""Reports of written postings that have every column a report knows."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from roleclass import Role
from roleclass.report.postings import Posting
from roleclass.report.report import build_report
from tests.duties import DUTIES
from tests.written import TITLES, posting


def full_postings(per_role: int = 15) -> list[Posting]:
    """Postings of every role, two thirds of them with it."""
    duties = list(DUTIES.values())
    contradiction = Posting(id="odd", title="AI Engineer", role=Role.OTHER, confidence=0.9)
    return [
        contradiction,
        *_full(per_role, duties),
    ]


def _full(per_role: int, duties: list[str]) -> Iterator[Posting]:
    return (
        Posting(
            id=f"{role}-{i}",
            title=("Senior " * (i % 2)) + titles[i % len(titles)],
            company=f"company {i % 3}",
            text=f"{posting(role, i)}\nWhat you bring:\nExperience with Python and SQL.",
            responsibilities=tuple(duties[i % 7 :: 7]) if i % 2 == 0 else (),
            skills=("Python", "RAG") if i % 2 else (),
            role=Role(role) if i % 3 else None,
            published_label=role if role != "other" else "unknown",
            batch=("2026-02-04", "2026-02-27")[i % 2],
            level=("Senior", "Junior")[i % 2],
            place=("Oslo, Norway", "Pune, IND")[i % 2],
            date=f"2026-0{1 + i % 3}-15",
        )
        for role, titles in TITLES.items()
        for i in range(per_role)
    )


@cache
def full_report() -> dict[str, Any]:
    """A report of them, with duties behind the figures."""
    return build_report(full_postings(), with_text=True)
