"""Check and cut an ONNX file as protocol buffers, without the onnx library.

A message is a sequence of fields, each with a number, a kind and a value; a value may be a message.
"""

from collections.abc import Collection, Iterator
from typing import Final

# Numbers of fields in onnx.proto.
_MODEL_GRAPH, _MODEL_OPERATOR_SET, _MODEL_TRAINING, _MODEL_FUNCTION = 7, 8, 20, 25
_SET_DOMAIN = 1
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT = 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_GRAPHS = (6, 11)  # one, several
_INITIALIZER_NAME, _OUTPUT_NAME = 8, 1

_LENGTH: Final = 2  # the kind of a field that has a length
_NUMERIC: Final = {1: 8, 5: 4}  # bytes of the kinds of fixed size
_STANDARD: Final = (b"", b"ai.onnx")


def check_operators(model: bytes) -> None:
    """Raise a ValueError if a model uses anything but ONNX's own operators.

    ONNX Runtime knows others (``com.microsoft``, ``ai.onnx.ml``); our models need none of them.

    Parameters
    ----------
    model : bytes
        An ONNX file.

    Raises
    ------
    ValueError
        If it is not a protocol buffer, uses another domain, or contains functions or training.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model
    >>> check_operators(default_model().read_bytes())
    """
    content = memoryview(model)
    if any(True for _ in _values(content, _MODEL_TRAINING, _MODEL_FUNCTION)):
        raise ValueError("it contains functions or training information")
    for operator_set in _values(content, _MODEL_OPERATOR_SET):
        _check_domains(operator_set, _SET_DOMAIN)
    for graph in _values(content, _MODEL_GRAPH):
        _check_graph(graph)


def _check_graph(graph: memoryview) -> None:
    for node in _values(graph, _GRAPH_NODE):
        _check_domains(node, _NODE_DOMAIN)
        for attribute in _values(node, _NODE_ATTRIBUTE):
            for inner in _values(attribute, *_ATTRIBUTE_GRAPHS):
                _check_graph(inner)


def _check_domains(message: memoryview, number: int) -> None:
    for domain in map(bytes, _values(message, number)):
        if domain not in _STANDARD:
            named = b"".join(_values(message, _NODE_OPERATOR))
            raise ValueError(f"it uses operators that are not ONNX's own ({domain!r}, {named!r})")


def pruned(model: bytes, outputs: Collection[str]) -> bytes:
    """Remove the parts of a model that some of its outputs do not need.

    ONNX Runtime computes all outputs of a graph, even those that are not requested. A prediction needs two;
    the other outputs, about lines and words, would take a sixth of the time.

    Parameters
    ----------
    model : bytes
        An ONNX file whose nodes contain no graphs.
    outputs : collection of str
        The outputs to keep; unknown names are ignored.

    Returns
    -------
    bytes
        An ONNX file with the same metadata.

    Raises
    ------
    ValueError
        If it is not a protocol buffer.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model
    >>> data = default_model().read_bytes()
    >>> len(pruned(data, ["reason"])) < len(pruned(data, ["reason", "line_areas"])) < len(data)
    True
    """
    parts: list[bytes | memoryview] = []
    for number, value, whole in _fields(memoryview(model)):
        if number == _MODEL_GRAPH:
            graph = _pruned_graph(value, {name.encode() for name in outputs})
            parts += [_varint(number << 3 | _LENGTH), _varint(len(graph)), graph]
        else:
            parts.append(whole)
    return b"".join(parts)


def _pruned_graph(graph: memoryview, outputs: Collection[bytes]) -> bytes:
    needed = set(outputs)
    kept: list[memoryview] = []
    # Nodes come after those whose results they use, and before initializers and outputs.
    parts = list(_fields(graph))
    for _, node, whole in reversed([part for part in parts if part[0] == _GRAPH_NODE]):
        if not needed.isdisjoint(map(bytes, _values(node, _NODE_OUTPUT))):
            needed.update(map(bytes, _values(node, _NODE_INPUT)))
            kept.append(whole)
    kept.reverse()
    wanted = {
        _GRAPH_INITIALIZER: (_INITIALIZER_NAME, needed),
        _GRAPH_OUTPUT: (_OUTPUT_NAME, outputs),
    }
    for number, value, whole in parts:
        name, names = wanted.get(number, (0, ()))
        if number != _GRAPH_NODE and (
            not name or any(bytes(found) in names for found in _values(value, name))
        ):
            kept.append(whole)
    return b"".join(kept)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield the fields of a message: number, value (empty for numeric fields), and the raw field."""
    at = 0
    while at < len(message):
        begin = at
        key, at = _read_varint(message, at)
        kind = key & 7
        length = 0
        if kind == 0:
            _, at = _read_varint(message, at)
        elif kind == _LENGTH:
            length, at = _read_varint(message, at)
            at += length
        elif kind in _NUMERIC:
            at += _NUMERIC[kind]
        else:
            raise ValueError("it is no ONNX file")
        if at > len(message):
            raise ValueError("it is no ONNX file, or ends too soon")
        yield key >> 3, message[at - length : at], message[begin:at]


def _values(message: memoryview, *numbers: int) -> Iterator[memoryview]:
    """Yield the values of the fields with these numbers."""
    return (value for number, value, _ in _fields(message) if number in numbers)


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    """Read a number, seven bits per byte, the lowest first; return it and its end."""
    value = 0
    for place, byte in enumerate(message[at : at + 10]):
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise ValueError("it is no ONNX file, or ends too soon")


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])
