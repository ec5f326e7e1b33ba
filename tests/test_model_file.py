"""Which model files are refused: missing, damaged, foreign, hostile."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from roleclass import ModelError, RoleClassifier, explain
from roleclass.model_file import default_model, load_model, seal, unseal

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
    with pytest.raises(ModelError, match=r"no model file at .*none.onnx"):
        classifier.predict("text")


@pytest.mark.parametrize("content", [b"", b"not a model", default_model().read_bytes()[:5000]])
def test_a_file_that_is_no_model_or_was_cut_off_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad.onnx is damaged, or no model .* does not end with"):
        RoleClassifier(path).predict("text")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 0.99999])
def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path, place: float) -> None:
    data = bytearray(default_model().read_bytes())
    data[int(place * len(data))] ^= 1
    path = tmp_path / "flipped.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"flipped.onnx is damaged, .* checksum does not fit"):
        load_model(path)


def test_a_model_of_others_is_refused_whole_as_it_is(tmp_path: Path) -> None:
    graph = helper.make_graph([], "empty", [], [])
    path = tmp_path / "foreign.onnx"
    onnx.save(helper.make_model(graph), path)
    with pytest.raises(ModelError, match=r"foreign.onnx is .*no model that roleclass wrote"):
        load_model(path)


def test_a_model_of_another_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = altered(tmp_path / "old.onnx", metadata("format", "0"))
    with pytest.raises(
        ModelError, match=r"not a model of .* format 1 \(found: 0\); train it again"
    ):
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
    with pytest.raises(ModelError, match=r"outside.onnx is refused: it refers to other files"):
        load_model(path)


def test_a_model_with_operators_of_others_is_refused(tmp_path: Path) -> None:
    def add_operator(model: onnx.ModelProto) -> None:
        model.opset_import.append(helper.make_opsetid("evil", 1))
        model.graph.node.append(helper.make_node("Evil", ["utf8"], ["evil"], domain="evil"))

    path = altered(tmp_path / "custom.onnx", add_operator)
    with pytest.raises(ModelError, match=r"custom.onnx .*evil"):
        load_model(path)


def test_a_model_that_asks_for_a_terabyte_is_an_error_of_the_model(tmp_path: Path) -> None:
    def ask(model: onnx.ModelProto) -> None:
        size = numpy_helper.from_array(np.array([2**38], np.int64), "how_many")
        model.graph.initializer.append(size)
        model.graph.node.append(helper.make_node("ConstantOfShape", ["how_many"], ["huge"]))
        model.graph.output.append(helper.make_tensor_value_info("huge", 1, [None]))

    classifier = RoleClassifier(altered(tmp_path / "huge.onnx", ask))
    with pytest.raises(ModelError, match="cannot answer 1 postings"):
        classifier.outputs(TEXT)


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
    with pytest.raises(ModelError, match=r"odd.onnx does not hold what a model of .* holds"):
        load_model(path)


def test_a_graph_without_the_answers_of_the_format_is_refused(tmp_path: Path) -> None:
    def rename(model: onnx.ModelProto) -> None:
        del model.graph.output[1:]

    with pytest.raises(ModelError):
        load_model(altered(tmp_path / "other.onnx", rename))


def test_the_shipped_model_knows_four_roles_and_their_thresholds() -> None:
    model = load_model(default_model())
    assert len(model.roles) == len(model.thresholds) == 4
    assert json.loads(model.session.get_modelmeta().custom_metadata_map["roleclass.format"]) == 1


def test_a_model_that_names_too_few_features_is_refused_by_explanations(tmp_path: Path) -> None:
    path = altered(tmp_path / "few.onnx", metadata("features", '["ngram:agents"]'))
    with pytest.raises(ModelError, match="names 1 features but weighs"):
        explain(TEXT, classifier=RoleClassifier(path))


def test_metadata_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.onnx"
    path.write_bytes(
        seal(unseal(default_model().read_bytes()).replace(b'"ngram:', b'"ngr\xff\xff:'))
    )
    with pytest.raises(ModelError, match=r"bytes.onnx does not hold"):
        load_model(path)
