"""The one cut into lines: where people would cut, whatever the layout, and in bytes."""

import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass.text import encode
from roleclass.training.lines.cut import cut
from tests.written import posting

CASES = json.loads(Path(__file__).parents[2].joinpath("lines.json").read_text("utf-8"))


def lines_of(text: str, title: str | None = None) -> list[str]:
    row = encode(text, title)
    lines = cut([row])
    return [
        row[start:end].decode("utf-8", "replace")
        for start, end in zip(lines.start, lines.end, strict=True)
    ]


def words(line: str) -> str:
    """A line without what people may cut off or leave: white space, punctuation at its ends."""
    return " ".join(line.split()).strip(' .;:,*#"')


@pytest.mark.parametrize("case", CASES, ids=[f"{i} {c['kind']}" for i, c in enumerate(CASES)])
def test_a_written_text_is_cut_as_people_would(case: dict) -> None:
    assert list(map(words, lines_of(case["text"]))) == list(map(words, case["lines"]))


LAYOUTS = st.text(alphabet="aB1. \n\r\t-*:;,()!?\u2022\u00e9\u2019\u00a0", max_size=80)


@given(st.lists(LAYOUTS | st.text(max_size=40), max_size=5))
def test_lines_stand_in_order_and_hold_every_word(texts: list[str]) -> None:
    rows = list(map(encode, texts))
    lines = cut(rows)
    assert (lines.row == sorted(lines.row)).all()
    for i in range(len(lines.row)):
        row = rows[lines.row[i]]
        assert 0 <= lines.start[i] < lines.end[i] <= len(row)
        if i and lines.row[i] == lines.row[i - 1]:
            assert lines.end[i - 1] <= lines.start[i]
    start, end = lines.start[lines.word_line], lines.end[lines.word_line]
    numbers = lines.word_start < start  # of a list, which are marks
    assert ((lines.word_end <= end) & ((start <= lines.word_start) | numbers)).all()
    assert (lines.row[lines.word_line] == lines.word_row).all()


@given(st.lists(LAYOUTS, min_size=1, max_size=4))
def test_a_posting_is_cut_the_same_in_any_company(texts: list[str]) -> None:
    rows = list(map(encode, texts))
    together = cut(rows)
    for k, row in enumerate(rows):
        alone = cut([row])
        of = together.row == k
        assert together.start[of].tolist() == alone.start.tolist()
        assert together.end[of].tolist() == alone.end.tolist()


@pytest.mark.parametrize("width", [40, 55, 72, 80, 100, 120])
@pytest.mark.parametrize("indent", ["", "  "])
def test_hard_wraps_of_any_width_cut_nothing(width: int, indent: str) -> None:
    duty = (
        "- design the retrieval pipelines for our support assistant, measure what they find in the "
        "manuals, and write down what the next version should do better than this one does today"
    )
    text = "\n".join(["What you will do", duty, duty, "", "What you need", "- Python", "- SQL"])
    wrapped = "\n".join(
        textwrap.fill(line, width, subsequent_indent=indent if line[:1] == "-" else "")
        for line in text.split("\n")
    )
    assert list(map(words, lines_of(wrapped))) == list(map(words, lines_of(text)))


def test_the_title_is_a_line_of_its_own_whatever_follows() -> None:
    assert lines_of("and small letters", title="Baker")[0] == "Baker"


def test_written_postings_have_the_lines_that_they_are_made_of() -> None:
    for seed in range(20):
        text = posting("ai-support", seed)
        assert lines_of(text) == text.split("\n")


@pytest.mark.parametrize("text", ["", "\0", "...", "\n\n", "\u2022 \u2022"])
def test_a_text_without_words_has_no_lines(text: str) -> None:
    assert lines_of(text) == []
    assert cut([]).row.tolist() == []
