"""Parts of the graph as models of their own, for tests."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper
from onnx.checker import check_model

from roleclass.training.graph.builder import OPSET, GraphBuilder

Arrays = dict[str, np.ndarray]
Write = Callable[[GraphBuilder], Mapping[str, tuple[int, int, str]]]


class Collected:
    """Stands in for the scope and the container that skl2onnx hands to a converter."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._names: Counter[str] = Counter()

    def get_unique_variable_name(self, seed: str) -> str:
        self._names[seed] += 1
        return f"{seed}{self._names[seed]}"

    get_unique_operator_name = get_unique_variable_name

    def add_node(self, *args: Any, op_version: int, **attributes: Any) -> None:
        assert op_version == OPSET
        self.nodes.append(helper.make_node(*args, **attributes))


def runnable(write: Write) -> Callable[[np.ndarray], Arrays]:
    """What `write` writes as a function of ``utf8``; it gives types, ranks and names of results by key."""
    container = Collected()
    w = GraphBuilder(container, container)
    results = write(w)
    outputs = []
    for key, (kind, rank, name) in results.items():
        w.op("Identity", name, out=f"result_{key}")
        outputs.append(
            helper.make_tensor_value_info(f"result_{key}", kind, [key, *[None] * (rank - 1)])
        )
    utf8 = helper.make_tensor_value_info("utf8", TensorProto.UINT8, ["N", "L"])
    graph = helper.make_graph(container.nodes, "test", [utf8], outputs, container.initializers)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    check_model(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda rows: dict(zip(results, session.run(None, {"utf8": rows}), strict=True))
