"""``roleclass read`` in-process: the x-ray on a terminal, as JSON and as a page."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import roleclass
from roleclass.cli import main
from roleclass.reading import PARTS, WORKS
from roleclass.text import MAX_BYTES
from tests.written import posting

TEXT = (
    "Our bakery is a hundred years old.\n\nWhat you will do\n- Build LLM agents that answer our\n"
    "  customers.\n- Tune the retrieval of our RAG pipeline.\n\nRequirements\n- Five years of Python.\n"
)


def run(*arguments: object, stdin: str | bytes | None = None, **environment: str) -> Result:
    return CliRunner(env={"COLUMNS": "80", **environment}).invoke(
        main, ["read", *map(str, arguments)], input=stdin
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posting [x].txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_each_line_stands_beside_its_part_work_and_areas_without_colour(file: Path) -> None:
    done = run(file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("AI-First ")
    assert "2 duties" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["company", "Our", "bakery"] in [row[:3] for row in rows]
    [agents] = [row for row in rows if "Build" in row]
    assert (agents[:2], agents[-1]) == (["duty", "genai"], "agents")
    [retrieval] = [row for row in rows if "Tune" in row]
    assert retrieval[-1] == "rag"
    # Wrapped where the screen ends, not where the posting's lines do.
    assert agents[2:-1] == ["Build", "LLM", "agents", "that", "answer", "our"]
    assert rows[rows.index(agents) + 1] == ["customers."]


def test_reasons_of_both_sides_stand_on_top(file: Path) -> None:
    said = run(file).stdout
    assert "\nfor AI-First " in said
    assert said.index("for AI-First") < said.index("bakery")
    assert said.count("\nfor ") == 2


def test_on_a_terminal_role_and_work_have_the_colour_of_the_role(file: Path) -> None:
    said = run(file, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[95mgenai" in said  # bright magenta
    assert "\x1b[1;95mAI-First" in said
    assert "\x1b[95m" not in run(file, FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").stdout


def test_on_a_narrow_screen_the_areas_stand_behind_their_line(file: Path) -> None:
    said = run(file, COLUMNS="50").stdout
    assert max(map(len, said.splitlines())) <= 50
    told = " ".join(line[22:].strip() for line in said.splitlines() if line.strip())
    assert "Tune the retrieval of our RAG pipeline. (rag)" in told


def test_json_is_an_object_a_posting_with_its_prediction_and_lines(file: Path) -> None:
    done = run("--json", file, "-", stdin=posting("other", 3))
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["source"], second["source"]) == (str(file), "-")
    assert first["role"] == "ai-first"
    assert {"confidence", "probabilities", "reliable", "reason"} <= set(first)
    for line in first["lines"]:
        assert line["text"] == TEXT[line["start"] : line["end"]]
        assert list(line["probabilities"]["part"]) == list(PARTS)
        assert list(line["probabilities"]["work"]) == list(WORKS)
    assert [line["areas"] for line in first["lines"] if line["part"] == "duty"] == [
        ["agents"],
        ["rag"],
    ]
    assert second["role"] == "other"


def test_the_title_is_read_as_the_first_line(file: Path) -> None:
    told = json.loads(run("--json", "--title", "AI Engineer", file).stdout)
    assert told["lines"][0]["text"] == "AI Engineer"


def test_html_is_one_page_with_lines_and_evidence_that_loads_nothing(
    file: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    hostile = tmp_path / "hostile.txt"
    hostile.write_text(TEXT + "- Build </table><script>alert(1)</script> agents &amp; prompts.\n")
    done = run("--html", page, hostile)
    assert (done.exit_code, done.stdout) == (0, "")
    content = page.read_text("utf-8")
    seen = re.sub("<[^>]*>", "", content)
    assert "Tune the retrieval of our RAG pipeline." in seen
    assert "Log-odds" in seen
    assert "prompts." in seen
    assert "<script" not in content
    assert "http" not in content.replace("http-equiv", "")


def test_a_page_that_is_there_is_not_overwritten_unasked(file: Path) -> None:
    done = run("--html", file, file)
    assert done.exit_code == 1
    assert "exists; name another file" in done.stderr
    assert file.read_text("utf-8") == TEXT
    assert run("--html", file, "--overwrite", "--text", TEXT).exit_code == 0
    assert file.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_is_of_one_posting(file: Path, tmp_path: Path) -> None:
    done = run("--html", tmp_path / "page.html", file, "-", stdin="Bake bread.")
    assert done.exit_code == 2
    assert "one posting, got 2" in done.stderr


def test_several_postings_are_named_and_what_cannot_be_read_is_said(
    file: Path, tmp_path: Path
) -> None:
    table = tmp_path / "jobs.csv"
    table.write_text("id,text\n1,Cooks.\n")
    done = run(file, table, "/no/such/file", "-", stdin="Bake bread.")
    assert done.exit_code == 1
    assert "posting [x].txt" in " ".join(done.stdout.split())  # a long name is wrapped
    assert "Bake bread." in done.stdout
    assert f"roleclass lines {table} -o" in done.stderr
    assert "/no/such/file: " in done.stderr


@pytest.mark.parametrize(
    "text", ["", "\n \t", "!?", "\u4f60\u597d", "Wij zoeken een bakker.", "AI"]
)
def test_a_text_that_nobody_could_judge_is_shown_with_the_reason(text: str) -> None:
    done = run("--text", text)
    assert done.exit_code == 0
    assert done.stdout.startswith("Unclear ")
    assert "\nfor " not in done.stdout  # nothing spoke for a role: a rule answered
    told = json.loads(run("--json", "--text", text).stdout)
    assert told["role"] == "unclear"
    assert told["reason"]


def test_markup_is_read_as_what_a_person_sees() -> None:
    html = "<ul><li>You will build <b>R&amp;D</b> agents.</li><li>You will test them.</li></ul>"
    told = json.loads(run("--json", "-", stdin=html).stdout)
    assert [line["text"] for line in told["lines"]] == [
        "You will build R&D agents.",
        "You will test them.",
    ]


def test_what_steers_a_terminal_is_not_obeyed() -> None:
    said = run("--text", "You will build \x1b[2J agents [bold]with[/bold] us.\u202e").stdout
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[bold]with[/bold]" in said


def test_a_posting_that_is_too_large_has_its_reason_and_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text("a " * (MAX_BYTES // 2 + 1))
    assert run(path).stdout.split("\n")[0] == "Unclear larger than 16 MiB"
    assert json.loads(run("--json", path).stdout)["lines"] == []
    assert run("--html", tmp_path / "page.html", path).exit_code == 0


def test_a_reading_is_the_same_as_that_of_the_package(file: Path) -> None:
    told = json.loads(run("--json", file).stdout)
    del told["source"]
    assert told == json.loads(json.dumps(roleclass.read(TEXT).to_dict()))
