"""The page holds every chapter, is well formed, needs nothing from elsewhere, and escapes what it shows."""

import dataclasses
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass import Role
from roleclass.colours import ROLES
from roleclass.report.page import axis, render
from roleclass.report.postings import Posting
from roleclass.report.report import build_report
from tests.pages import HOSTILE, Page
from tests.report.reports import full_postings, full_report

CHAPTERS = (
    *("roles", "change", "published", "problems", "together", "outline", "titles", "skills"),
    *("concepts", "words", "groups", "atypical", "behind"),
)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return full_report()


@pytest.fixture(scope="module")
def text(report: dict[str, Any]) -> str:
    # What is told only where there is enough of it.
    pair = {"a": "rag", "b": "data", "names": ["Retrieval", "Data"], "n": 9, "expected": 5.0}
    pair |= {"lift": 1.8, "phi": 0.2, "z": 4.0, "p": 0.0, "q": 0.0, "sure": True}
    together = report["together"] | {"pairs": [pair, pair | {"z": -4.0}]}
    return render(report | {"together": together}, ["a.csv"])


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(text: str) -> None:
    page = Page(text)
    assert page.open == []
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"https?://|@import|url\(", text)
    assert 'name="viewport"' in text


def test_every_link_leads_to_a_place_of_the_page(text: str) -> None:
    ids, links = Page(text).values("id"), Page(text).values("src", "href", "srcset")
    assert len(set(ids)) == len(ids)
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_is_there_and_has_its_anchor(chapter: str, text: str) -> None:
    assert f'<section id="{chapter}">' in text
    assert f'href="#{chapter}"' in text


def test_roles_have_the_colours_of_all_pages_in_both_themes(text: str) -> None:
    for role, colour in ROLES.items():
        assert f"--{role}: {colour.light};" in text
        assert f"--{role}: {colour.dark};" in text
    assert "prefers-color-scheme: dark" in text


def test_every_cell_says_its_column_for_those_who_see_one_below_the_other(text: str) -> None:
    cells = [given for tag, given in Page(text).elements if tag == "td"]
    assert all("data-label" in cell for cell in cells)


def test_what_stands_behind_can_be_shown_by_role(text: str) -> None:
    for role in Role:
        assert f'id="only-{role}"' in text
        assert f"#behind:has(#only-{role}:checked) .of:not(.{role})" in text


def test_a_group_of_few_postings_gets_no_share() -> None:
    few, enough = (
        render(build_report([Posting(level="Senior", role=Role.AI_FIRST)] * n)) for n in (19, 20)
    )
    assert ("too few" in few, "too few" in enough) == (True, False)


def test_nothing_to_tell_leaves_chapters_out() -> None:
    found = render(build_report([Posting(text="Mend nets.", role=Role.OTHER)]))
    assert '<section id="roles">' in found
    for chapter in ("change", "published", "problems", "together", "titles", "atypical", "behind"):
        assert f'<section id="{chapter}">' not in found
    assert Page(found).open == []
    assert Page(render(build_report([]))).open == []


def test_a_sample_is_said_to_be_one() -> None:
    postings = [Posting(text="Mend nets.", role=Role.OTHER)] * 30
    assert "a random sample" in render(build_report(postings, read_at_most=5))
    assert "a random sample" not in render(build_report(postings))


def test_markup_in_any_column_stays_text(text: str) -> None:
    fields = ("id", "title", "company", "level", "place", "batch", "published_label", "date")
    hostile = [
        dataclasses.replace(
            row,
            text=f"{row.text} {HOSTILE}",
            skills=(HOSTILE, *row.skills),
            responsibilities=(*row.responsibilities, HOSTILE) if row.responsibilities else (),
            **{name: f"{getattr(row, name)} {HOSTILE}" for name in fields},
        )
        for row in full_postings()
    ]
    page = render(build_report(hostile, with_text=True), [HOSTILE])
    assert Page(page).kinds <= Page(text).kinds
    assert Page(page).open == []
    assert "&lt;script&gt;" in page
    assert "{{ view }}" in page
    assert "&amp;amp;" not in page
    for markup in ("<script", "<img", " onerror=alert(1)>", "<!--"):
        assert markup not in page.replace("<!doctype", "")


@given(st.integers(0, 10**9))
def test_an_axis_reaches_what_it_shows_in_few_round_steps(most: int) -> None:
    marks = axis(most)
    assert marks[0] == 0
    assert marks[-1] >= most
    assert 2 <= len(marks) <= 7, marks
    assert {b - a for a, b in pairwise(marks)} == {marks[1]}
    assert str(marks[1]).strip("0") in ("1", "2", "5")
