"""The part of a graph that answers need gives the same answers."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from roleclass import RoleClassifier
from roleclass.engine.graph_file import pruned
from roleclass.engine.model_file import ANSWER, default_model
from roleclass.text import encode, pack
from tests.written import TITLES, posting

ROWS = pack([posting(role, n).encode() for role in TITLES for n in range(4)] + [encode("")])


def session(model: bytes) -> ort.InferenceSession:
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"])


def test_the_part_gives_the_answers_of_the_whole_to_the_last_bit() -> None:
    data = default_model().read_bytes()
    part, whole = session(pruned(data, ANSWER)), session(data)
    assert [output.name for output in part.get_outputs()] == list(ANSWER)
    for one, other in zip(
        part.run(None, {"utf8": ROWS}), whole.run(ANSWER, {"utf8": ROWS}), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_part_is_a_valid_model_with_the_metadata_of_the_whole() -> None:
    data = default_model().read_bytes()
    part, whole = onnx.load_from_string(pruned(data, ANSWER)), onnx.load_from_string(data)
    onnx.checker.check_model(part, full_check=True)
    assert list(part.metadata_props) == list(whole.metadata_props)
    assert part.opset_import == whole.opset_import
    assert list(part.graph.input) == list(whole.graph.input)


def test_nodes_and_weights_that_no_output_needs_are_left_out_and_the_others_stay() -> None:
    kind = TensorProto.FLOAT
    described = {name: helper.make_tensor_value_info(name, kind, [2]) for name in "xyz"}
    weights = [numpy_helper.from_array(np.ones(2, np.float32), name) for name in "ab"]
    nodes = [
        helper.make_node("Add", ["x", "a"], ["sum"]),
        helper.make_node("Split", ["sum"], ["first", "rest"], num_outputs=2),
        helper.make_node("Concat", ["rest", "rest"], ["y"], axis=0),
        helper.make_node("Mul", ["x", "b"], ["z"]),
    ]
    graph = helper.make_graph(
        nodes, "g", [described["x"]], [described["y"], described["z"]], weights
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    part = onnx.load_from_string(pruned(model.SerializeToString(), ["y"])).graph
    assert [node.op_type for node in part.node] == ["Add", "Split", "Concat"]
    assert [tensor.name for tensor in part.initializer] == ["a"]
    assert [output.name for output in part.output] == ["y"]


@pytest.mark.parametrize("data", [b"\x0f", b"\x3a\xff\xff\xff\xff\x7f", b"\x3a\x02\x0a\x7f"])
def test_bytes_that_are_no_model_are_an_error_that_can_be_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="no ONNX file"):
        pruned(data, ANSWER)


def test_a_prediction_makes_no_session_of_the_whole_and_a_reading_does(tmp_path: Path) -> None:
    # A file of its own: the shipped one is loaded once for all tests.
    classifier = RoleClassifier(shutil.copy(default_model(), tmp_path / "model.onnx"))
    classifier.predict("We build agents.")
    model = classifier._file.model
    assert "_whole" not in vars(model)
    classifier.read("We build agents.")
    assert model.whole is model.whole
    assert len(model.whole.get_outputs()) > len(ANSWER)
