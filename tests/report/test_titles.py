"""Titles: what is left without seniority, and which role they promise."""

import time

import pytest

from roleclass import Role
from roleclass.report.postings import Posting
from roleclass.report.titles import (
    measure_atypical,
    measure_titles,
    normalize_title,
    promised_roles,
)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Senior AI Engineer", "AI Engineer"),
        ("AI ENGINEER II", "AI Engineer"),
        ("Lead Machine Learning Engineer (f/m/d)", "Machine Learning Engineer"),
        ("Boats & Sons | Sr. ML Engineer | Oslo | Remote", "ML Engineer"),
        ("software engineer - AI Platform", "Software Engineer, AI Platform"),
        ("Software Engineers, Payments", "Software Engineer"),
        ("Machine Learning Engineer, Gen AI", "Machine Learning Engineer, Gen AI"),
        ("Member of Technical Staff", "Member of Technical Staff"),
        ("Staff", "Staff"),
        ("", ""),
        ("(remote)", ""),
    ],
)
def test_titles_are_normalised(title: str, expected: str) -> None:
    assert normalize_title(title) == expected


@pytest.mark.parametrize(
    ("title", "role"),
    [
        # The seed's own table of typical titles.
        ("AI Engineer", Role.AI_FIRST),
        ("Senior AI Engineer", Role.AI_FIRST),
        ("Applied AI Engineer", Role.AI_FIRST),
        ("AI/ML Engineer", Role.AI_FIRST),
        ("AI Product Engineer", Role.AI_FIRST),
        ("AI Solutions Engineer", Role.AI_FIRST),
        ("AI Research Engineer", Role.AI_FIRST),
        ("Forward Deployed AI Engineer", Role.AI_FIRST),
        ("Machine Learning Engineer, Gen AI", Role.AI_FIRST),
        ("AI Platform Engineer", Role.AI_SUPPORT),
        ("AI Infrastructure Engineer", Role.AI_SUPPORT),
        ("AI Data Engineer", Role.AI_SUPPORT),
        ("AI Sales Engineer", Role.AI_SUPPORT),
        ("Machine Learning Engineer", Role.ML_FIRST),
        ("ML Engineer", Role.ML_FIRST),
        ("Data Scientist", Role.ML_FIRST),
        ("Gardener", None),
    ],
)
def test_what_titles_promise(title: str, role: Role | None) -> None:
    assert promised_roles([title]) == [role]


def test_titles_are_counted_across_seniority_and_spelling() -> None:
    titles = [
        "AI Engineer",
        "Senior AI Engineer",
        "ai engineer",
        "AI-Engineer",
        "AI Engineer",
        "Cook",
        None,
    ]
    roles = [Role.AI_FIRST] * 4 + [Role.OTHER] * 3
    found = measure_titles([Posting(title=title) for title in titles], roles)
    assert found["distinct"] == 2
    (row,) = found["most_frequent"]
    assert (row["title"], row["n"], row["ai_first"]["n"]) == ("AI Engineer", 5, 4)
    assert found["by_role"]["other"] == [
        {"title": "AI Engineer", "n": 1},
        {"title": "Cook", "n": 1},
    ]


def test_contradictions_are_counted_and_the_surest_come_first() -> None:
    postings = [
        Posting(title=t)
        for t in ("AI Engineer", "AI Engineer", "ML Engineer", "AI Engineer", "Cook")
    ]
    roles = [Role.AI_FIRST, Role.OTHER, Role.AI_FIRST, Role.UNCLEAR, Role.OTHER]
    found = measure_atypical(postings, roles, [0.9, 0.6, 0.8, 0.0, None])
    assert (found["contradicting"]["n"], found["contradicting"]["of"]) == (2, 3)
    assert [(row["promises"], row["role"]) for row in found["surest"]] == [
        ("ml-first", "ai-first"),
        ("ai-first", "other"),
    ]


@pytest.mark.parametrize("unit", ["(", "[", "(a ", " - ", "|", " "])
def test_a_hostile_title_takes_no_more_than_its_length(unit: str) -> None:
    start = time.perf_counter()
    normalize_title(unit * 100_000)
    # The square of the length took ten seconds.
    assert time.perf_counter() - start < 2
