"""The postings behind a figure: those of an area or a title; a table row for each posting and duty."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from roleclass.report.cases import AI_ROLES, Case
from roleclass.report.occupations import counted_title
from roleclass.report.titles import title_level
from roleclass.taxonomy import load_taxonomy

SHOWN: Final = 40
"""How many postings of a role the page lists for an area or a title; tables list all of them."""

DUTIES_SHOWN: Final = 15


class Behind:
    """The postings behind each area, those with most duties in it first, and the first for each title.

    Parameters
    ----------
    with_text : bool
        Whether to also keep duties.
    """

    def __init__(self, *, with_text: bool = False) -> None:
        self._with_text = with_text
        self._n = 0
        self._areas: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        self._duties: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._titles: dict[tuple[str, str], list[str]] = {}

    def add(self, case: Case) -> None:
        """Keep a posting if it is among those that are shown."""
        self._n += 1
        role, name = str(case.role), case_id(case, self._n)
        if (title := counted_title(case)) is not None:
            postings = self._titles.setdefault((title[0], role), [])
            if len(postings) < SHOWN:
                postings.append(name)
        if case.role not in AI_ROLES:
            return
        for area, n in Counter(area for duty in case.duties for area in set(duty.areas)).items():
            first = self._areas.setdefault((area, role), [])
            insort(first, (-n, self._n, name))
            del first[SHOWN:]
            if self._with_text:
                kept = self._duties.setdefault((area, role), [])
                # One duty of each posting, of the most likely area; duplicates once.
                text = next((d.text for d in case.duties if d.areas[:1] == (area,)), None)
                if text and len(kept) < DUTIES_SHOWN and text not in (one["text"] for one in kept):
                    kept.append({"id": name, "text": text})

    def result(self, titles: Iterable[str]) -> dict[str, Any]:
        """Return the postings behind the areas, and behind the titles with these keys."""
        return {
            "shown": SHOWN,
            "with_text": self._with_text,
            "areas": {
                key: {str(role): self._area(key, str(role)) for role in AI_ROLES}
                for key, area in load_taxonomy().items()
                if area.kind == "problem"
            },
            "titles": {
                key: {role: ids for (k, role), ids in self._titles.items() if k == key}
                for key in titles
            },
        }

    def _area(self, key: str, role: str) -> dict[str, Any]:
        postings = self._areas.get((key, role), ())
        return {
            "postings": [{"id": name, "duties": -n} for n, _, name in postings],
            "duties": self._duties.get((key, role), []),
        }


def case_id(case: Case, n: int) -> str:
    """Return the id of a posting, or its number if it has no id."""
    return case.posting.id or f"#{n}"


POSTING_COLUMNS: Final = ("id", "role", "confidence", "title", "level", "read", "duties", "areas")
DUTY_COLUMNS: Final = ("id", "role", "areas", "sub_patterns", "duty")


def posting_row(case: Case, n: int) -> tuple[Any, ...]:
    """Return a row of the table of postings: the title without seniority, no other text."""
    title = counted_title(case)
    counts = Counter(area for duty in case.duties for area in set(duty.areas))
    areas = " ".join(f"{area}:{n}" for area, n in sorted(counts.items()))
    level = title_level(case.posting.title) if case.posting.title else ""
    return (
        case_id(case, n),
        str(case.role),
        "" if case.confidence is None else round(case.confidence, 4),
        title[0] if title else "",
        level,
        int(case.was_read),
        len(case.duties),
        areas,
    )


def duty_rows(case: Case, n: int) -> Iterator[tuple[Any, ...]]:
    """Return the rows of the table of duties, with their text."""
    for duty in case.duties:
        parts = " ".join(sorted(key for key in duty.keys if "." in key))
        areas = " ".join(duty.areas)
        yield (case_id(case, n), str(case.role), areas, parts, " ".join(duty.text.split()))
