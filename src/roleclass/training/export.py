"""From the fitted pipeline to one ONNX file: converters for skl2onnx, and the file's metadata."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Operator, Scope, Variable
from skl2onnx.common.data_types import FloatTensorType, UInt8TensorType
from sklearn.pipeline import Pipeline

from roleclass import __version__
from roleclass.classifier import FORMAT
from roleclass.roles import Role
from roleclass.training.features import TITLE_BYTES, PostingFeatures
from roleclass.training.graph import OPSET, Found, Words, Writer, count, find_ngrams, find_words
from roleclass.training.model import RoleRegression
from roleclass.training.tables import Trie, WordTable
from roleclass.training.unclear import ENGLISH, REASONS, UnclearRule

_IR_VERSION: Final = 8  # the oldest that has the operators, so that older runtimes load the file
_NEWLINE = ord("\n")


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself.

    Attributes
    ----------
    roles : tuple of K Role
        Columns of the probabilities.
    thresholds : tuple of K floats
        Confidence from which a prediction of each role is called reliable.
    corpus : str
        Fingerprint of the corpus that it was trained on.
    """

    roles: tuple[Role, ...]
    thresholds: tuple[float, ...]
    corpus: str

    def metadata(self) -> dict[str, str]:
        """Return the key-value pairs of the file's metadata; values are JSON or plain text."""
        return {
            "roleclass.format": FORMAT,
            "roleclass.version": __version__,
            "roleclass.corpus": self.corpus,
            "roleclass.roles": json.dumps([str(role) for role in self.roles]),
            "roleclass.thresholds": json.dumps(self.thresholds),
            "roleclass.reasons": json.dumps(REASONS),
        }


def export(pipeline: Pipeline, info: ModelInfo, path: Path) -> None:
    """Write the pipeline as one ONNX graph: ``utf8`` -> ``probabilities`` and ``reason``.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted and calibrated: `PostingFeatures`, `RoleRegression`.
    info : ModelInfo
        Its roles must be the pipeline's classes, in their order.
    path : Path
        The file; it is there whole or not at all. The same pipeline gives the same bytes.

    Raises
    ------
    ValueError
        If the roles differ, or the graph would hold an operator that is not of ONNX's standard set.
    """
    model = to_onnx(pipeline, info)
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(model.SerializeToString(deterministic=True))
    partial.replace(path)


def to_onnx(pipeline: Pipeline, info: ModelInfo) -> onnx.ModelProto:
    """Return the graph that `export` writes."""
    if list(pipeline[-1].classes_) != [str(role) for role in info.roles]:
        raise ValueError(f"the pipeline's classes are {list(pipeline[-1].classes_)}, not {info.roles}")
    update_registered_converter(
        PostingFeatures,
        "RoleclassPostingFeatures",
        _features_shape,
        _convert_features,
        overwrite=True,
    )
    update_registered_converter(
        RoleRegression,
        "RoleclassRoleRegression",
        _regression_shape,
        _convert_regression,
        overwrite=True,
        parser=_parse_regression,
    )
    model = convert_sklearn(
        pipeline,
        "roleclass",
        initial_types=[("utf8", UInt8TensorType([None, None]))],
        target_opset=OPSET,
    )
    domains = {operator_set.domain for operator_set in model.opset_import}
    if domains != {""}:
        raise ValueError(f"operators outside the standard set: {', '.join(sorted(domains - {''}))}")
    _name_axes(model)
    model.ir_version = _IR_VERSION
    model.producer_name, model.producer_version = "roleclass", __version__
    helper.set_model_props(model, info.metadata())
    onnx.checker.check_model(model, full_check=True)
    return model


def _name_axes(model: onnx.ModelProto) -> None:
    """Describe the inputs and outputs, ``reason`` included, which scikit-learn knows nothing of."""
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    del model.graph.input[:], model.graph.output[:]
    describe = helper.make_tensor_value_info
    model.graph.input.append(describe("utf8", TensorProto.UINT8, ["N", "L"]))
    model.graph.output.extend(
        [
            describe("probabilities", TensorProto.FLOAT, ["N", classes]),
            describe("reason", TensorProto.INT64, ["N"]),
        ]
    )


# --- PostingFeatures ---------------------------------------------------------------------------


def _features_shape(operator: Operator) -> None:
    features: PostingFeatures = operator.raw_operator
    operator.outputs[0].type = FloatTensorType([None, len(features.feature_names())])


def _convert_features(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    features: PostingFeatures = operator.raw_operator
    w = Writer(scope, container)
    utf8 = operator.inputs[0].full_name
    rows = w.op("Shape", utf8, start=0, end=1)
    table = WordTable.from_words(features.vocabulary_.words)
    words = find_words(w, table, utf8)
    found = find_ngrams(w, Trie.from_vocabulary(features.vocabulary_, table), words)
    ngrams = _tf_idf(w, features, found, rows)
    mentions = _concept_counts(w, features, found, utf8, rows)
    concepts = _weigh_concepts(w, features, mentions)
    w.op("Concat", ngrams, concepts, axis=1, out=operator.outputs[0].full_name)
    _reason(w, features, mentions, words)


def _tf_idf(w: Writer, features: PostingFeatures, found: Found, rows: str) -> str:
    """``(1 + log(tf)) * idf``, each row scaled to length 1; the logarithm is taken of hits only."""
    size = len(features.idf_)
    # One column more, for what is found but no n-gram of the vocabulary.
    counts, cell = count(w, found.row, found.ngram, rows, size + 1)
    tf = w.op("Add", w.op("Log", w.take(counts, cell)), w.const(1.0, np.float32))
    idf = w.take(w.const(np.append(features.idf_, 0), np.float32), found.ngram)
    weights = w.op("ScatterElements", counts, cell, w.op("Mul", tf, idf), axis=0)
    weights = w.cut(w.op("Reshape", weights, w.vector(-1, size + 1)), 0, size, axis=1)
    norm = w.op("Sqrt", w.op("ReduceSum", w.op("Mul", weights, weights), w.vector(1)))
    return w.op("Div", weights, w.op("Max", norm, w.const(1e-12, np.float32)))


def _concept_counts(
    w: Writer, features: PostingFeatures, found: Found, utf8: str, rows: str
) -> str:
    """How often each concept is mentioned, in the whole posting and in its title: float[N, 2, C].

    Phrases that mention the same concepts are counted together, as one set, and sets are added up.
    """
    membership = features.membership_.toarray()
    sets, set_of_ngram = np.unique(membership, axis=0, return_inverse=True)
    number = len(sets)  # the first set is the empty one: it holds all n-grams without a concept
    column = w.take(w.const(np.append(set_of_ngram.ravel(), 0)), found.ngram)
    mentions_concept = w.op("Cast", column, to=TensorProto.BOOL)
    column = w.keep(column, mentions_concept)
    row = w.keep(found.row, mentions_concept)
    end = w.keep(found.end, mentions_concept)

    # The title is what stands before the first line's end; ArgMax gives 0 where there is none.
    head = w.op("Equal", w.cut(utf8, 0, TITLE_BYTES + 1, axis=1), w.const(_NEWLINE, np.uint8))
    title_end = w.op("ArgMax", w.cast(head, TensorProto.UINT8), axis=1, keepdims=0)
    in_title = w.op("Less", end, w.take(w.cast(title_end, TensorProto.INT32), row))
    # The second half of the columns is the title's; elsewhere it falls on the empty set.
    title_column = w.op("Where", in_title, w.op("Add", column, w.const(number)), w.const(number))
    counts, _ = count(
        w,
        w.op("Concat", row, row, axis=0),
        w.op("Concat", column, title_column, axis=0),
        rows,
        2 * number,
    )
    counts = w.op("Reshape", counts, w.vector(-1, 2, number))
    return w.op("MatMul", counts, w.const(sets * (sets.sum(axis=1, keepdims=True) > 0), np.float32))


def _weigh_concepts(w: Writer, features: PostingFeatures, mentions: str) -> str:
    weights = np.stack([features.concept_weights_, features.title_weights_])
    logs = w.op("Log", w.op("Add", mentions, w.const(1.0, np.float32)))
    weighted = w.op("Mul", logs, w.const(weights, np.float32))
    return w.op("Reshape", weighted, w.vector(-1, weights.size))


def _reason(w: Writer, features: PostingFeatures, mentions: str, words: Words) -> None:
    """The rule of `UnclearRule`, as code numbers of `REASONS`."""
    rule = UnclearRule()
    keys = [concept.key for concept in features.concepts_]
    english = w.cut(w.cut(mentions, 0, 1, axis=1), keys.index(ENGLISH), keys.index(ENGLISH) + 1, axis=2)
    enough = w.op("Mul", words.number, w.const(rule.min_english, np.float32))
    code = w.op("Where", w.op("Less", w.flat(english), enough), w.vector(3), w.vector(0))
    few = w.op("Less", words.number, w.const(rule.min_words, np.float32))
    code = w.op("Where", few, w.vector(2), code)
    none = w.op("Equal", words.number, w.const(0, np.float32))
    w.op("Where", none, w.vector(1), code, out="reason")


# --- RoleRegression ----------------------------------------------------------------------------


def _parse_regression(
    scope: Scope, model: RoleRegression, inputs: list[Variable], custom_parsers: Any = None  # noqa: ARG001
) -> list[Variable]:
    operator = scope.declare_local_operator("RoleclassRoleRegression", model)
    operator.inputs = inputs
    operator.outputs.append(scope.declare_local_variable("probabilities", FloatTensorType()))
    return list(operator.outputs)


def _regression_shape(operator: Operator) -> None:
    operator.outputs[0].type = FloatTensorType([None, len(operator.raw_operator.classes_)])


def _convert_regression(
    scope: Scope, operator: Operator, container: ModelComponentContainer
) -> None:
    model: RoleRegression = operator.raw_operator
    w = Writer(scope, container)
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps the second class only
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercept = np.array([-intercept[0] / 2, intercept[0] / 2])
    product = w.op("MatMul", operator.inputs[0].full_name, w.const(coefficients.T, np.float32))
    logits = w.op("Add", product, w.const(intercept, np.float32))
    w.op("Softmax", logits, axis=1, out=operator.outputs[0].full_name)
