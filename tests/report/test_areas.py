"""Areas by postings and duties; which go together; responsibilities in a posting."""

from typing import Any

import pytest

from roleclass import Role
from roleclass.report.areas import ProblemAreas, Responsibilities, Together
from roleclass.report.cases import CaseLine
from roleclass.report.data import read_data
from roleclass.taxonomy import load_taxonomy
from tests.cases import case, measured


def area(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in found["areas"] if one["key"] == key)


def test_an_area_is_measured_by_postings_and_by_duties() -> None:
    found = measured(
        ProblemAreas(),
        case(Role.AI_FIRST, "rag", "rag+data", "rag"),
        case(Role.AI_FIRST, "data"),
        case(Role.ML_FIRST, "data", "data"),
        case(Role.OTHER, "rag"),  # of no AI role
        case(Role.AI_FIRST),  # no duties
    )
    assert (found["postings"], found["sentences"]) == (3, 6)
    rag, data = area(found, "rag"), area(found, "data")
    assert (rag["n"], rag["of"], rag["duties"]["n"], rag["duties"]["of"]) == (1, 3, 3, 6)
    assert (data["n"], data["duties"]["n"]) == (3, 4)
    assert rag["roles"]["ai-first"]["share"] == 0.5
    assert rag["roles"]["ml-first"]["share"] == 0
    assert (data["tier"], data["duty_tier"]) == ("very common", "very common")


def test_a_sub_pattern_counts_in_a_duty_of_its_area() -> None:
    inside = CaseLine("Tune vector search.", "duty", ("rag",))
    outside = CaseLine("Tune vector search.", "duty", ("data",))
    found = measured(ProblemAreas(), case(duties=(inside,)), case(duties=(outside,)))
    parts = {part["key"]: part["n"] for part in area(found, "rag")["parts"]}
    assert parts["rag.vector"] == 1


def test_levels_are_those_of_titles() -> None:
    found = measured(
        ProblemAreas(),
        case(Role.AI_FIRST, "agents", title="Senior AI Engineer"),
        case(Role.AI_FIRST, "data", title="Senior AI Engineer"),
        case(Role.AI_FIRST, "agents", title="AI Architect"),
        case(Role.AI_FIRST, "agents"),
    )
    levels = area(found, "agents")["levels"]
    assert (levels["senior"]["n"], levels["senior"]["of"]) == (1, 2)
    assert levels["lead, staff or above"]["of"] == 1
    assert sum(of["of"] for of in levels.values()) == 3


def test_the_order_agrees_with_the_published_one_where_it_is_the_same() -> None:
    order = read_data("published")["order"]
    cases = [case(Role.AI_FIRST, *order[: n + 1]) for n in range(len(order))]
    agreement = measured(ProblemAreas(), *cases)["agreement"]
    assert agreement["rank_correlation"] == agreement["duty_rank_correlation"] == pytest.approx(1)
    turned = [case(Role.AI_FIRST, *order[n:]) for n in range(len(order))]
    assert measured(ProblemAreas(), *turned)["agreement"]["rank_correlation"] == pytest.approx(-1)


def test_the_published_order_names_every_area_once() -> None:
    problems = [area.key for area in load_taxonomy().values() if area.kind == "problem"]
    assert sorted(read_data("published")["order"]) == sorted(problems)


def test_areas_that_go_together_are_found_and_those_that_do_not() -> None:
    cases = [case(Role.AI_FIRST, "rag", "agents")] * 40 + [
        case(Role.AI_FIRST, "data", "security")
    ] * 40
    found = measured(Together(), *cases, case(Role.AI_FIRST, "rag", "data"))
    pairs = {(pair["a"], pair["b"]): pair for pair in found["pairs"]}
    together, apart = pairs["agents", "rag"], pairs["data", "rag"]
    assert (together["n"], together["sure"], apart["n"], apart["sure"]) == (40, True, 1, True)
    assert together["lift"] == pytest.approx(40 / (40 * 41 / 81))
    assert together["phi"] > 0.9
    assert apart["lift"] < 0.1
    assert found["pairs"][0]["z"] > 0 > found["pairs"][-1]["z"]


def test_long_postings_alone_make_no_areas_go_together() -> None:
    long = [case(Role.AI_FIRST, "rag", "agents", "data", "security")] * 50
    short = [case(Role.AI_FIRST, "frontend")] * 50
    found = measured(Together(), *long, *short)
    assert found["pairs"] == []  # among postings with as many duties there is nothing to compare


def test_pairs_that_chance_hardly_brings_together_are_not_judged() -> None:
    cases = [case(Role.AI_FIRST, "rag", "agents")] * 3 + [case(Role.AI_FIRST, "data", "data")] * 9
    assert measured(Together(), *cases)["pairs"] == []


def test_responsibilities_are_counted_as_read_and_as_listed() -> None:
    lines = (CaseLine("Do it.", "duty"), CaseLine("Who we are.", "company"))
    found = measured(
        Responsibilities(),
        case(text="T", lines=lines),
        case(text="T", lines=lines + lines + lines),
        case(text="T", lines=lines[1:]),
        case(responsibilities=("a", "b", "c", "d")),
    )
    read = found["found"]["all"]
    assert (read["postings"], read["none"]["n"], read["mean"]) == (3, 1, pytest.approx(4 / 3))
    assert (read["quartile_1"], read["median"], read["quartile_3"]) == (0, 1, 3)
    assert found["found"]["ai-first"] == read
    assert (found["listed"]["all"]["postings"], found["listed"]["all"]["mean"]) == (1, 4)
    assert found["published"]["mean"] == pytest.approx(6.36, abs=0.01)
