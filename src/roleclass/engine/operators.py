"""Check which operators an ONNX file uses, without the onnx library.

ONNX Runtime knows operators beyond ONNX's own (``com.microsoft``,
``ai.onnx.ml``); our models need none of them.
"""

from typing import Final

from roleclass.engine.protobuf import GRAPH_NODE, MODEL_GRAPH, values

_STANDARD: Final = (b"", b"ai.onnx")

# Numbers of fields in onnx.proto.
_MODEL_OPERATOR_SET, _MODEL_TRAINING, _MODEL_FUNCTION = 8, 20, 25
_SET_DOMAIN = 1
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
        If it is not a protocol buffer, uses another domain, or contains functions or training.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model
    >>> check_operators(default_model().read_bytes())
    """
    content = memoryview(model)
    if any(True for _ in values(content, _MODEL_TRAINING, _MODEL_FUNCTION)):
        raise ValueError("it contains functions or training information")
    for operator_set in values(content, _MODEL_OPERATOR_SET):
        for domain in values(operator_set, _SET_DOMAIN):
            _check_domain(domain)
    for graph in values(content, MODEL_GRAPH):
        _check_graph(graph)


def _check_graph(graph: memoryview) -> None:
    for node in values(graph, GRAPH_NODE):
        operator = b"".join(values(node, _NODE_OPERATOR))
        for domain in values(node, _NODE_DOMAIN):
            _check_domain(domain, operator)
        for attribute in values(node, _NODE_ATTRIBUTE):
            for inner in values(attribute, *_ATTRIBUTE_GRAPHS):
                _check_graph(inner)


def _check_domain(domain: memoryview, operator: bytes = b"") -> None:
    if bytes(domain) not in _STANDARD:
        name = f"{bytes(domain)!r}, {operator!r}" if operator else f"{bytes(domain)!r}"
        raise ValueError(f"it uses operators that are not ONNX's own ({name})")
