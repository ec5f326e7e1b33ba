"""Rows to a file: Parquet, CSV, TSV or JSON Lines. Same rows, same bytes."""

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from roleclass.scoring.formats import Format
from roleclass.scoring.jsonlines import holds_json

_ROW_GROUP: Final = 16384
"""Rows of a row group: large enough to compress and scan well, small enough to hold in memory."""


class Writer(Protocol):
    """Takes tables of one schema, in order."""

    def write(self, table: pa.Table) -> None:
        """Write the rows of a table."""


@contextmanager
def open_writer(
    raw: BinaryIO, format_: Format, schema: pa.Schema, *, safe_csv: bool = False
) -> Iterator[Writer]:
    """Give a writer of tables with `schema`; what is written is complete when the context ends."""
    if format_.kind == "parquet":
        with pq.ParquetWriter(raw, schema, compression="zstd", compression_level=1) as file:
            parquet = _ParquetWriter(file)
            yield parquet
            parquet.flush()
        return
    with format_.open_to_write(raw) as stream:
        text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=False)
        try:
            yield (
                _JsonLinesWriter(text, schema)
                if format_.kind == "jsonl"
                else _CsvWriter(text, schema, "," if format_.kind == "csv" else "\t", safe=safe_csv)
            )
            text.flush()
        finally:
            text.detach()


class _ParquetWriter:
    def __init__(self, file: pq.ParquetWriter) -> None:
        self._file = file
        self._waiting: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        self._waiting.append(table)
        while sum(map(len, self._waiting)) >= _ROW_GROUP:
            together = pa.concat_tables(self._waiting)
            self._file.write_table(together.slice(0, _ROW_GROUP), _ROW_GROUP)
            self._waiting = [together.slice(_ROW_GROUP)]

    def flush(self) -> None:
        if sum(map(len, self._waiting)):
            self._file.write_table(pa.concat_tables(self._waiting), _ROW_GROUP)


class _CsvWriter:
    """Writes cells as they were; formulas, too, unless told to be `safe`."""

    def __init__(
        self, text: io.TextIOWrapper, schema: pa.Schema, delimiter: str, *, safe: bool
    ) -> None:
        self._text: Callable[[str | None], str | None] = disarm if safe else lambda cell: cell
        # With this ending the writer quotes cells with either character; lone ones would end a row.
        self._writer = csv.writer(_UnixLines(text), delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(map(self._text, schema.names))

    def write(self, table: pa.Table) -> None:
        columns = [_shortened(column).to_pylist() for column in table.columns]
        columns = [
            list(map(self._text, values))
            if pa.types.is_string(type_) or pa.types.is_large_string(type_)
            else [_cell(value) for value in values]
            for values, type_ in zip(columns, table.schema.types, strict=True)
        ]
        self._writer.writerows(zip(*columns, strict=True))


# With these a formula begins: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  (full-width signs)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")


def disarm(cell: str | None) -> str | None:
    """Put an apostrophe before what a spreadsheet would take for a formula; numbers stay.

    Examples
    --------
    >>> disarm("=HYPERLINK(A1)"), disarm("- Build agents"), disarm("-1.5"), disarm("Build")
    ("'=HYPERLINK(A1)", "'- Build agents", '-1.5', 'Build')
    """
    if cell is None or not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


class _UnixLines:
    """Takes lines that end in CR LF and writes them with LF."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def write(self, line: str) -> int:
        return self._text.write(line.removesuffix("\r\n") + "\n")


class _JsonLinesWriter:
    def __init__(self, text: io.TextIOWrapper, schema: pa.Schema) -> None:
        self._text = text
        self._json = [holds_json(column) for column in schema]

    def write(self, table: pa.Table) -> None:
        columns = [_finite(_shortened(column)).to_pylist() for column in table.columns]
        for k, is_json in enumerate(self._json):
            if is_json:
                columns[k] = [None if value is None else json.loads(value) for value in columns[k]]
        names = table.schema.names
        self._text.writelines(
            json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_to_json)
            + "\n"
            for row in zip(*columns, strict=True)
        )


def _shortened(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give numbers no digits that float32 lacks: 0.9, not 0.8999999761581421."""
    if not pa.types.is_float32(column.type):
        return column
    return column.cast(pa.string()).cast(pa.float64())  # the text is the shortest that fits


def _finite(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Replace what JSON cannot say, NaN and infinity, by null."""
    if not pa.types.is_floating(column.type):
        return column
    return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_to_json)
    return _to_json(value) if isinstance(value, bytes | date | datetime | time) else value


def _to_json(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)
