"""Converters for skl2onnx: how `PostingFeatures` and `RoleRegression` are written as ONNX operators.

Each function writes what the NumPy function of the same purpose in `features` and `mentions` computes;
the parity tests hold the two together.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper
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
_START = len(REGION_OF_CODE)  # stands for code 0, because 0 is no mark; a row's end sets it anew
_ZERO = helper.make_tensor("zero", TensorProto.INT32, [1], [0])
# A mention is counted at the place of its section's code, 1 to _START, and at place 0 in the title.
_REGIONS_OF_PLACE = np.zeros((len(REGIONS), _START + 1))
_REGIONS_OF_PLACE[REGIONS.index("posting"), 1:] = 1
_REGIONS_OF_PLACE[REGIONS.index("title"), 0] = 1
for _code, _region in enumerate(REGION_OF_CODE):
    if _region >= 0:
        _REGIONS_OF_PLACE[_region, _code or _START] = 1


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
    sets, mentions = _mentions(w, features, found, words, utf8)
    # Only the posting and its title are looked at concept by concept.
    concepts = w.op(
        "MatMul",
        w.cut(mentions, 0, 2, axis=1),
        w.const(sets @ np.hstack([np.eye(sets.shape[1]), features.crossed_]), np.float32),
    )
    columns = _blocks(
        w, features, concepts, _balance(w, sets @ features.groups_, mentions, words), words
    )
    columns = w.op("Min", w.op("Max", columns, w.const(features.lowest_, np.float32)),
                   w.const(features.highest_, np.float32))  # fmt: skip
    w.op("Mul", columns, w.const(features.weights_, np.float32), out=results[2])
    _tf_idf(w, features, found, words, results[:2])
    _reason(w, features, concepts, words)


def _tf_idf(
    w: Writer, features: PostingFeatures, found: Found, words: Words, out: list[str]
) -> None:
    """See `PostingFeatures`; the logarithm is taken of what was found only, not of every cell."""
    width = len(features.idf_) + 1
    counts, cell = count(w, found.row, found.ngram, words.rows, width)
    tf = w.op("Add", w.op("Log", w.take(counts, cell)), w.const(1.0, np.float32))
    idf = w.take(w.const(np.append(features.idf_, 0), np.float32), found.ngram)
    weights = w.op("ScatterElements", counts, cell, w.op("Mul", tf, idf), axis=0)
    weights = w.op("Reshape", weights, w.vector(-1, width), out=out[0])
    # ONNX Runtime's own norms (ReduceL2, ReduceSumSquare) are three times as slow.
    norm = w.op("Sqrt", w.op("ReduceSum", w.op("Mul", weights, weights), w.vector(1)))
    w.op("Max", norm, w.const(1e-12, np.float32), out=out[1])


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
    which = w.flat(w.op("NonZero", column))
    column, row, word = (w.take(x, which) for x in (column, found.row, found.word))
    codes = _codes(w, words, word, w.take(w.const(heading_of_set), column))
    in_section = w.op("Add", w.op("Mul", codes, w.const(len(sets))), column)
    in_title = _is_in_title(w, utf8, row, w.take(words.end, word))
    # What is not in the title falls on the title's empty set.
    in_title = w.op("Where", in_title, column, w.const(0))
    counts, _ = count(
        w,
        w.op("Concat", row, row, axis=0),
        w.op("Concat", in_section, in_title, axis=0),
        words.rows,
        len(_REGIONS_OF_PLACE.T) * len(sets),
    )
    counts = w.op("Reshape", counts, w.vector(-1, len(_REGIONS_OF_PLACE.T), len(sets)))
    return sets, w.op("MatMul", w.const(_REGIONS_OF_PLACE, np.float32), counts)


def _is_in_title(w: Writer, utf8: str, row: str, end: str) -> str:
    """Whether a word stands before the end of a first line that is short enough."""
    head = w.op("Equal", w.cut(utf8, 0, TITLE_BYTES + 1, axis=1), w.const(_NEWLINE, np.uint8))
    # ArgMax gives 0 where there is none: no title.
    title_end = w.op("ArgMax", w.cast(head, TensorProto.UINT8), axis=1, keepdims=0)
    return w.op("Less", end, w.take(w.cast(title_end, TensorProto.INT32), row))


def _codes(w: Writer, words: Words, word: str, heading: str) -> str:
    """See `mentions._sections`: the code that the last heading gave, up to each word; at first `_START`."""
    row_ends = w.op("Expand", w.const([_START]), words.rows)
    marks = w.op(
        "ScatterElements",
        w.op("ConstantOfShape", w.op("Shape", words.slot), value=_ZERO),
        w.op("Concat", words.last, word, axis=0),
        w.op("Concat", row_ends, heading, axis=0),
        axis=0,
        reduction="max",
    )
    opened = w.op("CumSum", w.op("Sign", marks), w.const(0))
    marks = w.keep(marks, w.cast(marks, TensorProto.BOOL))
    codes = w.op("Concat", w.const([_START]), marks, axis=0)
    return w.take(codes, w.take(opened, word))


def _blocks(w: Writer, features: PostingFeatures, concepts: str, balance: str, words: Words) -> str:
    """See `PostingFeatures._blocks`; `concepts` holds what is crossed, too, and `balance` all regions."""
    side = len(features.crossed_mean_)
    all_columns = len(features.concepts_) + side
    both = w.op("Reshape", concepts, w.vector(-1, 2 * all_columns))
    posting = w.cut(both, 0, all_columns, axis=1)
    title = w.cut(both, all_columns, 2 * all_columns - side, axis=1)
    one = w.const(1.0, np.float32)
    number = w.op("Unsqueeze", words.number, w.vector(1))
    per_thousand = w.op(
        "Div", w.const(1000.0, np.float32), w.op("Max", number, w.const(DENSITY_WORDS, np.float32))
    )
    density = w.op("Log", w.op("Add", w.op("Mul", posting, per_thousand), one))
    standard = w.op(
        "Div",
        w.op("Sub", w.cut(density, -side, axis=1), w.const(features.crossed_mean_, np.float32)),
        w.const(features.crossed_deviation_, np.float32),
    )
    standard = w.op("Clip", standard, w.const(-CUT, np.float32), w.const(CUT, np.float32))
    products = w.op(
        "Mul", w.op("Unsqueeze", standard, w.vector(2)), w.op("Unsqueeze", standard, w.vector(1))
    )
    per_region = 2 * len(GROUPS) + 2
    balance = w.op("Reshape", balance, w.vector(-1, len(REGIONS) * per_region))
    return w.op(
        "Concat",
        w.cut(density, 0, -side, axis=1),
        w.op("Min", title, one),
        w.cut(balance, 0, per_region, axis=1),
        w.op("Log", w.op("Add", number, one)),
        w.cut(balance, 2 * per_region, axis=1),
        w.op("Reshape", products, w.vector(-1, side**2)),
        axis=1,
    )


def _balance(w: Writer, groups_of_set: NDArray[np.float64], mentions: str, words: Words) -> str:
    """See `features._balance`, of all regions at once; sums of groups are products with small matrices.

    The title's is not used.
    """

    def total(*names: str) -> list[bool]:
        return [name in names for name in GROUPS]

    # The last two are what the two before are divided by.
    parts = [total("genai"), total("genai", "ml", "ai"), total("genai", "ml"), total(*GROUPS)]
    matrix = groups_of_set @ np.hstack([np.eye(len(GROUPS)), np.array(parts, float).T])
    groups = w.op("MatMul", mentions, w.const(matrix, np.float32))
    more = w.op("Add", groups, w.const([1.0] * len(GROUPS) + [0.5, 0.5, 1.0, 5.0], np.float32))
    size = len(GROUPS)
    number = w.op(
        "Add", w.op("Unsqueeze", words.number, w.vector(1, 2)), w.const(SHARE_WORDS, np.float32)
    )
    return w.op(
        "Concat",
        w.op("Log", w.cut(more, 0, size, axis=2)),
        w.op("Div", w.cut(groups, 0, size, axis=2), number),
        w.op("Div", w.cut(more, size, size + 2, axis=2), w.cut(more, size + 2, axis=2)),
        axis=2,
    )


def _reason(w: Writer, features: PostingFeatures, concepts: str, words: Words) -> None:
    """See `UnclearRule.reasons`; the result is a second output of the graph."""
    rule = UnclearRule()
    keys = [concept.key for concept in features.concepts_]
    place = keys.index(ENGLISH)
    english = w.op("Slice", concepts, w.vector(0, place), w.vector(1, place + 1), w.vector(1, 2))
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
    ngrams, length, blocks = (tensor.full_name for tensor in operator.inputs)
    weights = coefficients.T
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
