"""About the least that n-grams can take: ``limit.c``, compiled for this machine."""

import ctypes
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from benchmarks.native import Scratch, Texts, compiled, ngram_tables
from roleclass.training.model import softmax_weights
from roleclass.training.vocabulary import Ngram, Vocabulary


class CLoop:
    """The C loop with the vocabulary and the weights of a scikit-learn pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        See `benchmarks.ways.scikit_learn`.
    ngrams : sequence of Ngram
        Its vocabulary, in the order of its columns.

    Raises
    ------
    SkippedError
        If there is no C compiler.
    """

    def __init__(self, pipeline: Pipeline, ngrams: Sequence[Ngram]) -> None:
        vocabulary = Vocabulary.from_ngrams(ngrams)
        weights, bias = softmax_weights(pipeline[-1])
        self._roles = len(bias)
        self._score = compiled("limit.c", ROLES=self._roles, ORDERS=vocabulary.depth)
        self._ngrams = ngram_tables(vocabulary, pipeline[0].idf_, weights, bias)
        self._scratch = Scratch(len(ngrams))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the probabilities, of shape (N, roles)."""
        rows = Texts(texts)
        result = np.empty((rows.number, self._roles), np.float32)
        self._score(
            self._ngrams.pointer,
            *rows.arguments,
            self._scratch.pointer(rows.longest),
            ctypes.c_void_p(result.ctypes.data),
        )
        return result
