"""JSON documents: rows are found however they are wrapped, and read without holding the document."""

import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roleclass import InputError
from roleclass.tables.document import Document
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader

ROWS = [{"title": "Cook", "text": "Cooks."}, {"title": "Nurse", "text": "Nurses."}]


def read(
    path: Path, content: object, name: str = "in.json", **options: Any
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Return the rows, what is wrong with them, and what was said of the file."""
    file = path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    rows: list[dict[str, Any]] = []
    faults: list[str] = []
    reader = Reader([str(file)], ReadOptions(**options))
    for chunk in reader:
        rows += chunk.table.to_pylist()
        faults += chunk.faults.values()
    return rows, faults, reader.notes


@pytest.mark.parametrize(
    "content",
    [
        {"columns": ["text", "text"], "index": [0], "data": [["Cooks.", "Nurses."]]},
        [["text", "text"], ["Cooks.", "Nurses."], ["Bakes.", "Drives."]],
    ],
)
def test_columns_that_are_called_the_same_are_named(tmp_path: Path, content: object) -> None:
    with pytest.raises(InputError, match=r"in\.json: more than one column 'text'"):
        read(tmp_path, content)


COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        {name: {str(i): value for i, value in enumerate(of)} for name, of in COLUMNS.items()},
        COLUMNS,
        {"columns": list(COLUMNS), "index": [0, 1], "data": [list(row.values()) for row in ROWS]},
        {"a1": ROWS[0], "a2": ROWS[1]},
        json.dumps(ROWS[0]) + "\n" + json.dumps(ROWS[1]) + "\n",
        json.dumps(ROWS[0], indent=1) + json.dumps(ROWS[1], indent=1),
        json.dumps(ROWS[:1]) + "\n" + json.dumps(ROWS[1:]),
        [list(COLUMNS), *(list(row.values()) for row in ROWS)],
        {"range": "A1:B3", "values": [list(COLUMNS), *(list(row.values()) for row in ROWS)]},
        json.dumps(ROWS).encode("utf-8-sig"),
        json.dumps(ROWS).encode("utf-16"),
    ],
)
def test_rows_are_found_in_every_form_of_a_document(tmp_path: Path, content: object) -> None:
    assert read(tmp_path, content) == (ROWS, [], [])


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"jobs": ROWS, "meta": {"total": 2}}, "jobs"),
        ({"meta": {"pages": [1, 2]}, "data": {"jobs": ROWS}}, "data.jobs"),
        ({"name": "Acme", "description": "Sells shoes.", "jobs": ROWS}, "jobs"),
        ({"schema": {"fields": [{"name": "text", "type": "string"}]}, "data": ROWS}, "data"),
        ({"departments": [{"id": 1}], "jobs": ROWS}, "jobs"),
        ({"query": None, "a": {"b": {"c": {"results": ROWS}}}}, "a.b.c.results"),
    ],
)
def test_the_list_of_postings_in_a_wrapper_is_found_and_said(
    tmp_path: Path, content: object, path: str
) -> None:
    rows, faults, notes = read(tmp_path, content)
    assert (rows, faults) == (ROWS, [])
    assert [(f" {path} " in note, "--records" in note) for note in notes] == [(True, True)]
    assert read(tmp_path, content, records=path)[2] == []


BOARDS = [{"board": "A", "jobs": ROWS[:1], "n": 1}, {"board": "B", "jobs": ROWS[1:]}, {"jobs": []}]


@pytest.mark.parametrize("name", ["in.json", "in.jsonl"])
@pytest.mark.parametrize("content", [BOARDS, "\n".join(map(json.dumps, BOARDS))])
def test_lists_within_records_are_flattened_with_what_is_said_of_all(
    tmp_path: Path, content: object, name: str
) -> None:
    rows, faults, notes = read(tmp_path, content, name)
    assert [row["board"] for row in rows] == ["A", "B"]
    assert [{key: row[key] for key in ROWS[0]} for row in rows] == ROWS
    assert faults == []
    assert ["--records" in note for note in notes if " [].jobs " in note] == [True]
    assert read(tmp_path, content, name, records="[].jobs")[0] == rows


def test_a_record_without_the_list_is_marked(tmp_path: Path) -> None:
    _, faults, _ = read(tmp_path, [BOARDS[0], {"board": "C", "jobs": None}])
    assert faults == ["a record without a list jobs"]


def test_a_document_that_bears_the_name_of_json_lines_is_read(tmp_path: Path) -> None:
    rows, _, notes = read(tmp_path, json.dumps(ROWS, indent=1), "in.jsonl")
    assert rows == ROWS
    assert ["JSON Lines" in note for note in notes] == [True]


def test_two_lists_of_postings_are_a_question(tmp_path: Path) -> None:
    content = {"open": ROWS, "closed": ROWS[:1]}
    with pytest.raises(InputError, match=r"open, closed\b.*--records"):
        read(tmp_path, content)
    assert read(tmp_path, content, records="closed")[0] == ROWS[:1]


def test_records_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in\.json: .*\bdata\.jobs\b"):
        read(tmp_path, {"data": {"offers": ROWS}}, records="data.jobs")
    with pytest.raises(InputError, match=r"\bn is .*list.*object"):
        read(tmp_path, {"n": 1}, records="n")


def test_one_object_is_one_row(tmp_path: Path) -> None:
    lever = {"id": "a", "text": "Cook", "categories": {}, "lists": [{"text": "x", "content": "y"}]}
    assert len(read(tmp_path, lever)[0]) == 1
    assert read(tmp_path, json.dumps(ROWS[0], indent=2))[0] == ROWS[:1]


@pytest.mark.parametrize("item", ["1", "null", '"x"', "[1]"])
def test_what_is_no_object_is_marked(tmp_path: Path, item: str) -> None:
    rows, faults, _ = read(tmp_path, f"[{json.dumps(ROWS[0])}, {item}, {json.dumps(ROWS[1])}]")
    assert rows == [ROWS[0], {"title": None, "text": None}, ROWS[1]]
    assert faults == ["record 2 is not a JSON object"]


def test_words_that_python_writes_though_json_has_them_not_are_missing(tmp_path: Path) -> None:
    rows, _, _ = read(tmp_path, '[{"text": "x", "pay": NaN}, {"text": "y", "pay": 1.5}]')
    assert [row["pay"] for row in rows] == [None, 1.5]


def test_bytes_that_are_no_utf_8_mark_their_row(tmp_path: Path) -> None:
    rows, faults, _ = read(tmp_path, b'[{"text": "K\xf6chin"}, {"text": "y"}]')
    assert [row["text"] for row in rows] == ["K\ufffdchin", "y"]
    assert faults == ["column text contains a lone surrogate"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "x"}, {"text": ', r"character 17: "),
        ('[{"text": "x"} {"text": "y"}]', r"character 16: .* ,, .* {"),
        ('{"jobs": [{"text": "x"}]', r"not JSON: .* ,, .*ends"),
        ("", "no row"),
        ("[]", "no row"),
        ("{}", "no row"),
        ("17", "no row .*record 1 "),
        ('[{"text": "x"}] 7', "character 17: .* {, .* 7"),
        ('{"a": {"0": 1, "1": 2}, "b": {"0": 1}}', "columns "),
        ('{"a": [1, 2], "b": [1]}', r"columns .*row 1 of a\b"),
    ],
)
def test_a_document_that_cannot_be_read_is_an_error_before_anything_is_written(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(InputError, match=rf"in\.json: .*{message}"):
        read(tmp_path, content)


def test_a_value_that_is_too_long_is_an_error_that_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roleclass.tables.document.MAX_CELL", 2**20)
    with pytest.raises(InputError, match=r"character 2: .*1 Mi"):
        read(tmp_path, '[{"text": "' + "x" * 2**21 + '"}]')


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        '{"x": ' + "[" * 2000 + "]" * 2000 + ', "jobs": [{"text": "x"}]}',
        '{"jobs": [{"text": "x"}], "z": ' + '{"a":' * 2000 + "1" + "}" * 2000 + "}",
    ],
)
def test_a_document_that_is_too_deep_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="too deep"):
        read(tmp_path, content)


def test_a_document_is_never_held_whole(tmp_path: Path) -> None:
    row = json.dumps({"title": "Cook", "text": "Cooks all day. " * 100})
    content = '{"meta": [1], "jobs": [' + ",".join([row] * 8_000) + "]}"
    (tmp_path / "in.json.gz").write_bytes(gzip.compress(content.encode(), 1))
    tracemalloc.start()
    try:
        reader = Reader([str(tmp_path / "in.json.gz")], ReadOptions(batch_size=100))
        assert sum(len(chunk.table) for chunk in reader) == 8_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(content) > 12e6
    assert peak < 5e6


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Trickle(io.StringIO):
    """Gives a few characters at a time, so that values end where the buffer does."""

    def read(self, size: int | None = -1) -> str:
        return super().read(3)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(values=st.lists(VALUES, max_size=5), indent=st.sampled_from([None, 1]))
def test_values_are_those_of_the_standard_library(values: list[Any], indent: int | None) -> None:
    text = json.dumps(values, indent=indent)
    document = Document(Trickle(text))
    assert [document.value() for _ in document.entries()] == json.loads(text)
    document = Document(Trickle(f"{text} 7"))
    document.skip()
    assert document.value() == 7
