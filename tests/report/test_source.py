"""Tables of postings are read alike from every kind of file; errors say where and what."""

import json
import re
from pathlib import Path

import pytest

from roleclass import InputError, Role
from roleclass.report.postings import Posting
from roleclass.report.source import PostingTables

ROW = {
    "id": "7",
    "title": "AI Engineer",
    "company": "Boats & Sons",
    "description": "You will build agents.",
    "responsibilities": ["Build agents", "Mend nets"],
    "skills": {"genai": ["RAG"], "languages": ["Python", ""]},
    "role": "ai-first",
    "confidence": 0.9,
    "batch": "2026-02-04",
    "location": "Oslo, Norway",
    "posted": "2026-01-18",
}
EXPECTED = Posting(
    id="7",
    title="AI Engineer",
    company="Boats & Sons",
    text="You will build agents.",
    responsibilities=("Build agents", "Mend nets"),
    skills=("RAG", "Python"),
    role=Role.AI_FIRST,
    confidence=0.9,
    batch="2026-02-04",
    place="Oslo, Norway",
    date="2026-01-18",
)


def json_lines(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_json_lines(tmp_path: Path) -> None:
    assert list(PostingTables([json_lines(tmp_path / "a.jsonl", ROW)])) == [EXPECTED]


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(
        pa.Table.from_pylist([ROW | {"skills": json.dumps(ROW["skills"])}]), tmp_path / "a.parquet"
    )
    assert list(PostingTables([tmp_path / "a.parquet"])) == [EXPECTED]


def test_csv(tmp_path: Path) -> None:
    import csv

    row = ROW | {"responsibilities": "Build agents\nMend nets", "skills": json.dumps(ROW["skills"])}
    with (tmp_path / "a.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    assert list(PostingTables([tmp_path / "a.csv"])) == [EXPECTED]


def test_missing_values_are_none(tmp_path: Path) -> None:
    rows = [{"text": "Build agents.", "role": None, "confidence": float("nan"), "title": ""}]
    assert list(PostingTables([json_lines(tmp_path / "a.jsonl", *rows)])) == [
        Posting(text="Build agents.")
    ]


def test_rows_with_one_id_and_no_other_text_are_one_posting_and_the_first_value_counts(
    tmp_path: Path,
) -> None:
    first = json_lines(
        tmp_path / "a.jsonl", {"id": 1, "role": "other", "responsibilities": ["Mend"]}
    )
    second = json_lines(
        tmp_path / "b.jsonl", {"id": "1", "role": "ai-first", "text": "T"}, {"id": 2, "text": "U"}
    )
    said: list[str] = []
    merged, other = list(PostingTables([first, second], warn=said.append))
    assert (merged.role, merged.responsibilities, merged.text) == (Role.OTHER, ("Mend",), "T")
    assert other.id == "2"
    assert said[-1].startswith("1 rows repeat ")


def test_one_id_with_two_texts_is_two_postings(tmp_path: Path) -> None:
    first = json_lines(tmp_path / "a.jsonl", {"id": 1, "text": "T"}, {"id": 2, "text": "U"})
    second = json_lines(tmp_path / "b.jsonl", {"id": 1, "text": "V"}, {"id": 2, "text": "U"})
    said: list[str] = []
    found = list(PostingTables([first, second], warn=said.append))
    assert [(posting.id, posting.text) for posting in found] == [("1", "T"), ("1", "V"), ("2", "U")]
    assert said[-1].startswith("1 rows repeat")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.docx", b"", r"a\.docx: .*--format"),
        ("a.jsonl", b'{"title": "x"}', r"a\.jsonl: .*column.*text"),
        ("a.jsonl", b'{"text": ""}', r"a\.jsonl: .*text.*empty"),
        ("a.csv", b"text,body\nx,y", r"a\.csv: .*: text, body"),
        ("a.parquet", b"PAR0", r"a\.parquet: .*damaged"),
        ("a.jsonl", b"", r"a\.jsonl: no row"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(PostingTables([tmp_path / name]))


def test_damaged_rows_are_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "x"}\n{\n[1]\n')
    said: list[str] = []
    assert list(PostingTables([tmp_path / "a.jsonl"], warn=said.append)) == [Posting(text="x")]
    assert re.search("2 rows .*row 2: line 2 ", said[-1])


def test_a_column_of_roles_counts_only_if_it_holds_ours(tmp_path: Path) -> None:
    said: list[str] = []
    rows = [{"text": "x", "role": "AI-First"}, {"text": "y", "role": "boss", "confidence": 3}]
    found = list(PostingTables([json_lines(tmp_path / "a.jsonl", *rows)], warn=said.append))
    assert found == [Posting(text="x"), Posting(text="y")]
    assert re.search("'boss'.* ai-first", said[-1])
    found = list(PostingTables([json_lines(tmp_path / "b.jsonl", rows[0])]))
    assert found == [Posting(text="x", role=Role.AI_FIRST)]


def test_what_is_read_and_what_is_missing_for_a_chapter_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    row = {"Job Title": "Cook", "Job Description": "Cooks.", "Company": "Inn", "Location": "Oslo"}
    (found,) = list(PostingTables([json_lines(tmp_path / "a.jsonl", row)], warn=said.append))
    assert (found.title, found.company, found.place) == ("Cook", "Inn", "Oslo")
    assert said == [
        "text column: Job Description (guessed); title column: Job Title (guessed)",
        (
            "also read: company (Company), place (Location); no column for: batch (what changed), "
            "published label (published labels), date (time), level (level)"
        ),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"company": {"name": "Boats &amp; Sons", "id": 7}}, {"company": "Boats & Sons"}),
        ({"company": '{"name": "Boats"}'}, {"company": "Boats"}),
        ({"location": {"city": "Oslo", "country": "Norway"}}, {"place": "Oslo, Norway"}),
        ({"location": [{"name": "Oslo"}, {"name": "Rome"}]}, {"place": "Oslo; Rome"}),
        (
            {"location": {"@type": "Place", "address": {"addressLocality": "Oslo"}}},
            {"place": "Oslo"},
        ),
        ({"createdAt": 1735689600000}, {"date": "2025-01-01"}),
        ({"posted": "1735689600"}, {"date": "2025-01-01"}),
        ({"id": 7.0}, {"id": "7"}),
        ({"company": {"name": None}, "location": []}, {}),
    ],
)
def test_nested_values_are_flattened(
    tmp_path: Path, given: dict[str, object], expected: dict[str, str]
) -> None:
    found = list(PostingTables([json_lines(tmp_path / "a.jsonl", {"text": "x", **given})]))
    assert found == [Posting(text="x", **expected)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "x", "skills": ' + "[" * 5000 + "]" * 5000 + "}", "line 1 is not JSON"),
        ('{"text": "x", "id": ' + "9" * 10_000 + "}", "line 1 is not JSON"),
    ],
)
def test_json_that_python_cannot_hold_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(InputError, match=message):
        list(PostingTables([tmp_path / "a.jsonl"]))


def test_lists_that_are_none_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "skills": 7},
        {"text": "b", "skills": {"tools": "RAG", "none": None}},
        {"text": "c", "skills": "[" * 5000},
    ]
    found = list(PostingTables([json_lines(tmp_path / "a.jsonl", *rows)]))
    assert [posting.skills for posting in found] == [("7",), ("RAG",), ("[" * 5000,)]


def test_a_row_with_half_a_character_is_damaged(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"title": "AI \ud800", "text": "x"}, {"text": "y"}]
    said: list[str] = []
    found = list(PostingTables([json_lines(tmp_path / "a.jsonl", *rows)], warn=said.append))
    assert found == [Posting(text="y")]
    assert re.search("1 rows .*row 1: column title", said[-1])


def test_what_is_true_of_many_files_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for i in range(5):
        (tmp_path / "pages" / f"{i}.html").write_text(f"<title>Cook {i}</title><p>Cooks.")
    said: list[str] = []
    assert len(list(PostingTables([tmp_path / "pages"], warn=said.append))) == 5
    assert [message.partition(": ")[0] for message in said] == [
        f"{tmp_path / 'pages' / '0.html'} and 4 more"
    ] * 2


def test_iterating_again_reads_the_same_again(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": 1, "text": "T"}, {"id": 1, "text": "T"}, {"text": "U"}]
    postings = PostingTables([json_lines(tmp_path / "a.jsonl", *rows)])
    assert list(postings) == list(postings) == [Posting(id="1", text="T"), Posting(text="U")]
    assert len(postings) == 3


def test_a_row_is_held_back_only_where_its_id_comes_again(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": i, "text": f"T{i}"} for i in (1, 2, 3)]
    again = json_lines(tmp_path / "b.jsonl", {"id": 2, "text": "T2", "title": "Cook"})
    found = list(PostingTables([json_lines(tmp_path / "a.jsonl", *rows), again]))
    assert [(posting.id, posting.title) for posting in found] == [
        ("1", None),
        ("3", None),
        ("2", "Cook"),
    ]


def test_one_value_that_is_no_role_late_in_a_file_counts_for_all_of_it(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"text": "x", "role": "other"}] * 3000
    found = list(
        PostingTables([json_lines(tmp_path / "a.jsonl", *rows, {"text": "y", "role": "boss"})])
    )
    assert {posting.role for posting in found} == {None}
