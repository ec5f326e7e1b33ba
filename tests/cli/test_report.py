"""``roleclass report``: files in, a page, its figures and its tables out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
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
    page, figures, tables = (Path(line) for line in stdout.splitlines())
    assert page.read_text("utf-8").startswith("<!doctype html>")
    report = json.loads(figures.read_text("utf-8"))
    assert (report["postings"], report["classified"]) == (20, 20)
    assert len((tables / "postings.csv").read_text("utf-8").splitlines()) == 21
    assert (tables / "roles.csv").read_text("utf-8").startswith("role,n,of,share,low,high")
    assert not (tables / "duties.csv").exists()


def test_texts_are_written_where_they_are_asked_for_and_gone_from_the_next_report(
    tmp_path: Path,
) -> None:
    source = table(tmp_path / "postings.jsonl")
    duty = "Integrate OpenAI and Anthropic APIs with LangChain and LangGraph."
    for options, there in ((["--with-text"], True), ([], False)):
        assert run(source, "-o", tmp_path / "out", "--overwrite", *options)[0] == 0
        told = {
            path.name: duty in path.read_text("utf-8")
            for path in (tmp_path / "out").rglob("*")
            if path.is_file()
        }
        assert told["report.html"] == told["report.json"] == there
        assert told.get("duties.csv", False) == there
        assert not any(
            of for name, of in told.items() if name.endswith(".csv") and name != "duties.csv"
        )


def test_of_many_postings_a_sample_is_read_where_that_is_asked_for(tmp_path: Path) -> None:
    source = table(tmp_path / "postings.jsonl")
    assert run(source, "-o", tmp_path, "--read-at-most", 5)[0] == 0
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["sampled"]
    assert report["read"] < report["postings"] == 20


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
    for name in ("report.html", "report.json", "tables/postings.csv", "tables/areas.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_table_that_cannot_be_read_is_an_error_on_stderr(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "Cook"}\n', encoding="utf-8")
    code, stdout, stderr = run(bad, "-o", tmp_path / "out")
    assert (code, stdout) == (1, "")
    assert "bad.jsonl: " in stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    code, _, stderr = run(source, "-o", source / "below")
    assert code == 1
    assert "cannot be written" in stderr


def test_a_report_that_is_there_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    source = table(tmp_path / "scored.jsonl")
    (tmp_path / "report.json").write_text("precious")
    (tmp_path / "tables").mkdir()
    code, _, stderr = run(source, "-o", tmp_path)
    assert code == 1
    assert "report.json and" in stderr
    assert re.search("tables exist.* --overwrite", stderr)
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


@pytest.mark.parametrize(
    ("missing", "code", "said"),
    [("filelock", 0, "report.html"), ("pyarrow", 1, "needs the extra 'report'")],
)
def test_it_needs_what_its_extra_brings_and_no_more(
    tmp_path: Path, missing: str, code: int, said: str
) -> None:
    source = table(tmp_path / "postings.jsonl")
    without = f"import sys; sys.modules[{missing!r}] = None; from roleclass.cli import main; main()"
    command = [sys.executable, "-c", without, "report", str(source), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
