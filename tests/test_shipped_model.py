"""Golden predictions of the shipped model. ``python -m tests.test_shipped_model`` writes them anew."""

import json
import sys
from pathlib import Path

import pytest

import roleclass
from roleclass.engine.model_file import default_model
from tests.conformance import CONFORMANCE, ENTITIES, EXAMPLES, ROOT, cases, entities, head

GOLDEN = Path(__file__).with_name("golden.json")


def answer(name: str) -> dict[str, object]:
    return roleclass.predict((ROOT / "examples" / name).read_text("utf-8")).to_dict()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_answered_as_before(name: str) -> None:
    expected = json.loads(GOLDEN.read_text("utf-8"))[name]
    actual = answer(name)
    assert actual["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)
    for key in ("role", "reliable", "reason"):
        assert actual[key] == expected[key]


def test_the_examples_are_of_the_roles_that_they_were_written_for() -> None:
    expected = {
        "ai_engineer.txt": "ai-first",
        "ai_platform_engineer.txt": "ai-support",
        "ml_engineer.txt": "ml-first",
        "payroll_accountant.txt": "other",
    }
    assert {name: answer(name)["role"] for name in EXAMPLES} == expected


def test_the_file_is_small() -> None:
    assert default_model().stat().st_size < 4_000_000


def test_the_conformance_file_of_other_runtimes_has_these_cases_and_is_of_this_model() -> None:
    written = json.loads(CONFORMANCE.read_text("utf-8"))
    assert [case["name"] for case in written.pop("cases")] == list(cases())
    assert written == head()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * ("16 MiB" in name)) for name in cases()],
)
def test_a_case_of_the_conformance_file_is_answered_as_written(name: str) -> None:
    written = json.loads(CONFORMANCE.read_text("utf-8"))["cases"]
    [was] = [case for case in written if case["name"] == name]
    for key in ("confidence", "probabilities"):
        was["answer"][key] = pytest.approx(was["answer"][key], abs=1e-5)
    assert json.loads(json.dumps(cases()[name]())) == was


def test_the_entities_of_the_port_are_those_of_python() -> None:
    assert ENTITIES.read_text("utf-8") == entities()


if __name__ == "__main__":
    GOLDEN.write_text(
        json.dumps({name: answer(name) for name in EXAMPLES}, indent=2) + "\n", "utf-8"
    )
    written = {**head(), "cases": [case() for case in cases().values()]}
    CONFORMANCE.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    ENTITIES.write_text(entities(), "utf-8")
    sys.exit(0)
