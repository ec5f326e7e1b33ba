"""Every row and column comes back, with its role, from every format to every format."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import RoleClassifier, ScoringError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.tables.reader import Reader
from tests.tables import files

ADDED = [
    "role",
    "confidence",
    "reliable",
    "probability_ai_first",
    "probability_ai_support",
    "probability_ml_first",
    "probability_other",
    "reason",
]
SMALL = ScoreOptions(batch_size=7)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "- Build agents",
)


def test_parquet_keeps_rows_columns_and_types_and_adds_what_the_classifier_says(
    tmp_path: Path,
) -> None:
    table = pa.Table.from_pylist(files.rows(40)).append_column(
        "tags", pa.array([["a", str(i)] for i in range(40)])
    )
    table = table.replace_schema_metadata({"owner": "us"})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=9)
    score_files([tmp_path / "in.parquet"], tmp_path / "out.parquet", SMALL)
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.column_names == [*table.column_names, *ADDED]
    assert out.select(table.column_names).equals(table)
    assert (out.schema.metadata or {})[b"owner"] == b"us"
    expected = RoleClassifier().predict_many(
        table["description"].to_pylist(), table["title"].to_pylist()
    )
    for row, answer in zip(out.to_pylist(), expected, strict=True):
        assert row["role"] == answer.role
        assert row["confidence"] == answer.confidence
        assert row["reliable"] == answer.reliable
        assert row["reason"] == answer.reason
        assert (
            row["probability_ml_first"] == answer.probabilities[answer.role.__class__("ml-first")]
        )


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 16, 1000])
def test_threads_and_batch_size_make_no_difference(
    tmp_path: Path, threads: int, batch_size: int
) -> None:
    files.write_parquet(tmp_path / "in.parquet", files.rows(50))
    score_files([tmp_path / "in.parquet"], tmp_path / "a.parquet", SMALL)
    options = ScoreOptions(threads=threads, batch_size=batch_size)
    score_files([tmp_path / "in.parquet"], tmp_path / "b.parquet", options)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    "ending",
    [
        *("csv", "tsv", "csv.gz", "tsv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst", "ndjson"),
        *("json", "json.gz", "parquet", "feather"),
    ],
)
def test_a_table_survives_the_way_there_and_back(tmp_path: Path, ending: str) -> None:
    rows = files.rows(30)
    files.write_parquet(tmp_path / "in.parquet", rows)
    score_files([tmp_path / "in.parquet"], tmp_path / f"there.{ending}", SMALL)
    score_files(
        [tmp_path / f"there.{ending}"], tmp_path / "back.parquet", ScoreOptions(prefix="again_")
    )
    there, back = pq.read_table(tmp_path / "in.parquet"), pq.read_table(tmp_path / "back.parquet")
    assert back["description"].to_pylist() == there["description"].to_pylist()
    assert back["role"].to_pylist() == back["again_role"].to_pylist()
    if "sv" not in ending:
        assert back.select(there.column_names).equals(there)


def test_csv_cells_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [
        {"id": "007", "description": "=cmd()", "note": ' a "b", c\r\nd'},
        {"id": "", "description": "1e3", "note": "\t"},
        *({"id": "1", "description": cell, "note": ""} for cell in FORMULAS),
    ]
    score_files([files.write_csv(tmp_path / "in.csv", rows)], tmp_path / "out.csv")
    out = files.read_csv(tmp_path / "out.csv")
    assert [{key: row[key] for key in rows[0]} for row in out] == rows
    assert list(out[0]) == [*rows[0], *ADDED]


def test_json_lines_keep_nested_and_mixed_values_and_late_columns(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "A posting.", "pay": 5, "tags": {"a": [1, None]}, "big": 2**70, "part": 1},
        {"text": "Another.", "pay": "5k", "tags": ["x"], "big": 1, "part": 1.5, "late": True},
    ]
    score_files([files.write_jsonl(tmp_path / "in.jsonl", rows)], tmp_path / "out.jsonl")
    out = files.read_jsonl(tmp_path / "out.jsonl")
    assert {key: out[1][key] for key in rows[1]} == rows[1]
    assert {key: out[0][key] for key in rows[0]} == rows[0]
    assert out[0]["late"] is None
    score_files([tmp_path / "in.jsonl"], tmp_path / "out.csv")
    assert files.read_csv(tmp_path / "out.csv")[0]["tags"] == '{"a": [1, null]}'


def test_numbers_in_text_have_no_digits_that_float32_lacks(tmp_path: Path) -> None:
    files.write_jsonl(tmp_path / "in.jsonl", files.rows(3))
    score_files([tmp_path / "in.jsonl"], tmp_path / "out.jsonl")
    assert all(
        len(str(row["confidence"])) <= 12 for row in files.read_jsonl(tmp_path / "out.jsonl")
    )


def test_values_without_a_json_type_are_written_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["x"],
            "day": pa.array([0], pa.date32()),
            "raw": [b"\x00\xff"],
            "nan": [float("nan")],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score_files([tmp_path / "in.parquet"], tmp_path / "out.jsonl")
    row = files.read_jsonl(tmp_path / "out.jsonl")[0]
    assert (row["day"], row["raw"], row["nan"]) == ("1970-01-01", "AP8=", None)
    score_files([tmp_path / "in.parquet"], tmp_path / "out.csv")
    row = files.read_csv(tmp_path / "out.csv")[0]
    assert (row["day"], row["raw"], row["nan"]) == ("1970-01-01", "AP8=", "nan")
    assert row["reliable"] in {"true", "false"}


def test_many_inputs_and_patterns_are_read_in_order_with_all_their_columns(tmp_path: Path) -> None:
    rows = files.rows(30)
    files.write_parquet(tmp_path / "b1.parquet", rows[:10])
    files.write_parquet(
        tmp_path / "b2.parquet",
        [{"description": r["description"], "id": r["id"], "new": 1} for r in rows[10:20]],
    )
    files.write_jsonl(tmp_path / "a.jsonl", rows[20:])
    summary = score_files(
        [str(tmp_path / "b*.parquet"), str(tmp_path / "a.jsonl")], tmp_path / "out.parquet", SMALL
    )
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["id"].to_pylist() == list(range(30))
    assert out["description"].to_pylist() == [row["description"] for row in rows]
    assert out["new"].to_pylist() == [None] * 10 + [1] * 10 + [None] * 10
    assert summary.rows == 30


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_columns_that_differ_between_json_lines_files_keep_their_values(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    rows = {
        "a": [{"text": "x", "n": 1, "m": 1, "k": None, "j": "s"}],
        "b": [{"text": "y", "n": "1", "m": [1], "k": 2, "j": {"z": "s"}}, {"text": "z", "m": "1"}],
    }
    paths = [files.write_jsonl(tmp_path / f"{name}.jsonl", rows[name]) for name in order]
    score_files(paths, tmp_path / "out.jsonl")
    out = files.read_jsonl(tmp_path / "out.jsonl")
    for row, scored in zip([*rows[order[0]], *rows[order[1]]], out, strict=True):
        assert {key: scored[key] for key in row} == row


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_nested_values_and_text_share_a_column_and_come_back_as_they_were(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    inputs = [
        files.write_jsonl(
            tmp_path / "a.jsonl", [{"text": "x", "n": [1]}, {"text": "y", "n": "[z"}]
        ),
        files.write_csv(tmp_path / "b.csv", [{"text": "x", "n": "[oops"}]),
    ]
    expected: list[list[Any]] = [[[1], "[z"], ["[oops"]]
    score_files([inputs[k] for k in order], tmp_path / "out.jsonl")
    score_files([inputs[k] for k in order], tmp_path / "out.csv")
    values = [value for k in order for value in expected[k]]
    assert [row["n"] for row in files.read_jsonl(tmp_path / "out.jsonl")] == values
    assert [row["n"] for row in files.read_csv(tmp_path / "out.csv")] == [
        value if isinstance(value, str) else json.dumps(value) for value in values
    ]


def test_an_input_without_rows_gives_an_output_without_rows(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n")
    assert score_files([tmp_path / "in.csv"], tmp_path / "out.csv").rows == 0
    assert (tmp_path / "out.csv").read_text().strip() == ",".join(["id", "text", *ADDED])


def test_the_summary_counts_every_row_once(tmp_path: Path) -> None:
    rows = [*files.rows(20), {"description": "", "id": 1}, {"description": None, "id": 2}]
    files.write_jsonl(tmp_path / "in.jsonl", rows)
    seen = []
    summary = score_files(
        [tmp_path / "in.jsonl"],
        tmp_path / "out.jsonl",
        SMALL,
        progress=lambda s: seen.append(s.rows),
    )
    assert summary.rows == 22 == sum(summary.roles.values()) + summary.errors
    assert summary.errors == 1
    assert summary.roles["unclear"] >= 1
    assert seen == [7, 14, 21, 22]
    assert summary.position == summary.size
    assert json.loads(json.dumps(summary.to_dict()))["unclear"] == summary.roles["unclear"]


@pytest.mark.parametrize("format_", ["csv", "jsonl.gz", "parquet"])
def test_standard_input_to_standard_output(tmp_path: Path, format_: str) -> None:
    rows = files.rows(12)
    data = {
        "csv": lambda: files.write_csv(tmp_path / "in", rows).read_bytes(),
        "jsonl.gz": lambda: gzip.compress(files.write_jsonl(tmp_path / "in", rows).read_bytes()),
        "parquet": lambda: files.write_parquet(tmp_path / "in", rows).read_bytes(),
    }[format_]()
    command = [sys.executable, "-m", "roleclass", "score", "-", "-o", "-", "--format", format_]
    done = subprocess.run(command, input=data, capture_output=True, check=True, cwd=tmp_path)
    (tmp_path / f"direct.{format_}").write_bytes(data)
    score_files([tmp_path / f"direct.{format_}"], tmp_path / f"out.{format_}")
    assert done.stdout == (tmp_path / f"out.{format_}").read_bytes()
    assert b"12 rows" in done.stderr


def test_a_reader_that_stops_listening_ends_the_run_quietly(tmp_path: Path) -> None:
    files.write_csv(tmp_path / "in.csv", files.rows(2000))
    command = f"{sys.executable} -m roleclass score in.csv -o - --format csv | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, cwd=tmp_path)
    assert done.stdout.startswith(b"id,title")
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_what_cannot_be_resumed_is_refused(tmp_path: Path) -> None:
    options = ScoreOptions(format="csv")
    with pytest.raises(ScoringError, match=r"standard output .*resumed"):
        score_files([tmp_path / "in.csv"], "-", options, resume=True)
    with pytest.raises(ScoringError, match=r"standard input .*resumed"):
        score_files(["-"], tmp_path / "out.csv", options, resume=True)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    rows = [
        {"text": row["description"] * 8, "noise": os.urandom(2000).hex()} for row in files.rows(500)
    ]
    table = pa.Table.from_pylist(rows)
    pq.write_table(pa.concat_tables([table] * 30), tmp_path / "in.parquet", row_group_size=1000)
    assert (tmp_path / "in.parquet").stat().st_size > 30 * 2**20
    reader = Reader([str(tmp_path / "in.parquet")], ScoreOptions(batch_size=100))
    peak = max(pa.total_allocated_bytes() for _ in reader)
    assert peak < 15 * 2**20


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_safe_csv_disarms_texts_and_headers_and_leaves_numbers(tmp_path: Path, kind: str) -> None:
    rows = [{"text": cell, "=A1": "-1.5", "n": "plain"} for cell in FORMULAS]
    source = files.write_csv(tmp_path / "in.csv", rows)
    output = tmp_path / f"out.{kind}"
    score_files([source], output, ScoreOptions(safe_csv=True))
    written = files.read_csv(output, "," if kind == "csv" else "\t")
    assert [row["text"] for row in written] == [f"'{cell}" for cell in FORMULAS]
    assert {row["'=A1"] for row in written} == {"-1.5"}
    assert {row["n"] for row in written} == {"plain"}


def test_the_added_columns_never_look_like_formulas(tmp_path: Path) -> None:
    cells = [*FORMULAS, "We build agents with our team, and you will test them.", "", "too few"]
    source = files.write_csv(tmp_path / "in.csv", [{"id": "1", "text": cell} for cell in cells])
    with source.open("a") as file:
        file.write("=1,2,3\n")
    score_files([source], tmp_path / "out.csv")
    for row in files.read_csv(tmp_path / "out.csv"):
        added = [value for name, value in row.items() if name not in ("id", "text")]
        assert not [value for value in added if value[:1] in tuple("=+-@\t\r")[: len(value)]]


def test_safe_csv_is_refused_where_no_csv_is_written(tmp_path: Path) -> None:
    source = files.write_csv(tmp_path / "in.csv", files.rows(2))
    with pytest.raises(ScoringError, match=r"out\.parquet .*--safe-csv"):
        score_files([source], tmp_path / "out.parquet", ScoreOptions(safe_csv=True))


def test_an_output_that_is_a_link_leaves_what_it_points_to_alone(tmp_path: Path) -> None:
    source = files.write_csv(tmp_path / "in.csv", files.rows(2))
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "link.csv").symlink_to(tmp_path / "precious")
    with pytest.raises(ScoringError, match=r"link.csv exists"):
        score_files([source], tmp_path / "link.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "elsewhere")
    score_files([source], tmp_path / "dangling.csv")
    assert (tmp_path / "precious").read_text() == "kept"
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "dangling.csv").is_symlink()


def test_the_input_is_never_the_output(tmp_path: Path) -> None:
    source = files.write_csv(tmp_path / "in.csv", files.rows(2))
    before = source.read_bytes()
    with pytest.raises(ScoringError, match=r"in.csv exists"):
        score_files([source], tmp_path / "." / "in.csv")
    assert source.read_bytes() == before


def test_a_folder_of_parts_that_is_a_link_is_refused(tmp_path: Path) -> None:
    source = files.write_csv(tmp_path / "in.csv", files.rows(2))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".out.csv.parts").symlink_to(elsewhere)
    with pytest.raises(ScoringError, match=r"\.out\.csv\.parts is a link"):
        score_files([source], tmp_path / "out.csv")
    assert list(elsewhere.iterdir()) == []
