"""Roles by batch, published label, time, level and place; places become countries; rungs of the career."""

from roleclass import Role
from roleclass.report.shares import Changes, Roles
from roleclass.taxonomy import load_taxonomy
from tests.cases import case, measured


def test_each_role_has_its_share() -> None:
    found = measured(Roles(), *[case(Role.AI_FIRST)] * 3, case(Role.OTHER))["roles"]
    assert {row["role"]: row["n"] for row in found} == {
        "ai-first": 3, "ai-support": 0, "ml-first": 0, "other": 1, "unclear": 0,
    }  # fmt: skip
    assert found[0]["share"] == 0.75


def test_batches_are_compared_with_an_interval() -> None:
    def batch(name: str | None, x: int, y: int) -> list[object]:
        of = {"x": Role.AI_FIRST, "y": Role.OTHER}
        return [case(of[k], batch=name) for k, n in (("x", x), ("y", y)) for _ in range(n)]

    cases = [*batch("a", 30, 70), *batch("b", 60, 40), *batch(None, 50, 0)]
    rows = measured(Changes(), *cases)["roles"]  # type: ignore[arg-type]
    assert [(row["label"], round(row["change"], 2)) for row in rows] == [
        ("other", -0.3),
        ("ai-first", 0.3),
    ]
    assert rows[1]["low"] > 0
    assert rows[1]["p"] < 0.001
    assert measured(Changes(), case(batch="a"))["roles"] == []


def test_labels_that_nobody_published_do_not_change() -> None:
    cases = [case(batch="a"), case(batch="b")]
    assert measured(Changes(), *cases)["published"] == []


def test_areas_of_batches_are_compared() -> None:
    cases = [case(Role.AI_FIRST, "data", batch="a")] * 9 + [case(Role.AI_FIRST, "rag", batch="a")]
    cases += [case(Role.AI_FIRST, "rag", batch="b")] * 10 + [case(Role.OTHER, "rag", batch="a")]
    found = {row["label"]: row for row in measured(Changes(), *cases)["areas"]}
    assert found.keys() == load_taxonomy().keys()
    rag = found["rag"]
    assert (rag["before"]["n"], rag["after"]["n"], rag["change"]) == (1, 10, 0.9)
    assert rag["low"] > 0
    assert rag["p"] < 0.001


def test_our_roles_stand_beside_published_labels() -> None:
    cases = [
        case(Role.AI_FIRST, published_label="ai-first"),
        case(Role.OTHER, published_label="ai-first"),
        case(Role.OTHER),
    ]
    found = measured(Roles(), *cases)["published"]
    assert (found["agreement"]["n"], found["agreement"]["of"]) == (1, 2)
    assert found["table"]["ai-first"]["other"] == 1
    assert measured(Roles(), case())["published"] is None


def test_months_become_quarters_where_there_are_many_of_them() -> None:
    dates = [f"20{year}-{month:02}-01" for year in (24, 25) for month in range(1, 13)]
    found = measured(Roles(), *(case(date=date) for date in [*dates, "soon", "2024-13-01"]))[
        "groups"
    ]
    assert [(row["group"], row["n"]) for row in found["time"]][:2] == [
        ("2024 Q1", 3),
        ("2024 Q2", 3),
    ]
    assert len(found["time"]) == 8


def test_a_period_without_a_posting_is_shown() -> None:
    found = measured(Roles(), case(date="2025-11-30"), case(date="2026-02-01"))["groups"]
    assert [(row["group"], row["n"]) for row in found["time"]] == [
        ("2025-11", 1),
        ("2025-12", 0),
        ("2026-01", 0),
        ("2026-02", 1),
    ]


def test_one_date_of_long_ago_makes_no_hundred_rows() -> None:
    found = measured(Roles(), case(date="1970-01-01"), case(date="2026-02-01"))["groups"]
    assert len(found["time"]) == 2


def test_a_group_of_fewer_than_twenty_is_marked() -> None:
    cases = [case(level="Senior")] * 20 + [case(level="Junior")] * 19
    found = measured(Roles(), *cases)["groups"]
    assert [(row["group"], row["few"]) for row in found["level"]] == [
        ("Senior", False),
        ("Junior", True),
    ]


def test_places_of_few_postings_are_elsewhere() -> None:
    cases = [case(place="Pune, IND; Oslo")] * 10 + [case(place="Bergen, Norway")]
    found = measured(Roles(), *cases)["groups"]
    assert [(row["group"], row["n"]) for row in found["place"]] == [("India", 10), ("elsewhere", 1)]


def test_titles_name_rungs() -> None:
    titles = [
        "AI Engineer",
        "Sr. AI Engineer",
        "AI Architect",
        "Director of AI",
        "VP of AI",
        "Data Fellow",
    ]
    cases = [case(Role.AI_FIRST, title=title) for title in titles]
    found = measured(Roles(), *cases, case(Role.OTHER, title="Junior Cook"), case(Role.AI_FIRST))[
        "ladder"
    ]
    rungs = {row["level"]: row["n"] for row in found["rungs"] if row["n"]}
    assert found["postings"] == 6
    assert rungs == {
        "no level named": 1,
        "senior": 1,
        "architect": 1,
        "distinguished or fellow": 1,
        "director": 1,
        "vice-president": 1,
    }
