"""Which model files are refused: missing, damaged, foreign, hostile."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from roleclass import ModelError, RoleClassifier
from roleclass.engine.model_file import FORMAT, default_model, load_model, seal, unseal

TEXT = "We build the agents with our team, and you will test the prompts for us."


def altered(path: Path, change: Callable[[onnx.ModelProto], None]) -> Path:
    """Write the shipped model with a change and a checksum that fits it, as an attacker can."""
    model = onnx.load_from_string(unseal(default_model().read_bytes()))
    change(model)
    path.write_bytes(seal(model.SerializeToString()))
    return path


def metadata(key: str, value: str | None) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        (entry,) = [entry for entry in model.metadata_props if entry.key == f"roleclass.{key}"]
        model.metadata_props.remove(entry)
        if value is not None:
            model.metadata_props.add(key=entry.key, value=value)

    return change


def test_an_unchanged_model_with_a_new_checksum_is_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(seal(unseal(default_model().read_bytes())))
    assert path.read_bytes() == default_model().read_bytes()
    assert RoleClassifier(path).predict(TEXT) == RoleClassifier().predict(TEXT)


def test_the_checksum_is_an_entry_of_the_metadata_for_any_reader_of_onnx() -> None:
    model = onnx.load(default_model())
    assert model.metadata_props[-1].key == "roleclass.sha256"
    assert default_model().read_bytes().endswith(model.metadata_props[-1].value.encode())


def test_a_missing_model_file_is_said_with_its_path(tmp_path: Path) -> None:
    classifier = RoleClassifier(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match=r"no model file.*none\.onnx"):
        classifier.predict("text")


@pytest.mark.parametrize("content", [b"", b"not a model", default_model().read_bytes()[:5000]])
def test_a_file_that_is_no_model_or_was_cut_off_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.onnx is damaged.* end"):
        RoleClassifier(path).predict("text")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 0.99999])
def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path, place: float) -> None:
    data = bytearray(default_model().read_bytes())
    data[int(place * len(data))] ^= 1
    path = tmp_path / "flipped.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"flipped\.onnx is damaged.* checksum"):
        load_model(path)


def test_a_model_of_others_is_refused_whole_as_it_is(tmp_path: Path) -> None:
    graph = helper.make_graph([], "empty", [], [])
    path = tmp_path / "foreign.onnx"
    onnx.save(helper.make_model(graph), path)
    with pytest.raises(ModelError, match=r"foreign\.onnx .*roleclass"):
        load_model(path)


def test_a_model_of_another_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = altered(tmp_path / "old.onnx", metadata("format", "0"))
    with pytest.raises(ModelError, match=rf"format {FORMAT} .*: 0\)"):
        load_model(path)


@pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "*/_ORT_MEM_ADDR_/*"])
def test_a_model_whose_weights_are_in_other_files_is_refused(tmp_path: Path, location: str) -> None:
    def point_elsewhere(model: onnx.ModelProto) -> None:
        weights = max(model.graph.initializer, key=lambda tensor: tensor.ByteSize())
        raw = numpy_helper.to_array(weights).tobytes()
        (tmp_path / "weights.bin").write_bytes(raw)
        weights.ClearField("raw_data")
        weights.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", str(len(raw)))):
            weights.external_data.add(key=key, value=value)

    path = altered(tmp_path / "outside.onnx", point_elsewhere)
    with pytest.raises(ModelError, match=r"outside\.onnx is refused: .*other files"):
        load_model(path)


def _gelu(domain: str) -> onnx.NodeProto:
    return helper.make_node("Gelu", ["probabilities"], ["curved"], domain=domain)


def _operator_of_onnx_runtime(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    model.graph.node.append(_gelu("com.microsoft"))


def _operator_without_import(model: onnx.ModelProto) -> None:
    model.graph.node.append(_gelu("com.microsoft"))


def _unknown_operator(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("evil", 1))
    model.graph.node.append(helper.make_node("Evil", ["utf8"], ["evil"], domain="evil"))


def _operator_in_a_branch(model: onnx.ModelProto) -> None:
    output = helper.make_tensor_value_info("curved", TensorProto.FLOAT, None)
    branch = helper.make_graph([_gelu("com.microsoft")], "branch", [], [output])
    true = numpy_helper.from_array(np.array(True), "true")
    model.graph.initializer.append(true)
    model.graph.node.append(
        helper.make_node("If", ["true"], ["either"], then_branch=branch, else_branch=branch)
    )


def _function(model: onnx.ModelProto) -> None:
    node = helper.make_node("Identity", ["a"], ["b"])
    imports = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("", "Mine", ["a"], ["b"], [node], imports))


@pytest.mark.parametrize(
    "change",
    [
        _operator_of_onnx_runtime,
        _operator_without_import,
        _unknown_operator,
        _operator_in_a_branch,
        _function,
    ],
)
def test_a_model_with_other_operators_than_those_of_onnx_is_refused(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None]
) -> None:
    path = altered(tmp_path / "custom.onnx", change)
    with pytest.raises(ModelError, match=r"custom.onnx is refused: .*(own|functions)"):
        load_model(path)


def test_a_model_in_the_format_of_onnx_runtime_is_refused(tmp_path: Path) -> None:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "model.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    options.log_severity_level = 4
    ort.InferenceSession(unseal(default_model().read_bytes()), options)
    path = tmp_path / "flat.onnx"
    path.write_bytes(seal((tmp_path / "model.ort").read_bytes()))
    with pytest.raises(ModelError, match=r"flat.onnx is"):
        load_model(path)


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"\xff" * 40, b"\x3a\x7f", b"\x3b"])
def test_sealed_bytes_that_are_no_onnx_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bytes.onnx"
    path.write_bytes(seal(content))
    with pytest.raises(ModelError, match=r"bytes.onnx"):
        load_model(path)


def after(output: str, operator: str, value: str | np.ndarray) -> Callable[[onnx.ModelProto], None]:
    """Return a change that puts an operator after an output; "rows" is how many there are."""

    def change(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            for names in (node.input, node.output):
                names[:] = [f"{name}_before" if name == output else name for name in names]
        kind = TensorProto.FLOAT if output == "probabilities" else TensorProto.INT64
        model.graph.initializer.append(numpy_helper.from_array(np.array([0]), "t_first"))
        model.graph.node.extend(
            [
                helper.make_node("Shape", ["utf8"], ["t_shape"]),
                helper.make_node("Gather", ["t_shape", "t_first"], ["t_number"]),
                helper.make_node("Cast", ["t_number"], ["rows"], to=kind),
            ]
        )
        if not isinstance(value, str):
            model.graph.initializer.append(numpy_helper.from_array(value, "value"))
        second = value if isinstance(value, str) else "value"
        model.graph.node.append(helper.make_node(operator, [f"{output}_before", second], [output]))

    return change


@pytest.mark.parametrize(
    ("output", "operator", "value"),
    [
        ("probabilities", "Mul", np.array(np.nan, np.float32)),
        ("probabilities", "Mul", np.array(2, np.float32)),
        ("probabilities", "Sub", np.array([1, -1, 0, 0], np.float32)),
        ("reason", "Add", np.array(50)),
        ("reason", "Add", np.array(-9)),
    ],
)
def test_a_graph_whose_answers_are_none_is_refused(
    tmp_path: Path, output: str, operator: str, value: np.ndarray
) -> None:
    path = altered(tmp_path / "wrong.onnx", after(output, operator, value))
    with pytest.raises(ModelError, match="answers with"):
        load_model(path)


@pytest.mark.parametrize(("output", "operator"), [("probabilities", "Mul"), ("reason", "Mul")])
def test_a_graph_that_answers_wrongly_only_later_is_an_error_of_the_model_then(
    tmp_path: Path, output: str, operator: str
) -> None:
    # Whatever it gives is multiplied by the number of rows: fine for one, not for nine.
    classifier = RoleClassifier(altered(tmp_path / "later.onnx", after(output, operator, "rows")))
    assert classifier.predict(TEXT).role == RoleClassifier().predict(TEXT).role
    with pytest.raises(ModelError, match="answers with"):
        list(classifier.predict_many(["x"] * 9))


def test_a_model_that_asks_for_a_terabyte_is_an_error_of_the_model(tmp_path: Path) -> None:
    def ask(model: onnx.ModelProto) -> None:
        size = numpy_helper.from_array(np.array([2**38], np.int64), "how_many")
        model.graph.initializer.append(size)
        model.graph.node.append(helper.make_node("ConstantOfShape", ["how_many"], ["huge"]))
        model.graph.output.append(helper.make_tensor_value_info("huge", 1, [None]))

    classifier = RoleClassifier(altered(tmp_path / "huge.onnx", ask))
    with pytest.raises(ModelError, match="cannot answer 1 postings"):
        classifier.explain(TEXT)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("roles", None),
        ("roles", "[not json"),
        ("roles", '["ai-first", "boss"]'),
        ("roles", '["ai-first", "other"]'),
        ("roles", "[" * 100_000),
        ("thresholds", "7"),
        ("thresholds", '["high", "low", "none", "all"]'),
        ("thresholds", "[0.5]"),
        ("thresholds", "[0.5, 0.5, 0.5, NaN]"),
        ("thresholds", "[0.5, 0.5, 0.5, Infinity]"),
        ("thresholds", "[0.5, 0.5, 0.5, 1.5]"),
        ("thresholds", "[-0.5, 0.5, 0.5, 0.5]"),
        ("roles", '["ai-first", "ai-support", "ml-first", "unclear"]'),
        ("reasons", "[]"),
        ("reasons", "[null, 1]"),
        ("features", "null"),
        ("features", "[1]"),
        ("features", '["ngram:agents", "ngram:agents"]'),
    ],
)
def test_a_model_whose_metadata_do_not_fit_is_refused(
    tmp_path: Path, key: str, value: str | None
) -> None:
    path = altered(tmp_path / "odd.onnx", metadata(key, value))
    with pytest.raises(ModelError, match=r"odd\.onnx "):
        load_model(path)


def test_a_graph_without_the_answers_of_the_format_is_refused(tmp_path: Path) -> None:
    def rename(model: onnx.ModelProto) -> None:
        del model.graph.output[1:]

    with pytest.raises(ModelError):
        load_model(altered(tmp_path / "other.onnx", rename))


def test_the_shipped_model_knows_four_roles_and_their_thresholds() -> None:
    model = load_model(default_model())
    assert len(model.roles) == len(model.thresholds) == 4
    assert json.loads(model.session.get_modelmeta().custom_metadata_map["roleclass.format"]) == int(
        FORMAT
    )


def test_a_model_that_names_too_few_features_is_refused_by_explanations(tmp_path: Path) -> None:
    path = altered(tmp_path / "few.onnx", metadata("features", '["ngram:agents"]'))
    with pytest.raises(ModelError, match=r"\b1 features"):
        RoleClassifier(path).explain(TEXT)


def test_metadata_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.onnx"
    path.write_bytes(
        seal(unseal(default_model().read_bytes()).replace(b'"ngram:', b'"ngr\xff\xff:'))
    )
    with pytest.raises(ModelError, match=r"bytes\.onnx "):
        load_model(path)
