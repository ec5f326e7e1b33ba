"""Titles are counted across seniority and spelling; contradictions."""

import pytest

from roleclass import Role
from roleclass.report.occupations import Atypical, Titles, counted_title
from tests.cases import case, measured


def test_titles_are_counted_across_seniority_and_spelling() -> None:
    titles = [
        "AI/ML Engineer",
        "Senior AI ML Engineer",
        "Engineer, AI/ML",
        "AI & ML Engineer",
        "ML/AI Engineer II",
    ]
    roles = [Role.AI_FIRST] * 4 + [Role.OTHER]
    cases = [case(role, title=title) for role, title in zip(roles, titles, strict=True)]
    found = measured(Titles(), *cases, case(Role.OTHER, title="Cook Assistant"), case())
    assert (found["distinct"], found["counted"], found["left_out"]) == (2, 6, 0)
    [row] = found["most_frequent"]
    assert (row["title"], row["n"], row["ai_first"]["n"]) == ("AI/ML Engineer", 5, 4)
    assert found["by_role"]["other"] == [
        {"title": "AI/ML Engineer", "n": 1},
        {"title": "Cook Assistant", "n": 1},
    ]


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("Engineer", None),
        ("Senior Engineers", None),
        ("Data Science", None),
        ("Full-time", None),
        ("Remote", None),
        ("Boats & Sons", "Boats & Sons"),
        ("Boats & Sons | Engineer | Oslo", "Boats & Sons"),
        ("", None),
    ],
)
def test_a_bare_word_or_the_name_of_the_company_is_no_title(
    title: str, company: str | None
) -> None:
    assert counted_title(case(title=title, company=company)) is None


def test_the_name_of_the_company_is_no_part_of_a_title() -> None:
    found = counted_title(case(title="Boats & Sons | AI Engineer", company="Boats & Sons"))
    assert found == ("ai engineer", "AI Engineer")


def test_contradictions_are_counted_and_the_surest_come_first() -> None:
    found = measured(
        Atypical(),
        case(Role.AI_FIRST, title="AI Engineer", confidence=0.9),
        case(Role.OTHER, title="AI Engineer", confidence=0.6),
        case(Role.AI_FIRST, title="ML Engineer", confidence=0.8),
        case(Role.UNCLEAR, title="AI Engineer", confidence=0.0),
        case(Role.OTHER, title="Cook"),
    )
    assert (found["contradicting"]["n"], found["contradicting"]["of"]) == (2, 3)
    assert [(row["promises"], row["role"]) for row in found["surest"]] == [
        ("ml-first", "ai-first"),
        ("ai-first", "other"),
    ]
    assert found["table"]["ai-first"]["unclear"] == 1


def test_of_many_contradictions_the_surest_stay_and_of_equal_ones_the_first() -> None:
    sure = [0.5, 0.9, 0.9, 0.7, 0.9]
    cases = [
        case(Role.OTHER, title="AI Engineer", id=str(i), confidence=p) for i, p in enumerate(sure)
    ]
    assert [row["id"] for row in measured(Atypical(top=3), *cases)["surest"]] == ["1", "2", "4"]
