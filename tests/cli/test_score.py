"""``roleclass score``: exit codes, streams and the summary."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from tests.patience import wait_until
from tests.tables import files


def score(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["score", *map(str, arguments)])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return files.write_csv(tmp_path / "in.csv", files.rows(20))


def test_writes_the_output_and_one_line_of_summary(source: Path, tmp_path: Path) -> None:
    result = score(source, "-o", tmp_path / "out.parquet")
    assert result.exit_code == 0, result.output
    assert re.match("20 rows .* 20 .*AI-First ", result.stdout)
    assert "postings per second" in result.stdout
    assert re.fullmatch("text column: description .*title column: title .*\n", result.stderr)
    assert (tmp_path / "out.parquet").exists()


def test_the_summary_can_be_json(source: Path, tmp_path: Path) -> None:
    summary = json.loads(score(source, "-o", tmp_path / "out.csv", "--json").stdout)
    assert summary["rows"] == 20
    assert sum(summary["roles"].values()) == 20
    assert {"errors", "unclear", "seconds", "rows_per_second", "resumed"} <= set(summary)


def test_rows_on_standard_output_leave_the_summary_to_standard_error(source: Path) -> None:
    result = score(source, "-o", "-", "--format", "jsonl", "--json")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [
        str(i) for i in range(20)
    ]
    assert json.loads(result.stderr.splitlines()[-1])["rows"] == 20


def test_what_cannot_be_done_is_exit_code_1_and_a_sentence(source: Path, tmp_path: Path) -> None:
    result = score(tmp_path / "none.csv", "-o", tmp_path / "out.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert "none.csv: no such file" in result.stderr


def test_options_reach_the_run(tmp_path: Path) -> None:
    rows = [{"nr": 7, "words": "A posting.", "name": "Nurse", "role": 1}, {"nr": 8, "words": None}]
    files.write_jsonl(tmp_path / "in.txt", rows)
    named = ["--text-column", "words", "--title-column", "name", "--id-column", "nr"]
    others = ["--prefix", "p_", "--format", "jsonl", "--batch-size", 1, "--threads", 2]
    output = tmp_path / "out.jsonl"
    result = score(tmp_path / "in.txt", "-o", output, *named, *others, "--on-error", "stop")
    assert result.exit_code == 1
    assert "row 2 (nr 8), column words: no text" in result.stderr
    result = score(tmp_path / "in.txt", "-o", output, *named, *others, "--resume")
    assert result.exit_code == 0, result.output
    assert files.read_jsonl(output)[1]["p_reason"] == "error: no text"


def test_a_terminal_sees_progress(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    result = score(source, "-o", tmp_path / "out.csv")
    assert "20 rows" in result.stderr
    assert "errors 0" in result.stderr


@pytest.mark.parametrize(
    ("name", "first"), [("in.csv", "id,"), ("in.jsonl", '{"id"'), ("in.json", "[\n")]
)
def test_standard_output_takes_the_format_of_the_input(
    tmp_path: Path, name: str, first: str
) -> None:
    source = files.write_csv(tmp_path / "in.csv", files.rows(3))
    if name != "in.csv":
        assert score(source, "-o", tmp_path / name, "--prefix", "x_").exit_code == 0
    result = score(tmp_path / name, "-o", "-")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(first)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["score", "report"])
def test_a_run_that_is_ended_leaves_nothing_of_standard_input(
    tmp_path: Path, command: str, number: int
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    called = f"-m roleclass {command} - --format csv -o {tmp_path / 'out'}".split()
    with subprocess.Popen(
        [sys.executable, *called],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(kept)},
    ) as run:
        assert run.stdin is not None
        run.stdin.write(b"id,text\n" * 50_000)
        wait_until(lambda: any(path.stat().st_size for path in kept.iterdir()))
        run.send_signal(number)
    assert run.returncode > 0  # it has ended by itself, not by the signal
    assert list(kept.iterdir()) == []


def test_an_interruption_says_how_to_go_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("roleclass.scoring.scorer.Scorer.score_table", interrupt)
    result = score(source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 130
    assert "--resume" in result.stderr
    assert "Traceback" not in result.stderr
    monkeypatch.undo()
    assert score(source, "-o", tmp_path / "out.csv", "--resume").exit_code == 0


@pytest.mark.parametrize("output", ["", "/", ".."])
def test_an_output_that_is_no_name_of_a_file_is_said(source: Path, output: str) -> None:
    result = score(source, "-o", output)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["hex", "rot13", "zlib", "utf-9", "base64"])
def test_an_encoding_that_is_none_of_text_is_a_wrong_command_line(
    source: Path, tmp_path: Path, encoding: str
) -> None:
    result = score(source, "-o", tmp_path / "out.csv", "--encoding", encoding)
    assert result.exit_code == 2
    assert encoding in result.stderr


def test_a_closed_standard_output_is_said(source: Path) -> None:
    command = f"{sys.executable} -m roleclass score {source} -o - >&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "standard output is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_row_is_one_row(tmp_path: Path) -> None:
    source = files.write_csv(tmp_path / "one.csv", files.rows(1))
    assert score(source, "-o", tmp_path / "out.csv").stdout.startswith("1 row ")
