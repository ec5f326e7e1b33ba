"""Labelled lines of postings, as spans of their texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roleclass.errors import CorpusError, InputError
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader


@dataclass(frozen=True)
class LineSpan:
    """A labelled line of a posting: ``text[start:end]``, in characters.

    Attributes
    ----------
    start, end : int
    part, work : str
        See `roleclass.reading`.
    areas : tuple of str or None
        None if they were not labelled.
    """

    start: int
    end: int
    part: str
    work: str
    areas: tuple[str, ...] | None = None


def read_parquet(file: Path) -> tuple[list[str], Iterator[Mapping[str, Any]]]:
    """Return the columns and the rows of a corpus file; raise a `CorpusError` if it cannot be read."""
    try:
        reader = Reader([str(file)], ReadOptions())
        rows = [row for chunk in reader for row in chunk.table.to_pylist()]
        return reader.schema.names, iter(rows)
    except InputError as error:
        raise CorpusError(f"{file} cannot be read as Parquet: {error}") from error


def load_spans(file: Path) -> dict[str, tuple[LineSpan, ...]]:
    """Read ``lines.parquet``: for each posting's id, the labelled lines of its first annotator."""
    columns, rows = read_parquet(file)
    missing = {"id", "start", "end", "part", "work"} - set(columns)
    if missing:
        raise CorpusError(f"{file} has no column {', '.join(sorted(missing))}")
    found: dict[str, list[LineSpan]] = {}
    for number, row in enumerate(rows):
        if row.get("reader", 1) != 1:
            continue
        areas = tuple(str(row.get("area") or "").split())
        span = LineSpan(
            row["start"],
            row["end"],
            row["part"],
            row["work"],
            areas if row.get("area_labelled", "area" in columns) else None,
        )
        for name, value, known in (
            ("part", (span.part,), PARTS),
            ("work", (span.work,), WORKS),
            ("area", areas, AREAS),
        ):
            if not set(value) <= set(known):
                raise CorpusError(
                    f"{file} row {number}: column {name}: expected {', '.join(known)}, got {value}"
                )
        found.setdefault(row["id"], []).append(span)
    return {name: tuple(sorted(of, key=lambda span: span.start)) for name, of in found.items()}


def fitting(spans: Sequence[LineSpan], length: int) -> tuple[LineSpan, ...]:
    """Return the spans within a text; none if they are for another text, such as an older copy."""
    return tuple(spans) if all(0 <= s.start < s.end <= length for s in spans) else ()
