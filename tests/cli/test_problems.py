"""``roleclass problems`` in-process."""

import json

from click.testing import CliRunner, Result

import roleclass
from roleclass.cli import main

TEXT = (
    "What you will do\n- Tune vector search of our RAG pipeline.\n- Fine-tune language models.\n\n"
    "Requirements\n- You know AI security.\n"
)


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(main, ["problems", *arguments], input=stdin)


def test_each_area_has_its_tier_its_sub_patterns_and_its_duties() -> None:
    said = run("-", stdin=TEXT).stdout
    assert "RAG and Retrieval  published as common" in said
    assert "  Vector Search and Semantic Retrieval" in said
    assert "    Tune vector search of our RAG pipeline." in said
    assert "Fine-tuning Models" in said
    assert "security" not in said.lower()


def test_json_is_what_the_package_says_with_the_duties() -> None:
    told = json.loads(run("--json", "--text", TEXT).stdout)
    assert told["source"] == "--text"
    expected = [problem.to_dict() for problem in roleclass.problems(TEXT)]
    assert [{k: v for k, v in one.items() if k != "text"} for one in told["problems"]] == expected
    for one in told["problems"]:
        assert one["text"] == [TEXT[start:end] for start, end in one["sentences"]]


def test_a_posting_without_problems_says_so() -> None:
    assert run("--text", "").stdout.strip() == "No duty is in a problem area."
    assert json.loads(run("--text", "", "--json").stdout)["problems"] == []


def test_several_postings_are_named_and_a_missing_one_is_said() -> None:
    done = run("/no/such/file", "-", stdin=TEXT)
    assert done.exit_code == 1
    assert "/no/such/file: " in done.stderr
    assert "RAG and Retrieval" in done.stdout
