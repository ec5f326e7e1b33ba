"""The taxonomy's file keeps its contract."""

from collections import Counter

import pytest

from roleclass.market.taxonomy import KINDS, TIERS, load_taxonomy, parse_taxonomy, walk

ENTRY = """
[areas.x]
name = "X"
kind = "problem"
tier = "rare"
description = "A thing."
patterns = ["x"]
"""


def test_the_sixteen_problem_areas_stand_in_the_order_of_their_tiers() -> None:
    problems = [area for area in load_taxonomy() if area.kind == "problem"]
    tiers = [TIERS.index(area.tier or "") for area in problems]
    assert tiers == sorted(tiers)
    assert Counter(area.tier for area in problems) == {
        "very common": 4,
        "common": 5,
        "uncommon": 6,
        "rare": 1,
    }
    assert sum(len(area.parts) for area in problems) == 37


def test_the_older_list_is_there() -> None:
    kinds = Counter(area.kind for area in load_taxonomy())
    assert kinds == {"problem": 16, "core": 4, "modern": 4, "specialisation": 2}
    assert set(kinds) == set(KINDS)


def test_every_part_is_described_and_can_be_found() -> None:
    for part in walk(load_taxonomy()):
        assert part.name
        assert part.description.endswith(".")
        assert part.patterns or part.like or part.key in {"domains", "technical"}


def test_keys_are_unique() -> None:
    assert max(Counter(part.key for part in walk(load_taxonomy())).values()) == 1


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"rare"', '"seldom"', "tier 'seldom'"),
        ('"problem"', '"core"', "others none"),
        ('"problem"', '"kind"', "kind 'kind', expected one of problem"),
        ('["x"]', '["{x}"]', "x, patterns: .*no set is called '{x}'"),
        ('["x"]', '["x"]\nlike = ["y"]', "like 'y', which is no area"),
    ],
)
def test_an_entry_outside_the_contract_is_named(before: str, after: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_taxonomy(ENTRY.replace(before, after))
