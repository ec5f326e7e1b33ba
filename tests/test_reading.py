"""`roleclass.read`: what each line of a posting is."""

import json

import pytest

import roleclass
from roleclass import RoleClassifier
from roleclass.text import MAX_BYTES
from tests.written import TITLES, posting

POSTINGS = [posting(role, i) for role in TITLES for i in range(12)]


def test_lines_stand_in_order_and_apart_from_each_other() -> None:
    for reading in roleclass.read_many(POSTINGS):
        places = [place for line in reading.lines for place in (line.start, line.end)]
        assert places == sorted(places)
        assert all(line.start < line.end for line in reading.lines)
        assert len(reading.lines) > 3


def test_many_are_read_as_each_alone_whatever_the_length_of_the_others() -> None:
    texts = ["", *POSTINGS, "Bake bread.\n" * 200, "?!"]
    titles = [None, *(f"Baker {i}" for i in range(len(texts) - 1))]
    together = list(roleclass.read_many(texts, titles))
    assert [one.text for one in together[1:3]] == [
        f"Baker {i}\n\n{text}" for i, text in enumerate(POSTINGS[:2])
    ]
    for text, title, reading in zip(texts, titles, together, strict=True):
        alone = roleclass.read(text, title)
        assert [line.to_dict() for line in reading.lines] == [
            line.to_dict() for line in alone.lines
        ]


def test_probabilities_of_part_and_work_add_up_to_1() -> None:
    for line in roleclass.read(POSTINGS[0]).lines:
        for of in (line.part_probabilities, line.work_probabilities):
            assert sum(of.values()) == pytest.approx(1, abs=1e-5)
        assert line.part == max(line.part_probabilities, key=line.part_probabilities.__getitem__)
        assert line.areas == () or line.part == "duty"


def test_duties_and_requirements_are_lines_of_that_part() -> None:
    text = (
        "What you will do\n- Build LLM agents for our support team.\n- Evaluate their answers.\n\n"
        "Requirements\n- Five years of experience with Python.\n- A degree in computer science.\n"
    )
    reading = roleclass.read(text)
    assert [text[line.start : line.end] for line in reading.duties] == [
        "Build LLM agents for our support team.",
        "Evaluate their answers.",
    ]
    assert [text[line.start : line.end] for line in reading.requirements] == [
        "Five years of experience with Python.",
        "A degree in computer science.",
    ]


def test_a_line_is_ready_for_json() -> None:
    [line] = roleclass.read("You will build agents.").lines
    told = json.loads(json.dumps(line.to_dict()))
    assert list(told) == ["start", "end", "part", "work", "areas"]
    assert (told["start"], told["end"]) == (0, 22)


def test_a_reading_has_the_prediction_of_the_same_posting() -> None:
    texts = ["", *POSTINGS, "Wij zoeken een ervaren collega voor ons team in Utrecht."]
    titles = [None, *(f"Baker {i}" for i in range(len(texts) - 1))]
    predictions = list(roleclass.predict_many(texts, titles))
    for threads in (1, 3):
        readings = roleclass.read_many(texts, titles, threads=threads)
        assert [reading.prediction for reading in readings] == predictions


def test_what_is_too_large_has_no_lines_and_the_reason_is_said() -> None:
    texts = ["Bake."] * 40 + ["a" * (MAX_BYTES + 1), "Sell."]
    *_, large, small = roleclass.read_many(texts)
    assert (large.text, large.lines) == ("", ())
    assert large.prediction == roleclass.predict(texts[-2])
    assert large.prediction.reason == "larger than 16 MiB"
    assert [small.text[line.start : line.end] for line in small.lines] == ["Sell."]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"title .*int"):
        RoleClassifier().read("x", 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"texts\[1\]"):
        list(roleclass.read_many(["x", None]))  # type: ignore[list-item]
