"""No file makes `score` take more than 700 MB; each of these is made to."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.written import posting

LIMIT = 700  # MB

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc"),
]


def long_texts(count: int, length: int) -> Iterator[str]:
    """Texts that differ, of many bytes."""
    some = "\n".join(posting("ai-first", seed) for seed in range(30))
    text = some * (length // len(some) + 1)
    for i in range(count):
        yield f"{i} {text[i * 131 % len(some) :]}"[:length]


def parquet(path: Path) -> None:
    table = pa.table({"text": list(long_texts(90, 400_000))})
    with pq.ParquetWriter(path, table.schema, write_batch_size=16, use_dictionary=False) as file:
        for _ in range(3):
            file.write_table(table)


def parquet_of_few_long_rows(path: Path) -> None:
    texts = ["x" * 300] * 20_000
    texts[10_000:10_150] = long_texts(150, 1_000_000)
    pq.write_table(pa.table({"text": texts}), path, write_batch_size=64, use_dictionary=False)


def beside_texts(count: int) -> pa.Table:
    """Short texts beside much that is not read."""
    return pa.table({"text": ["Build agents."] * count, "page": list(long_texts(count, 10**6))})


def arrow(path: Path) -> None:
    table = beside_texts(300)
    with pa.OSFile(str(path), "wb") as raw, pa.ipc.new_file(raw, table.schema) as file:
        for _ in range(3):
            file.write_table(table)


def packed_arrow(path: Path) -> None:
    table = beside_texts(295)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        pa.OSFile(str(path), "wb") as raw,
        pa.ipc.new_file(raw, table.schema, options=options) as file,
    ):
        for _ in range(2):
            file.write_table(table)


def csv(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("text\n")
        for text in long_texts(125, 400_000):
            file.write(f'"{text} \N{GRINNING FACE}"\n')


def csv_of_many_columns(path: Path) -> None:
    with path.open("w") as file:
        file.write(",".join(["text", *(f"c{k}" for k in range(9_000))]) + "\n")
        for i in range(1_500):
            file.write(",".join(["Build agents.", *(["ab"] * 9_000)]) + f"{i}\n")


def csv_of_a_row_without_end(path: Path) -> None:
    line = "a" * 2**20 + "\n"
    with path.open("w") as file:
        file.write("id,text\n" + '1,"x"\n')
        file.write(",".join(f'"{line * 15}"' for _ in range(20)) + "\n")


def jsonl(path: Path) -> None:
    with path.open("w") as file:
        for text in long_texts(250, 400_000):
            file.write(json.dumps({"text": text}) + "\n")


def jsonl_of_lists(path: Path) -> None:
    line = json.dumps({"text": "Build agents.", "x": [[]] * 5_000_000}, separators=(",", ":"))
    path.write_text(f"{line}\n" * 2)


def sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE jobs (text)")
        rows = ([text] for text in long_texts(120, 1_000_000))
        database.executemany("INSERT INTO jobs VALUES (?)", rows)
        database.commit()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(path: Path) -> None:
    """A workbook whose texts are kept beside the sheet, as large as may be."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, kind, target in (
            ("_rels/.rels", "officeDocument", "xl/workbook.xml"),
            ("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml"),
        ):
            shared = (
                f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            )
            book.writestr(
                name,
                f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
                f'Target="{target}"/>{shared * name.startswith("xl")}</Relationships>',
            )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="jobs" sheetId="1" '
            'r:id="r1"/></sheets></workbook>',
        )
        count = 320
        with book.open("xl/sharedStrings.xml", "w") as file:
            file.write(f'<sst xmlns="{MAIN}"><si><t>text</t></si>'.encode())
            for text in long_texts(count, 400_000):
                file.write(f"<si><t>{text}</t></si>".encode())
            file.write(b"</sst>")
        rows = "".join(f'<row><c t="s"><v>{i}</v></c></row>' for i in range(count + 1))
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        )


@pytest.mark.parametrize(
    ("make", "ending", "rows", "output"),
    [
        (parquet, "parquet", 270, "jsonl"),
        (parquet_of_few_long_rows, "parquet", 20_000, "parquet"),
        (arrow, "arrow", 900, "parquet"),
        (packed_arrow, "arrow", 590, "jsonl"),
        (csv, "csv", 125, "jsonl"),
        (csv_of_many_columns, "csv", 1_500, "parquet"),
        (csv_of_a_row_without_end, "csv", None, "jsonl"),
        (jsonl, "jsonl", 250, "parquet"),
        (jsonl_of_lists, "jsonl", 2, "parquet"),
        (sqlite, "db", 120, "jsonl"),
        (workbook, "xlsx", 320, "parquet"),
    ],
)
def test_no_file_takes_more_than_700_mb(
    tmp_path: Path, make: Callable[[Path], None], ending: str, rows: int | None, output: str
) -> None:
    source = tmp_path / f"in.{ending}"
    make(source)
    script = (
        # Not `getrusage`: a child begins with the peak of its parent there.
        "from pathlib import Path\n"
        "from roleclass.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    [peak] = [line.split()[1] for line in lines if line.startswith('VmHWM')]\n"
        "    print(int(peak) // 1024)\n"
    )
    arguments = ["score", str(source), "-o", str(tmp_path / "out"), "--format", output]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments, "--threads", "4", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    summary, peak = map(json.loads, done.stdout.splitlines())
    assert peak < LIMIT
    assert rows in (None, summary["rows"])
