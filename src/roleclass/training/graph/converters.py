"""Converters for skl2onnx: write `PostingFeatures` and `RoleRegression` as ONNX operators."""

from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType

from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.lines import GraphLines, find_lines
from roleclass.training.cut.tables import tables_of
from roleclass.training.cut.words import Found, find_ngrams, find_words
from roleclass.training.features import NGRAM_SCALE, PostingFeatures
from roleclass.training.graph.blocks import Weighted, blocks, weigh_lines
from roleclass.training.graph.line_model import PART, WORK, GraphScores, score_lines
from roleclass.training.graph.line_weights import Further, differences
from roleclass.training.model import RoleRegression, softmax_weights
from roleclass.training.unclear import UnclearRule, small_words


class ReadyFeatures(PostingFeatures):
    """Features with the linear model's weights of n-grams, and the rule for `unclear`.

    The graph sums the weights of n-grams, K numbers per posting, while scikit-learn's pipeline has a column
    for each n-gram.

    Attributes
    ----------
    ngram_weights_ : float64 array of shape (V, K)
    rule_ : UnclearRule
    """

    ngram_weights_: Any
    rule_: UnclearRule


def register_converters() -> None:
    """Register the converters of the pipeline's steps with skl2onnx."""
    update_registered_converter(
        ReadyFeatures,
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


def _parse_features(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> list[Any]:  # noqa: ARG001
    """Declare two results: the summed weights of n-grams for each role, and the other blocks.

    The blocks are not multiplied by ``weights_``: `export.to_onnx` moves these into the regression.
    """
    operator = scope.declare_local_operator("RoleclassPostingFeatures", model)
    operator.inputs = inputs
    for name in ("of_ngrams", "blocks"):
        operator.outputs.append(scope.declare_local_variable(name, FloatTensorType()))
    return list(operator.outputs)


def _features_shape(operator: Any) -> None:
    features: ReadyFeatures = operator.raw_operator
    for output, columns in zip(
        operator.outputs,
        (features.ngram_weights_.shape[1], len(features.weights_)),
        strict=True,
    ):
        output.type = FloatTensorType([None, columns])


def _convert_features(scope: Any, operator: Any, container: Any) -> None:
    features: ReadyFeatures = operator.raw_operator
    w = GraphBuilder(scope, container)
    of_ngrams, of_blocks = (output.full_name for output in operator.outputs)
    table, trie = tables_of(features.lines.ngrams)
    words = find_words(w, table, operator.inputs[0].full_name)
    found = find_ngrams(w, trie, words)
    lines = find_lines(w, table, words)
    further = _further(w, features)
    scores = score_lines(w, features.lines, found, lines, further)
    weighted = weigh_lines(w, words, lines, scores, further.number)
    divisor = blocks(w, features, found, words, lines, weighted, features.rule_, out=of_blocks)
    w.op("Div", weighted.of_ngrams, divisor, out=of_ngrams)
    _write_lines(w, found, lines, scores, weighted)


def _further(w: GraphBuilder, features: ReadyFeatures) -> Further:
    """The weights of n-grams for the K roles, and whether they are small words.

    For each role but the first, the difference from the weight for the first.
    """
    weights = features.ngram_weights_
    number = weights.shape[1]
    small = small_words(features.lines.concepts)
    ngrams = features.lines.ngrams
    values = [small.get(ngram[0], 0) if len(ngram) == 1 else 0 for ngram in ngrams]
    column = np.append(values, 0)[:, None]
    named = w.named("ngram_weights", np.pad(weights, ((0, 1), (0, 0))))
    more = w.op("MatMul", named, w.const(differences(number), np.float32))
    more = w.op("Concat", more, w.const(column, np.float32), axis=1)
    # N-grams in too few postings, which have no weight for roles, come last.
    rank = np.append(np.where(features.idf_ > 0, features.idf_, np.inf), 0)
    return Further(more, number, rank)


def _write_lines(
    w: GraphBuilder, found: Found, lines: GraphLines, scores: GraphScores, weighted: Weighted
) -> None:
    """Write the outputs about lines, without the line that separates each row from the next."""
    real = w.op("Not", lines.parts)
    for name, values in (
        ("row", lines.row),
        ("start", lines.start),
        ("end", lines.end),
        ("part", w.slice(scores.both, PART.start, PART.stop, axis=1)),
        ("work", w.slice(scores.both, WORK.start, WORK.stop, axis=1)),
        ("areas", scores.areas),
        ("weight", w.flatten(weighted.weight)),
    ):
        w.op("Compress", values, real, axis=0, out=f"line_{name}")
    line = w.gather(lines.word_line, found.word)
    # A word at a row's end is in no line; it is found with no n-gram.
    row = w.gather(lines.row, line)
    line = w.op("Sub", line, row)
    last = w.op("Sub", w.size(w.op("Compress", lines.row, real, axis=0)), w.const(1))
    w.op("Min", line, w.op("Max", last, w.const(0)), out="found_line")


def _parse_regression(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> list[Any]:  # noqa: ARG001
    operator = scope.declare_local_operator("RoleclassRoleRegression", model)
    operator.inputs = inputs
    operator.outputs.append(scope.declare_local_variable("probabilities", FloatTensorType()))
    return list(operator.outputs)


def _regression_shape(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, len(operator.raw_operator.classes_)])


def _convert_regression(scope: Any, operator: Any, container: Any) -> None:
    """Write ``Softmax(of_ngrams + blocks @ weights + intercept)``."""
    model: RoleRegression = operator.raw_operator
    w = GraphBuilder(scope, container)
    weights, intercept = softmax_weights(model)
    of_ngrams, blocks = (tensor.full_name for tensor in operator.inputs)
    number = operator.inputs[1].type.shape[1]
    others = w.op(
        "Gemm",
        blocks,
        w.named("block_weights", weights[len(weights) - number :]),
        w.named("intercept", intercept),
    )
    w.op("Softmax", w.op("Add", of_ngrams, others), axis=1, out=operator.outputs[0].full_name)


def ready(features: PostingFeatures, weights: Any, rule: UnclearRule) -> ReadyFeatures:
    """Return features with the linear model's weights of n-grams.

    Parameters
    ----------
    features : PostingFeatures
    weights : float64 array of shape (F, K)
        Of all columns; see `softmax_weights`.
    rule : UnclearRule
    """
    made = ReadyFeatures(features.lines)
    made.__dict__.update(features.__dict__)
    made.ngram_weights_ = NGRAM_SCALE * features.idf_[:, None] * weights[: len(features.idf_)]
    made.rule_ = rule
    made.weights_ = np.ones_like(features.weights_)
    return made
