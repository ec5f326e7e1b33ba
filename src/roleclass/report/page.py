"""The report as one self-contained HTML page: no external scripts, fonts or images."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from roleclass import pages
from roleclass.report.cases import AI_ROLES
from roleclass.roles import Role

_CHAPTERS: Final = {
    "roles": "Roles",
    "problems": "Problems",
    "together": "Problems that go together",
    "outline": "Activities, specialisations, career",
    "titles": "Titles",
    "skills": "Skills",
    "concepts": "Concepts",
    "words": "Words",
    "groups": "Time, level, place",
    "change": "What changed",
    "published": "Published labels",
    "atypical": "Atypical postings",
    "behind": "Behind the figures",
}
"""The chapters, by the names of their templates."""


def render(report: Mapping[str, Any], sources: Sequence[str] = ()) -> str:
    """Write a report as a page.

    Parameters
    ----------
    report : mapping
        From `roleclass.report.report.build_report`.
    sources : sequence of str
        The names of the files that it was made from.

    Returns
    -------
    str
        HTML. Text from postings is escaped. Empty chapters are left out.

    Examples
    --------
    >>> from roleclass.report.report import build_report
    >>> render(build_report([]))[:15]
    '<!doctype html>'
    """
    known = {"report": report, "Role": Role, "AI_ROLES": AI_ROLES, "axis": axis}
    chapters = [
        (key, name, body)
        for key, name in _CHAPTERS.items()
        if (body := pages.render(f"report/templates/{key}.html", **known).strip())
    ]
    return pages.render("report/templates/page.html", **known, chapters=chapters, sources=sources)


def axis(most: int) -> list[int]:
    """Return three to six round ticks for an axis from 0 to at least `most`.

    Examples
    --------
    >>> axis(1603), axis(7)
    ([0, 500, 1000, 1500, 2000], [0, 2, 4, 6, 8])
    """
    step = 1
    while most / step > 5:
        digits = str(step)
        step = step * 5 // 2 if digits[0] == "2" else step * 2
    return list(range(0, max(1, most) + step, step))
