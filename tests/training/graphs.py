"""Parts of the graph as models of their own, for tests."""

from collections.abc import Callable, Mapping

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper
from onnx.checker import check_model
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Scope

from roleclass.training.graph.words import OPSET, Writer

Arrays = dict[str, np.ndarray]
Write = Callable[[Writer], Mapping[str, tuple[int, int, str]]]


def runnable(write: Write) -> Callable[[np.ndarray], Arrays]:
    """What `write` writes as a function of ``utf8``; it gives types, ranks and names of results by key."""
    container = ModelComponentContainer(OPSET)
    w = Writer(Scope("test"), container)
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
