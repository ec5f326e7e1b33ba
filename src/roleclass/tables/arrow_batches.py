"""Check how much memory the batches of an Arrow file take: a compressed batch is unpacked whole.

The size stands in front of each compressed buffer; the position of buffers is in the message of the
batch, a FlatBuffer (https://arrow.apache.org/docs/format/Columnar.html).
"""

import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import Any, Final

import pyarrow as pa

from roleclass.errors import InputError

MAX_BATCH: Final = 288 * 2**20
"""Bytes of an unpacked batch; with 65,536 rows, the default of Feather, 4.6 kB per row."""

_DICTIONARIES, _BATCHES = 2, 3  # fields of the index of a file
_HEADER, _BUFFERS, _COMPRESSION = 2, 2, 3  # fields of a message, and of a batch


def check_batches(raw: pa.NativeFile) -> None:
    """Raise an `InputError` if a file or stream has a compressed batch of more than `MAX_BATCH`.

    Examples
    --------
    >>> sink = pa.BufferOutputStream()
    >>> with pa.ipc.new_stream(sink, pa.schema([("text", pa.string())])) as stream:
    ...     stream.write(pa.record_batch({"text": ["Build agents."]}))
    >>> check_batches(pa.BufferReader(sink.getvalue()))
    """
    number = -1
    try:
        for number, size in enumerate(map(_unpacked, _messages(raw))):
            if size > MAX_BATCH:
                raise InputError(
                    f"batch {number} takes {size >> 20:,} MiB to unpack; the limit is {MAX_BATCH >> 20} "
                    "MiB: rewrite the file with smaller batches (pyarrow: write_feather(..., "
                    "chunksize=1000)), or uncompressed"
                )
    except struct.error as error:
        raise InputError(f"damaged: batch {number + 1} is invalid: {error}") from error


def _messages(raw: pa.NativeFile) -> Iterator[Any]:
    """Yield the messages of a stream, or those in the index at the end of a file."""
    if raw.read(6) != b"ARROW1":
        raw.seek(0)
        yield from pa.ipc.MessageReader.open_stream(raw)
        return
    end = raw.size() - 10
    raw.seek(end)
    length = unpack_from("<i", raw.read(4))[0]
    raw.seek(end - length)
    footer = raw.read(length)
    for kind in _DICTIONARIES, _BATCHES:
        if at := _field(footer, _follow(footer, 0), kind):
            blocks = _follow(footer, at)
            for k in range(unpack_from("<I", footer, blocks)[0]):
                raw.seek(unpack_from("<q", footer, blocks + 4 + 24 * k)[0])
                yield pa.ipc.read_message(raw)


def _unpacked(message: Any) -> int:
    """Return the unpacked size of a batch's buffers; 0 for uncompressed ones and other messages."""
    if message.type not in ("record batch", "dictionary"):
        return 0
    data = message.metadata.to_pybytes()
    batch = _follow(data, _field(data, _follow(data, 0), _HEADER))
    if message.type == "dictionary":  # its second field is a batch
        batch = _follow(data, _field(data, batch, 1))
    if not _field(data, batch, _COMPRESSION):
        return 0
    buffers = _follow(data, _field(data, batch, _BUFFERS))
    total = 0
    for k in range(unpack_from("<I", data, buffers)[0]):
        start, length = unpack_from("<qq", data, buffers + 4 + 16 * k)
        unpacked = unpack_from("<q", message.body, start)[0] if length >= 8 else length
        total += length if unpacked < 0 else unpacked
    return total


def _follow(data: bytes, at: int) -> int:
    return at + int(unpack_from("<I", data, at)[0])


def _field(data: bytes, table: int, number: int) -> int:
    """Return the position of a field in a table; 0 if it is missing."""
    names = table - int(unpack_from("<i", data, table)[0])
    if 4 + 2 * number >= unpack_from("<H", data, names)[0]:
        return 0
    place = int(unpack_from("<H", data, names + 4 + 2 * number)[0])
    return table + place if place else 0
