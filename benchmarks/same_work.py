"""About the least that roleclass's own work can take: ``same_work.c``, compiled for this machine."""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from benchmarks.labellers import SkippedError
from benchmarks.native import Scratch, Structure, Texts, compiled, ngram_tables
from roleclass import RoleClassifier
from roleclass.training.features import (
    CUT,
    DENSITY_WORDS,
    GROUPS,
    SECTIONS,
    SHARE_WORDS,
    PostingFeatures,
)
from roleclass.training.mentions import REGION_OF_CODE, TITLE_BYTES
from roleclass.training.model import softmax_weights
from roleclass.training.unclear import UnclearRule, small_words

_LANES = 16  # floats that add up side by side
# Counters that stand for no concept: many, so that none waits for the last addition to it.
_SPARE = 32


class Answers(NamedTuple):
    """What the model file answers: float32 of shape (N, roles), and int64 of shape (N,)."""

    probabilities: NDArray[np.float32]
    reasons: NDArray[np.int64]


class SameWork:
    """The C loop that computes what a model file computes.

    Parameters
    ----------
    pipeline : Pipeline
        What the model file was made from: see `pipeline_of`.

    Raises
    ------
    SkippedError
        If there is no C compiler.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        features: PostingFeatures = pipeline[0]
        ngrams = len(features.idf_)
        weights, bias = softmax_weights(pipeline[-1])
        of_columns = weights[ngrams:] * features.weights_[:, None]
        concepts, crossed = features.crossed_.shape
        *_, pairs = features.columns_by_block()  # the products, the last of all columns
        plain = len(features.columns_) - len(pairs)
        rule = UnclearRule()
        of_ngram = _concepts(features)
        self._score = compiled(
            "same_work.c",
            ROLES=len(bias),
            ORDERS=features.vocabulary_.depth,
            GROUPS=len(GROUPS),
            **{name.upper(): list(GROUPS).index(name) for name in ("genai", "ml", "ai")},
            SECTIONS=len(SECTIONS),
            CODES=len(REGION_OF_CODE),
            TITLE_BYTES=TITLE_BYTES,
            CONCEPTS=concepts,
            MOST=of_ngram.shape[1],
            CROSSED=crossed,
            COLUMNS=len(features.columns_),
            PRODUCTS=len(pairs),
            LANES=_LANES,
            SPARE=_SPARE,
            CUT=CUT,
            DENSITY_WORDS=DENSITY_WORDS,
            SHARE_WORDS=SHARE_WORDS,
            MIN_WORDS=rule.min_words,
            WORDS_PER_SMALL=rule.words_per_small,
        )
        self._ngrams = ngram_tables(features.vocabulary_, features.idf_, weights[:ngrams], bias)
        kinds = np.column_stack([features.membership_ @ features.groups_, _is_small_word(features)])
        self._columns = Structure(
            kinds=kinds.astype(np.uint8),
            heading=features.headings_.astype(np.uint8),
            concepts=of_ngram.astype(np.int16),
            crossed=features.crossed_[:, len(GROUPS) :].argmax(axis=0).astype(np.int32),
            mean=features.crossed_mean_.astype(np.float32),
            deviation=features.crossed_deviation_.astype(np.float32),
            plain=features.columns_[:plain].astype(np.int32),
            one=(pairs // crossed).astype(np.int32),
            other=(pairs % crossed).astype(np.int32),
            lowest=_padded(features.lowest_),
            highest=_padded(features.highest_),
            weights=_padded(of_columns.T),
        )
        self._scratch = Scratch(ngrams)
        self._roles = len(bias)

    def __call__(self, texts: Sequence[str]) -> Answers:
        """Answer N postings."""
        rows = Texts(texts)
        answers = Answers(
            np.empty((rows.number, self._roles), np.float32), np.empty(rows.number, np.int64)
        )
        self._score(
            self._ngrams.pointer,
            self._columns.pointer,
            *rows.arguments,
            self._scratch.pointer(rows.longest),
            *(ctypes.c_void_p(array.ctypes.data) for array in answers),
        )
        return answers


def _padded(columns: NDArray[np.float64]) -> NDArray[np.float32]:
    """Add zeros, so that the last axis is a multiple of `_LANES`."""
    missing = -columns.shape[-1] % _LANES
    return np.pad(columns, [(0, 0)] * (columns.ndim - 1) + [(0, missing)]).astype(np.float32)


def _concepts(features: PostingFeatures) -> NDArray[np.int64]:
    """Return the concepts of each n-gram that some column looks at, then numbers beyond all concepts."""
    member = features.membership_.multiply(features.crossed_.any(axis=1)).tocsr()
    member.eliminate_zeros()
    number = np.diff(member.indptr)
    most = max(1, int(number.max(initial=0)))
    spare = np.arange(len(number) * most, dtype=np.int64).reshape(-1, most) % _SPARE
    concepts: NDArray[np.int64] = member.shape[1] + spare
    concepts[np.arange(most) < number[:, None]] = member.indices
    return concepts


def _is_small_word(features: PostingFeatures) -> NDArray[np.bool_]:
    """Whether each n-gram is one of the words by which English prose is known."""
    small_ones = {(word,) for word in small_words(features.concepts_)}
    return np.array([ngram in small_ones for ngram in features.vocabulary_.ngrams])


def pipeline_of(model: Path) -> Pipeline:
    """Return the pipeline that ``roleclass train`` left beside a model file.

    Raises
    ------
    SkippedError
        If there is none, or it is not the one that the model file was made from.
    """
    file = model.with_name("pipeline.joblib")
    if not file.is_file():
        raise SkippedError(f"no {file.name} beside {model.name}; `roleclass train` writes both")
    pipeline: Pipeline = joblib.load(file)
    classifier = RoleClassifier(model)
    intercept = classifier.outputs("")["intercept"]
    belongs = (
        pipeline[0].feature_names() == list(classifier.feature_names)
        and list(pipeline[-1].classes_) == list(map(str, classifier.roles))
        and np.array_equal(softmax_weights(pipeline[-1])[1].astype(np.float32), intercept)
    )
    if not belongs:
        raise SkippedError(
            f"{file.name} does not belong to {model.name}; `roleclass train` writes both anew"
        )
    return pipeline
