"""Tables of postings are read alike from every kind of file; errors say where and what."""

import json
from pathlib import Path

import pytest

from roleclass import InputError, Role
from roleclass.market.read import Posting, read_postings

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
    assert read_postings([json_lines(tmp_path / "a.jsonl", ROW)]) == [EXPECTED]


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(
        pa.Table.from_pylist([ROW | {"skills": json.dumps(ROW["skills"])}]), tmp_path / "a.parquet"
    )
    assert read_postings([tmp_path / "a.parquet"]) == [EXPECTED]


def test_csv(tmp_path: Path) -> None:
    import csv

    row = ROW | {"responsibilities": "Build agents\nMend nets", "skills": json.dumps(ROW["skills"])}
    with (tmp_path / "a.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    assert read_postings([tmp_path / "a.csv"]) == [EXPECTED]


def test_missing_values_are_none(tmp_path: Path) -> None:
    rows = [{"text": "Build agents.", "role": None, "confidence": float("nan"), "title": ""}]
    assert read_postings([json_lines(tmp_path / "a.jsonl", *rows)]) == [
        Posting(text="Build agents.")
    ]


def test_rows_with_one_id_are_one_posting_and_the_first_value_counts(tmp_path: Path) -> None:
    first = json_lines(
        tmp_path / "a.jsonl", {"id": 1, "role": "other", "responsibilities": ["Mend"]}
    )
    second = json_lines(
        tmp_path / "b.jsonl", {"id": "1", "role": "ai-first", "text": "T"}, {"id": 2, "text": "U"}
    )
    merged, other = read_postings([first, second])
    assert (merged.role, merged.responsibilities, merged.text) == (Role.OTHER, ("Mend",), "T")
    assert other.id == "2"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"", r"a\.xlsx: unknown kind of file; expected one of \.parquet"),
        ("a.jsonl", b"{}\n{", r"a\.jsonl, line 2: not JSON"),
        ("a.jsonl", b"[1]", r"a\.jsonl, line 1: expected a JSON object"),
        (
            "a.jsonl",
            b'{"title": "x"}',
            r"a\.jsonl: no row has a text \(text, description, posting\)",
        ),
        (
            "a.jsonl",
            b'{"text": "x", "role": "boss"}',
            r"row 1, column role: 'boss' is no role; expected one of",
        ),
        (
            "a.jsonl",
            b'{"text": "x", "confidence": "high"}',
            r"row 1, column confidence: 'high' is no number",
        ),
        ("a.csv", b"text\n\xff\xfe", r"a\.csv: cannot be read"),
        ("a.parquet", b"PAR0", r"a\.parquet: not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_postings([tmp_path / name])


def test_an_empty_table_holds_no_posting(tmp_path: Path) -> None:
    assert read_postings([json_lines(tmp_path / "a.jsonl")]) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "x", "skills": ' + "[" * 5000 + "]" * 5000 + "}", "line 1: not JSON"),
        ('{"text": "x", "id": ' + "9" * 10_000 + "}", "line 1: not JSON"),
    ],
)
def test_json_that_python_cannot_hold_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(InputError, match=message):
        read_postings([tmp_path / "a.jsonl"])


def test_lists_that_are_none_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "skills": 7},
        {"text": "b", "skills": {"tools": "RAG", "none": None}},
        {"text": "c", "skills": "[" * 5000},
    ]
    found = read_postings([json_lines(tmp_path / "a.jsonl", *rows)])
    assert [posting.skills for posting in found] == [("7",), ("RAG",), ("[" * 5000,)]


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    row = {"title": "AI \ud800 Engineer", "text": "Build agents.", "skills": ["\udfff"]}
    (found,) = read_postings([json_lines(tmp_path / "a.jsonl", row)])
    assert (found.title, found.skills) == ("AI ? Engineer", ("?",))
