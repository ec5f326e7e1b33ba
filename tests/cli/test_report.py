"""``roleclass report``: files in, two files out."""

import json
from pathlib import Path

from click.testing import CliRunner

from roleclass.cli import main
from tests.written import corpus_rows


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["report", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def table(path: Path, **changes: object) -> Path:
    rows = [row | changes for row in corpus_rows(5)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_unscored_postings_are_scored_and_reported(tmp_path: Path) -> None:
    source = table(tmp_path / "postings.jsonl", role=None, confidence=None)
    code, stdout, stderr = run(source, "-o", tmp_path / "new" / "market")
    assert code == 0
    assert stderr.startswith("text column: ")
    page, figures = (Path(line) for line in stdout.splitlines())
    assert page.read_text("utf-8").startswith("<!doctype html>")
    report = json.loads(figures.read_text("utf-8"))
    assert (report["postings"], report["classified"]) == (20, 20)


def test_a_scored_table_keeps_its_roles(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    assert run(source, "-o", tmp_path)[0] == 0
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["classified"] == 0
    assert {row["role"]: row["n"] for row in report["roles"]} == {
        "ai-first": 5,
        "ai-support": 5,
        "ml-first": 5,
        "other": 5,
        "unclear": 0,
    }


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    for name in ("a", "b"):
        assert run(source, "-o", tmp_path / name)[0] == 0
    for name in ("report.html", "report.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_table_that_cannot_be_read_is_an_error_on_stderr(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "Cook"}\n', encoding="utf-8")
    code, stdout, stderr = run(bad, "-o", tmp_path / "out")
    assert (code, stdout) == (1, "")
    assert "bad.jsonl: no column looks like the text" in stderr
    assert not (tmp_path / "out").exists()


def test_an_empty_table_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    code, _, stderr = run(empty, "-o", tmp_path)
    assert code == 1
    assert "no row found" in stderr


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    code, _, stderr = run(source, "-o", source / "below")
    assert code == 1
    assert "cannot be written" in stderr


def test_a_wrong_command_line_is_code_2(tmp_path: Path) -> None:
    assert run("-o", tmp_path)[0] == 2
    assert run(tmp_path / "in.csv", "-o", tmp_path, "--delimiter", "ab")[0] == 2


def test_a_report_that_is_there_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    (tmp_path / "report.json").write_text("precious")
    code, _, stderr = run(source, "-o", tmp_path)
    assert code == 1
    assert "report.json exist; name another folder, or replace with --overwrite" in stderr
    assert (tmp_path / "report.json").read_text() == "precious"
    assert run(source, "-o", tmp_path, "--overwrite")[0] == 0
    assert (tmp_path / "report.json").read_text() != "precious"


def test_options_and_inputs_are_those_of_score(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("nr;words;name\n1;Mends nets.;Cook\n", "utf-16")
    named = ["--text-column", "words", "--title-column", "name", "--delimiter", ";"]
    result = CliRunner().invoke(
        main,
        ["report", "-", "--format", "tsv", "-o", str(tmp_path / "out"), *named],
        input=(tmp_path / "a.tsv").read_bytes(),
    )
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["postings"] == report["classified"] == 1
