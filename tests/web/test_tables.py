"""A table that is sent comes back scored, or with what is wrong with it."""

import csv
import io
import json
import tempfile
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import predict
from roleclass.web import tables, views
from roleclass.web.forms import MAX_FORM
from tests.web.browser import Browser, running
from tests.written import posting

ROWS = [
    {"id": "7", "title": "Engineer", "text": posting("ai-first", 1)},
    {"id": "8", "title": "=cmd", "text": posting("other", 1)},
]


def as_csv() -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["id", "title", "text"])
    writer.writeheader()
    writer.writerows(ROWS)
    return file.getvalue().encode()


def as_jsonl() -> bytes:
    return "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), file)
    return file.getvalue()


def as_excel() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (list(ROWS[0]), *(list(row.values()) for row in ROWS)):
        book.active.append([f"'{cell}" if cell[0] == "=" else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def roles(name: str, content: bytes) -> list[str]:
    if name.endswith(".parquet"):
        return [str(role) for role in pq.read_table(io.BytesIO(content))["role"].to_pylist()]
    if name.endswith("jsonl"):
        return [json.loads(line)["role"] for line in content.splitlines()]
    if name.endswith("json"):
        return [row["role"] for row in json.loads(content)]
    return [row["role"] for row in csv.DictReader(io.StringIO(content.decode()))]


@pytest.mark.parametrize(
    ("name", "content", "written"),
    [
        ("jobs.csv", as_csv(), "jobs.roles.csv"),
        ("jobs.jsonl", as_jsonl(), "jobs.roles.jsonl"),
        ("jobs.json", json.dumps(ROWS).encode(), "jobs.roles.json"),
        ("jobs.parquet", as_parquet(), "jobs.roles.parquet"),
        ("jobs.xlsx", as_excel(), "jobs.roles.csv"),
    ],
)
def test_each_format_comes_back_with_roles(
    browser: Browser, name: str, content: bytes, written: str
) -> None:
    got = browser.score(content, name)
    assert got.headers["Content-Disposition"].endswith(written)
    assert roles(written, got.content) == [predict(row["text"], row["title"]).role for row in ROWS]


def test_a_table_can_come_back_in_another_format(browser: Browser) -> None:
    assert roles("x.jsonl", browser.score(as_csv(), "jobs.csv", written="jsonl").content)


def test_options_of_the_form_are_those_of_the_command(browser: Browser) -> None:
    content = as_csv().replace(b"text", b"body", 1)
    fields = {
        "text_column": "body",
        "title_column": "title",
        "prefix": "ai_",
        "safe_csv": "1",
        "format": "csv",
    }
    [first, second] = csv.DictReader(
        io.StringIO(browser.score(content, "jobs", **fields).content.decode())
    )
    assert first["ai_role"] == "ai-first"
    assert second["title"] == "'=cmd"


def test_the_page_of_a_table_tells_its_counts_and_what_was_guessed(browser: Browser) -> None:
    sent = browser.send(as_jsonl() + b'{"id": "9"}\n', "jobs <b>.jsonl")
    page = browser.ask(sent.headers["Location"]).text
    assert "3 rows scored" in page
    assert "1 row could not be scored" in page
    assert "text column: text (guessed)" in page
    assert "jobs _b_.roles.jsonl" in page
    assert tempfile.gettempdir() not in page


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "jobs.png",
            b"\x89PNG\r\n\x1a\n\0\0",
            "unknown file extension: give the format with \u201cformat\u201d",
        ),
        ("jobs.parquet", b"\x89PNG\r\n\x1a\n\0\0", "jobs.parquet"),
        ("jobs.xlsx", as_parquet(), "jobs.xlsx"),
        ("jobs.csv.gz", b"\x1f\x8b\x08\0broken", "jobs.csv.gz"),
        ("jobs.sqlite", b"SQLite format 3\0" + bytes(range(256)) * 20, "jobs.sqlite"),
        ("jobs.csv", b"", "jobs.csv"),
        ("jobs.csv", b"a,b\n1,2\n", "text column"),
        ("<script>alert(1)</script>.csv", b"a,b\n1,2\n", "text column"),
        ("../../etc/passwd", b"a,b\n1,2\n", "passwd: unknown file extension"),
    ],
)
def test_what_cannot_be_scored_is_told_on_the_page(
    browser: Browser, name: str, content: bytes, told: str
) -> None:
    got = browser.send(content, name)
    assert got.status == 400
    [fault] = [line for line in got.text.splitlines() if 'role="alert"' in line]
    assert told in fault
    assert "--" not in fault
    assert tempfile.gettempdir() not in fault
    assert "<script>alert" not in got.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "exe"),
        ("encoding", "rot13"),
        ("delimiter", "ab"),
        ("records", "a..b"),
        ("text_column", "no\0such"),
    ],
)
def test_an_option_that_is_none_is_told_on_the_page(
    browser: Browser, field: str, value: str
) -> None:
    name = "jobs" if field == "format" else "jobs.json" if field == "records" else "jobs.csv"
    content = json.dumps(ROWS).encode() if field == "records" else as_csv()
    got = browser.send(content, name, **{field: value})
    assert got.status == 400
    assert 'role="alert"' in got.text


def test_the_last_few_tables_are_kept_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(views, "_KEPT", 2)
    with running() as browser:
        sent = [browser.send(as_csv(), "jobs.csv").headers["Location"] for _ in range(3)]
        assert [browser.ask(f"{path}/file").status for path in sent] == [404, 200, 200]
        assert browser.ask(sent[0]).status == 404
        [folder] = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0  # nobody else's business
        assert len(list(folder.iterdir())) == 2
        assert not list(folder.rglob("jobs.csv"))  # what was sent is not kept
    assert list(tmp_path.iterdir()) == []


def test_two_tables_at_once_are_both_right_and_more_are_asked_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    score = tables.score_files

    def slow(*arguments: object, **options: object) -> object:
        begun.release()
        go_on.wait(60)
        return score(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "score_files", slow)
    with running() as browser:
        got: list[list[str]] = []
        threads = [
            threading.Thread(
                target=lambda: got.append(roles("csv", browser.score(as_csv(), "jobs.csv").content))
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for _ in threads:
            begun.acquire(timeout=60)
        third = browser.send(as_csv(), "jobs.csv")
        assert third.status == 503
        assert "send this one again" in third.text
        assert browser.post(text="Bake bread.").status == 200  # postings need not wait
        go_on.set()
        for thread in threads:
            thread.join()
        assert got == [["ai-first", "other"]] * 2


@pytest.mark.parametrize("name", ["", "jobs.csv"])
def test_a_form_without_a_file_or_too_large_is_told(
    browser: Browser, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "No file was chosen"
    if name:
        monkeypatch.setitem(MAX_FORM, "/tables", 10)
        told = "This table is too large: the limit is 250 MB"
    got = browser.send(as_csv(), name)
    assert got.status == (413 if name else 400)
    assert told in got.text


def test_a_full_disk_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "score_files", full)
    got = browser.send(as_csv(), "jobs.csv")
    assert got.status == 507
    assert "No space left on device" in got.text
