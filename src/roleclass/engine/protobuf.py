"""ONNX files as what they are, protocol buffers, read and written without the library of ONNX.

Fields of a number, a kind and a value, one after another; what has a length may be a message again.
"""

from collections.abc import Iterator
from typing import Final

# Numbers of fields in onnx.proto.
MODEL_GRAPH: Final = 7
GRAPH_NODE: Final = 1

_LENGTH: Final = 2  # the kind of a field that has a length


def fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Give the fields of a message: number, value, and the whole of it; of a number, the value is empty."""
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
    """Give the values of the fields of these numbers."""
    return (value for number, value, _ in fields(message) if number in numbers)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number, seven bits a byte, the lowest first; return it and where it ends."""
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
    """Return what stands before the value of a field that has a length."""
    return _number(field << 3 | _LENGTH) + _number(length)


def _number(value: int) -> bytes:
    """Write a number as protocol buffers do."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])
