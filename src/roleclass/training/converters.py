"""Converters for skl2onnx: how `PostingFeatures` and `RoleRegression` are written as ONNX operators.

Each function writes what the NumPy function of the same purpose in `features` and `mentions` computes;
the parity tests hold the two together.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Operator, Scope, Variable
from skl2onnx.common.data_types import FloatTensorType

from roleclass.training.features import (
    CUT,
    DENSITY_WORDS,
    GROUPS,
    SHARE_WORDS,
    PostingFeatures,
)
from roleclass.training.graph import Found, Words, Writer, count, find_ngrams, find_words
from roleclass.training.mentions import REGION_OF_CODE, REGIONS, TITLE_BYTES
from roleclass.training.model import RoleRegression
from roleclass.training.tables import Trie, WordTable
from roleclass.training.unclear import ENGLISH, UnclearRule

_NEWLINE = ord("\n")
_START = len(REGION_OF_CODE)  # a code of its own for the end of a row: the next one begins anew


def register_converters() -> None:
    """Tell skl2onnx how to convert the steps of the pipeline."""
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


def _features_shape(operator: Operator) -> None:
    features: PostingFeatures = operator.raw_operator
    operator.outputs[0].type = FloatTensorType([None, len(features.feature_names())])


def _convert_features(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    features: PostingFeatures = operator.raw_operator
    w = Writer(scope, container)
    utf8 = operator.inputs[0].full_name
    table = WordTable.from_words(features.vocabulary_.words)
    words = find_words(w, table, utf8)
    found = find_ngrams(w, Trie.from_vocabulary(features.vocabulary_, table), words)
    sets, mentions = _mentions(w, features, found, words, utf8)
    # Only the posting and its title are looked at concept by concept.
    concepts = w.op("MatMul", w.cut(mentions, 0, 2, axis=1), w.const(sets, np.float32))
    groups = w.op("MatMul", mentions, w.const(sets @ features.groups_, np.float32))
    columns = _blocks(w, features, concepts, groups, words)
    columns = w.op("Min", w.op("Max", columns, w.const(features.lowest_, np.float32)),
                   w.const(features.highest_, np.float32))  # fmt: skip
    weighted = w.op("Mul", columns, w.const(features.weights_, np.float32))
    ngrams = _tf_idf(w, features, found, words)
    w.op("Concat", ngrams, weighted, axis=1, out=operator.outputs[0].full_name)
    _reason(w, features, concepts, words)


def _tf_idf(w: Writer, features: PostingFeatures, found: Found, words: Words) -> str:
    """See `PostingFeatures`; the logarithm is taken of what was found only, not of every cell."""
    size = len(features.idf_)
    # One column more, for what is found but no n-gram of the vocabulary.
    counts, cell = count(w, found.row, found.ngram, words.rows, size + 1)
    tf = w.op("Add", w.op("Log", w.take(counts, cell)), w.const(1.0, np.float32))
    idf = w.take(w.const(np.append(features.idf_, 0), np.float32), found.ngram)
    weights = w.op("ScatterElements", counts, cell, w.op("Mul", tf, idf), axis=0)
    weights = w.cut(w.op("Reshape", weights, w.vector(-1, size + 1)), 0, size, axis=1)
    norm = w.op("Sqrt", w.op("ReduceSum", w.op("Mul", weights, weights), w.vector(1)))
    return w.op("Div", weights, w.op("Max", norm, w.const(1e-12, np.float32)))


def _mentions(
    w: Writer, features: PostingFeatures, found: Found, words: Words, utf8: str
) -> tuple[NDArray[np.float64], str]:
    """Count what is mentioned in each region.

    Phrases that mention the same concepts are counted together, as one set. The first set is the
    empty one, of all n-grams without a concept.

    Returns
    -------
    sets : float64 array of shape (S, C)
        The concepts of each set.
    counts : float tensor of shape (N, R, S)
    """
    sets, set_of_ngram = np.unique(features.membership_.toarray(), axis=0, return_inverse=True)
    set_of_ngram = set_of_ngram.ravel()
    if sets[0].any():  # every n-gram has a concept: the empty set is still needed
        sets, set_of_ngram = np.vstack([np.zeros_like(sets[:1]), sets]), set_of_ngram + 1
    heading_of_set = np.zeros(len(sets), np.int32)
    np.maximum.at(heading_of_set, set_of_ngram, features.headings_)

    column = w.take(w.const(np.append(set_of_ngram, 0)), found.ngram)
    mentions = w.cast(column, TensorProto.BOOL)
    column, row, end, word = (
        w.keep(x, mentions) for x in (column, found.row, found.end, found.word)
    )
    # Where a mention is not in a region it falls on the region's empty set.
    in_title = w.op("Add", column, w.const(len(sets)))
    in_title = w.op("Where", _is_in_title(w, utf8, row, end), in_title, w.const(len(sets)))
    heading = w.take(w.const(heading_of_set), column)
    region = w.take(
        w.const(np.append(REGION_OF_CODE, REGION_OF_CODE[0])), _codes(w, words, word, heading)
    )
    in_section = w.op("Add", w.op("Mul", region, w.const(len(sets))), column)
    in_section = w.op("Max", in_section, w.const(0))
    counts, _ = count(
        w,
        w.op("Concat", row, row, row, axis=0),
        w.op("Concat", column, in_title, in_section, axis=0),
        words.rows,
        len(REGIONS) * len(sets),
    )
    return sets, w.op("Reshape", counts, w.vector(-1, len(REGIONS), len(sets)))


def _is_in_title(w: Writer, utf8: str, row: str, end: str) -> str:
    """Whether a word stands before the end of a first line that is short enough."""
    head = w.op("Equal", w.cut(utf8, 0, TITLE_BYTES + 1, axis=1), w.const(_NEWLINE, np.uint8))
    # ArgMax gives 0 where there is none: no title.
    title_end = w.op("ArgMax", w.cast(head, TensorProto.UINT8), axis=1, keepdims=0)
    return w.op("Less", end, w.take(w.cast(title_end, TensorProto.INT32), row))


def _codes(w: Writer, words: Words, word: str, heading: str) -> str:
    """See `mentions._sections`: the code that the last heading gave, up to each word."""
    row_ends = w.op("Mul", w.as_int(words.last), w.const(_START))
    marks = w.op("ScatterElements", row_ends, word, heading, axis=0, reduction="max")
    is_mark = w.cast(marks, TensorProto.BOOL)
    opened = w.op("CumSum", w.as_int(is_mark), w.const(0))
    codes = w.op("Concat", w.const([_START]), w.keep(marks, is_mark), axis=0)
    return w.take(codes, w.take(opened, word))


def _blocks(w: Writer, features: PostingFeatures, concepts: str, groups: str, words: Words) -> str:
    """See `PostingFeatures._blocks`."""
    number_of_concepts = len(features.concepts_)
    posting, title = (
        w.op("Reshape", w.cut(concepts, r, r + 1, axis=1), w.vector(-1, number_of_concepts))
        for r in (0, 1)
    )
    one = w.const(1.0, np.float32)
    number = w.op("Reshape", words.number, w.vector(-1, 1))
    per_thousand = w.op(
        "Div", w.const(1000.0, np.float32), w.op("Max", number, w.const(DENSITY_WORDS, np.float32))
    )

    def log_density(counts: str) -> str:
        return w.op("Log", w.op("Add", w.op("Mul", counts, per_thousand), one))

    crossed = log_density(w.op("MatMul", posting, w.const(features.crossed_, np.float32)))
    standard = w.op(
        "Div",
        w.op("Sub", crossed, w.const(features.crossed_mean_, np.float32)),
        w.const(features.crossed_deviation_, np.float32),
    )
    standard = w.op("Clip", standard, w.const(-CUT, np.float32), w.const(CUT, np.float32))
    products = w.op(
        "Mul", w.op("Unsqueeze", standard, w.vector(2)), w.op("Unsqueeze", standard, w.vector(1))
    )
    # All regions at once: (N, R, balance); the title's is not used.
    balance = _balance(w, groups, w.op("Unsqueeze", number, w.vector(2)))
    per_region = 2 * len(GROUPS) + 2
    return w.op(
        "Concat",
        log_density(posting),
        w.op("Min", title, one),
        w.op("Reshape", w.cut(balance, 0, 1, axis=1), w.vector(-1, per_region)),
        w.op("Log", w.op("Add", number, one)),
        w.op("Reshape", w.cut(balance, 2, axis=1), w.vector(-1, (len(REGIONS) - 2) * per_region)),
        w.op("Reshape", products, w.vector(-1, len(features.crossed_mean_) ** 2)),
        axis=1,
    )


def _balance(w: Writer, groups: str, number: str) -> str:
    """See `features._balance`; sums of groups are products with small matrices."""

    def total(names: set[str], more: float) -> str:
        which = np.array([[name in names] for name in GROUPS], np.float32)
        return w.op(
            "Add", w.op("MatMul", groups, w.const(which, np.float32)), w.const(more, np.float32)
        )

    return w.op(
        "Concat",
        w.op("Log", w.op("Add", groups, w.const(1.0, np.float32))),
        w.op("Div", groups, w.op("Add", number, w.const(SHARE_WORDS, np.float32))),
        w.op("Div", total({"genai"}, 0.5), total({"genai", "ml"}, 1.0)),
        w.op("Div", total({"genai", "ml", "ai"}, 0.5), total(set(GROUPS), 5.0)),
        axis=2,
    )


def _reason(w: Writer, features: PostingFeatures, concepts: str, words: Words) -> None:
    """See `UnclearRule.reasons`; the result is a second output of the graph."""
    rule = UnclearRule()
    keys = [concept.key for concept in features.concepts_]
    english = w.cut(
        w.cut(concepts, 0, 1, axis=1), keys.index(ENGLISH), keys.index(ENGLISH) + 1, axis=2
    )
    enough = w.op("Mul", words.number, w.const(rule.min_english, np.float32))
    code = w.op("Where", w.op("Less", w.flat(english), enough), w.vector(3), w.vector(0))
    few = w.op("Less", words.number, w.const(rule.min_words, np.float32))
    code = w.op("Where", few, w.vector(2), code)
    none = w.op("Equal", words.number, w.const(0, np.float32))
    w.op("Where", none, w.vector(1), code, out="reason")


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
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps the second class only
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercept = np.array([-intercept[0] / 2, intercept[0] / 2])
    product = w.op("MatMul", operator.inputs[0].full_name, w.const(coefficients.T, np.float32))
    logits = w.op("Add", product, w.const(intercept, np.float32))
    w.op("Softmax", logits, axis=1, out=operator.outputs[0].full_name)
