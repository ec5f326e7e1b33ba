"""Postings from tables: Parquet, CSV and JSON Lines."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from roleclass.errors import InputError, require_extra
from roleclass.roles import Role

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "job_id"),
    "title": ("title", "job_title"),
    "company": ("company", "company_name"),
    "text": ("text", "description", "posting"),
    "responsibilities": ("responsibilities", "duties"),
    "skills": ("skills",),
    "role": ("role",),
    "confidence": ("confidence",),
    "published_label": ("published_label",),
    "batch": ("batch",),
    "level": ("level", "seniority"),
    "place": ("place", "location"),
    "date": ("date", "posted"),
}
"""What a posting has, and the columns that it is read from: the first one that holds a value."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting, as far as its table tells; what is missing is None or empty.

    Attributes
    ----------
    role : Role or None
        None where nobody has said it yet.
    confidence : float or None
        How sure that role is, where the table says so.
    responsibilities : tuple of str
        The duties, where the table lists them apart from the text.
    skills : tuple of str
    """

    id: str | None = None
    title: str | None = None
    company: str | None = None
    text: str | None = None
    responsibilities: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    role: Role | None = None
    confidence: float | None = None
    published_label: str | None = None
    batch: str | None = None
    level: str | None = None
    place: str | None = None
    date: str | None = None


def read_postings(paths: Iterable[Path]) -> list[Posting]:
    """Read tables of postings; rows with the same id are one posting.

    Parameters
    ----------
    paths : iterable of Path
        Files that end in ``.parquet``, ``.csv`` or ``.jsonl``; `COLUMNS` says what is read.

    Returns
    -------
    list of Posting
        In the order in which they first occur. Where several rows have one id, the first value of
        each column counts.

    Raises
    ------
    InputError
        If a file cannot be read, has no column to work with, or a value is not what its column
        holds; the message names the file, and the row and column where there is one.
    MissingExtraError
        If a Parquet file is given and pyarrow is not installed.
    """
    postings: list[Posting] = []
    known: dict[str, int] = {}
    for path in paths:
        for posting in _read_file(path):
            if posting.id is not None and posting.id in known:
                at = known[posting.id]
                postings[at] = _merge(postings[at], posting)
                continue
            if posting.id is not None:
                known[posting.id] = len(postings)
            postings.append(posting)
    return postings


def _merge(first: Posting, second: Posting) -> Posting:
    missing = [field.name for field in fields(first) if getattr(first, field.name) in (None, ())]
    return replace(first, **{name: getattr(second, name) for name in missing})


def _read_file(path: Path) -> Iterator[Posting]:
    readers = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: unknown kind of file; expected one of {', '.join(readers)}")
    useful = False
    empty = True
    try:
        for number, row in enumerate(reader(path), 1):
            posting = _posting(path, number, row)
            useful |= bool(posting.text or posting.responsibilities or posting.role)
            empty = False
            yield posting
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: cannot be read, not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except csv.Error as error:
        raise InputError(
            f"{path}: cannot be read: {error}; look for a quote that is not closed"
        ) from error
    if not (useful or empty):
        raise InputError(
            f"{path}: no row has a text ({', '.join(COLUMNS['text'])}), responsibilities or a "
            "role; rename the column that holds the posting to text"
        )


def _parquet(path: Path) -> Iterator[Mapping[str, Any]]:
    require_extra("report", "pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    wanted = {column for columns in COLUMNS.values() for column in columns}
    try:
        with parquet.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name in wanted]
            for batch in file.iter_batches(columns=columns):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise InputError(f"{path}: not a Parquet file, or a damaged one: {error}") from error


def _csv(path: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(2**30)  # a posting may be longer than the module's 128 KiB
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"{path}, line {number}: not JSON: {error}; expected an object a line"
                ) from error
            if not isinstance(row, dict):
                raise InputError(
                    f"{path}, line {number}: expected a JSON object, got {line[:20]!r}"
                )
            yield row


def _posting(path: Path, number: int, row: Mapping[str, Any]) -> Posting:
    values = {
        name: next((row[c] for c in columns if _given(row.get(c))), None)
        for name, columns in COLUMNS.items()
    }
    return Posting(
        **{
            name: None if value is None else _clean(value)
            for name, value in values.items()
            if name not in ("responsibilities", "skills", "role", "confidence")
        },
        responsibilities=_items(values["responsibilities"]),
        skills=_items(values["skills"]),
        role=_role(values["role"], f"{path}, row {number}, column role"),
        confidence=_number(values["confidence"], f"{path}, row {number}, column confidence"),
    )


def _given(value: Any) -> bool:
    # NaN, the only value that is not equal to itself, is how tables write "missing".
    return value is not None and value == value and value != ""  # noqa: PLR0124


def _items(value: Any) -> tuple[str, ...]:
    """Read a list: one, JSON of one, JSON of lists by kind, or one item a line."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value[:1] in ("[", "{") else value.split("\n")
        except (ValueError, RecursionError):
            value = value.split("\n")
    if isinstance(value, dict):
        value = [item for items in value.values() for item in _listed(items)]
    return tuple(text for item in _listed(value) if _given(item) and (text := _clean(item)))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else () if value is None else (value,)


def _clean(value: Any) -> str:
    # JSON can spell half of a character (a lone surrogate), which no file can hold.
    return str(value).encode("utf-8", errors="replace").decode().strip()


def _role(value: Any, where: str) -> Role | None:
    if value is None:
        return None
    try:
        return Role(str(value).strip().lower())
    except ValueError:
        raise InputError(
            f"{where}: {str(value)[:40]!r} is no role; expected one of {', '.join(Role)}, or "
            "nothing"
        ) from None


def _number(value: Any, where: str) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        raise InputError(
            f"{where}: {str(value)[:40]!r} is no number; expected one from 0 to 1, or nothing"
        ) from None
