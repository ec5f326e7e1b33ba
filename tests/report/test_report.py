"""The report as a whole: what stands in it, one pass, corrections, plain JSON."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roleclass import Role
from roleclass.report.postings import Posting
from roleclass.report.report import build_report
from roleclass.report.statistics import adjusted
from tests.duties import DUTIES
from tests.report.reports import full_postings, full_report
from tests.written import posting


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return full_report()


def test_roles_of_the_input_are_kept_and_the_others_classified(report: dict[str, Any]) -> None:
    assert (report["postings"], report["classified"], report["read"]) == (61, 20, 60)
    assert not report["sampled"]
    assert sum(row["n"] for row in report["roles"]) == 61


def test_the_report_is_plain_json(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report


TEXT = st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["AI Engineer", "2026-01-02"]))


@given(
    st.lists(
        st.builds(
            Posting,
            id=TEXT,
            title=TEXT,
            company=TEXT,
            responsibilities=st.lists(st.sampled_from(list(DUTIES.values()))).map(tuple),
            skills=st.lists(st.text(max_size=9)).map(tuple),
            role=st.sampled_from(Role),
            confidence=st.one_of(st.none(), st.floats(0, 3)),
            published_label=TEXT,
            batch=TEXT,
            level=TEXT,
            place=TEXT,
            date=TEXT,
        ),
        max_size=8,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_postings_give_a_report_of_numbers(postings: list[Posting]) -> None:
    found = build_report(postings)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for share in shares(found):
        assert 0 <= share["low"] <= share["share"] <= share["high"] <= 1
        assert share["n"] <= share["of"]


def shares(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if {"share", "low", "high"} <= value.keys():
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from shares(item)


def test_postings_are_gone_through_once() -> None:
    found = build_report(iter(full_postings(3)))
    assert found["postings"] == 13


def test_what_is_true_of_a_posting_is_counted_in_all_chapters() -> None:
    text = (
        "What you will do\n"
        f"- {DUTIES['agents']}\n- {DUTIES['collaboration.cross']}\n\n"
        "What you bring\n- Experience with Python and LangChain.\n\nNice to have\n- Some Rust or Docker."
    )
    cases: list[Any] = []
    found = build_report(
        [Posting(id="a", text=text, title="Senior AI Engineer", role=Role.AI_FIRST)] * 5,
        watch=cases.append,
    )
    areas = {area["key"]: area["n"] for area in found["problems"]["areas"] if area["n"]}
    assert areas["agents"] == areas["collaboration"] == 5
    tools = {
        tool["name"]: (tool["must"]["n"], tool["nice"]["n"]) for tool in found["skills"]["tools"]
    }
    assert tools["Python"] == (5, 0)
    assert tools["Docker"] == (0, 5)
    assert found["titles"]["most_frequent"][0]["title"] == "AI Engineer"
    assert found["groups"]["title_level"][0]["group"] == "senior"
    assert len(cases) == 5
    assert [one["id"] for one in found["behind"]["areas"]["agents"]["ai-first"]["postings"]] == [
        "a"
    ] * 5


def test_comparisons_are_corrected_for_their_number(report: dict[str, Any]) -> None:
    rows = [row for name in ("roles", "published", "areas") for row in report["batches"][name]]
    assert report["batches"]["comparisons"] == len(rows)
    assert [row["q"] for row in rows] == adjusted([row["p"] for row in rows])
    assert all(row["sure"] == (row["q"] < 0.05) for row in rows)


def test_no_text_stands_behind_the_figures_unless_it_is_asked_for() -> None:
    for with_text in (False, True):
        found = build_report(full_postings(), with_text=with_text)["behind"]["areas"]
        duties = [
            duty for roles in found.values() for of in roles.values() for duty in of["duties"]
        ]
        assert bool(duties) == with_text


def test_a_sample_says_that_it_is_one() -> None:
    postings = [Posting(text=posting("other", i), role=Role.OTHER) for i in range(50)]
    found = build_report(postings, read_at_most=10)
    assert (found["postings"], found["sampled"]) == (50, True)
    assert 0 < found["read"] < 25
    assert isfinite(found["words"]["duties"])
