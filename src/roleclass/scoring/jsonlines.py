"""Rows of JSON Lines: a first pass finds the columns, a second reads the rows.

A column whose values are all text, all whole numbers, all fractions or all booleans gets that type.
Any other (nested, or mixed) holds its values as JSON text and is marked so, and is written as JSON
again where the output is JSON Lines.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import pyarrow as pa

from roleclass.errors import ScoringError
from roleclass.scoring.rows import Limits, Rows, check_width

MAX_LINE: Final = 64 * 2**20
"""A longer line is no row of JSON Lines, but one document that would have to fit in memory."""

_JSON_MARK: Final = {b"roleclass": b"json"}
_TYPES: Final[dict[type, pa.DataType]] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
}


def holds_json(column: pa.Field) -> bool:
    """Say whether the texts of a column are JSON that the reader of JSON Lines kept as it was."""
    return (column.metadata or {}).items() >= _JSON_MARK.items()


def json_field(name: str) -> pa.Field:
    """Return a column that holds values of any type as JSON text."""
    return pa.field(name, pa.string(), metadata=_JSON_MARK)


@dataclass(slots=True)
class Columns:
    """What a first pass saw: for each column the types of its values."""

    seen: dict[str, set[pa.DataType | None]] = field(default_factory=dict)
    first_fault: str | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Take the values of one more row into account."""
        for name, value in row.items():
            types = self.seen.setdefault(name, set())
            if value is None:
                continue
            arrow = _TYPES.get(type(value))
            if arrow == pa.int64() and not -(2**63) <= value < 2**63:
                arrow = None
            types.add(arrow)

    def schema(self) -> pa.Schema:
        """Choose a type for each column."""
        return pa.schema([_choose(name, types) for name, types in self.seen.items()])


def _choose(name: str, types: set[pa.DataType | None]) -> pa.Field:
    if not types:
        return pa.field(name, pa.null())
    if len(types) == 1 and (only := next(iter(types))) is not None:
        return pa.field(name, only)
    # Whole and other numbers together too: 1 must not come back as 1.0.
    return json_field(name)


def read_columns(content: io.BufferedReader) -> Columns:
    """Read a file through to find its columns; lines that are no rows count later."""
    columns = Columns()
    for number, line in _lines(content):
        row = _parse(line, number)
        if isinstance(row, dict):
            columns.add(row)
            check_width(len(columns.seen))
        else:
            columns.first_fault = columns.first_fault or row
    return columns


def read_rows(content: io.BufferedReader, schema: pa.Schema, limits: Limits) -> Iterator[Rows]:
    """Read rows in the columns of `schema`; a line that is no row gives a row of nulls."""
    batch: list[dict[str, Any]] = []
    faults: dict[int, str] = {}
    size = 0
    for number, line in _lines(content):
        row = _parse(line, number)
        if not isinstance(row, dict):
            faults[len(batch)] = row
            row = {}
        batch.append(row)
        size += len(line)
        if limits.reached(len(batch), size):
            yield Rows(_to_table(batch, schema, faults), faults)
            batch, faults, size = [], {}, 0
    if batch:
        yield Rows(_to_table(batch, schema, faults), faults)


def _lines(content: io.BufferedReader) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(iter(partial(content.readline, MAX_LINE + 1), b""), 1):
        if len(line) > MAX_LINE:
            raise ScoringError(
                f"line {number} is longer than {MAX_LINE >> 20} MiB; expected one JSON object a "
                "line (`jq -c '.[]'` turns a JSON array into lines)"
            )
        if line.strip():
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _parse(line: bytes, number: int) -> dict[str, Any] | str:
    """Return the row, or what is wrong with the line."""
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        return f"line {number} is not UTF-8"
    except (ValueError, RecursionError) as error:
        return f"line {number} is not JSON: {error}"
    if not isinstance(row, dict):
        return f"line {number} is not a JSON object"
    try:
        "".join(row).encode()
    except UnicodeEncodeError:  # see `_to_table`
        return f"line {number} names a column with half a character (a lone surrogate)"
    return row


def _to_table(batch: list[dict[str, Any]], schema: pa.Schema, faults: dict[int, str]) -> pa.Table:
    columns = []
    for column in schema:
        values = [row.get(column.name) for row in batch]
        if holds_json(column):
            values = [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
        try:
            columns.append(pa.array(values, column.type))
        except UnicodeEncodeError:
            # JSON can spell a lone surrogate, half of a character; UTF-8 and Arrow cannot.
            fixed = [v and v.encode("utf-8", "replace").decode() for v in values]
            faults |= {
                i: f"column {column.name} holds half a character (a lone surrogate)"
                for i, (v, w) in enumerate(zip(values, fixed, strict=True))
                if v != w
            }
            columns.append(pa.array(fixed, column.type))
    return pa.Table.from_arrays(columns, schema=schema)
