"""Which operators an ONNX file uses, read from its bytes without the library of ONNX.

An ONNX file is a protocol buffer: fields of a number, a kind and a value, one after another, and what has
a length may be a message again. ONNX Runtime knows operators beyond ONNX's own (``com.microsoft``,
``ai.onnx.ml``); a model of ours needs none of them.
"""

from collections.abc import Iterator
from typing import Final

_STANDARD: Final = (b"", b"ai.onnx")

# Numbers of fields in onnx.proto.
_MODEL_GRAPH, _MODEL_OPERATOR_SET, _MODEL_TRAINING, _MODEL_FUNCTION = 7, 8, 20, 25
_SET_DOMAIN = 1
_GRAPH_NODE = 1
_NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_GRAPHS = (6, 11)  # one, several


def check_operators(model: bytes) -> None:
    """Raise a ValueError if a model uses anything but ONNX's own operators.

    Parameters
    ----------
    model : bytes
        An ONNX file.

    Raises
    ------
    ValueError
        If it is no protocol buffer, names another domain, or brings functions or training of its own.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model
    >>> check_operators(default_model().read_bytes())
    """
    for field, value, _ in fields(memoryview(model)):
        if field == _MODEL_GRAPH:
            _check_graph(value)
        elif field == _MODEL_OPERATOR_SET:
            for part, domain, _ in fields(value):
                if part == _SET_DOMAIN:
                    _check_domain(domain)
        elif field in {_MODEL_TRAINING, _MODEL_FUNCTION}:
            raise ValueError("it brings functions or a training of its own")


def _check_graph(graph: memoryview) -> None:
    for field, node, _ in fields(graph):
        if field == _GRAPH_NODE:
            operator = b""
            for part, value, _ in fields(node):
                if part == _NODE_OPERATOR:
                    operator = bytes(value)
                elif part == _NODE_DOMAIN:
                    _check_domain(value, operator)
                elif part == _NODE_ATTRIBUTE:
                    for kind, inner, _ in fields(value):
                        if kind in _ATTRIBUTE_GRAPHS:
                            _check_graph(inner)


def _check_domain(domain: memoryview, operator: bytes = b"") -> None:
    if bytes(domain) not in _STANDARD:
        name = f"{bytes(domain)!r}, {operator!r}" if operator else f"{bytes(domain)!r}"
        raise ValueError(f"it uses operators that are not ONNX's own ({name})")


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
        elif kind == 2:
            length, at = _varint(message, at)
            at += length
        else:
            raise ValueError("it is no ONNX file")
        if at > len(message):
            raise ValueError("it is no ONNX file, or ends too soon")
        yield key >> 3, message[at - length : at], message[begin:at]


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
