"""Files as the world has them, in small: read as a user expects by `score`, `report` and `score_dataset`.

The files in ``cases/`` each stand for a kind that public repositories and bug reports are full of.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner, Result

import roleclass
from roleclass import InputError, RoleClassifier
from roleclass.cli import main
from roleclass.report.source import PostingTables
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader
from tests.tables import files

CASES = Path(__file__).with_name("cases")

TITLES = ["AI Engineer", "Data Scientist", "Accountant", "Platform Engineer"]
ROLES = ["ai-first", "ml-first", "other", "ai-support"]
DUTIES = ["design LLM agents", "gradient boosting", "payroll", "GPU clusters"]

# What is said, and what the command line needs, where it is not read without any.
WHOLE: dict[str, tuple[str, ...]] = {
    "body.csv": ("text column: body (guessed)",),
    "greenhouse.json": ("postings: jobs", "layout: Greenhouse", "text column: content"),
    "jobspy.csv": ("layout: JobSpy", "text column: description"),
    "json_array_pretty.json": (),
    "kaggle.csv": (
        "text column: Job Description (guessed)",
        "not part of the text: Responsibilities",
    ),
    "lever.json": ("layout: Lever", "title column: text", "lists[].text+content"),
    "nan_titles.csv": (),
    "pandas_default.json": (),
    "pandas_records.json": (),
    "pipe.csv": ("delimiter: pipe (detected",),
    "role_col_lower.csv": (),
    "semicolon.csv": ("delimiter: semicolon (detected",),
    "semicolon_bom_crlf.csv": ("delimiter: semicolon (detected",),
    "sepline_semicolon.csv": ("delimiter: semicolon (detected",),
    "spark_escape.csv": ("escaped by a backslash (detected)",),
    "trailing_empty_cols.csv": ("columns without a name",),
    "two_index.csv": ("columns without a name",),
    "utf16le_tab.csv": ("delimiter: tab (detected",),
}
OPTIONS = {"role_col_lower.csv": ["--prefix", "rc_"]}


def run(command: str, *arguments: object) -> Result:
    result = CliRunner().invoke(main, [command, *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


def rows_of(path: Path) -> list[dict[str, Any]]:
    reader = Reader([str(path)], ReadOptions())
    return [row for chunk in reader for row in chunk.table.to_pylist()]


def scored(name: str, tmp_path: Path, *options: str) -> tuple[list[dict[str, str]], Result]:
    output = tmp_path / "out.csv"
    result = run("score", CASES / name, "-o", output, *options)
    return files.read_csv(output), result


@pytest.mark.parametrize("name", WHOLE)
def test_score_reads_four_postings_says_what_it_found_and_loses_nothing(
    name: str, tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    result = run("score", CASES / name, "-o", output, *OPTIONS.get(name, []))
    given, rows = rows_of(CASES / name), rows_of(output)
    if name != "nan_titles.csv":
        assert [{key: row[key] for key in given[0]} for row in rows] == given
    prefix = "rc_" if name in OPTIONS else ""
    assert all(message in result.stderr for message in WHOLE[name]), result.stderr
    assert len(rows) == (8 if name == "nan_titles.csv" else 4)
    assert [row[f"{prefix}role"] for row in rows[:4]] == ROLES
    assert {row[f"{prefix}reason"] for row in rows[:4]} == {None}


@pytest.mark.parametrize("name", WHOLE)
def test_report_reads_the_same_postings(name: str) -> None:
    said: list[str] = []
    postings = list(PostingTables([CASES / name], warn=said.append))
    assert all(any(message in line for line in said) for message in WHOLE[name]), said
    assert len(postings) == (8 if name == "nan_titles.csv" else 4)
    titles = [None] * 4 + ["AI Engineer"] * 4 if name == "nan_titles.csv" else TITLES
    assert [posting.title for posting in postings] == titles
    assert all(duty in (p.text or "") for duty, p in zip(DUTIES, postings, strict=False))
    assert all(posting.role is None for posting in postings)


def test_a_stray_quote_marks_its_row_and_swallows_none(tmp_path: Path) -> None:
    rows, result = scored("stray_quote.csv", tmp_path)
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert [row["reason"].startswith("error: a quote in this row") for row in rows] == [
        True,
        False,
        False,
    ]
    assert rows[0]["description"] == '"You design agents with the team'
    assert "row 1: a quote" in result.stderr
    stopped = CliRunner().invoke(
        main,
        [
            "score",
            str(CASES / "stray_quote.csv"),
            "-o",
            str(tmp_path / "x.csv"),
            "--on-error",
            "stop",
        ],
    )
    assert stopped.exit_code == 1
    assert "row 1: a quote" in stopped.stderr
    assert [p.id for p in PostingTables([CASES / "stray_quote.csv"])] == ["2", "3"]


def test_words_for_missing_titles_and_texts_are_missing(tmp_path: Path) -> None:
    rows, _ = scored("nan_titles.csv", tmp_path)
    texts = [row["description"] for row in rows]
    answers = RoleClassifier().predict_many(texts[:4])
    assert [row["role"] for row in rows[:4]] == [answer.role for answer in answers]
    assert {row["role"] for row in rows[4:]} == {"unclear"}
    assert [row["reason"] for row in rows[4:]] == [
        "error: no text",
        "error: no text",
        "no readable words",
        "error: no text",
    ]
    assert [row["title"] for row in rows[:4]] == ["nan"] * 4


def test_a_forum_comment_has_its_title_in_its_text(tmp_path: Path) -> None:
    rows, result = scored("hn.jsonl", tmp_path)
    assert [row["role"] for row in rows] == ["ai-first"]
    assert "layout: Hacker News" in result.stderr
    (posting,) = PostingTables([CASES / "hn.jsonl"])
    assert "evaluation suite" in (posting.text or "")


def test_a_saved_page_is_the_posting_in_it(tmp_path: Path) -> None:
    rows, result = scored("page_with_jsonld.html", tmp_path)
    assert "layout: JSON-LD JobPosting" in result.stderr
    assert [(row["title"], row["role"]) for row in rows] == [("AI Engineer", "ai-first")]
    assert "color:#333" not in rows[0]["description"]
    (posting,) = PostingTables([CASES / "page_with_jsonld.html"])
    assert "design LLM agents" in (posting.text or "")


def test_duties_outside_the_guessed_column_are_named_and_can_be_joined(tmp_path: Path) -> None:
    _, result = scored("fakejobs.csv", tmp_path)
    assert "not part of the text: requirements" in result.stderr
    (tmp_path / "out.csv").unlink()
    named = ["--text-column", "description", "--text-column", "requirements"]
    rows, _ = scored("fakejobs.csv", tmp_path, *named)
    assert [row["role"] for row in rows] == ROLES
    options = ReadOptions(text_column=("description", "requirements"))
    joined = [posting.text or "" for posting in PostingTables([CASES / "fakejobs.csv"], options)]
    assert joined[0].startswith(
        "Join us and grow with the team in a modern office.\nWe are looking"
    )


def test_two_columns_that_may_be_the_text_are_the_same_question(tmp_path: Path) -> None:
    question = re.compile("text: text, description; .*--text-column")
    for command in ("score", "report"):
        arguments = [command, str(CASES / "two_text.csv"), "-o", str(tmp_path / "out")]
        if command == "score":
            arguments[-1] += ".csv"
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code, bool(question.search(result.stderr))) == (1, True)
        assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="text: "):
        roleclass.score_dataset(pd.read_csv(CASES / "two_text.csv"))
    rows, _ = scored("two_text.csv", tmp_path, "--text-column", "description")
    assert [row["role"] for row in rows] == ROLES


def test_a_column_of_job_titles_called_role_is_not_taken_for_our_labels(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["score", str(CASES / "role_col_lower.csv"), "-o", str(tmp_path / "out.csv")]
    )
    assert result.exit_code == 1
    assert "--prefix" in result.stderr
    result = run("report", CASES / "role_col_lower.csv", "-o", tmp_path / "out")
    assert "'Backend Developer'" in result.stderr
    figures = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert figures["classified"] == 4


def test_two_files_numbered_from_one_are_four_postings(tmp_path: Path) -> None:
    boards = [CASES / "board_a.csv", CASES / "board_b.csv"]
    assert sorted(str(p.title) for p in PostingTables(boards)) == sorted(
        TITLES
    )  # those of one id come last
    run("score", *boards, "-o", tmp_path / "out.csv")
    assert [row["role"] for row in files.read_csv(tmp_path / "out.csv")] == ROLES


PANDAS: dict[str, Any] = {
    "body.csv": pd.read_csv,
    "kaggle.csv": pd.read_csv,
    "json_array_pretty.json": pd.read_json,
    "pandas_default.json": pd.read_json,
    "pandas_records.json": pd.read_json,
    "lever.json": pd.read_json,
    "two_index.csv": pd.read_csv,
    "trailing_empty_cols.csv": pd.read_csv,
    "jobspy.csv": pd.read_csv,
    "greenhouse.json": lambda path: pd.DataFrame(json.loads(path.read_text())["jobs"]),
    "nan_titles.csv": pd.read_csv,
}


@pytest.mark.parametrize("name", PANDAS)
def test_score_dataset_reads_the_same_from_pandas(name: str) -> None:
    frame = PANDAS[name](CASES / name)
    said: list[str] = []
    found = roleclass.score_dataset(frame, warn=said.append)
    assert found["role"].tolist()[:4] == ROLES
    pd.testing.assert_frame_equal(found[list(frame.columns)], frame)
    assert [
        said for message in WHOLE[name] if "column:" in message and message not in said[0]
    ] == []


@pytest.mark.parametrize("name", ["body.csv", "kaggle.csv", "nan_titles.csv"])
def test_score_dataset_reads_the_same_from_polars(name: str) -> None:
    assert roleclass.score_dataset(pl.read_csv(CASES / name))["role"].to_list()[:4] == ROLES


def test_no_case_is_left_out() -> None:
    others = {
        *("stray_quote.csv", "hn.jsonl", "page_with_jsonld.html", "fakejobs.csv", "two_text.csv"),
        *("board_a.csv", "board_b.csv"),
    }
    assert {path.name for path in CASES.iterdir()} == {*WHOLE} | others
