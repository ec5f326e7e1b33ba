"""Columns are guessed, the guess is said, and doubt is an error that lists the columns."""

import pyarrow as pa
import pytest

from roleclass import ScoringError
from roleclass.scoring.columns import Selection, select
from roleclass.scoring.options import ScoreOptions


def schema(*names: str, **types: pa.DataType) -> pa.Schema:
    return pa.schema([*((name, pa.string()) for name in names), *types.items()])


@pytest.mark.parametrize(
    "name", ["description", "text", "Job Description", "job_description", "jobPosting", "BODY"]
)
def test_a_text_column_is_guessed_and_the_guess_is_said(name: str) -> None:
    said: list[str] = []
    assert select(schema("id", name), ScoreOptions(), warn=said.append) == Selection(name, None)
    assert said == [f"text column: {name} (guessed); no title column found"]


def test_named_columns_are_taken_without_a_word() -> None:
    said: list[str] = []
    options = ScoreOptions(text_column="a", title_column="b", id_column="c")
    chosen = select(schema("text", "title", "a", "b", "c"), options, warn=said.append)
    assert chosen == Selection("a", "b", "c")
    assert said == []


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (
            ["id", "description", "text"],
            {},
            "more than one column may be the text: description, text; ",
        ),
        (
            ["text", "title", "job_title"],
            {},
            "more than one column may be the title: title, job_title",
        ),
        (
            ["id", "words"],
            {},
            "no column looks like the text of a posting; .*--text-column.* id, words",
        ),
        (["id", "text"], {"text_column": "body"}, "no text column body; the columns are: id, text"),
        (["id", "text"], {"title_column": "x"}, "no title column x; the columns are: id, text"),
        (["id", "text"], {"id_column": "x"}, "no id column x; the columns are: id, text"),
    ],
)
def test_doubt_is_an_error_that_lists_the_columns(
    names: list[str], options: dict[str, str], message: str
) -> None:
    with pytest.raises(ScoringError, match=message):
        select(schema(*names), ScoreOptions(**options), warn=print)  # type: ignore[arg-type]


def test_a_column_of_numbers_is_no_text() -> None:
    with pytest.raises(ScoringError, match="text column text holds int64, expected text"):
        select(schema("words", text=pa.int64()), ScoreOptions(), warn=print)


def test_text_may_be_large_or_from_a_dictionary() -> None:
    for type_ in (pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        assert select(schema(text=type_), ScoreOptions(), warn=lambda _: None).text == "text"


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"threads": 0},
        {"on_error": "ignore"},
        {"encoding": "utf-9"},
        {"format": "xls"},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        ScoreOptions(**options)  # type: ignore[arg-type]
