"""Converters for skl2onnx: how `PostingFeatures` and `RoleRegression` are written as ONNX operators."""

from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Operator, Scope, Variable
from skl2onnx.common.data_types import FloatTensorType

from roleclass.training.features import PostingFeatures
from roleclass.training.graph import Found, Words, Writer, count, find_ngrams, find_words
from roleclass.training.graph_blocks import blocks, find_mentions
from roleclass.training.model import RoleRegression, softmax_weights
from roleclass.training.tables import Trie, WordTable


def register_converters() -> None:
    """Tell skl2onnx how to convert the steps of the pipeline."""
    update_registered_converter(
        PostingFeatures,
        "RoleclassPostingFeatures",
        _features_shape,
        _convert_features,
        overwrite=True,
        parser=_parse_features,
    )
    update_registered_converter(
        RoleRegression,
        "RoleclassRoleRegression",
        _regression_shape,
        _convert_regression,
        overwrite=True,
        parser=_parse_regression,
    )


def _parse_features(
    scope: Scope,
    model: PostingFeatures,
    inputs: list[Variable],
    custom_parsers: Any = None,  # noqa: ARG001
) -> list[Variable]:
    """Declare three results: tf-idf not yet scaled, what each row is to be divided by, other blocks.

    The regression divides its four products instead of thousands of columns, and nothing is joined.
    The blocks are not multiplied by ``weights_``: `export.to_onnx` moves these into the regression.
    """
    operator = scope.declare_local_operator("RoleclassPostingFeatures", model)
    operator.inputs = inputs
    for name in ("ngrams", "length", "blocks"):
        operator.outputs.append(scope.declare_local_variable(name, FloatTensorType()))
    return list(operator.outputs)


def _features_shape(operator: Operator) -> None:
    features: PostingFeatures = operator.raw_operator
    # One n-gram more, for what is found but no n-gram of the vocabulary.
    for output, columns in zip(
        operator.outputs, (len(features.idf_) + 1, 1, len(features.weights_)), strict=True
    ):
        output.type = FloatTensorType([None, columns])


def _convert_features(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    features: PostingFeatures = operator.raw_operator
    w = Writer(scope, container)
    results = [output.full_name for output in operator.outputs]
    utf8 = operator.inputs[0].full_name
    table = WordTable.from_words(features.vocabulary_.words)
    words = find_words(w, table, utf8)
    found = find_ngrams(w, Trie.from_vocabulary(features.vocabulary_, table), words)
    _tf_idf(w, features, found, words, results[:2])
    mentions = find_mentions(w, features, found, words, utf8)
    blocks(w, features, mentions, words, table, results[2])


def _tf_idf(
    w: Writer, features: PostingFeatures, found: Found, words: Words, out: list[str]
) -> None:
    """See `PostingFeatures`; the logarithm is taken of what was found only, not of every cell."""
    width = len(features.idf_) + 1
    of_row = w.op("Mul", words.row, w.const(width))
    cell = w.op("Add", w.take(of_row, found.word), found.ngram)
    counts = count(w, cell, words.rows, width)
    tf = w.op("Add", w.op("Log", w.take(counts, cell)), w.const(1.0, np.float32))
    idf = w.take(w.const(np.append(features.idf_, 0), np.float32), found.ngram)
    of_found = w.op("Mul", tf, idf, out="found_weight")
    weights = w.op("ScatterElements", counts, cell, of_found, axis=0)
    weights = w.op("Reshape", weights, w.vector(-1, width), out=out[0])
    # ONNX Runtime's own norms (ReduceL2, ReduceSumSquare) are three times as slow.
    norm = w.op("Sqrt", w.op("ReduceSum", w.op("Mul", weights, weights), w.vector(1)))
    w.op("Max", norm, w.const(1e-12, np.float32), out=out[1])


def _parse_regression(
    scope: Scope,
    model: RoleRegression,
    inputs: list[Variable],
    custom_parsers: Any = None,  # noqa: ARG001
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
    weights, intercept = softmax_weights(model)
    ngrams, length, blocks = (tensor.full_name for tensor in operator.inputs)
    number = operator.inputs[0].type.shape[1] - 1
    of_ngrams = np.vstack([weights[:number], np.zeros_like(weights[:1])])
    product = w.op("Div", w.op("MatMul", ngrams, w.named("ngram_weights", of_ngrams)), length)
    others = w.op(
        "Gemm",
        blocks,
        w.named("block_weights", weights[number:]),
        w.named("intercept", intercept),
    )
    w.op("Softmax", w.op("Add", product, others), axis=1, out=operator.outputs[0].full_name)
