"""Write rows to a file: Parquet, Arrow, CSV, TSV, JSON or JSON Lines. Same rows, same bytes."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.errors import ScoringError
from roleclass.tables.formats import WRITTEN, Format
from roleclass.tables.plain import Pieces, to_json, to_text
from roleclass.tables.records import values_of

_ROW_GROUP: Final = 16384
"""Rows of a row group: large enough to compress and scan well, small enough to hold in memory."""


Write = Callable[[pa.Table], None]
"""Writes the rows of a table; all tables have the same schema."""

_GROUP_BYTES: Final = 64 * 2**20
"""Most bytes of text in a row group; it ends with the row that reaches this."""


@contextmanager
def open_writer(
    raw: BinaryIO, format_: Format, schema: pa.Schema, *, safe_csv: bool = False
) -> Iterator[Write]:
    """Yield a function that writes tables with `schema`; everything is written when the context ends.

    Raises
    ------
    ScoringError
        If the format cannot be written, or cannot hold a column; then nothing has been written.
    """
    check_schema(format_, schema)
    if format_.kind in ("parquet", "arrow"):
        with _binary(raw, format_, schema) as write:
            yield write
        return
    with format_.packed(raw) as stream:
        text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=False)
        try:
            if format_.kind in ("csv", "tsv"):
                yield _csv(text, schema, "," if format_.kind == "csv" else "\t", safe=safe_csv)
            else:
                with _json(text, document=format_.kind == "json") as write:
                    yield write
            text.flush()
        finally:
            text.detach()


def check_schema(format_: Format, schema: pa.Schema) -> None:
    """Raise a `ScoringError` if a format cannot hold a column; the message names it.

    Examples
    --------
    >>> check_schema(Format("parquet"), pa.schema([("id", pa.int64())]))
    """
    if format_.kind not in WRITTEN:
        raise ScoringError(f"{format_.kind} is for input only; choose one of {', '.join(WRITTEN)}")
    if format_.kind != "parquet":
        return
    for column in schema:
        try:
            with pq.ParquetWriter(io.BytesIO(), pa.schema([column])):
                pass
        except pa.ArrowException as error:
            raise ScoringError(
                f"column {column.name} holds {column.type}, which Parquet does not support: {error}; "
                "leave it out, or write JSON Lines or Arrow"
            ) from error


@contextmanager
def _binary(raw: BinaryIO, format_: Format, schema: pa.Schema) -> Iterator[Write]:
    """Write row groups that depend only on the rows, not on the tables."""
    if format_.kind == "parquet":
        # Small pages: readers decode a page whole.
        how = {"compression": "zstd", "compression_level": 1, "write_batch_size": 64}
        opened = pq.ParquetWriter(raw, schema, **how)
    else:
        opened = pa.ipc.new_file(
            raw, schema, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
        )
    # A file of Arrow holds one dictionary a column, to which later groups may only add.
    adds = format_.kind == "arrow" and any(map(pa.types.is_dictionary, schema.types))
    known: list[pa.Table] = []
    groups = Pieces(_ROW_GROUP, _GROUP_BYTES)
    with opened as file:

        def put(full: Iterator[pa.Table]) -> None:
            try:
                for group in full:
                    if adds:
                        group = pa.concat_tables([*known, group]).unify_dictionaries()  # noqa: PLW2901
                        known[:] = [pa.Table.from_batches([group.to_batches()[-1].slice(0, 0)])]
                    file.write_table(group, _ROW_GROUP)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise ScoringError(
                    f"a value that {format_.kind.capitalize()} cannot hold: {error}; write JSON Lines"
                ) from error

        yield lambda table: put(groups.add(table))
        put(groups.rest())


def _csv(text: io.TextIOWrapper, schema: pa.Schema, delimiter: str, *, safe: bool) -> Write:
    """Write cells unchanged; if `safe`, disarm formulas."""
    shown: Callable[[Any], Any] = disarm if safe else lambda cell: cell
    # With this line end the writer quotes cells with either character, which would end a row.
    lines = SimpleNamespace(write=lambda line: text.write(line.removesuffix("\r\n") + "\n"))
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(map(shown, schema.names))

    def write(table: pa.Table) -> None:
        columns = [[shown(_cell(v)) for v in _values(table, k)] for k in range(table.num_columns)]
        writer.writerows(zip(*columns, strict=True))

    return write


# Formulas begin with these: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  (full-width signs)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")


def disarm(cell: Any) -> Any:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula; numbers stay.

    Examples
    --------
    >>> disarm("=HYPERLINK(A1)"), disarm("- Build agents"), disarm("-1.5"), disarm("Build")
    ("'=HYPERLINK(A1)", "'- Build agents", '-1.5', 'Build')
    """
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


@contextmanager
def _json(text: io.TextIOWrapper, *, document: bool) -> Iterator[Write]:
    """Write one object per line; in a `document` they are the items of a list."""
    before, after = ("[\n", "") if document else ("", "\n")

    def write(table: pa.Table) -> None:
        nonlocal before
        columns = [_values(table, k) for k in range(table.num_columns)]
        for row in zip(*columns, strict=True):
            line = to_json(dict(zip(table.column_names, row, strict=True)))
            text.write(f"{before}{line}{after}")
            before = ",\n" if document else ""

    yield write
    if document:
        text.write("[]\n" if before == "[\n" else "\n]\n")


def _values(table: pa.Table, place: int) -> list[Any]:
    return values_of(_shortened(table.column(place)), table.schema.field(place))


def _shortened(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write float32 with its own precision: 0.9, not 0.8999999761581421."""
    text, number = pa.string(), pa.float64()
    if pa.types.is_list(column.type) and pa.types.is_float32(column.type.value_type):
        text, number = pa.list_(text), pa.list_(number)
    elif not pa.types.is_float32(column.type):
        return column
    return column.cast(text).cast(number)  # the shortest text that gives the same float32


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return to_json(value) if isinstance(value, dict | list | tuple) else to_text(value)
