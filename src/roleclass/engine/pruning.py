"""Cut an ONNX file down to the part that some of its outputs need.

ONNX Runtime computes all outputs of a graph, even those that are not requested. A prediction needs two;
the other outputs, about lines and words, would take a sixth of the time.
"""

from collections.abc import Collection

from roleclass.engine.protobuf import GRAPH_NODE, MODEL_GRAPH, fields, head, values

# Numbers of fields in onnx.proto.
_GRAPH_INITIALIZER, _GRAPH_OUTPUT = 5, 12
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_INITIALIZER_NAME, _OUTPUT_NAME = 8, 1


def pruned(model: bytes, outputs: Collection[str]) -> bytes:
    """Remove the parts of a model that some of its outputs do not need.

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
    for field, value, whole in fields(memoryview(model)):
        if field == MODEL_GRAPH:
            graph = _pruned_graph(value, outputs)
            parts += [head(field, len(graph)), graph]
        else:
            parts.append(whole)
    return b"".join(parts)


def _pruned_graph(graph: memoryview, outputs: Collection[str]) -> bytes:
    needed = {name.encode() for name in outputs}
    kept: list[memoryview] = []
    # Nodes come after those whose results they use, and before initializers and outputs.
    parts = list(fields(graph))
    nodes = [part for part in parts if part[0] == GRAPH_NODE]
    for _, node, whole in reversed(nodes):
        if not needed.isdisjoint(_names(node, _NODE_OUTPUT)):
            needed.update(_names(node, _NODE_INPUT))
            kept.append(whole)
    kept.reverse()
    names = {_GRAPH_INITIALIZER: _INITIALIZER_NAME, _GRAPH_OUTPUT: _OUTPUT_NAME}
    wanted = {_GRAPH_INITIALIZER: needed, _GRAPH_OUTPUT: {name.encode() for name in outputs}}
    for field, value, whole in parts:
        if field in names:
            if not wanted[field].isdisjoint(_names(value, names[field])):
                kept.append(whole)
        elif field != GRAPH_NODE:
            kept.append(whole)
    return b"".join(kept)


def _names(message: memoryview, number: int) -> list[bytes]:
    return list(map(bytes, values(message, number)))
