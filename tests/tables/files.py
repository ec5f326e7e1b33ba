"""Files of written postings, in every format."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.written import TITLES, posting

ROLES = tuple(TITLES)


def rows(count: int) -> list[dict[str, Any]]:
    """Postings with columns of several types; texts that CSV finds hard."""
    return [
        {
            "id": i,
            "title": TITLES[ROLES[i % 4]][i % 3] if i % 5 else None,
            "description": posting(ROLES[i % 4], i) + '\n"Ahoj", said =SUM(A1), ünïcode\r.',
            "salary": i * 0.5,
            "remote": bool(i % 2),
        }
        for i in range(count)
    ]


def write_csv(path: Path, rows: Sequence[dict[str, Any]], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: Sequence[dict[str, Any]], **options: Any) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path, **options)
    return path


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
