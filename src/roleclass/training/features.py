"""`PostingFeatures`: from the bytes of postings to the numbers that the linear model weighs.

Three blocks, side by side:

1. **n-grams**: sub-linear tf-idf of the frequent words and word pairs and of all phrases of the lexicon,
   each posting's block scaled to length 1;
2. **concepts**: how often a posting mentions each concept of the lexicon, ``log(1 + count)``;
3. **title concepts**: the same, of the title alone (the first line, if it is a short one).

Columns of blocks 2 and 3 are divided by their standard deviation on the training postings and
multiplied by the block's scale, which sets how freely the model may use them.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from roleclass.lexicon import Concept, load_lexicon
from roleclass.text import tokenize
from roleclass.training.vocabulary import Ngram, Occurrences, Vocabulary

TITLE_BYTES = 256
"""The first line is a title if it is no longer than this; a longer one is running text."""

NOT_FEATURES = frozenset({"language"})
"""Groups of concepts that are counted (see `roleclass.training.export`) but tell nothing of the role."""


class PostingFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    r"""Turn postings, as bytes, into a sparse matrix of features.

    Parameters
    ----------
    max_ngrams : int
        How many words and word pairs to keep, by the number of postings that contain them; the
        lexicon's phrases come on top.
    concept_scale, title_scale : float
        Scale of the concept blocks against the n-grams, whose rows have length 1.
    lexicon : tuple of Concept or None
        None for the package's own.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The n-grams; column k of the n-gram block is n-gram k.
    idf_ : float64 array of shape (V,)
        ``log((1 + N) / (1 + df)) + 1``, the smooth idf of scikit-learn's `TfidfTransformer`.
    membership_ : sparse matrix of shape (V, C)
        1 where the n-gram is a phrase of the concept.
    concepts_ : tuple of C Concept
        The concepts, in the order of the columns.
    concept_weights_, title_weights_ : float64 arrays of shape (C,)
        What ``log(1 + count)`` is multiplied by.

    Examples
    --------
    >>> rows = [b"AI Engineer\nBuild agents and RAG", b"Baker\nBake bread and rolls"]
    >>> features = PostingFeatures(max_ngrams=4).fit(rows)
    >>> features.transform(rows).shape == (2, len(features.feature_names()))
    True
    """

    def __init__(
        self,
        max_ngrams: int = 2000,
        concept_scale: float = 0.1,
        title_scale: float = 0.1,
        lexicon: tuple[Concept, ...] | None = None,
    ) -> None:
        self.max_ngrams = max_ngrams
        self.concept_scale = concept_scale
        self.title_scale = title_scale
        self.lexicon = lexicon

    def fit(self, rows: Sequence[bytes], y: object = None) -> Self:  # noqa: ARG002
        """Choose the vocabulary and measure idf and scales.

        Parameters
        ----------
        rows : sequence of bytes
            Postings as given by `roleclass.text.encode`.
        y : ignored
        """
        self.concepts_ = load_lexicon() if self.lexicon is None else self.lexicon
        phrases = chain.from_iterable(concept.phrases for concept in self.concepts_)
        # In a fixed order, so that the same corpus gives the same model file.
        ngrams = sorted({*frequent_ngrams(rows, self.max_ngrams), *phrases})
        self.vocabulary_ = Vocabulary.from_ngrams(ngrams)
        self.membership_ = _membership(ngrams, self.concepts_)

        found = self.vocabulary_.find(rows)
        counts = self._counts(found, len(rows))
        document_frequency = np.bincount(counts.indices, minlength=len(ngrams))
        self.idf_ = np.log((1 + len(rows)) / (1 + document_frequency)) + 1
        self.concept_weights_ = self._weights(self._concepts(counts), self.concept_scale)
        in_title = self._counts(_in_title(found, rows), len(rows))
        self.title_weights_ = self._weights(self._concepts(in_title), self.title_scale)
        return self

    def transform(self, rows: Sequence[bytes]) -> sp.csr_matrix:
        """Return the features.

        Parameters
        ----------
        rows : sequence of N bytes
            Postings as given by `roleclass.text.encode`.

        Returns
        -------
        float64 sparse matrix of shape (N, V + 2 C)
        """
        check_is_fitted(self, "vocabulary_")
        found = self.vocabulary_.find(rows)
        counts = self._counts(found, len(rows))
        in_title = self._counts(_in_title(found, rows), len(rows))
        return sp.hstack(
            [
                self._tf_idf(counts),
                self._concepts(counts) @ sp.diags(self.concept_weights_),
                self._concepts(in_title) @ sp.diags(self.title_weights_),
            ],
            format="csr",
        )

    def feature_names(self) -> list[str]:
        """Return a name for each column: the n-gram, ``concept:key`` or ``title:key``."""
        check_is_fitted(self, "vocabulary_")
        ngrams = [b" ".join(ngram).decode() for ngram in self.vocabulary_.ngrams]
        keys = [concept.key for concept in self.concepts_]
        return [*ngrams, *(f"concept:{key}" for key in keys), *(f"title:{key}" for key in keys)]

    def _counts(self, found: Occurrences, rows: int) -> sp.csr_matrix:
        shape = (rows, len(self.vocabulary_.ngrams))
        ones = np.ones(len(found.row))
        # The constructor adds up what stands in one place.
        return sp.csr_matrix((ones, (found.row, found.ngram)), shape=shape)

    def _tf_idf(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        weighted = counts.copy()
        weighted.data = 1 + np.log(weighted.data)
        weighted = weighted @ sp.diags(self.idf_)
        norm = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sp.diags(1 / np.maximum(norm, 1e-12)) @ weighted

    def _concepts(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        return (counts @ self.membership_).log1p()

    def _weights(self, concepts: sp.csr_matrix, scale: float) -> NDArray[np.float64]:
        mean = np.asarray(concepts.mean(axis=0)).ravel()
        variance = np.asarray(concepts.multiply(concepts).mean(axis=0)).ravel() - mean**2
        used = np.array([concept.group not in NOT_FEATURES for concept in self.concepts_])
        # A concept that the training postings never mention has no scale and no say.
        seen = (variance > 1e-9) & used
        return np.where(seen, scale / np.sqrt(np.where(seen, variance, 1.0)), 0.0)


def frequent_ngrams(rows: Sequence[bytes], number: int) -> list[Ngram]:
    """Return the words and word pairs that stand in most postings, most frequent first.

    Ties are broken by the alphabet.

    Examples
    --------
    >>> frequent_ngrams([b"bake bread", b"bake rolls"], 2)
    [(b'bake',), (b'bake', b'bread')]
    """
    frequency: Counter[Ngram] = Counter()
    for row in rows:
        tokens = tokenize(row)
        frequency.update({(token,) for token in tokens})
        frequency.update(set(pairwise(tokens)))
    return sorted(frequency, key=lambda ngram: (-frequency[ngram], ngram))[:number]


def _membership(ngrams: Sequence[Ngram], concepts: Sequence[Concept]) -> sp.csr_matrix:
    place = {ngram: k for k, ngram in enumerate(ngrams)}
    pairs = [(place[phrase], c) for c, concept in enumerate(concepts) for phrase in concept.phrases]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return sp.csr_matrix(
        (np.ones(len(pairs)), (rows, columns)), shape=(len(ngrams), len(concepts))
    )


def _in_title(found: Occurrences, rows: Sequence[bytes]) -> Occurrences:
    """Keep the n-grams that begin in the title."""
    # -1, not found, gives row[:0]: no title.
    titles = (row[: max(row.find(b"\n", 0, TITLE_BYTES + 1), 0)] for row in rows)
    words = np.fromiter((len(tokenize(title)) for title in titles), np.int64, len(rows))
    inside = found.word < words[found.row]
    return Occurrences(*(column[inside] for column in found))


def feature_settings(features: PostingFeatures) -> dict[str, Any]:
    """Return the settings that were chosen, ready for JSON."""
    return {k: v for k, v in features.get_params().items() if k != "lexicon"}
