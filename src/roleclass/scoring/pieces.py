"""Divide Parquet files, local or in a store, into pieces for the workers of a cluster."""

import os
import posixpath
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from roleclass.errors import ScoringError
from roleclass.tables.arrow import IN_LITTLE_MEMORY, read_parquet
from roleclass.tables.files import expand
from roleclass.tables.formats import Format
from roleclass.tables.rows import check_names

_PIECE_ROWS: Final = 16384
"""Fewest rows of a piece: a second or two of work, cheap to repeat."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some row groups of one file, and their output file.

    Attributes
    ----------
    source, output : str
        Paths or addresses.
    row_groups : tuple of int
    rows : int
    size : int
        Bytes before compression.
    """

    source: str
    row_groups: tuple[int, ...]
    rows: int
    size: int
    output: str


def plan(inputs: Sequence[str], folder: str) -> tuple[list[Piece], pa.Schema]:
    """Divide the input into pieces with output files in `folder`; also return the schema.

    Raises
    ------
    ScoringError
        If a file is not Parquet, cannot be read, has columns of one name, or others than the first.
    """
    pieces: list[Piece] = []
    first: pa.Schema | None = None
    for source in _list(inputs):
        with open_parquet(source) as file:
            metadata, schema = file.metadata, file.schema_arrow
        check_names(schema.names, f"{source}: ")
        first = schema if first is None else first
        if not schema.equals(first):
            raise ScoringError(
                f"{source}: its columns differ from those of the first file; a cluster needs files "
                "with the same columns: score the others in a separate run"
            )
        groups: list[int] = []
        rows = size = 0
        for k in range(metadata.num_row_groups):
            groups.append(k)
            rows += metadata.row_group(k).num_rows
            size += metadata.row_group(k).total_byte_size
            if rows >= _PIECE_ROWS or k == metadata.num_row_groups - 1:
                name = posixpath.join(folder, f"part-{len(pieces):07d}.parquet")
                pieces.append(Piece(source, tuple(groups), rows, size, name))
                groups, rows, size = [], 0, 0
    if first is None:
        raise ScoringError(
            f"no Parquet file in {', '.join(inputs)}; expected names that end in .parquet"
        )
    return pieces, first


def _list(inputs: Sequence[str]) -> Iterator[str]:
    for name in inputs:
        if "://" not in name:
            for path in expand([name]):
                if Format.of(path, "csv").kind != "parquet":
                    raise ScoringError(
                        f"{path}: a cluster reads only Parquet; score this file without --engine ray"
                    )
                yield absolute(path)
            continue
        filesystem, path = resolve(name)
        if filesystem.get_file_info(path).type == fs.FileType.File:
            yield name
            continue
        scheme = name.partition("://")[0]
        files = filesystem.get_file_info(fs.FileSelector(path, recursive=True))
        yield from sorted(f"{scheme}://{f.path}" for f in files if f.path.endswith(".parquet"))


def resolve(name: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a path or address, and the path in it."""
    if "://" in name:
        return fs.FileSystem.from_uri(name)  # type: ignore[no-any-return]
    return fs.LocalFileSystem(), str(Path(name).resolve())


def absolute(name: str | os.PathLike[str]) -> str:
    """Return an address unchanged and a path as absolute: workers run in other folders."""
    name = os.fspath(name)
    return name if "://" in name else str(Path(name).resolve())


@contextmanager
def open_parquet(name: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file by its path or address."""
    filesystem, path = resolve(name)
    try:
        raw = filesystem.open_input_file(path)
        file = pq.ParquetFile(raw, **IN_LITTLE_MEMORY)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise ScoringError(f"{name}: truncated, damaged or not Parquet: {error}") from error
    with raw, file:
        yield file


def read_piece(file: pq.ParquetFile, piece: Piece, batch_size: int) -> Iterator[pa.Table]:
    """Read the rows of a piece from its open file, some at a time."""
    try:
        yield from read_parquet(file, batch_size, piece.row_groups)
    except (OSError, pa.ArrowException) as error:
        raise ScoringError(f"{piece.source}: damaged: {error}") from error
