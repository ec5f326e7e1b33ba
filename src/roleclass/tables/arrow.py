"""Read Parquet and Arrow (Feather) files in pieces of bounded size."""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.tables.arrow_batches import check_batches
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.parquet_pages import rows_at_once
from roleclass.tables.plain import Pieces
from roleclass.tables.rows import MAX_BYTES, Rows, Source

IN_LITTLE_MEMORY: Final[dict[str, Any]] = {"pre_buffer": False, "buffer_size": 2**20}
"""How to open Parquet: by default, Arrow keeps everything it has read of a file until it is closed."""

_STEP: Final = 256  # rows that are decoded together


def parquet_file(file: InputFile, _: ReadOptions, __: list[str]) -> Source:
    """Find the columns of a Parquet file; an `InputError` is raised if its pages are too large for memory."""
    with pq.ParquetFile(file.path) as parquet:
        schema = parquet.schema_arrow
        step = rows_at_once(file.path, parquet, _STEP)

    def rows(most: int) -> Iterator[Rows]:
        with pq.ParquetFile(file.path, **IN_LITTLE_MEMORY) as parquet:
            done, total = 0, parquet.metadata.num_rows
            for table in read_parquet(parquet, most, step=step):
                done += len(table)
                file.share = done / total
                yield table, {}

    return schema, rows


def read_parquet(
    parquet: pq.ParquetFile,
    most: int,
    row_groups: Sequence[int] | None = None,
    step: int = _STEP,
) -> Iterator[pa.Table]:
    """Read row groups (None: all) in tables of at most `most` rows, fewer if texts are long."""
    groups = range(parquet.num_row_groups) if row_groups is None else row_groups
    about = [parquet.metadata.row_group(k) for k in groups]
    longest = max((g.total_byte_size / g.num_rows for g in about if g.num_rows), default=1)
    step = max(1, min(most, step, int(MAX_BYTES / max(longest, 1))))
    batches = parquet.iter_batches(step, row_groups=list(groups), use_threads=False)
    yield from _regroup(batches, most)


def arrow_file(file: InputFile, _: ReadOptions, __: list[str]) -> Source:
    """Find the columns of an Arrow file (Feather), or an Arrow stream in a file.

    Raises
    ------
    InputError
        If a batch is compressed and too large for memory.
    """
    with file.open() as content:
        open_batches = pa.ipc.open_file if content.read(6) == b"ARROW1" else pa.ipc.open_stream
    with pa.memory_map(str(file.path)) as raw:
        schema = open_batches(raw).schema
    with pa.memory_map(str(file.path)) as raw:
        check_batches(raw)

    def rows(most: int) -> Iterator[Rows]:
        with file.path.open("rb") as mapped:
            content = mmap.mmap(
                mapped.fileno(), 0, access=mmap.ACCESS_READ
            )  # stays open until no table needs it
        raw = pa.BufferReader(pa.py_buffer(content))
        for table in _regroup(_slices(open_batches(raw)), most):
            file.share = raw.tell() / max(file.size, 1)
            yield table, {}
            _release(content)

    return schema, rows


def _slices(reader: Any) -> Iterator[pa.RecordBatch]:
    """Yield copies of the rows of batches, some at a time; at most one unpacked batch is in memory."""
    is_file = hasattr(reader, "get_batch")
    for batch in map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader:
        step = max(1, min(_STEP, MAX_BYTES * len(batch) // max(batch.nbytes, 1)))
        for start in range(0, len(batch), step):
            part = batch.slice(start, step)
            part.validate(full=True)  # a copy of invalid offsets would crash
            yield _copied(part)
            del part
        del batch


def _copied(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a copy of the rows, so that the rest of their batch can be freed."""
    try:
        return batch.take(pa.array(range(len(batch)), pa.int32()))
    except pa.ArrowNotImplementedError:
        return batch


def _release(content: mmap.mmap) -> None:
    """Release the memory of a mapped file, which can be read again."""
    if hasattr(content, "madvise"):
        content.madvise(mmap.MADV_DONTNEED)


def _regroup(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.Table]:
    """Join and cut batches, so that each table is full but not too large."""
    pieces = Pieces(most, MAX_BYTES)
    for batch in batches:
        batch.validate(full=True)  # invalid UTF-8, offsets outside the data
        yield from pieces.add(pa.Table.from_batches([batch]))
    yield from pieces.rest()
