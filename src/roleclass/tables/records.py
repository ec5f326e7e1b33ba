"""Read rows that are objects: a first pass finds the columns, a second reads the rows.

A column whose values are all strings, all integers, all floats or all booleans gets that type.
Any other column (nested or mixed) holds JSON text and is marked as such; it is written as JSON
again if the output is JSON.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import partial
from typing import Any, Final

import pyarrow as pa

from roleclass.errors import InputError
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.plain import plain, to_json, to_text
from roleclass.tables.rows import Rows, Source, batched, check_width, to_table

Record = tuple[dict[str, Any], int, str | None]
"""An object, its approximate size in memory, and its fault or None; a faulty one is empty."""

Read = Callable[[InputFile, ReadOptions, list[str]], Iterator[Record]]
"""Yields the records of a file; appends guesses to the list."""

_JSON_MARK: Final = {b"roleclass": b"json"}
_INTEGER: Final = pa.int64()
_TYPES: Final[dict[type, pa.DataType]] = {
    bool: pa.bool_(),
    int: _INTEGER,
    float: pa.float64(),
    str: pa.string(),
}


def holds_json(column: pa.Field) -> bool:
    """Return whether a column holds values as JSON text."""
    return pa.types.is_string(column.type) and (
        (column.metadata or {}).items() >= _JSON_MARK.items()
    )


def values_of(column: pa.ChunkedArray, field: pa.Field) -> list[Any]:
    """Return the values of a column as plain ones; JSON text is parsed.

    Examples
    --------
    >>> values_of(pa.chunked_array([['["RAG"]', "[oops", None]]), json_field("tags"))
    [['RAG'], '[oops', None]
    """
    values = plain(column)
    return list(map(_from_json, values)) if holds_json(field) else values


def _from_json(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):  # not JSON: written by another program
        return text


def json_field(name: str) -> pa.Field:
    """Return a column that holds values of any type as JSON text."""
    return pa.field(name, pa.string(), metadata=_JSON_MARK)


def records_of(file: InputFile, options: ReadOptions, notes: list[str], *, read: Read) -> Source:
    """Find the columns of a file of records.

    Parameters
    ----------
    file, options, notes
        As for `read`.
    read : callable
        See `Read`. It is called again for the rows; a faulty record gives a row of nulls.

    Raises
    ------
    InputError
        If there is no record, or there are too many columns.
    """
    seen: dict[str, set[pa.DataType | None]] = {}
    first_fault: str | None = None
    for record, _, fault in read(file, options, notes):
        first_fault = first_fault or fault
        for name in record:
            _note_type(seen.setdefault(name, set()), record[name])
        check_width(len(seen))
        del record  # it may be long; free it before the next is read
    if not seen:
        raise InputError(f"no row found; {first_fault or 'the file is empty'}")
    schema = pa.schema([_choose(name, types) for name, types in seen.items()])
    together = partial(_to_rows, schema)
    return schema, lambda most: batched(read(file, options, []), most, together)


def _note_type(types: set[pa.DataType | None], value: Any) -> None:
    if value is not None:
        arrow = _TYPES.get(type(value))
        if arrow is _INTEGER and not -(2**63) <= value < 2**63:
            arrow = None
        types.add(arrow)


def _choose(name: str, types: set[pa.DataType | None]) -> pa.Field:
    if not types:
        return pa.field(name, pa.null())
    if len(types) == 1 and (only := next(iter(types))) is not None:
        return pa.field(name, only)
    # Also for integers mixed with floats: 1 must not become 1.0.
    return json_field(name)


def simple(value: Any) -> Any:
    """Convert values of workbooks and databases other than strings and numbers to text.

    Examples
    --------
    >>> simple(b"Cooks."), simple(date(2026, 1, 28)), simple(7)
    ('Cooks.', '2026-01-28', 7)
    """
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return to_text(value)
    return to_text(value) if isinstance(value, date | time | timedelta) else value


def _to_rows(schema: pa.Schema, rows: list[dict[str, Any]], faults: dict[int, str]) -> Rows:
    columns = (_values(column, [row.get(column.name) for row in rows]) for column in schema)
    return to_table(
        columns,
        schema,
        faults,
        lambda name: f"column {name} contains a lone surrogate",
    )


def _values(column: pa.Field, values: list[Any]) -> list[Any]:
    return [v if v is None else to_json(v) for v in values] if holds_json(column) else values


def missing(_: str) -> None:
    """Treat NaN and Infinity, which Python writes but JSON does not allow, as missing."""


def record_of(value: object, size: int, where: str) -> Record:
    """Return a value as a record, with its fault if it cannot be a row.

    Examples
    --------
    >>> record_of({"text": "Build agents."}, 60, "line 1")
    ({'text': 'Build agents.'}, 60, None)
    >>> record_of([1], 60, "line 1")
    ({}, 60, 'line 1 is not a JSON object')
    """
    if not isinstance(value, dict):
        return {}, size, f"{where} is not a JSON object"
    try:
        "".join(value).encode()
    except UnicodeEncodeError:
        return {}, size, f"{where} has a lone surrogate in the name of a column"
    return value, size, None
