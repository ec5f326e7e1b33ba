"""From the fitted pipeline to one ONNX file and its metadata."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import onnx
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import UInt8TensorType
from sklearn.pipeline import Pipeline

from roleclass._version import __version__
from roleclass.engine.model_file import FORMAT, seal
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.roles import AnyRole
from roleclass.training.cut.builder import IR_VERSION, OPSET
from roleclass.training.graph.converters import ready, register_converters
from roleclass.training.model import softmax_weights
from roleclass.training.unclear import REASONS, UnclearRule
from roleclass.whole import write_whole

OUTPUTS: Final = {
    "line_row": (TensorProto.INT32, ["M"]),
    "line_start": (TensorProto.INT32, ["M"]),
    "line_end": (TensorProto.INT32, ["M"]),
    "line_part": (TensorProto.FLOAT, ["M", len(PARTS)]),
    "line_work": (TensorProto.FLOAT, ["M", len(WORKS)]),
    "line_areas": (TensorProto.FLOAT, ["M", len(AREAS)]),
    "line_weight": (TensorProto.FLOAT, ["M"]),
    "found_ngram": (TensorProto.INT32, ["H"]),
    "found_word": (TensorProto.INT32, ["H"]),
    "found_line": (TensorProto.INT32, ["H"]),
    "divisor": (TensorProto.FLOAT, ["N", 1]),
    "blocks": (TensorProto.FLOAT, ["N", "B"]),
    "ngram_weights": (TensorProto.FLOAT, ["V", "K"]),
    "block_weights": (TensorProto.FLOAT, ["B", "K"]),
    "intercept": (TensorProto.FLOAT, ["K"]),
}
"""Outputs from which readings and explanations are made, with their types and shapes.

The M lines: the posting of each, its bytes, its classes, and the weight of a mention in it. The H n-grams
that were found: their column, the index of their first word, the line; the divisor of their sum; the
columns of the other features; and the weights of all columns for each role.
"""


@dataclass(frozen=True)
class ModelInfo:
    """The metadata of a model file.

    Attributes
    ----------
    roles : tuple of K Role
        Columns of the probabilities.
    thresholds : tuple of K floats
        Confidence from which a prediction of each role is called reliable.
    corpus : str
        Fingerprint of the corpus that it was trained on.
    features : tuple of str
        Names of the columns of the features, for explanations.
    rule : UnclearRule
    """

    roles: tuple[AnyRole, ...]
    thresholds: tuple[float, ...]
    corpus: str
    features: tuple[str, ...] = ()
    rule: UnclearRule = UnclearRule()  # noqa: RUF009  (immutable)

    def metadata(self) -> dict[str, str]:
        """Return the key-value pairs of the file's metadata; values are JSON or plain text."""
        return {
            "roleclass.format": FORMAT,
            "roleclass.version": __version__,
            "roleclass.corpus": self.corpus,
            "roleclass.roles": json.dumps([str(role) for role in self.roles]),
            "roleclass.thresholds": json.dumps(self.thresholds),
            "roleclass.reasons": json.dumps(REASONS),
            "roleclass.features": json.dumps(self.features),
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
        The file, written atomically. The same pipeline gives the same bytes.

    Raises
    ------
    ValueError
        If the roles differ, or the graph would hold an operator that is not of ONNX's standard set.
    """
    model = to_onnx(pipeline, info)
    write_whole(path, seal(model.SerializeToString(deterministic=True)))


def to_onnx(pipeline: Pipeline, info: ModelInfo) -> onnx.ModelProto:
    """Return the graph that `export` writes."""
    if list(pipeline[-1].classes_) != [str(role) for role in info.roles]:
        raise ValueError(
            f"the pipeline's classes are {list(pipeline[-1].classes_)}, not {info.roles}"
        )
    register_converters()
    model = convert_sklearn(
        _with_weights_moved(pipeline, info.rule),
        "roleclass",
        initial_types=[("utf8", UInt8TensorType([None, None]))],
        target_opset=OPSET,
    )
    domains = {operator_set.domain for operator_set in model.opset_import}
    if domains != {""}:
        raise ValueError(f"operators outside the standard set: {', '.join(sorted(domains - {''}))}")
    _name_axes(model)
    model.ir_version = IR_VERSION
    model.producer_name, model.producer_version = "roleclass", __version__
    helper.set_model_props(model, info.metadata())
    onnx.checker.check_model(model, full_check=True)
    return model


def _with_weights_moved(pipeline: Pipeline, rule: UnclearRule) -> Pipeline:
    """Move the weights of n-grams into the features, and the features' ``weights_`` into the regression."""
    features, role = pipeline[0], copy.copy(pipeline[-1])
    role.coef_ = role.coef_.copy()
    role.coef_[:, len(features.idf_) :] *= features.weights_
    weights, _ = softmax_weights(role)
    return Pipeline([("features", ready(features, weights, rule)), ("role", role)])


def _name_axes(model: onnx.ModelProto) -> None:
    """Describe the inputs and outputs, including ``reason``, which scikit-learn does not have."""
    classes = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    del model.graph.input[:], model.graph.output[:]
    describe = helper.make_tensor_value_info
    model.graph.input.append(describe("utf8", TensorProto.UINT8, ["N", "L"]))
    model.graph.output.extend(
        [
            describe("probabilities", TensorProto.FLOAT, ["N", classes]),
            describe("reason", TensorProto.INT64, ["N"]),
            # For `roleclass.engine.answers` and `roleclass.evidence`; a prediction fetches none of them.
            *(describe(name, *OUTPUTS[name]) for name in OUTPUTS),
        ]
    )
