"""Read and write ONNX files as protocol buffers, without the onnx library.

A message is a sequence of fields, each with a number, a kind and a value; a value may be a message.
"""

from collections.abc import Iterator
from typing import Final

# Numbers of fields in onnx.proto.
MODEL_GRAPH: Final = 7
GRAPH_NODE: Final = 1

_LENGTH: Final = 2  # the kind of a field that has a length


def fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield the fields of a message: number, value (empty for numeric fields), and the raw field."""
    at = 0
    while at < len(message):
        begin = at
        key, at = _varint(message, at)
        kind = key & 7
        length = 0
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == _LENGTH:
            length, at = _varint(message, at)
            at += length
        else:
            raise ValueError("it is no ONNX file")
        if at > len(message):
            raise ValueError("it is no ONNX file, or ends too soon")
        yield key >> 3, message[at - length : at], message[begin:at]


def values(message: memoryview, *numbers: int) -> Iterator[memoryview]:
    """Yield the values of the fields with these numbers."""
    return (value for number, value, _ in fields(message) if number in numbers)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number, seven bits per byte, the lowest first; return it and its end."""
    value = 0
    for shift in range(0, 70, 7):
        if at + shift // 7 >= len(message):
            break
        byte = message[at + shift // 7]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + shift // 7 + 1
    raise ValueError("it is no ONNX file, or ends too soon")


def head(field: int, length: int) -> bytes:
    """Return the header of a field that has a length."""
    return _number(field << 3 | _LENGTH) + _number(length)


def _number(value: int) -> bytes:
    """Encode a number as in protocol buffers."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])
