"""What a terminal is shown does not steer it, whatever postings, tables and file names hold."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.cli.terminal import printable
from tests.written import posting

STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f\u202e\u2066\b"
UNSEEN = set(STEERING) - set("[2J]0;owned31m")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin, color=True)


def harmless(done: Result) -> bool:
    return not UNSEEN & set(done.stderr) and not UNSEEN & set(printless(done.stdout))


def printless(text: str) -> str:
    return text.replace("\x1b[0m", "")


@pytest.mark.parametrize("text", ["", "plain \t\n", STEERING, "\r\n", "\ud800 \u00e9 \U0001f600"])
def test_places_stay_what_they_are(text: str) -> None:
    assert len(printable(text)) == len(text)
    printable(text).encode()


def test_an_explained_posting_does_not_steer() -> None:
    done = run("explain", "-", stdin=posting("ai-first", 1) + STEERING)
    assert done.exit_code == 0
    assert harmless(done)
    assert "[2J" in done.stdout


def test_a_file_name_does_not_steer(tmp_path: Path) -> None:
    file = tmp_path / f"name{STEERING.replace('/', '')}.txt"
    file.write_text(posting("other", 1), "utf-8")
    assert harmless(run("predict", str(file)))
    assert harmless(run("predict", str(file) + "none"))
    assert harmless(run("score", str(file) + "none", "-o", str(tmp_path / "out.csv")))


def test_messages_about_rows_do_not_steer_or_forge_lines(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [{"id": f"7\nroleclass: all is well{STEERING}" + "x" * 500, "text": None}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = run("score", str(source), "-o", str(tmp_path / "out.csv"), "--id-column", "id")
    assert done.exit_code == 0
    assert harmless(done)
    assert not any(line.startswith("roleclass:") for line in done.stderr.splitlines())
    assert max(map(len, done.stderr.splitlines())) < 300


def test_names_of_columns_do_not_steer_or_forge_lines(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f'"text","title\nroleclass: done{STEERING}"\nx,y\n', "utf-8")
    done = run("score", str(source), "-o", str(tmp_path / "out.csv"), "--text-column", "none")
    assert done.exit_code == 1
    assert harmless(done)
    assert not any(line.startswith("roleclass:") for line in done.stderr.splitlines())


def test_a_page_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    page = tmp_path / "no" / "where.html"
    done = run("explain", "-", "--html", str(page), stdin=posting("other", 1))
    assert done.exit_code == 1
    assert f"{page}: No such file or directory" in done.stderr
