"""One reader for many files: rows in their order, in chunks of bounded size, in one schema."""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.errors import ScoringError
from roleclass.scoring import jsonlines
from roleclass.scoring.csvfile import CsvFile
from roleclass.scoring.formats import Format, expand
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.pieces import IN_LITTLE_MEMORY
from roleclass.scoring.rows import Limits, Rows

_DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of one file.

    Attributes
    ----------
    index : int
        How many chunks came before.
    source : str
        The file's name, for messages.
    first_row : int
        The number of the first row within the file, from 1; the header is not a row.
    table : pyarrow.Table
    faults : dict of int to str
        What the file has wrong in a row, by its place in `table`.
    position : int
        Bytes of the input that have been read.
    """

    index: int
    source: str
    first_row: int
    table: pa.Table
    faults: dict[int, str]
    position: int


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    path: Path
    format: Format
    schema: pa.Schema


class Reader:
    """Reads input files, all with the same columns.

    Parameters
    ----------
    inputs : sequence of str
        Paths, patterns, or ``-`` for standard input.
    options : ScoreOptions

    Attributes
    ----------
    schema : pyarrow.Schema
        The columns of all files together; a file that lacks one gives nulls.
    files : tuple of str
        Names of the files, in order.
    size : int
        Bytes of the input.

    Raises
    ------
    ScoringError
        If a file cannot be read, is damaged, or its columns contradict those of another.
    """

    def __init__(self, inputs: Sequence[str], options: ScoreOptions) -> None:
        self._options = options
        self._cleanup = ExitStack()
        try:
            self._files = [self._open(name) for name in expand(inputs)]
            self.schema = _unify(self._files)
        except BaseException:
            self.close()
            raise
        self.files = tuple(file.name for file in self._files)
        self.size = sum(file.path.stat().st_size for file in self._files)

    def close(self) -> None:
        """Remove what was kept of standard input."""
        self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fingerprint(self) -> list[dict[str, object]]:
        """Identify the input: a run that is resumed must see the same."""
        stats = [(file, file.path.stat()) for file in self._files]
        return [
            {
                "file": str(file.path.resolve()),
                "bytes": stat.st_size,
                "modified_ns": stat.st_mtime_ns,
            }
            for file, stat in stats
        ]

    def __iter__(self) -> Iterator[Chunk]:
        """Read all files; iterate once or more."""
        index, done = 0, 0
        for file in self._files:
            row = 1
            size = file.path.stat().st_size
            batches = self._read(file)
            while True:
                # Only the reading is ours to explain, not what is done with a chunk.
                with _named(f"{file.name}: after row {row - 1}"):
                    rows, share = next(batches, (None, 1.0))
                if rows is None:
                    break
                table = _align(rows.table, self.schema)
                yield Chunk(index, file.name, row, table, rows.faults, done + int(share * size))
                index += 1
                row += len(table)
            done += size

    def _open(self, name: str) -> _File:
        format_ = Format.of(name, self._options.format)
        path = self._spool() if name == "-" else Path(name)
        name = "standard input" if name == "-" else name
        with _named(name):
            return _File(name, path, format_, self._schema(path, format_))

    def _spool(self) -> Path:
        # Parquet has its index at the end and JSON Lines are read twice: a pipe allows neither.
        descriptor, name = tempfile.mkstemp(prefix="roleclass-stdin-")
        self._cleanup.callback(Path(name).unlink)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return Path(name)

    def _schema(self, path: Path, format_: Format) -> pa.Schema:
        if format_.kind == "parquet":
            with pq.ParquetFile(path) as file:
                return file.schema_arrow
        with format_.open_to_read(path) as (_, content):
            if format_.kind != "jsonl":
                header = self._csv(format_).header(content)
                return pa.schema([(column, pa.string()) for column in header])
            found = jsonlines.read_columns(content)
            if not found.seen:
                raise ScoringError(f"no row found; {found.first_fault or 'the file is empty'}")
            return found.schema()

    def _csv(self, format_: Format) -> CsvFile:
        return CsvFile(_DELIMITERS[format_.kind], self._options.encoding)

    def _read(self, file: _File) -> Iterator[tuple[Rows, float]]:
        """Give rows, and the share of the file that has been read."""
        limits = Limits(self._options.batch_size)
        if file.format.kind == "parquet":
            yield from _read_parquet(file.path, limits.rows)
            return
        size = file.path.stat().st_size
        with file.format.open_to_read(file.path) as (raw, content):
            batches = (
                jsonlines.read_rows(content, self.schema, limits)
                if file.format.kind == "jsonl"
                else self._csv(file.format).rows(content, limits)
            )
            for rows in batches:
                yield rows, raw.tell() / size


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Put the name of a file before what is said of it."""
    try:
        yield
    except ScoringError as error:
        raise ScoringError(f"{name}: {error}") from error
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise ScoringError(f"{name}: truncated, damaged or of another format: {error}") from error


def _read_parquet(path: Path, batch_size: int) -> Iterator[tuple[Rows, float]]:
    with pq.ParquetFile(path, **IN_LITTLE_MEMORY) as file:
        done, total = 0, file.metadata.num_rows
        for batch in file.iter_batches(batch_size):
            done += len(batch)
            batch.validate(full=True)  # texts that are no UTF-8, places outside of the data
            yield Rows(pa.Table.from_batches([batch]), {}), done / total


def _unify(files: Sequence[_File]) -> pa.Schema:
    """Put the columns of all files together, in the order in which they first come."""
    first = files[0].schema
    for file in files:
        twice = sorted(n for n, count in Counter(file.schema.names).items() if count > 1)
        if twice:
            raise ScoringError(
                f"{file.name} has more than one column {', '.join(twice)}; rename them"
            )
    marks = list(map(jsonlines.holds_json, first))
    if all(
        file.schema.equals(first) and list(map(jsonlines.holds_json, file.schema)) == marks
        for file in files
    ):
        return first  # with its metadata
    as_json = all(file.format.kind == "jsonl" for file in files)
    columns: dict[str, tuple[pa.Field, str]] = {}
    for file in files:
        for column in file.schema:
            known, where = columns.setdefault(column.name, (column, file.name))
            merged = _merge(known, column, as_json=as_json)
            if merged is None:
                raise ScoringError(
                    f"column {column.name} is {known.type} in {where} but {column.type} in "
                    f"{file.name}; score these files one by one, or convert one of them"
                )
            columns[column.name] = (merged, where)
    return pa.schema([column for column, _ in columns.values()])


def _merge(a: pa.Field, b: pa.Field, *, as_json: bool) -> pa.Field | None:
    """Return a column that holds the values of both, or None; `as_json` if JSON may."""
    mixed = jsonlines.holds_json(a) or jsonlines.holds_json(b)
    if not mixed and (a.type == b.type or (_is_text(a.type) and _is_text(b.type))):
        return a
    if pa.types.is_null(a.type) or pa.types.is_null(b.type):
        return b if pa.types.is_null(a.type) else a
    return jsonlines.json_field(a.name) if as_json else None


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _align(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give a table the columns of `schema`, nulls where it has none."""
    if table.schema.names == schema.names:
        return table.cast(schema)
    return pa.Table.from_arrays(
        [
            table[column.name].cast(column.type)
            if column.name in table.column_names
            else pa.nulls(len(table), column.type)
            for column in schema
        ],
        schema=schema,
    )
