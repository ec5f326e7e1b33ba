"""Read many files as one table: rows in order, in chunks of bounded size, in one schema."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyarrow as pa

from roleclass.errors import InputError
from roleclass.tables import excel, jsonfile, pages, sqlite, yamlfile
from roleclass.tables.arrow import arrow_file, parquet_file
from roleclass.tables.csvfile import separated_values
from roleclass.tables.files import InputFile, find_files, merge_notes
from roleclass.tables.formats import TEXT, Kind, binary_kind
from roleclass.tables.options import ReadOptions
from roleclass.tables.plain import plain, to_json
from roleclass.tables.records import holds_json, json_field, records_of
from roleclass.tables.rows import Source, check_names

_SOURCES: Final[dict[Kind, Callable[[InputFile, ReadOptions, list[str]], Source]]] = {
    "csv": separated_values,
    "tsv": separated_values,
    "parquet": parquet_file,
    "arrow": arrow_file,
    "jsonl": partial(records_of, read=jsonfile.read_lines),
    "json": partial(records_of, read=jsonfile.read_json),
    "excel": partial(records_of, read=excel.read_workbook),
    "sqlite": partial(records_of, read=sqlite.read_database),
    "html": partial(records_of, read=pages.read_page),
    "yaml": partial(records_of, read=yamlfile.read_yaml),
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of one file.

    Attributes
    ----------
    index : int
        The number of the chunk, from 0.
    source : str
        The file's name, for messages.
    first_row : int
        The number of the first row within the file, from 1; the header is not a row.
    table : pyarrow.Table
    faults : dict of int to str
        The faults of rows, by their index in `table`.
    position : int
        Bytes of the input that have been read.
    """

    index: int
    source: str
    first_row: int
    table: pa.Table
    faults: dict[int, str]
    position: int


class Reader:
    """Reads input files as one table.

    Parameters
    ----------
    inputs : sequence of str
        Paths of files and folders, patterns, or ``-`` for standard input.
    options : ReadOptions

    Attributes
    ----------
    schema : pyarrow.Schema
        The columns of all files together; a file that lacks one gives nulls.
    notes : list of str
        Guesses about the files, each once.
    size : int
        Bytes of the input.

    Raises
    ------
    InputError
        If a file cannot be read, is damaged, or has a column of another type than another file.

    Examples
    --------
    >>> reader = Reader(["examples/jobs.csv"], ReadOptions())
    >>> rows = sum(len(chunk.table) for chunk in reader)
    >>> reader.schema.names[:2], rows
    (['id', 'title'], 12)
    """

    def __init__(self, inputs: Sequence[str], options: ReadOptions) -> None:
        self._options = options
        self.notes: list[str] = []
        notes: list[tuple[str, str]] = []
        found = [
            (file, *_open(file, options, notes))
            for file in find_files(inputs, options.format, self.notes.append)
        ]
        self.notes += merge_notes(notes, len(found))
        self.schema = _unify([(file, schema) for file, schema, _ in found])
        self._files = [(file, rows) for file, _, rows in found]
        self.size = sum(file.size for file, _ in self._files)

    def fingerprint(self) -> list[dict[str, object]]:
        """Return the identity of the input, which must be the same when a run is resumed."""
        return [file.fingerprint() for file, _ in self._files]

    def __iter__(self) -> Iterator[Chunk]:
        """Read all files; may be iterated more than once."""
        index, done = 0, 0
        for file, rows_of in self._files:
            row = 1
            batches = rows_of(self._options.batch_size)
            while True:
                # Only errors of reading get the file's name, not those of the chunk's user.
                with _explained(f"{file.name}: after row {row - 1}"):
                    rows = next(batches, None)
                if rows is None:
                    break
                read, faults = rows
                table = _align(read, self.schema)
                position = done + min(file.position, file.size)
                yield Chunk(index, file.name, row, table, faults, position)
                index += 1
                row += len(table)
            with _explained(file.name):
                file.check_unchanged()
            done += file.size


def _open(file: InputFile, options: ReadOptions, notes: list[tuple[str, str]]) -> Source:
    with _explained(file.name):
        if file.format.kind in TEXT:
            with file.open() as content:
                kind = binary_kind(content.read(16))
            if kind is not None:
                raise InputError(
                    f"{kind} by its first bytes, not {file.format.kind}; rename it with the right "
                    "extension"
                )
        said: list[str] = []
        schema, rows = _SOURCES[file.format.kind](file, options, said)
        check_names(schema.names)
        notes += [(file.name, note) for note in said]
        return schema, rows


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Put the name of a file before error messages."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    except (OSError, EOFError, pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{name}: truncated, damaged or of another format: {error}") from error


def _unify(files: Sequence[tuple[InputFile, pa.Schema]]) -> pa.Schema:
    """Merge the columns of all files, in order of first appearance."""
    first = files[0][1]
    if all(schema.equals(first, check_metadata=True) for _, schema in files):
        return first
    columns: dict[str, tuple[pa.Field, InputFile]] = {}
    for file, schema in files:
        for column in schema:
            known, where = columns.setdefault(column.name, (column, file))
            typed = {"parquet", "arrow"} & {where.format.kind, file.format.kind}
            merged = _merge(known, column, as_json=not typed)
            if merged is None:
                raise InputError(
                    f"column {column.name} is {known.type} in {where.name} but {column.type} in "
                    f"{file.name}; score these files one by one, or convert one of them"
                )
            columns[column.name] = (merged, where)
    return pa.schema([column for column, _ in columns.values()])


def _merge(a: pa.Field, b: pa.Field, *, as_json: bool) -> pa.Field | None:
    """Return a column that can hold the values of both, or None; `as_json` allows JSON text."""
    mixed = holds_json(a) or holds_json(b)
    if not mixed and (a.type == b.type or (_is_text(a.type) and _is_text(b.type))):
        return a
    if pa.types.is_null(a.type) or pa.types.is_null(b.type):
        return b if pa.types.is_null(a.type) else a
    return json_field(a.name) if mixed or as_json else None


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _align(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give a table the columns of `schema`, nulls where it has none."""
    return pa.Table.from_arrays([_aligned(table, column) for column in schema], schema=schema)


def _aligned(table: pa.Table, column: pa.Field) -> Any:
    place = table.schema.get_field_index(column.name)
    if place < 0:
        return pa.nulls(len(table), column.type)
    values = table.column(place)
    if holds_json(column) and not holds_json(table.schema.field(place)):
        texts = [None if value is None else to_json(value) for value in plain(values)]
        return pa.array(texts, column.type)
    return values if values.type == column.type else values.cast(column.type)
