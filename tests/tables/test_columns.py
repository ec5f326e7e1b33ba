"""Columns are guessed, the guess is said, and doubt is an error that lists the columns."""

import pyarrow as pa
import pytest

from roleclass import InputError
from roleclass.scoring.options import ScoreOptions
from roleclass.tables.columns import Field, Selection, columns_of, kinds_of, select
from roleclass.tables.options import ReadOptions


def texts(*names: str) -> dict[str, str | None]:
    return dict.fromkeys(names)


def chosen(
    columns: dict[str, str | None], **options: object
) -> tuple[list[str], str | None, list[str]]:
    said: list[str] = []
    selection = select(columns, ReadOptions(**options), warn=said.append)  # type: ignore[arg-type]
    title = None if selection.title is None else str(selection.title)
    return [str(part) for part in selection.text], title, said


@pytest.mark.parametrize(
    "name", ["description", "text", "Job Description", "job_description", "jobPosting", "BODY"]
)
def test_a_text_column_is_guessed_and_the_guess_is_said(name: str) -> None:
    assert chosen(texts("id", name)) == (
        [name],
        None,
        [f"text column: {name} (guessed); no title column found"],
    )


def test_named_columns_are_taken_without_a_word() -> None:
    columns = texts("text", "title", "a", "b", "c")
    named = {"text_column": "a", "title_column": "b", "id_column": "c"}
    assert chosen(columns, **named) == (["a"], "b", [])
    assert chosen(columns, text_column=("a", "c"), title_column="b")[0] == ["a", "c"]


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (
            ["id", "description", "text"],
            {},
            "text: description, text; ",
        ),
        (
            ["text", "title", "job_title"],
            {},
            "title: title, job_title",
        ),
        (
            ["id", "words"],
            {},
            "text.*--text-column.* id, words",
        ),
        (["id", "text"], {"text_column": "body"}, "text column body; .* id, text"),
        (["id", "text"], {"title_column": "x"}, "title column x; .* id, text"),
        (["id", "text"], {"id_column": "x"}, "id column x; .* id, text"),
    ],
)
def test_doubt_is_an_error_that_lists_the_columns(
    names: list[str], options: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        chosen(texts(*names), **options)


def test_a_column_of_numbers_is_no_text_and_no_rival_of_one() -> None:
    with pytest.raises(InputError, match=r"text column text .*int64"):
        chosen({"words": None, "text": "int64"})
    with pytest.raises(InputError, match=r"title column n .*int64"):
        chosen({"text": None, "n": "int64"}, title_column="n")
    assert chosen({"text": "int64", "body": None})[0] == ["body"]
    assert chosen({"text": None, "title": "double"})[1] is None


def test_duties_beside_the_guessed_column_are_named_with_what_reads_them() -> None:
    _, _, said = chosen(texts("description", "requirements", "benefits"))
    assert "not part of the text: requirements;" in said[1]
    assert "--text-column 'description' --text-column 'requirements'" in said[1]
    named = chosen(
        texts("description", "requirements"), text_column=("description", "requirements")
    )
    assert [message for message in named[2] if "not read" in message] == []


@pytest.mark.parametrize(
    "type_",
    [
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
        pa.null(),
    ],
)
def test_text_may_be_of_many_types(type_: pa.DataType) -> None:
    assert kinds_of(pa.schema([("text", type_), ("n", pa.int64())])) == {"text": None, "n": "int64"}


@pytest.mark.parametrize(
    "type_", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
)
def test_text_is_read_alike_from_every_type(type_: pa.DataType) -> None:
    table = pa.table({"text": pa.array([None, "Build agents.", "nan"], type_)})
    selection = Selection((Field((("text",),)),))
    assert selection.texts(columns_of(table)) == [None, "Build agents.", None]


@pytest.mark.parametrize("word", ["nan", "NaN", "N/A", "None", "null", "<NA>", " na "])
def test_words_for_missing_are_missing(word: str) -> None:
    selection = Selection((Field((("text",),)),), Field((("title",),)))
    column = {"text": [word], "title": [word]}.__getitem__
    assert (selection.texts(column), selection.titles(column)) == ([None], [None])


def test_several_text_columns_are_joined_and_missing_ones_left_out() -> None:
    selection = Selection((Field((("a",),)), Field((("b",),))))
    column = {"a": ["x", None, None, 7], "b": ["y", "nan", "z", "z"]}.__getitem__
    assert selection.texts(column) == ["x\ny", None, "z", "z"]


def test_a_path_leads_into_nested_values() -> None:
    rows = [{"parts": [{"head": "Duties", "text": "Build."}, {"text": "Test."}]}, {"parts": None}]
    nested, flat = (Field.parse(path, ["job"]) for path in ("job.parts[].head+text", "job.parts"))
    assert nested is not None
    assert flat is not None
    assert nested.values({"job": rows}.__getitem__) == ["Duties\nBuild.\nTest.", None]
    assert flat.values({"job": rows}.__getitem__)[1] is None
    assert Field.parse("other.text", ["job"]) is None
    dotted = Field.parse("job.text", ["job", "job.text"])
    assert dotted is not None
    assert dotted.paths == (("job.text",),)


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"threads": 0},
        {"on_error": "ignore"},
        {"encoding": "utf-9"},
        {"encoding": "hex"},
        {"encoding": "rot13"},
        {"encoding": "zlib"},
        {"format": "docx"},
        {"delimiter": "ab"},
        {"delimiter": '"'},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        ScoreOptions(**options)  # type: ignore[arg-type]
