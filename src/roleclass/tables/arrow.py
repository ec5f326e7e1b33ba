"""Parquet, and Arrow's own format (Feather), in pieces of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.plain import cuts, size_of
from roleclass.tables.rows import MAX_BYTES, Rows

IN_LITTLE_MEMORY: Final[dict[str, Any]] = {"pre_buffer": False, "buffer_size": 2**20}
"""How to open Parquet: unless told, Arrow keeps all it has read of a file until it is closed."""

_STEP: Final = 256  # rows that are decoded together, long or not


class ParquetTable:
    """A Parquet file; see `Source`."""

    def __init__(self, file: InputFile, _: ReadOptions) -> None:
        self._file = file
        self.notes: list[str] = []
        with pq.ParquetFile(file.path) as parquet:
            self.schema = parquet.schema_arrow

    def rows(self, schema: pa.Schema, most: int) -> Iterator[Rows]:  # noqa: ARG002
        """Read the rows in order."""
        with pq.ParquetFile(self._file.path, **IN_LITTLE_MEMORY) as parquet:
            done, total = 0, parquet.metadata.num_rows
            for table in read_parquet(parquet, most):
                done += len(table)
                self._file.share = done / total
                yield Rows(table, {})


def read_parquet(
    parquet: pq.ParquetFile, most: int, row_groups: Sequence[int] | None = None
) -> Iterator[pa.Table]:
    """Read row groups (all where None) in tables of at most `most` rows, fewer where texts are long."""
    groups = range(parquet.num_row_groups) if row_groups is None else row_groups
    about = [parquet.metadata.row_group(k) for k in groups]
    longest = max((g.total_byte_size / g.num_rows for g in about if g.num_rows), default=1)
    step = max(1, min(most, _STEP, int(MAX_BYTES / max(longest, 1))))
    yield from _regroup(parquet.iter_batches(step, row_groups=list(groups)), most)


class ArrowTable:
    """A file of Arrow's (Feather), or a stream that was kept in one; see `Source`."""

    def __init__(self, file: InputFile, _: ReadOptions) -> None:
        self._file = file
        self.notes: list[str] = []
        with pa.memory_map(str(file.path)) as raw:
            self.schema = self._open(raw).schema

    def _open(self, raw: pa.NativeFile) -> Any:
        with self._file.open() as content:
            whole = content.read(6) == b"ARROW1"
        return pa.ipc.open_file(raw) if whole else pa.ipc.open_stream(raw)

    def rows(self, schema: pa.Schema, most: int) -> Iterator[Rows]:  # noqa: ARG002
        """Read the rows in order."""
        with pa.memory_map(str(self._file.path)) as raw:
            reader = self._open(raw)
            batches = (
                map(reader.get_batch, range(reader.num_record_batches))
                if hasattr(reader, "get_batch")
                else iter(reader)
            )
            for table in _regroup((part for b in batches for part in _slices(b)), most):
                self._file.share = raw.tell() / max(self._file.size, 1)
                yield Rows(table, {})


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, _STEP) for start in range(0, len(batch), _STEP))


def _regroup(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.Table]:
    """Put small batches together, and cut them, so that each table is full but not too large."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for batch in batches:
        batch.validate(full=True)  # texts that are no UTF-8, places outside of the data
        table = pa.Table.from_batches([batch])
        waiting.append(table)
        rows += len(table)
        size += size_of(table)
        if rows >= most or size > MAX_BYTES:
            together = pa.concat_tables(waiting)
            start = 0
            for end in cuts(together, most, MAX_BYTES):
                yield together.slice(start, end - start)
                start = end
            rest = together.slice(start)
            waiting, rows, size = [rest] * bool(len(rest)), len(rest), size_of(rest)
    if waiting:
        yield pa.concat_tables(waiting)
