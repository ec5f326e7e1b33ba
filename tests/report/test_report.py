"""The report's figures on written postings, and its page."""

import dataclasses
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest

from roleclass import Role
from roleclass.report.page import render
from roleclass.report.postings import Posting
from roleclass.report.report import build_report
from roleclass.report.shares import batch_change, measure_groups
from roleclass.report.statistics import change, share, tier
from tests.duties import DUTIES
from tests.written import TITLES, posting


def written(per_role: int = 15) -> list[Posting]:
    """Labelled postings with every column that the report knows."""
    duties = list(DUTIES.values())
    return [
        Posting(
            id=f"{role}-{i}",
            title=titles[i % len(titles)],
            company=f"company {i % 3}",
            text=posting(role, i),
            responsibilities=tuple(duties[i % 7 :: 7]) if i % 2 else (),
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
    ]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return build_report(written())


class Page(HTMLParser):
    """Notes what a page opens and closes, and where it points to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)  # <rect/> is open and shut

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_roles_of_the_input_are_kept_and_the_others_classified(report: dict[str, Any]) -> None:
    assert report["postings"] == 60
    assert report["classified"] == 20
    assert sum(row["n"] for row in report["roles"]) == 60
    assert {row["role"]: row["n"] for row in report["roles"]}["unclear"] < 30


def test_the_report_is_plain_json(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_problem_areas_are_measured_on_postings_of_ai_roles_that_name_duties() -> None:
    duty = ("Fine-tune language models.",)
    found = build_report(
        [
            Posting(role=Role.AI_FIRST, responsibilities=duty),
            Posting(role=Role.ML_FIRST, responsibilities=("Mend nets.",)),
            Posting(role=Role.AI_FIRST, text="We like boats."),
            Posting(role=Role.OTHER, responsibilities=duty),
        ]
    )["problems"]
    area = next(area for area in found["areas"] if area["key"] == "fine-tuning")
    assert (found["postings"], found["sentences"]) == (2, 2)
    assert (area["n"], area["of"], area["tier"], area["published_tier"]) == (
        1,
        2,
        "very common",
        "uncommon",
    )
    assert area["roles"]["ai-first"]["share"] == 1.0
    assert area["roles"]["ml-first"]["share"] == 0.0


def test_listed_duties_count_whatever_their_markup_and_a_text_where_none_are_listed() -> None:
    listed = ("<p>Fine-tune <b>language</b> models.</p>", "Mend nets &amp; sails.")
    duties = "\n- ".join(DUTIES[key] for key in ("building.rag", "agents", "collaboration.cross"))
    text = f"About us\nWe mend nets.\n\nWhat you will do\n- {duties}\n\nBenefits\nFish."
    found = [
        build_report([posting])["problems"]
        for posting in (
            Posting(role=Role.AI_FIRST, responsibilities=listed, text=text),
            Posting(role=Role.AI_FIRST, text=text, title="Engineer"),
        )
    ]
    assert [one["sentences"] for one in found] == [2, 3]
    mentioned = [{area["key"] for area in one["areas"] if area["n"]} for one in found]
    assert "fine-tuning" in mentioned[0] - mentioned[1]
    assert {"agents", "collaboration"} <= mentioned[1] - mentioned[0]


def test_what_is_too_large_to_be_read_has_no_duties() -> None:
    found = build_report(
        [
            Posting(role=Role.AI_FIRST, text="You will build agents. " * 2**20),
            Posting(role=Role.AI_FIRST, responsibilities=("Build agents.",)),
        ]
    )
    assert (found["postings"], found["problems"]["postings"]) == (2, 1)


def test_batches_are_compared_with_an_interval() -> None:
    postings = [Posting(batch="a")] * 100 + [Posting(batch="b")] * 100 + [Posting()] * 50
    rows = batch_change(postings, ["x"] * 30 + ["y"] * 70 + ["x"] * 60 + ["y"] * 40 + ["x"] * 50)
    assert [(row["label"], round(row["change"], 2)) for row in rows] == [("y", -0.3), ("x", 0.3)]
    assert rows[1]["low"] > 0
    assert batch_change(postings[:100], ["x"] * 100) == []


def test_places_become_countries_and_many_months_quarters() -> None:
    postings = [Posting(place="San Jose, CA", date=f"20{20 + i}-05-01") for i in range(10)]
    postings += [Posting(place="Pune, IND; Oslo", date=f"2025-{1 + i:02}-01") for i in range(10)]
    found = measure_groups([*postings, Posting(place="Bergen", date="soon")], [Role.AI_FIRST] * 21)
    assert [(row["group"], row["n"]) for row in found["place"]] == [
        ("India", 10),
        ("United States", 10),
        ("elsewhere", 1),
    ]
    assert found["time"][0]["group"] == "2020 Q2"
    assert found["level"] == []


def test_intervals_hold_their_share() -> None:
    for n, of in ((0, 10), (10, 10), (3, 7), (0, 0)):
        found = share(n, of)
        assert 0 <= found["low"] <= found["share"] <= found["high"] <= 1
    assert change(share(0, 0), share(0, 0))["low"] <= 0
    assert tier(0.0) == "rare"


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(report: dict[str, Any]) -> None:
    text = render(report, ["a.csv"])
    page = Page(text)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert all(link.startswith("#") for link in page.links)
    assert not re.search(r"https?://|@import|url\(", text)
    assert len(text.encode()) < 2e6
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text


def test_every_chapter_is_there_and_has_its_anchor(report: dict[str, Any]) -> None:
    text = render(report)
    for key in (
        "roles",
        "change",
        "published",
        "problems",
        "titles",
        "skills",
        "words",
        "groups",
        "atypical",
    ):
        assert f'<section id="{key}">' in text
        assert f'href="#{key}"' in text


def test_everything_from_postings_is_escaped() -> None:
    bad = '<script>alert("x")</script>&'
    postings = [
        Posting(
            title=f"AI Engineer {bad}",
            company=bad,
            text=f"You will build LLM agents. {bad}",
            skills=(bad,),
            role=role,
            published_label=bad,
            batch=batch,
            level=bad,
            place=f"Oslo, {bad}",
            date="2026-01-01",
        )
        for role in (Role.AI_FIRST, Role.OTHER)
        for batch in ("a" + bad, "b")
        for _ in range(12)
    ]
    text = render(build_report(postings), [bad])
    assert "<script" not in text
    assert "&amp;amp;" not in text
    assert Page(text).open == []


def test_nothing_to_tell_leaves_chapters_out() -> None:
    text = render(build_report([Posting(text="Mend nets.", role=Role.OTHER)]))
    assert '<section id="roles">' in text
    assert '<section id="change">' not in text
    assert '<section id="published">' not in text
    assert Page(text).open == []
    assert Page(render(build_report([]))).open == []


HOSTILE = (
    "</title></script><script>alert(1)</script>\" onload=x ' <img src=x> <!-- \x00\x1b[0m &lt;"
)


def test_markup_in_any_column_stays_text() -> None:
    fields = ("title", "company", "level", "place", "batch", "published_label", "date")
    hostile = [
        dataclasses.replace(
            row,
            text=f"{row.text} {HOSTILE}",
            skills=(HOSTILE, *row.skills),
            responsibilities=(*row.responsibilities, HOSTILE),
            **{name: f"{getattr(row, name)} {HOSTILE}" for name in fields},
        )
        for row in written()
    ]
    plain, page = (render(build_report(rows), [HOSTILE]) for rows in (written(), hostile))
    assert Page(page).tags <= Page(plain).tags
    assert "&lt;script&gt;" in page
    for markup in ("<script", "<img", " onload=x'", "<!--"):
        assert markup not in page.replace("<!doctype", "")
