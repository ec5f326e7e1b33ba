"""``roleclass lines``, and ``score`` with what lines add: exit codes, streams and the summary."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from tests.tables import files


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), input=stdin)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return files.write_csv(tmp_path / "in.csv", files.rows(20))


def test_writes_the_lines_and_one_line_of_summary(source: Path, tmp_path: Path) -> None:
    done = run("lines", source, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 0, done.output
    table = pq.read_table(tmp_path / "out.parquet")
    assert re.match(rf"20 postings .*\b{len(table):,} lines.* errors 0\b", done.stdout)
    assert re.fullmatch("text column: description .*title column: title .*\n", done.stderr)
    assert len(set(table["id"].to_pylist())) == 20


def test_rows_on_standard_output_leave_the_summary_to_standard_error(source: Path) -> None:
    done = run("lines", source, "-o", "-", "--format", "jsonl", "--json", "--no-text")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["id"] for row in rows} == {str(i) for i in range(20)}
    assert "text" not in rows[0]
    assert json.loads(done.stderr.splitlines()[-1])["lines"] == len(rows)


def test_standard_input_is_read_and_named_in_the_rows(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    done = run("lines", "-", "-o", output, "--format", "csv", stdin=b"text\nBake bread.\n")
    assert done.exit_code == 0, done.output
    [row] = files.read_jsonl(output)
    assert (row["file"], row["row"], row["line"], row["text"]) == (
        "standard input", 1, 1, "Bake bread.",
    )  # fmt: skip


def test_a_bad_row_is_said_and_marked_or_stops_the_run(tmp_path: Path) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"id": 7, "text": None}])
    done = run("lines", source, "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 0
    assert "row 1, column text: no text" in done.stderr
    [row] = files.read_jsonl(tmp_path / "out.jsonl")
    assert (row["id"], row["reason"]) == (7, "error: no text")
    done = run("lines", source, "-o", tmp_path / "other.jsonl", "--on-error", "stop")
    assert done.exit_code == 1
    assert not (tmp_path / "other.jsonl").exists()


def test_score_adds_areas_and_duties(source: Path, tmp_path: Path) -> None:
    done = run("score", source, "-o", tmp_path / "out.parquet", "--areas", "--lines")
    assert done.exit_code == 0, done.output
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert all(len(row["duties"]) == row["part_duty"] for row in rows)
    assert sum(row["area_rag"] for row in rows) > 0
