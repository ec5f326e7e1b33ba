"""The older list is measured item by item, all of it; what cannot be told is said."""

from roleclass import Role
from roleclass.report.cases import CaseLine
from roleclass.report.outline import Outline
from roleclass.taxonomy import load_taxonomy
from tests.cases import case, measured


def shares(found: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return {
        item["name"]: item["n"]
        for chapter in found["chapters"]
        for group in chapter["groups"]  # type: ignore[attr-defined]
        for item in (group, *group["items"])
        if item["n"]
    }


def test_an_item_is_measured_by_keys_and_by_phrases() -> None:
    review = CaseLine("Take part in code reviews.", "duty", ("collaboration",))
    tune = CaseLine("Tune hyperparameters.", "duty", ("classical-ml",))
    found = measured(
        Outline(),
        case(Role.AI_FIRST, duties=(review, tune)),
        case(Role.ML_FIRST, duties=(tune,)),
        case(Role.OTHER, duties=(review,)),
    )
    assert found["postings"] == 2
    assert shares(found) == {
        "Model Development & Training": 2,
        "Hyperparameter Tuning": 2,
        "Technical Tasks": 1,
        "Code review and development": 1,
    }


def test_a_duty_that_is_in_no_area_is_not_the_work_of_an_ai_engineer() -> None:
    found = measured(Outline(), case(Role.AI_FIRST, duties=(CaseLine("Code reviews.", "duty"),)))
    assert shares(found) == {}


def test_every_key_is_one_of_the_taxonomy_and_every_item_can_be_measured() -> None:
    known = {key.key for area in load_taxonomy().values() for key in (area, *area.parts)}
    outline = Outline()
    assert outline._keys.keys() <= known
    for chapter in outline._chapters:
        assert chapter["groups"] or chapter["unsaid"]
        for group in chapter["groups"]:
            for item in group["items"]:
                assert item.get("keys") or item.get("phrases")
    assert sum(len(g["items"]) for c in outline._chapters for g in c["groups"]) == 59
