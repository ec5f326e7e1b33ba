"""Every format gives the rows that were put in: workbooks, databases, Arrow, pages, YAML."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pytest

from roleclass import InputError, MissingExtraError
from roleclass.tables.formats import Format, non_text_kind
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader
from tests.patience import grows_with_length

ROWS: list[dict[str, Any]] = [
    {"id": 1, "title": "Cook", "text": 'Cooks; says "hi",\nünïcode.', "pay": 1.5, "full": True},
    {"id": 2, "title": None, "text": "Nurses.", "pay": None, "full": False},
]


def read(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    reader = Reader([str(path)], ReadOptions(**options))
    return [row for chunk in reader for row in chunk.table.to_pylist()], reader.notes


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def database(path: Path, **tables: list[dict[str, Any]]) -> Path:
    with closing(sqlite3.connect(path)) as db:
        for table, rows in tables.items():
            name = table.replace('"', '""')
            columns = ", ".join(f'"{column}"' for column in rows[0])
            db.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [[*r.values()] for r in rows])
        db.commit()
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", Format("csv")),
        ("a.TSV.GZ", Format("tsv", "gzip")),
        ("a.json", Format("json")),
        ("a.jsonl.zst", Format("jsonl", "zstd")),
        ("a.feather", Format("arrow")),
        ("a.xlsx", Format("excel")),
        ("a.db", Format("sqlite")),
        ("a.htm", Format("html")),
        ("a.yml", Format("yaml")),
        ("a.parquet.gz", None),
        ("a.txt", None),
        ("csv/a", None),
    ],
)
def test_a_name_tells_a_format(name: str, expected: Format | None) -> None:
    assert Format.named(name) == expected


def test_a_workbook_gives_its_rows_with_their_types(tmp_path: Path) -> None:
    rows = [
        [None],
        ["Jobs of the week"],
        [*ROWS[0]],
        *([*row.values()] for row in ROWS),
        [None] * 5,
    ]
    path = workbook(tmp_path / "in.xlsx", Jobs=rows)
    assert read(path) == (ROWS, [])


def test_a_workbook_says_which_sheet_and_takes_another(tmp_path: Path) -> None:
    sheets = {
        "Old": [["text"], ["a"]],
        "Empty": [],
        "New": [["text", "day"], ["b", date(2026, 1, 2)]],
    }
    path = workbook(tmp_path / "in.xlsx", **sheets)
    rows, notes = read(path)
    assert rows == [{"text": "a"}]
    assert ["sheet: Old, " in note and "--table" in note for note in notes] == [True]
    assert read(path, table="New")[0] == [{"text": "b", "day": "2026-01-02"}]
    with pytest.raises(InputError, match=r"in\.xlsx: .*sheet X; .*: Old, Empty, New"):
        read(path, table="X")


def test_a_workbook_names_what_is_wrong_with_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'text'"):
        read(workbook(tmp_path / "twice.xlsx", S=[["text", "text"], ["a", "b"]]))
    with pytest.raises(InputError, match="empty"):
        read(workbook(tmp_path / "empty.xlsx", S=[]))
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(InputError, match=r"bad\.xlsx: .*workbook"):
        read(tmp_path / "bad.xlsx")


@pytest.mark.parametrize(
    ("at", "byte"),
    [(6, 148), (8, 1), (10, 99)],
    ids=["of a version to come", "encrypted", "packed in an unknown way"],
)
def test_a_workbook_whose_archive_cannot_be_read_is_refused(
    tmp_path: Path, at: int, byte: int
) -> None:
    path = workbook(tmp_path / "in.xlsx", S=[["text"], ["a"]])
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + at] = byte  # of the first member, in the index
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"in\.xlsx: .*workbook"):
        read(path)


def _book(path: Path, *cells: tuple[str, str]) -> Path:
    book = openpyxl.Workbook()
    for place, value in cells:
        book.active[place] = value
    book.save(path)
    return path


def test_a_workbook_that_reaches_too_far_is_refused_and_not_laid_out_in_memory(
    tmp_path: Path,
) -> None:
    # Two cells; all between them would be 400 GB, and the end of the process.
    path = _book(tmp_path / "far.xlsx", ("A1", "text"), ("XFD1048576", "x"))
    with pytest.raises(InputError, match=r"far\.xlsx: .*row 1,048,576 of column 16,384.*CSV"):
        read(path)
    assert read(_book(tmp_path / "long.xlsx", ("A1", "text"), ("A90000", "x")))[0] == [
        {"text": "x"}
    ]


def test_a_workbook_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path / "in.xlsx", ("A1", "text"), ("A2", "long " * 6000))
    monkeypatch.setattr("roleclass.tables.excel.MAX_UNPACKED", 2**14)
    with pytest.raises(InputError, match=r"in\.xlsx: .* unpacked; .*CSV"):
        read(path)


def test_a_row_of_a_database_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "in.db")) as database:
        database.execute("CREATE TABLE jobs (text)")
        database.execute("INSERT INTO jobs VALUES (?)", ["x" * (17 * 2**20)])
        database.commit()
    with pytest.raises(InputError, match=r"in\.db: .*row .*16 MiB"):
        read(tmp_path / "in.db")


def test_a_missing_reader_of_workbooks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "in.xlsx", S=[["text"], ["a"]])
    monkeypatch.setattr("roleclass.errors.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"roleclass\[excel\]"):
        read(path)


def test_a_database_gives_the_rows_of_its_only_table(tmp_path: Path) -> None:
    rows = [row | {"full": int(row["full"])} for row in ROWS]
    assert read(database(tmp_path / "in.db", jobs=rows)) == (rows, [])


def test_a_database_of_several_tables(tmp_path: Path) -> None:
    tables = {"jobs": ROWS[:1], "companies": [{"name": "Acme"}], 'odd "name"': [{"body": "x"}]}
    path = database(tmp_path / "in.sqlite", **tables)
    with pytest.raises(InputError, match=r'--table: jobs, odd "name"'):
        read(path)
    assert read(path, table='odd "name"') == ([{"body": "x"}], [])
    with pytest.raises(InputError, match=r"table x; .*: companies, jobs"):
        read(path, table="x")
    path = database(tmp_path / "two.db", **{k: v for k, v in tables.items() if k != 'odd "name"'})
    [note] = read(path)[1]
    assert "table: jobs " in note
    assert "--table" in note


def test_a_database_is_only_read_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = database(tmp_path / "in.db", jobs=[{"text": b"Cooks.", "raw": b"\xff"}])
    before = path.read_bytes()
    assert read(path)[0] == [{"text": "Cooks.", "raw": "/w=="}]
    assert path.read_bytes() == before
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(InputError, match=r"in\.db: .*SQLite"):
        read(path)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_and_streams_of_arrow(tmp_path: Path, compression: str) -> None:
    table = pa.Table.from_pylist(ROWS * 700)
    pa.feather.write_feather(table, str(tmp_path / "in.feather"), compression, chunksize=500)
    assert read(tmp_path / "in.feather", batch_size=300)[0] == ROWS * 700
    with pa.ipc.new_stream(str(tmp_path / "in.arrow"), table.schema) as stream:
        stream.write_table(table)
    assert read(tmp_path / "in.arrow")[0] == ROWS * 700
    (tmp_path / "bad.arrow").write_bytes(b"ARROW1\0\0nonsense")
    with pytest.raises(InputError, match=r"bad\.arrow: .*damaged"):
        read(tmp_path / "bad.arrow")


PAGE = """<!doctype html><title>Cook &amp; Co</title><script>var x = "<p>";</script>
<script type="application/ld+json">{data}</script><p>Cooks all day.</p>"""
LINKED = '{"@type": "JobPosting", "title": "Cook", "description": "Cooks.\nBakes."}'


@pytest.mark.parametrize(
    "data",
    [
        LINKED,
        f"[{LINKED}]",
        '{"@context": "x", "@graph": [{"@type": "WebSite"}, ' + LINKED + "]}",
        LINKED.replace('"JobPosting"', '["Thing", "JobPosting"]'),
        f"<!-- {LINKED} -->",
        f"//<![CDATA[\n{LINKED}\n//]]>",
    ],
)
def test_a_page_is_the_posting_in_its_linked_data(tmp_path: Path, data: str) -> None:
    (tmp_path / "in.html").write_text(PAGE.replace("{data}", data))
    ((row,), _) = read(tmp_path / "in.html")
    found = {key: row[key] for key in ("file", "title", "description")}
    assert found == {"file": "in.html", "title": "Cook", "description": "Cooks.\nBakes."}


@pytest.mark.parametrize("meta", ['charset="iso-8859-1"', 'content="text/html; charset=latin-1"'])
def test_a_page_says_its_encoding(tmp_path: Path, meta: str) -> None:
    page = f"<meta {meta}><p>Köchin"
    (tmp_path / "in.html").write_bytes(page.encode("latin-1"))
    assert read(tmp_path / "in.html")[0][0]["description"] == page


@pytest.mark.parametrize("data", ['{"@type": "Recipe"}', "{broken", "[" * 100_000])
def test_a_page_without_a_posting_is_handed_on_as_it_is(tmp_path: Path, data: str) -> None:
    page = PAGE.replace("{data}", data)
    (tmp_path / "in.htm").write_text(page)
    assert read(tmp_path / "in.htm")[0] == [
        {"file": "in.htm", "title": "Cook & Co", "description": page}
    ]


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "</a", "<script", "<script>", "<title", "<![CDATA[", "{", "<meta "]
)
def test_a_hostile_page_takes_time_by_its_length_only(tmp_path: Path, piece: str) -> None:
    def work(page: str) -> None:
        (tmp_path / "in.html").write_text(page)
        assert len(read(tmp_path / "in.html")[0]) == 1

    assert grows_with_length(work, piece)


def test_a_field_guide_file_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("title: Cook\nskills:\n- Soup\ndescription: |\n  Cooks.\n")
    assert read(tmp_path / "1.yaml")[0] == [
        {"title": "Cook", "skills": '["Soup"]', "description": "Cooks.\n"}
    ]
    (tmp_path / "2.yaml").write_text("title: [")
    with pytest.raises(InputError, match=r"2\.yaml: .*YAML"):
        read(tmp_path / "2.yaml")


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in.json", "in.tsv"])
def test_a_file_of_another_kind_under_the_name_of_text_is_told_by_its_beginning(
    tmp_path: Path, name: str
) -> None:
    workbook(tmp_path / "in.xlsx", S=[["text"], ["a"]]).rename(tmp_path / name)
    with pytest.raises(InputError, match=rf"{name}: .*spreadsheet.* not {name[3:]}\b"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.csv", b"id,text", "a table (csv)"),
        ("a.json", b"[", "a table (json)"),
        ("a.txt", b"PAR1", "a Parquet file"),
        ("a", b"\x1f\x8b\x08", "a file compressed with gzip"),
        (
            "a.docx",
            b"PK\x03\x04",
            "an archive (a spreadsheet or a document of an office program, or ZIP)",
        ),
        ("a.txt", b"a\0b", "a binary file"),
        ("a.txt", "Cooks.".encode("utf-16"), None),
        ("a.html", b"<p>Cooks.", None),
        ("a.md", b"Cooks.", None),
    ],
)
def test_what_does_not_hold_one_posting_is_told_from_name_and_beginning(
    name: str, data: bytes, what: str | None
) -> None:
    assert non_text_kind(name, data) == what
