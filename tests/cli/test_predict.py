"""``roleclass predict`` in-process: results, messages, exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from tests.written import posting


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["predict", *arguments], input=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posting [x].txt"
    path.write_text(posting("ai-first", 5), "utf-8")
    return path


def test_json_is_one_object_a_posting(file: Path) -> None:
    done = run("--json", str(file), "-", stdin=posting("other", 3))
    assert done.exit_code == 0
    first, second = map(json.loads, done.stdout.splitlines())
    assert list(first) == ["source", "role", "confidence", "probabilities", "reliable", "reason"]
    assert (first["source"], first["role"]) == (str(file), "ai-first")
    assert (second["source"], second["role"]) == ("-", "other")


def test_label_prints_the_bare_role_a_line_each(file: Path) -> None:
    done = run("--label", str(file), "-", stdin="")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "ai-first\nunclear\n", "")


def test_the_table_names_file_role_and_doubt(file: Path) -> None:
    done = run(str(file))
    assert done.exit_code == 0
    assert "AI-First" in done.stdout
    assert "[x].txt" in done.stdout.replace("\n", "")
    assert "runner-up" in done.stdout
    assert done.stderr == ""


def test_text_and_title_come_from_options() -> None:
    done = run("--text", posting("ml-first", 1), "--title", "Data Scientist", "--json")
    assert json.loads(done.stdout)["role"] == "ml-first"


def test_an_unclear_posting_is_answered_with_its_reason() -> None:
    done = run("--text", "")
    assert done.exit_code == 0
    assert "Unclear" in done.stdout
    assert "no readable words" in done.stdout


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_scored(file: Path) -> None:
    done = run("--json", "/no/such/file", str(file))
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert "/no/such/file: " in done.stderr


def test_a_folder_is_read_file_by_file(file: Path) -> None:
    (file.parent / "below").mkdir()
    (file.parent / "below" / "b.html").write_text(posting("other", 1))
    (file.parent / ".hidden").write_text("x")
    done = run("--json", str(file.parent))
    assert done.exit_code == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(answer["source"]).name for answer in answers] == ["b.html", file.name]
    assert [answer["role"] for answer in answers] == ["other", "ai-first"]


def test_a_folder_without_files_is_said(file: Path) -> None:
    empty = file.parent / "empty"
    empty.mkdir()
    done = run("--label", str(empty), str(file))
    assert (done.exit_code, done.stdout) == (1, "ai-first\n")
    assert f"{empty}: a folder without files" in done.stderr


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("jobs.csv", b"id,text\n1,Cooks.\n", "a table (csv)"),
        ("jobs.json", b'[{"text": "Cooks."}]', "a table (json)"),
        ("jobs", b"PAR1\0\0", "a Parquet file"),
        ("posting.pdf", b"%PDF-1.7", "a PDF document"),
        ("posting.bin", b"a\0\0b", "a binary file"),
    ],
)
def test_a_table_is_named_and_leads_to_score_and_a_binary_file_to_text(
    file: Path, name: str, data: bytes, what: str
) -> None:
    path = file.with_name(name)
    path.write_bytes(data)
    done = run("--json", str(path), str(file))
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert f"{path}: {what}, " in done.stderr
    is_table = name.startswith("jobs")
    assert (f"roleclass score {path} -o" in done.stderr) == is_table
    assert (f"roleclass lines {path} -o" in done.stderr) == is_table
    assert ("plain text, HTML or Markdown" in done.stderr) != is_table


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_heeded(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(posting("ai-first", 5), encoding)
    done = run("--json", str(path))
    assert json.loads(done.stdout)["role"] == "ai-first"
    assert done.stderr == ""


def test_bytes_that_are_not_utf8_are_said_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(posting("ai-first", 5).encode() + b"\xff\xfe\xff")
    done = run("--json", str(path))
    assert json.loads(done.stdout)["role"] == "ai-first"
    assert "not utf-8 (byte" in done.stderr


def test_binary_input_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(bytes(range(256)) * 400)
    done = run("--json", str(path))
    assert done.exit_code == 1
    assert f"{path}: a binary file" in done.stderr


def test_a_bad_model_is_an_error_without_a_traceback(tmp_path: Path, file: Path) -> None:
    done = run("--model", str(tmp_path / "none.onnx"), str(file))
    assert done.exit_code == 1
    assert "none.onnx" in done.stderr
    assert "Traceback" not in done.output
