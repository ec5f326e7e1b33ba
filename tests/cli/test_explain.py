"""``roleclass explain`` in-process, and its page."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.text import MAX_BYTES
from tests.written import posting


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], input=stdin)


def test_it_shows_the_posting_and_a_table() -> None:
    done = run("-", "--top", "3", stdin=posting("ai-first", 1))
    assert done.exit_code == 0, done.output
    assert "AI-First against" in done.stdout
    assert "before reading" in done.stdout
    assert posting("ai-first", 1).splitlines()[1] in done.stdout


def test_json_holds_everything_and_adds_up() -> None:
    done = run("-", "--json", stdin=posting("ai-first", 1))
    content = json.loads(done.stdout)
    assert content["prediction"]["role"] == content["role"] == "ai-first"
    total = content["prior"] + sum(item["weight"] for item in content["evidence"])
    assert total == pytest.approx(content["log_odds"])


def test_the_page_is_self_contained_and_escaped(tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    text = posting("ml-first", 1) + "\nYou know List<String> & x < y."
    assert run("-", "--html", str(page), stdin=text).exit_code == 0
    html = page.read_text("utf-8")
    assert "<script" not in html
    assert "List&lt;String&gt; &amp; x &lt; y" in re.sub("</?mark[^>]*>", "", html)
    assert "http" not in html
    assert "<mark" in html


def test_an_unclear_posting_says_so_first() -> None:
    done = run("-", stdin="AI Engineer")
    assert done.exit_code == 0
    assert done.stdout.startswith("Unclear: too few words")


def test_roles_may_be_named() -> None:
    done = run("-", "--role", "other", "--against", "ml-first", stdin=posting("ai-first", 1))
    assert "Other against ML-First" in done.stdout
    assert run("-", "--role", "other", "--against", "other", stdin="x").exit_code == 2


@pytest.mark.parametrize("shown", [[], ["--json"], ["--html", "page.html"]])
def test_a_missing_file_is_an_error(shown: list[str]) -> None:
    done = run("/no/such/file", *shown)
    assert done.exit_code == 1
    assert "/no/such/file: cannot be read" in done.stderr
    assert "--html" not in done.stderr


def test_a_posting_that_is_too_large_has_its_reason_and_keeps_none_from_being_explained(
    tmp_path: Path,
) -> None:
    large, other = tmp_path / "a.txt", tmp_path / "b.txt"
    large.write_text("a " * (MAX_BYTES // 2 + 1))
    other.write_text(posting("other", 1), "utf-8")
    done = run(str(large), str(other))
    assert done.exit_code == 0, done.output
    assert "Unclear: larger than 16 MiB." in done.stdout
    assert done.stdout.count("before reading") == 1
    told = json.loads(run("--json", str(large)).stdout)
    assert (told["prediction"]["role"], told.keys()) == ("unclear", {"source", "prediction"})
    page = tmp_path / "page.html"
    assert run("--html", str(page), str(large)).exit_code == 0
    assert "larger than 16 MiB" in page.read_text("utf-8")


def test_each_line_is_shown_with_what_it_was_taken_for() -> None:
    text = (
        "What you will do\n- Build the agents of our help desk\n- Write the prompts with the team"
    )
    shown = run("-", stdin=text).stdout
    (line,) = (row for row in shown.splitlines() if "genai" in row and "Write the prompts" in row)
    weight, part, *_ = line.split()
    assert float(weight) > 0
    assert part == "duty"


def test_several_postings_are_explained_each_under_its_name(tmp_path: Path) -> None:
    for name, role in (("a.txt", "ai-first"), ("b.txt", "other")):
        (tmp_path / name).write_text(posting(role, 1), "utf-8")
    done = run("--json", str(tmp_path))
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(one["source"]).name for one in told] == ["a.txt", "b.txt"]
    assert [one["prediction"]["role"] for one in told] == ["ai-first", "other"]
    shown = run(str(tmp_path / "a.txt"), str(tmp_path / "b.txt")).stdout
    assert shown.count("before reading") == 2
    assert "b.txt" in shown
    assert json.loads(run("--json", "--text", posting("other", 1)).stdout)["source"] == "--text"
    page = str(tmp_path / "why.html")
    assert run("--html", page, str(tmp_path)).exit_code == 2
