"""Titles: what is left without seniority, and which role they promise."""

import pytest

from roleclass import Role
from roleclass.report.titles import normalize_title, promised_role, title_key, title_level
from tests.patience import grows_with_length


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
        ("New York City | Full-time", "Full-time"),
        ("San Francisco (onsite)", ""),
        ("Oslo - London, UK - Senior AI Engineer", "AI Engineer"),
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
    assert promised_role(title) == role


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("AI Engineer", "no level named"),
        ("Sr. AI Engineer", "senior"),
        ("Junior AI Engineer", "junior or entry"),
        ("Staff AI Engineer", "staff"),
        ("Member of Technical Staff", "no level named"),
        ("Lead AI Engineer", "lead"),
        ("Senior Principal Engineer", "principal"),
        ("Senior Engineering Manager", "manager"),
        ("Head of AI", "director"),
        ("VP, Engineering", "vice-president"),
    ],
)
def test_the_highest_rung_that_a_title_names_is_its_level(title: str, level: str) -> None:
    assert title_level(title) == level


@pytest.mark.parametrize("unit", ["(", "[", "(a ", " - ", "|", " "])
def test_a_hostile_title_takes_no_more_than_its_length(unit: str) -> None:
    # The square of the length took ten seconds.
    assert grows_with_length(lambda title: title_key(normalize_title(title)), unit, 25_000)
