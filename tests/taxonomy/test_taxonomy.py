"""The taxonomy's file keeps its contract."""

from collections import Counter

from roleclass.reading import AREAS
from roleclass.taxonomy import KINDS, TIERS, load_taxonomy


def test_the_problem_areas_are_those_of_the_line_model_in_the_order_of_their_tiers() -> None:
    problems = [area for area in load_taxonomy().values() if area.kind == "problem"]
    assert tuple(area.key for area in problems) == AREAS[:16]
    tiers = [TIERS.index(area.tier or "") for area in problems]
    assert tiers == sorted(tiers)
    assert Counter(area.tier for area in problems) == {
        "very common": 4,
        "common": 5,
        "uncommon": 6,
        "rare": 1,
    }
    assert sum(len(area.parts) for area in problems) == 37


def test_the_older_list_is_there_where_it_says_what_the_sixteen_do_not() -> None:
    kinds = Counter(area.kind for area in load_taxonomy().values())
    assert kinds == {"problem": 16, "core": 4, "modern": 3, "specialisation": 2}
    assert set(kinds) == set(KINDS)
    assert all(area.parts for area in load_taxonomy().values() if area.kind != "problem")


def test_every_area_and_sub_pattern_is_described_and_keys_are_unique() -> None:
    entries = [entry for area in load_taxonomy().values() for entry in (area, *area.parts)]
    assert all(entry.name and entry.description.endswith(".") for entry in entries)
    assert max(Counter(entry.key for entry in entries).values()) == 1


def test_no_phrase_holds_another_one_of_its_sub_pattern() -> None:
    for area in load_taxonomy().values():
        for part in area.parts:
            spelled = [b" %b " % b" ".join(phrase) for phrase in part.phrases]
            assert not [(a, b) for a in spelled for b in spelled if a != b and a in b], part.key


def test_a_problem_has_a_tier_and_the_key_of_an_area_of_the_line_model_and_others_have_neither() -> (
    None
):
    for area in load_taxonomy().values():
        assert area.kind in KINDS
        assert (area.tier in TIERS) == (area.key in AREAS) == (area.kind == "problem"), area.key
        assert (area.tier is None) == (area.kind != "problem"), area.key
