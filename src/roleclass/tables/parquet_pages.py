"""Check how much memory a Parquet file takes to read: Arrow decodes pages whole, of any length.

The size of a page is not in the file's metadata but in the header in front of the page, in Thrift's
compact encoding (https://github.com/apache/parquet-format).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow.parquet as pq

from roleclass.errors import InputError

MAX_PAGES: Final = 320 * 2**20
"""Bytes of the pages that must be in memory together to read one row."""

_LONG_PAGES: Final = 64 * 2**20
_FEW: Final = 16  # rows that are decoded together if pages are long
_EXPANDED: Final = 192 * 2**20  # most bytes of rows that are decoded together

_DICTIONARY: Final = 2  # a type of page
_BOOLEANS, _INTEGERS, _BINARY, _STRUCT = (1, 2), (4, 5, 6), 8, 12  # page headers contain no others


def rows_at_once(path: Path, parquet: pq.ParquetFile, most: int) -> int:
    """Return how many rows of a file may be decoded together, up to `most`.

    Raises
    ------
    InputError
        If its pages are too large for memory.

    Examples
    --------
    >>> import pyarrow, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "jobs.parquet"
    >>> pq.write_table(pyarrow.table({"text": ["Build agents."]}), path)
    >>> rows_at_once(path, pq.ParquetFile(path), 256)
    256
    """
    about = parquet.metadata
    rows = most
    with path.open("rb") as raw:
        for k in range(about.num_row_groups):
            group = about.row_group(k)
            columns = [group.column(j) for j in range(group.num_columns)]
            # Each row may be the longest entry of a dictionary, which the file contains only once.
            rows = min(rows, _EXPANDED // max(1, sum(_dictionary(raw, c) for c in columns)))
            # No page is longer than its column, so few files have to be scanned.
            if 2 * sum(c.total_uncompressed_size for c in columns) <= _LONG_PAGES:
                continue
            needed = sum(_needed(raw, c) for c in columns)
            if needed > MAX_PAGES:
                raise InputError(
                    f"row group {k} has pages that take {needed >> 20:,} MiB to read, as pages are decoded "
                    f"whole; the limit is {MAX_PAGES >> 20} MiB: rewrite the file with smaller pages "
                    "(pyarrow: write_table(..., write_batch_size=16, use_dictionary=False))"
                )
            if needed > _LONG_PAGES:  # there may be a few long rows among many
                rows = min(rows, _FEW)
    return max(1, rows)


def _start(column: Any) -> int:
    first = column.data_page_offset
    if column.has_dictionary_page and 0 < column.dictionary_page_offset < first:
        first = column.dictionary_page_offset
    return int(first)


def _dictionary(raw: BinaryIO, column: Any) -> int:
    """Return the bytes of a column's dictionary of texts; 0 if there is none."""
    if column.physical_type != "BYTE_ARRAY" or not column.total_compressed_size:
        return 0
    start = _start(column)
    kind, size, _ = next(_pages(raw, start, start + 1))
    return size if kind == _DICTIONARY else 0


def _needed(raw: BinaryIO, column: Any) -> int:
    """Return the peak memory of reading a column: its dictionary, and its largest page twice."""
    start = _start(column)
    dictionary = longest = 0
    for kind, size, packed in _pages(raw, start, start + column.total_compressed_size):
        dictionary += size if kind == _DICTIONARY else 0
        longest = max(longest, size + packed * (column.compression != "UNCOMPRESSED"))
    return dictionary + longest


def _pages(raw: BinaryIO, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield type and bytes, before and after compression, of each page between two positions."""
    while at < end:
        raw.seek(at)
        try:
            kind, size, packed, *_ = _integers(raw)
        except (IndexError, ValueError, OverflowError, RecursionError) as error:
            raise InputError(f"damaged: no page of a column at byte {at:,}") from error
        yield kind, size, packed
        at = raw.tell() + max(packed, 0)


def _integers(raw: BinaryIO) -> list[int]:
    """Read a struct; return its numbers, in order."""
    found = []
    while head := raw.read(1)[0]:
        if head < 0x10:
            _varint(raw)  # the number of the field, if it is far from the previous one
        kind = head & 0x0F
        if kind in _INTEGERS:
            number = _varint(raw)
            found.append((number >> 1) ^ -(number & 1))
        elif kind == _BINARY:
            raw.seek(_varint(raw), 1)
        elif kind == _STRUCT:
            _integers(raw)
        elif kind not in _BOOLEANS:
            raise ValueError(f"a field of kind {kind}")
    return found


def _varint(raw: BinaryIO) -> int:
    value = shift = 0
    while True:
        byte = raw.read(1)[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value
        if shift > 70:
            raise ValueError("an endless number")
