"""`LineModel`: classify each line of a posting by its words, its position and its neighbours.

Two linear stages (see ``docs/how-it-works.md``):

1. **Words.** Each n-gram of a line adds a fixed weight to the logits of four heads: *part*, *next* (the part
   of the line that follows, which a heading announces), *work* and *areas*. The n-grams at the beginning
   of a line have further weights, and so has its look, but not its position: a duty is a duty
   even without a heading. Weights are whole multiples of 1 / `WEIGHT_ONE`, so that sums over words are
   the same everywhere, whatever the length of a line.
2. **Neighbours.** Part and work are decided again from the first stage's probabilities for the line, for
   the lines around it, from its last heading, and from the posting as a whole (`context`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from roleclass.lexicon import Concept
from roleclass.reading import PARTS, WORKS
from roleclass.training.cut.cutter import Cut, Lines, cut
from roleclass.training.cut.tables import Ngram
from roleclass.training.lines.context import AREAS_AT, DUTY, LOOKS, context, shapes
from roleclass.training.mentions import membership

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEIGHT_ONE: Final = 2**12
"""Weights of words are whole multiples of 1 / WEIGHT_ONE, below 8, so that 16 bits hold them."""


class LineLabels(NamedTuple):
    """Labels of the M lines of some postings.

    Attributes
    ----------
    part, work : int64 arrays of shape (M,)
        Indices into `PARTS` and `WORKS`; -1 for unlabelled lines.
    areas : bool array of shape (M, len(AREAS))
    areas_known : bool array of shape (M,)
        Whether the areas of this line were labelled.
    """

    part: Ints
    work: Ints
    areas: Bools
    areas_known: Bools

    def where(self, keep: Bools) -> "LineLabels":
        """Return the labels of some lines; the others count as not labelled."""
        return LineLabels(
            np.where(keep, self.part, -1),
            np.where(keep, self.work, -1),
            self.areas,
            self.areas_known & keep,
        )


@dataclass(frozen=True)
class LineScores:
    """The lines of N postings and their classes.

    Attributes
    ----------
    cut : Cut
    part, work, areas : float64 arrays of shape (M, 5), (M, 6), (M, 18)
        Probabilities, in the order of `PARTS`, `WORKS`, `AREAS`; those of the areas are independent of
        each other, and meaningful only for duties.
    """

    cut: Cut
    part: Floats
    work: Floats
    areas: Floats


class LineModel(BaseEstimator):  # type: ignore[misc]
    """The two stages; fitted by `fit_words` and `fit_context`, or both by `cross_fit`.

    Parameters
    ----------
    ngrams : tuple of V tuples of bytes
        Those that it knows.
    concepts : tuple of C Concept
        An n-gram that mentions a concept shares the concept's weight.
    regularisation : tuple of three floats
        C of scikit-learn's `LogisticRegression` for part and next, for work, and for the areas.
    context_regularisation : float
        The same for the second stage.
    min_lines : int
        N-grams in fewer labelled lines have no weight.

    Attributes
    ----------
    own_, lead_ : int16 arrays of shape (V, 34)
        Weights of each n-gram, and its additional ones at the beginning of a line; in 1 / `WEIGHT_ONE`.
    shape_ : float64 array of shape (S, 34)
    bias_ : float64 array of shape (34,)
        Weights of `shapes`, and the bias.
    context_ : float64 array of shape (D, 11)
    context_bias_ : float64 array of shape (11,)
        Weights of `context` for part and work.
    """

    def __init__(
        self,
        ngrams: tuple[Ngram, ...],
        concepts: tuple[Concept, ...],
        regularisation: tuple[float, float, float] = (0.15, 0.15, 0.3),
        context_regularisation: float = 0.3,
        min_lines: int = 5,
    ) -> None:
        self.ngrams = ngrams
        self.concepts = concepts
        self.regularisation = regularisation
        self.context_regularisation = context_regularisation
        self.min_lines = min_lines

    def read(self, rows: Sequence[bytes]) -> Cut:
        """Cut postings into lines and find the n-grams."""
        return cut(rows, self.ngrams)

    def predict(self, rows: Sequence[bytes]) -> LineScores:
        """Classify each line of each posting.

        Parameters
        ----------
        rows : sequence of bytes
            Postings as given by `roleclass.text.encode`.
        """
        found = self.read(rows)
        return self.decide(found, self.logits(found))

    def logits(self, found: Cut) -> Floats:
        """Return the logits of the first stage, of shape (M, 34)."""
        sums = _sum(found, self.own_, np.full(len(found.line), True))
        sums = sums + _sum(found, self.lead_, found.leads)
        # 32 bits, as in the graph, however long a line is.
        return np.asarray(
            sums.astype(np.int32) / WEIGHT_ONE + shapes(found.lines) @ self.shape_ + self.bias_
        )

    def decide(self, found: Cut, logits: Floats) -> LineScores:
        """Apply the second stage to the first stage's logits."""
        scores = context(found.lines, logits) @ self.context_ + self.context_bias_
        return LineScores(
            found,
            softmax(scores[:, : len(PARTS)], axis=1),
            softmax(scores[:, len(PARTS) :], axis=1),
            expit(logits[:, AREAS_AT]),
        )

    def fit_words(self, found: Cut, labels: LineLabels) -> Self:
        """Fit the first stage."""
        lines, ngram, line, leads = found
        number, size = len(lines.row), len(self.ngrams)
        concepts = membership(self.ngrams, self.concepts)

        def counts(of: Bools) -> sp.csr_matrix:
            places = (line[of], ngram[of])
            return sp.csr_matrix((np.ones(len(places[0])), places), (number, size))

        own = counts(np.full(len(line), True))
        every_shape = shapes(lines)
        shape = every_shape[:, LOOKS]
        known = labels.part >= 0
        mean, deviation = shape[known].mean(axis=0), shape[known].std(axis=0) + 1e-6
        standard = sp.csr_matrix((shape - mean) / deviation)
        blocks = [own, own @ concepts, standard, counts(leads)]
        features = sp.hstack(blocks, format="csr")
        ends = np.cumsum([block.shape[1] for block in blocks])
        follows = np.append(lines.row[1:] == lines.row[:-1], False)
        after = np.where(follows, np.roll(labels.part, -1), -1)
        of_parts, of_work, of_areas = self.regularisation
        heads = [
            self._head(features, labels.part, known, of_parts, len(PARTS)),
            self._head(features, after, known & (after >= 0), of_parts, len(PARTS)),
            self._head(features[:, : ends[2]], labels.work, known, of_work, len(WORKS)),
        ]
        duties = labels.areas_known & (labels.part == DUTY)
        for has in labels.areas.T:
            weights, bias = self._head(features, has.astype(np.int64), duties, of_areas, 2)
            heads.append((weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]))
        weights = np.hstack(
            [np.pad(w, ((0, features.shape[1] - len(w)), (0, 0))) for w, _ in heads]
        )
        of_ngram, of_concept, of_shape, of_lead = np.split(weights, ends[:-1])
        self.own_ = _whole(of_ngram + concepts @ of_concept)
        self.lead_ = _whole(of_lead)
        of_shape /= deviation[:, None]
        self.shape_ = np.zeros((every_shape.shape[1], weights.shape[1]))
        self.shape_[list(LOOKS)] = of_shape
        self.bias_ = np.concatenate([b for _, b in heads]) - mean @ of_shape
        return self

    def _head(
        self, features: sp.csr_matrix, labels: Ints, use: Bools, regularisation: float, size: int
    ) -> tuple[Floats, Floats]:
        """Fit one head; return weights of shape (F, size) and a bias for each class."""
        rows, y = features[use], labels[use]
        often = np.asarray((rows != 0).sum(axis=0)).ravel() >= self.min_lines
        weights, bias = _logistic(rows[:, often], y, regularisation, size)
        all_weights = np.zeros((features.shape[1], size))
        all_weights[often] = weights
        return all_weights, bias

    def fit_context(self, lines: Lines, logits: Floats, labels: LineLabels) -> Self:
        """Fit the second stage on out-of-fold logits of the first stage."""
        known = labels.part >= 0
        columns = context(lines, logits)[known]
        mean, deviation = columns.mean(axis=0), columns.std(axis=0) + 1e-2
        heads = [
            _logistic((columns - mean) / deviation, y[known], self.context_regularisation, size)
            for y, size in ((labels.part, len(PARTS)), (labels.work, len(WORKS)))
        ]
        self.context_ = np.hstack([weights for weights, _ in heads]) / deviation[:, None]
        self.context_bias_ = np.concatenate([bias for _, bias in heads]) - mean @ self.context_
        return self


def _logistic(
    features: sp.csr_matrix | Floats, labels: Ints, regularisation: float, size: int
) -> tuple[Floats, Floats]:
    """Fit a logistic regression; a class that does not occur has weights 0 and a very low bias."""
    weights, bias = np.zeros((features.shape[1], size)), np.full(size, -10.0)
    present = np.unique(labels)
    if len(present) < 2:
        bias[present] = 0.0
        return weights, bias
    with threadpool_limits(1):  # sums are the same on any number of cores
        fitted = LogisticRegression(C=regularisation, max_iter=300, tol=1e-3).fit(features, labels)
    coefficients, intercept = fitted.coef_, fitted.intercept_
    if len(present) == 2:  # scikit-learn keeps only the second class
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2])
        intercept = np.concatenate([-intercept / 2, intercept / 2])
    weights[:, present], bias[present] = coefficients.T, intercept
    return weights, bias


def _whole(weights: Floats) -> NDArray[np.int16]:
    limit = np.iinfo(np.int16).max
    return np.clip(np.rint(weights * WEIGHT_ONE), -limit, limit).astype(np.int16)


def _sum(found: Cut, weights: NDArray[np.int16], which: Bools) -> Ints:
    places = (found.line[which], found.ngram[which])
    shape = (len(found.lines.row), len(weights))
    return np.asarray(
        sp.csr_matrix((np.ones(len(places[0]), np.int64), places), shape) @ weights.astype(np.int64)
    )
