"""Every Arrow type goes to every format, or is named before anything is written; text output is strict."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pytest

from roleclass import ScoringError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.tables.formats import Format
from roleclass.tables.plain import plain
from roleclass.tables.writers import open_writer
from tests.tables import files

FAR = 2**62
FAR_DATES = ["1970-01-01", "1970-01-01T01:00:00", "3170843-11-07T09:46:40"]  # to the millisecond


def of(type_: pa.DataType, *values: Any) -> pa.Array:
    return pa.array([*values, None], type_)


def struct_with_a_name_twice() -> pa.Array:
    fields = [pa.field("a", pa.int64()), pa.field("a", pa.string())]
    return pa.StructArray.from_arrays([pa.array([1, 2]), pa.array(["x", "y"])], fields=fields)


COLUMNS: dict[str, pa.Array] = {
    "null": pa.nulls(2),
    "bool": of(pa.bool_(), True),
    "int8": of(pa.int8(), -1),
    "uint64": of(pa.uint64(), 2**64 - 1),
    "float16": pa.array([1.5, 2.5], pa.float32()).cast(pa.float16()),
    "float32": of(pa.float32(), 0.1),
    "float64": of(pa.float64(), float("nan"), float("inf")),
    "decimal128": of(pa.decimal128(5, 2), Decimal("1.50")),
    "decimal256": of(pa.decimal256(50, 2), Decimal("1.50")),
    "string": of(pa.string(), "é"),
    "large_string": of(pa.large_string(), "é"),
    "string_view": of(pa.string_view(), "é"),
    "binary": of(pa.binary(), b"\xff"),
    "large_binary": of(pa.large_binary(), b"\xff"),
    "binary_view": of(pa.binary_view(), b"\xff"),
    "fixed_binary": of(pa.binary(2), b"\xff\x00"),
    "date32": of(pa.date32(), dt.date(2026, 1, 2)),
    "date32 far": pa.array([2**30, -(2**30)], pa.int32()).cast(pa.date32()),
    "date64 far": pa.array([86400000 * 10**9], pa.int64()).cast(pa.date64()),
    "time32": of(pa.time32("ms"), dt.time(1, 2)),
    "time64": pa.array([1, None], pa.time64("ns")),
    **{
        f"timestamp {unit} {zone}": pa.array([1, FAR, -FAR, None], pa.timestamp(unit, zone))
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", "Europe/Berlin", "Nowhere/Land", "+01:00")
    },
    **{f"duration {u}": pa.array([1, FAR, None], pa.duration(u)) for u in ("s", "ms", "us", "ns")},
    "interval": of(pa.month_day_nano_interval(), (1, 2, 3)),
    "list": of(pa.list_(pa.int64()), [1, None]),
    "large_list": of(pa.large_list(pa.string()), ["a"]),
    "fixed_list": of(pa.list_(pa.int64(), 2), [1, 2]),
    "list_view": of(pa.list_view(pa.int64()), [1]),
    "list of far times": of(pa.list_(pa.timestamp("s")), [FAR]),
    "list of nan": of(pa.list_(pa.float64()), [float("nan"), float("-inf")]),
    "struct": of(
        pa.struct({"a": pa.int64(), "b": pa.list_(pa.duration("s"))}), {"a": 1, "b": [FAR]}
    ),
    "struct with a name twice": struct_with_a_name_twice(),
    "map": of(pa.map_(pa.string(), pa.int64()), [("a", 1)]),
    "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
    "dictionary of far times": pa.array([FAR], pa.timestamp("s")).dictionary_encode(),
    "run ends": pa.RunEndEncodedArray.from_arrays([2], pa.array(["a"])),
    "dense union": pa.UnionArray.from_dense(
        pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["a"])]
    ),
    "sparse union": pa.UnionArray.from_sparse(
        pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]
    ),
    "json": pa.array(['{"a": 1}'], pa.json_()) if hasattr(pa, "json_") else pa.nulls(1),
    "uuid": pa.array([b"x" * 16], pa.uuid()) if hasattr(pa, "uuid") else pa.nulls(1),
}


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


def write(table: pa.Table, kind: str, **options: Any) -> bytes:
    raw = io.BytesIO()
    with open_writer(raw, Format(kind), table.schema, **options) as write:  # type: ignore[arg-type]
        write(table)
    return raw.getvalue()


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "json", "parquet", "arrow"])
def test_every_type_goes_through_or_is_named(name: str, kind: str) -> None:
    table = pa.table({"column": COLUMNS[name]})
    try:
        data = write(table, kind)
    except ScoringError as error:
        assert kind == "parquet"
        assert "column column holds " in str(error) or "Parquet" in str(error)  # noqa: PT017
        return
    if kind == "jsonl":
        rows = [strict(line) for line in data.decode().splitlines()]
    elif kind == "json":
        rows = strict(data.decode())
    elif kind in ("csv", "tsv"):
        delimiter = "," if kind == "csv" else "\t"
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))
    else:
        return
    assert len(rows) == len(table)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([FAR], pa.timestamp("s")), ["146138514283-06-19T07:45:04"]),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01T00:00:00.000000001"]),
        (pa.array([1500], pa.timestamp("ms", "Nowhere/Land")), ["1970-01-01T00:00:01.500000Z"]),
        (pa.array([-1], pa.duration("ms")), ["-PT0.001S"]),
        (pa.array([2**30], pa.int32()).cast(pa.date32()), ["2941775-04-07"]),
        (struct_with_a_name_twice(), [{"a_1": 1, "a_2": "x"}, {"a_1": 2, "a_2": "y"}]),
        (pa.array([1, 0], pa.time64("ns")), ["00:00:00.000000001", "00:00:00"]),
        (pa.array([0, 3_600_000, 10**17], pa.date64()), FAR_DATES),
    ],
)
def test_what_python_has_no_type_for_is_text(column: pa.Array, expected: list[Any]) -> None:
    assert plain(pa.chunked_array([column])) == expected


def test_times_within_the_range_of_python_are_written_in_the_manner_of_iso(tmp_path: Path) -> None:
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 600000)  # noqa: DTZ001
    table = pa.table({"at": pa.array([moment], pa.timestamp("us"))})
    assert strict(write(table, "jsonl").decode()) == {"at": moment.isoformat()}


def test_a_column_that_only_claims_to_hold_json_is_text() -> None:
    mark = {b"roleclass": b"json"}
    schema = pa.schema(
        [pa.field("t", pa.string(), metadata=mark), pa.field("n", pa.int64(), metadata=mark)]
    )
    table = pa.table([pa.array(["{oops", '{"a": NaN}']), pa.array([1, 2])], schema=schema)
    rows = [strict(line) for line in write(table, "jsonl").decode().splitlines()]
    assert rows == [{"t": "{oops", "n": 1}, {"t": {"a": None}, "n": 2}]


def test_json_out_is_strict_whatever_comes_in(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"text": "x", "a": NaN, "b": [Infinity, {"c": -Infinity}], "d": 1e999, "e": [1e999, "NaN"]}\n'
    )
    for ending in ("jsonl", "json", "csv"):
        score_files([tmp_path / "in.jsonl"], tmp_path / f"out.{ending}")
    row = strict((tmp_path / "out.jsonl").read_text())
    assert (row["b"], row["d"], row["e"]) == ([None, {"c": None}], None, [None, "NaN"])
    assert strict((tmp_path / "out.json").read_text()) == [row]
    assert strict(files.read_csv(tmp_path / "out.csv")[0]["b"]) == [None, {"c": None}]


GUARDED: dict[str, pa.Array] = {
    "string": pa.array(["=1+1"]),
    "large_string": pa.array(["=1+1"], pa.large_string()),
    "string_view": pa.array(["=1+1"], pa.string_view()),
    "dictionary": pa.array(["=1+1"]).dictionary_encode(),
    "binary as base64": pa.array([b"\xf8\x00\x00"]),  # +AAA
    "run ends": pa.RunEndEncodedArray.from_arrays([1], pa.array(["=1+1"])),
    "tab": pa.array(["\t=1"]),
}


@pytest.mark.parametrize("name", GUARDED)
def test_safe_csv_guards_cells_whatever_their_type(name: str) -> None:
    text = write(pa.table({"cell": GUARDED[name]}), "csv", safe_csv=True).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["cell"].startswith("'")


def test_safe_csv_guards_what_was_json_and_leaves_numbers(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"text": "=a()", "mixed": "=b()", "n": -1.5}]
    rows.append({"text": "x", "mixed": 1, "n": 2.5})
    source = files.write_jsonl(tmp_path / "in.jsonl", rows)
    score_files([source], tmp_path / "out.csv", ScoreOptions(safe_csv=True))
    row = files.read_csv(tmp_path / "out.csv")[0]
    assert (row["text"], row["mixed"], row["n"]) == ("'=a()", "'=b()", "-1.5")


def test_what_is_only_read_is_named() -> None:
    with pytest.raises(ScoringError, match=r"excel .*csv"):
        write(pa.table({"a": [1]}), "excel")


def test_an_empty_table_is_an_empty_list() -> None:
    assert strict(write(pa.table({"a": pa.array([], pa.int64())}), "json").decode()) == []


def test_dictionaries_of_several_files_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roleclass.tables.writers._ROW_GROUP", 4)
    kinds = [["a", "b", None], ["x", "y", "a"], ["q", "b", "x", "z"], ["a"]]
    tables = [pa.table({"kind": pa.array(some).dictionary_encode()}) for some in kinds]
    raw = io.BytesIO()
    with open_writer(raw, Format("arrow"), tables[0].schema) as write:
        for table in tables:
            write(table)
    found = pa.ipc.open_file(pa.BufferReader(raw.getvalue())).read_all()
    assert found.schema.equals(tables[0].schema)
    assert found["kind"].to_pylist() == [kind for some in kinds for kind in some]


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_row_groups_depend_on_the_rows_only(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roleclass.tables.writers._GROUP_BYTES", 2**17)
    table = pa.table({"text": ["x" * 500] * 300, "tags": [["y" * 200, ""]] * 300})
    raw = io.BytesIO()
    with open_writer(raw, Format("parquet"), table.schema) as write:
        for start in range(0, len(table), step):
            write(table.slice(start, step))
    metadata = pa.parquet.read_metadata(io.BytesIO(raw.getvalue()))
    sizes = [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)]
    assert sizes == [184, 116]  # of 128 KiB
