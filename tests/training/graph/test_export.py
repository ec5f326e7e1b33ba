"""The model file answers like the pipeline, with standard operators only."""

import copy
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from roleclass import Role, RoleClassifier
from roleclass.engine.answers import LINE_OUTPUTS
from roleclass.lexicon import load_lexicon
from roleclass.text import encode, pack, tokenize
from roleclass.training.graph.export import OUTPUTS, ModelInfo, export, to_onnx
from roleclass.training.graph.parity import ParityError, check_parity
from roleclass.training.model import Settings, TrainingSet, fit
from roleclass.training.unclear import REASONS, UnclearRule, small_words
from tests.strategies import KNOWN_TEXTS
from tests.written import TITLES, posting

SMALL_WORDS = small_words(load_lexicon())


RULE = UnclearRule(min_asked=3.0)


@pytest.fixture(scope="module")
def pipeline(written_set: TrainingSet) -> Pipeline:
    # Not calibrated: the written postings are so easy that calibration would make it sure of
    # everything, and a difference would not show.
    return fit(written_set, Settings())


@pytest.fixture(scope="module")
def file(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    roles = tuple(map(Role, pipeline[-1].classes_))
    names = tuple(pipeline[0].feature_names())
    export(pipeline, ModelInfo(roles, (0.5,) * 4, "written", names, RULE), path)
    return path


@pytest.fixture(scope="module")
def classifier(file: Path) -> RoleClassifier:
    return RoleClassifier(file)


@pytest.fixture(scope="module")
def session(file: Path) -> ort.InferenceSession:
    return ort.InferenceSession(file, providers=["CPUExecutionProvider"])


@settings(deadline=None, max_examples=150)
@given(KNOWN_TEXTS)
def test_file_and_pipeline_agree_on_any_text(
    pipeline: Pipeline, classifier: RoleClassifier, texts: list[str]
) -> None:
    check_parity(pipeline, classifier, texts)


@pytest.mark.parametrize("length", [1, 255, 256, 257, 1023, 1024, 1025, 4096, 100_000, 1_000_000])
def test_file_and_pipeline_agree_at_any_length(
    pipeline: Pipeline, classifier: RoleClassifier, length: int
) -> None:
    text = (posting("ai-first", 1) + " ").replace("\n", " ") * (length // 200 + 1)
    texts = [text[:length], text[: length - 1] + "\n", "x" * length]
    check_parity(pipeline, classifier, texts, ["AI Engineer", None, None])


def reason(row: bytes, asked: float) -> int:
    """The code of `REASONS` by `RULE`, of which so many words ask something."""
    tokens = tokenize(row)
    if not tokens:
        return 1
    if len(tokens) < RULE.min_words:
        return 2
    small = sum(SMALL_WORDS.get(token, 0) for token in tokens)
    if small * RULE.words_per_small < len(tokens):
        return 3
    return 4 if asked < min(RULE.min_asked, RULE.asked_share * len(tokens)) else 0


@settings(deadline=None, max_examples=150)
@given(KNOWN_TEXTS)
def test_the_graph_answers_the_rule(
    pipeline: Pipeline, session: ort.InferenceSession, texts: list[str]
) -> None:
    rows = [encode(text) for text in texts]
    (reasons,) = session.run(["reason"], {"utf8": pack(rows)})
    features = pipeline[0]
    asked = features.measure(features.lines.predict(rows), len(rows)).asked
    assert reasons.tolist() == [reason(*of) for of in zip(rows, asked.tolist(), strict=True)]


@settings(deadline=None, max_examples=150)
@given(KNOWN_TEXTS)
def test_the_graph_reads_the_lines(
    pipeline: Pipeline, session: ort.InferenceSession, texts: list[str]
) -> None:
    rows = [encode(text) for text in texts]
    scores = pipeline[0].lines.predict(rows)
    row, start, end, part, work, areas = session.run(list(LINE_OUTPUTS), {"utf8": pack(rows)})
    lines = scores.cut.lines
    assert row.tolist() == lines.row.tolist()
    assert start.tolist() == lines.start.tolist()
    assert end.tolist() == lines.end.tolist()
    for one, other in ((part, scores.part), (work, scores.work), (areas, scores.areas)):
        np.testing.assert_allclose(one, other, atol=2e-5)


@settings(deadline=None, max_examples=50)
@given(KNOWN_TEXTS, st.integers(0, 3000))
def test_padding_changes_nothing(
    session: ort.InferenceSession, texts: list[str], more: int
) -> None:
    matrix = pack([encode(text) for text in texts])
    padded = np.pad(matrix, [(0, 0), (0, more)])
    for one, other in zip(
        session.run(None, {"utf8": matrix}), session.run(None, {"utf8": padded}), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_inputs_and_outputs_are_as_documented(session: ort.InferenceSession) -> None:
    (utf8,) = session.get_inputs()
    assert (utf8.name, utf8.type, utf8.shape) == ("utf8", "tensor(uint8)", ["N", "L"])
    answer, reason, *of_evidence = session.get_outputs()
    assert (answer.name, answer.type, answer.shape) == ("probabilities", "tensor(float)", ["N", 4])
    assert (reason.name, reason.type, reason.shape) == ("reason", "tensor(int64)", ["N"])
    assert [out.name for out in of_evidence] == list(OUTPUTS)


def test_all_operators_are_of_the_standard_set(file: Path) -> None:
    model = onnx.load(file)
    assert {operator_set.domain for operator_set in model.opset_import} == {""}
    assert {node.domain for node in model.graph.node} == {""}
    assert not any("String" in node.op_type for node in model.graph.node)


def test_metadata_says_what_a_runtime_must_know(session: ort.InferenceSession) -> None:
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["roleclass.roles"]) == [
        "ai-first",
        "ai-support",
        "ml-first",
        "other",
    ]
    assert json.loads(metadata["roleclass.reasons"]) == list(REASONS)
    assert len(json.loads(metadata["roleclass.thresholds"])) == 4


def test_two_roles_are_enough(written_set: TrainingSet) -> None:
    role = written_set.corpus.column("role")
    two = written_set.at(np.flatnonzero(np.isin(role, [Role.AI_FIRST, Role.OTHER])))
    pipeline = fit(two, Settings())
    model = to_onnx(pipeline, ModelInfo((Role.AI_FIRST, Role.OTHER), (0.5, 0.5), "x"))
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = [posting(role, 77).encode() for role in TITLES]
    (probabilities,) = session.run(["probabilities"], {"utf8": pack(rows)})
    np.testing.assert_allclose(probabilities, pipeline.predict_proba(rows), atol=1e-5)


def test_roles_in_another_order_are_refused(pipeline: Pipeline) -> None:
    with pytest.raises(ValueError, match=r"ai-first.*ai-support.*ml-first"):
        to_onnx(pipeline, ModelInfo((Role.OTHER, Role.AI_FIRST), (0.5, 0.5), "x"))


def test_a_file_that_differs_is_caught(pipeline: Pipeline, classifier: RoleClassifier) -> None:
    other = copy.deepcopy(pipeline)
    other[-1].with_temperature(2.0)  # of a model that is nearly certain here
    with pytest.raises(ParityError, match="posting 0: "):
        check_parity(other, classifier, [posting("ai-first", 3)])
