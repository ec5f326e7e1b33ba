"""`roleclass.problems` tells the areas that duties are in, and the sub-patterns that they mention."""

import pytest

import roleclass
from roleclass.reading import AREAS, Line, Reading
from roleclass.taxonomy import load_taxonomy
from roleclass.taxonomy.phrases import words
from roleclass.taxonomy.problem_areas import find_keys, find_problems
from tests.duties import DUTIES, UNRELATED


def reading(*lines: tuple[str, str, tuple[str, ...]]) -> Reading:
    """Make a reading of lines with their part and areas."""
    text, found = "", []
    for line, part, areas in lines:
        found.append(Line(len(text), len(text) + len(line), part, "genai", areas))
        text += line + "\n"
    return Reading(text, tuple(found), roleclass.predict(""))


def test_every_area_and_sub_pattern_has_a_written_duty() -> None:
    assert list(DUTIES) == [
        entry.key
        for area in load_taxonomy().values()
        for entry in ((area, *area.parts) if area.kind == "problem" else area.parts)
    ]


@pytest.mark.parametrize("key", [key for key in DUTIES if "." in key])
def test_a_duty_that_mentions_a_sub_pattern_has_it_and_its_area(key: str) -> None:
    area = key.partition(".")[0]
    of_the_sixteen = area in AREAS
    assert {key, area} <= find_keys(
        words(DUTIES[key]), (area,) if of_the_sixteen else ("building",)
    )


def test_a_sub_pattern_of_the_sixteen_counts_in_a_duty_of_its_area_only() -> None:
    duty = "Improve the quality of our vector search."
    assert find_keys(words(duty), ("rag",)) == {"rag", "rag.vector"}
    assert find_keys(words(duty), ("data",)) == {"data", "data.quality"}


def test_a_sub_pattern_of_the_older_list_counts_in_a_duty_of_any_area() -> None:
    duty = "Train object detection."
    assert find_keys(words(duty), ("classical-ml",)) == {"domains", "domains.vision"}
    assert find_keys(words(duty), ()) == set()


def test_only_duties_count() -> None:
    found = find_problems(
        reading(
            ("Our chatbot answers a million sailors.", "company", ()),
            ("Experience with RAG and vector search.", "requirement", ()),
            ("Fine-tune a small model on the letters of sailors.", "duty", ("fine-tuning",)),
        )
    )
    assert [problem.key for problem in found] == ["fine-tuning"]


def test_a_problem_tells_its_kind_its_tier_and_where_it_stands() -> None:
    duties = ("Mend nets.", "Cut training data.", "Track data quality.")
    read = reading(*((duty, "duty", ("data",) if "data" in duty else ()) for duty in duties))
    [problem] = find_problems(read)
    assert (problem.key, problem.kind, problem.tier) == ("data", "problem", "common")
    assert [read.text[a:b] for a, b in problem.sentences] == list(duties[1:])
    assert problem.to_dict()["parts"] == [
        {"key": "data.datasets", "name": "Dataset Management", "sentences": [[11, 29]]},
        {"key": "data.quality", "name": "Data Quality", "sentences": [[30, 49]]},
    ]
    assert [
        problem.tier
        for problem in find_problems(reading((DUTIES["domains.vision"], "duty", ("classical-ml",))))
    ] == [None]


def test_areas_come_in_the_order_of_the_taxonomy_whatever_that_of_the_lines() -> None:
    read = reading(("Write CUDA.", "duty", ("security", "rag")), ("Build.", "duty", ("building",)))
    assert [problem.key for problem in find_problems(read)] == [
        "building",
        "rag",
        "security",
        "core_performance",
    ]


FINE_TUNE = "Fine-tune large language models on the letters of sailors."
POSTING = f"""About us
We like boats.

What you will do
- {FINE_TUNE}
- Work closely with product managers and designers.

Requirements
- Five years of experience with vector search and RAG.
"""


def test_duties_of_a_posting_are_found_and_its_requirements_are_not() -> None:
    found = {problem.key: problem for problem in roleclass.problems(POSTING)}
    assert {"fine-tuning", "collaboration"} <= set(found)
    assert "rag" not in found
    assert [POSTING[a:b] for a, b in found["fine-tuning"].sentences] == [FINE_TUNE]


def test_places_are_those_of_the_reading_where_there_is_a_title_and_markup() -> None:
    page = POSTING.replace("- ", "<li>").replace("sailors", "<b>sailors</b>")
    found = {problem.key: problem for problem in roleclass.problems(page, "Engineer")}
    read = roleclass.read(page, "Engineer").text
    assert read != page
    assert [read[a:b] for a, b in found["fine-tuning"].sentences] == [FINE_TUNE]


@pytest.mark.parametrize("duty", UNRELATED)
def test_a_duty_of_another_trade_is_in_no_area_of_ai(duty: str) -> None:
    assert roleclass.problems(f"Responsibilities:\n- {duty}\n") == []


def test_a_posting_without_duties_has_no_problems() -> None:
    assert roleclass.problems("") == []
    assert roleclass.problems("We sell boats.") == []


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"text .*bytes"):
        roleclass.problems(b"x")  # type: ignore[arg-type]
