"""`LineModel`: what each line of a posting is, from its words, its place and its neighbours.

Two stages, both linear (``docs/how-it-works.md`` says what each part was measured to give):

1. **Words.** Each n-gram of a line adds a fixed weight to the logits of four heads: *part*, *next* (the part
   of the line that follows, which is what a heading tells), *work* and *areas*. The n-grams at the beginning
   of a line have further weights. Weights are whole multiples of 1 / `WEIGHT_ONE`, so that sums over words
   come out the same everywhere, whatever the length of a line.
2. **Neighbours.** Part and work are decided again from the first stage's probabilities for the line, for
   those around it, for what its last heading announces, and for the posting as a whole (`context`).
"""

from collections.abc import Iterator, Sequence
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
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.lines import Lines, cut
from roleclass.training.mentions import membership
from roleclass.training.vocabulary import Occurrences, Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEIGHT_ONE: Final = 2**12
"""Weights of words are whole multiples of 1 / WEIGHT_ONE, below 8, so that 16 bits hold them."""

ONE: Final = 2**20
"""Probabilities that are added up are whole multiples of 1 / ONE."""

HEADS: Final = (
    ("part", len(PARTS)),
    ("next", len(PARTS)),
    ("work", len(WORKS)),
    ("areas", len(AREAS)),
)
"""The heads of the first stage and their columns, in the order of `LineModel.own_`."""

_PART, _NEXT, _WORK, _AREAS = (
    slice(end - size, end)
    for end, (_, size) in zip(np.cumsum([size for _, size in HEADS]).tolist(), HEADS, strict=True)
)
DUTY: Final = PARTS.index("duty")
OTHER: Final = PARTS.index("other")

NEAR: Final = 4
"""How many lines before and after a line are looked at together."""

HEADING_WORDS: Final = 8
"""A heading has so many words or fewer."""


class LineLabels(NamedTuple):
    """Labels of the M lines of some postings.

    Attributes
    ----------
    part, work : int64 arrays of shape (M,)
        Index into `PARTS` and `WORKS`; -1 where nobody labelled the line.
    areas : bool array of shape (M, len(AREAS))
    areas_known : bool array of shape (M,)
        Whether somebody was asked for the areas of this line.
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


class WordsOfLines(NamedTuple):
    """The lines of N postings and the n-grams in them.

    Attributes
    ----------
    lines : Lines
    found : Occurrences
    line : int64 array of shape (H,)
        The line in which each occurrence begins.
    leads : bool array of shape (H,)
        Whether it begins there with the line's first word.
    """

    lines: Lines
    found: Occurrences
    line: Ints
    leads: Bools


@dataclass(frozen=True)
class LineScores:
    """The lines of N postings and what they are.

    Attributes
    ----------
    words : WordsOfLines
    part, work, areas : float64 arrays of shape (M, 5), (M, 6), (M, 18)
        Probabilities, in the order of `PARTS`, `WORKS`, `AREAS`; those of the areas are independent of
        each other, and mean something for duties only.
    """

    words: WordsOfLines
    part: Floats
    work: Floats
    areas: Floats


class LineModel(BaseEstimator):  # type: ignore[misc]
    """The two stages; fitted by `fit_words` and `fit_context`, or both by `cross_fit`.

    Parameters
    ----------
    vocabulary : Vocabulary
    concepts : tuple of C Concept
        An n-gram that mentions a concept shares the concept's weight.
    regularisation : tuple of three floats
        C of scikit-learn's `LogisticRegression` for part and next, for work, and for the areas.
    context_regularisation : float
        The same for the second stage.
    min_lines : int
        What occurs in fewer labelled lines has no weight.

    Attributes
    ----------
    own_, lead_ : int16 arrays of shape (V, 34)
        Weights of each n-gram, and those it has besides at the beginning of a line; in 1 / `WEIGHT_ONE`.
    shape_ : float64 array of shape (S, 34)
    bias_ : float64 array of shape (34,)
        Weights of `shapes`, and what is added.
    context_ : float64 array of shape (D, 11)
    context_bias_ : float64 array of shape (11,)
        Weights of `context` for part and work.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        concepts: tuple[Concept, ...],
        regularisation: tuple[float, float, float] = (0.15, 0.15, 0.3),
        context_regularisation: float = 0.3,
        min_lines: int = 5,
    ) -> None:
        self.vocabulary = vocabulary
        self.concepts = concepts
        self.regularisation = regularisation
        self.context_regularisation = context_regularisation
        self.min_lines = min_lines

    def read(self, rows: Sequence[bytes]) -> WordsOfLines:
        """Cut postings into lines and find the n-grams."""
        lines = cut(rows)
        found = self.vocabulary.find(rows)
        word = np.searchsorted(lines.word_row, found.row) + found.word
        line = lines.word_line[word]
        return WordsOfLines(lines, found, line, word == lines.first[line])

    def predict(self, rows: Sequence[bytes]) -> LineScores:
        """Say what each line of each posting is.

        Parameters
        ----------
        rows : sequence of bytes
            Postings as given by `roleclass.text.encode`.
        """
        words = self.read(rows)
        return self.decide(words, self.logits(words))

    def logits(self, words: WordsOfLines) -> Floats:
        """Return the logits of the first stage, of shape (M, 34)."""
        sums = _sum(words, self.own_, np.full(len(words.line), True))
        sums = sums + _sum(words, self.lead_, words.leads)
        # 32 bits, as in the graph, however long a line is.
        return np.asarray(
            sums.astype(np.int32) / WEIGHT_ONE + shapes(words.lines) @ self.shape_ + self.bias_
        )

    def decide(self, words: WordsOfLines, logits: Floats) -> LineScores:
        """Take the second stage's decisions from the first stage's logits."""
        scores = context(words.lines, logits) @ self.context_ + self.context_bias_
        return LineScores(
            words,
            softmax(scores[:, : len(PARTS)], axis=1),
            softmax(scores[:, len(PARTS) :], axis=1),
            expit(logits[:, _AREAS]),
        )

    def fit_words(self, words: WordsOfLines, labels: LineLabels) -> Self:
        """Fit the first stage."""
        lines, found, line, leads = words
        number, size = len(lines.row), len(self.vocabulary.ngrams)
        concepts = membership(self.vocabulary.ngrams, self.concepts)

        def counts(of: Bools) -> sp.csr_matrix:
            places = (line[of], found.ngram[of])
            return sp.csr_matrix((np.ones(len(places[0])), places), (number, size))

        own = counts(np.full(len(line), True))
        shape = shapes(lines)
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
        self.shape_ = of_shape / deviation[:, None]
        self.bias_ = np.concatenate([b for _, b in heads]) - mean @ self.shape_
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
        """Fit the second stage, on first-stage logits of lines that the first stage did not see."""
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
    with threadpool_limits(1):  # sums come out the same on any number of cores
        fitted = LogisticRegression(C=regularisation, max_iter=300, tol=1e-3).fit(features, labels)
    coefficients, intercept = fitted.coef_, fitted.intercept_
    if len(present) == 2:  # scikit-learn keeps the second class only
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2])
        intercept = np.concatenate([-intercept / 2, intercept / 2])
    weights[:, present], bias[present] = coefficients.T, intercept
    return weights, bias


def _whole(weights: Floats) -> NDArray[np.int16]:
    limit = np.iinfo(np.int16).max
    return np.clip(np.rint(weights * WEIGHT_ONE), -limit, limit).astype(np.int16)


def _sum(words: WordsOfLines, weights: NDArray[np.int16], which: Bools) -> Ints:
    places = (words.line[which], words.found.ngram[which])
    shape = (len(words.lines.row), len(weights))
    return np.asarray(
        sp.csr_matrix((np.ones(len(places[0]), np.int64), places), shape) @ weights.astype(np.int64)
    )


def shapes(lines: Lines) -> Floats:
    """Return what a line looks like and where it stands, of shape (M, 10)."""
    words = (lines.last - lines.first + 1).astype(np.float64)
    begin, end = (np.searchsorted(lines.row, lines.row, side) for side in ("left", "right"))  # type: ignore[call-overload]
    place = np.arange(len(words)) - begin
    columns = (
        np.log(words),
        np.minimum(words, 8) / 8,
        lines.marked,
        lines.colon,
        lines.free,
        place == 0,
        np.minimum(place, 20) / 20,
        place / np.maximum(end - begin, 1),
        np.log((end - begin - place).astype(np.float64)),
        lines.marked * np.log(words),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def context(lines: Lines, logits: Floats) -> Floats:
    """Return what the second stage decides by, of shape (M, 130).

    Logits of part and work, less their mean; probabilities of both; `shapes`; the probabilities of the line
    before and of the line after; what the line before announces; what the last heading announces, and its
    own part; the logarithm of how many lines ago it was, whether there was one, whether this is one; means
    over the `NEAR` lines before, those after, and all lines of the posting; and part times announcement.
    """
    part, after, work = logits[:, _PART], logits[:, _NEXT], logits[:, _WORK]
    p, announced, w = (np.rint(softmax(x, axis=1) * ONE) / ONE for x in (part, after, work))
    both = np.hstack([p, w])
    place = np.arange(len(p))
    begin, end = (np.searchsorted(lines.row, lines.row, side) for side in ("left", "right"))  # type: ignore[call-overload]

    short = lines.last - lines.first + 1 <= HEADING_WORDS
    heading = short & (lines.free | lines.colon) & ~lines.marked & (p[:, OTHER] > 0.5)
    last = np.maximum.accumulate(np.append(-1, np.where(heading, place, -1)))[:-1]
    has_heading = last >= begin
    last = np.where(has_heading, last, 0)
    of_heading = np.hstack([announced, p])[last] * has_heading[:, None]
    ago = np.where(has_heading, np.log(np.maximum(place - last, 1).astype(np.float64)), 0.0)

    sums = np.vstack([np.zeros(both.shape[1]), both.cumsum(axis=0)])

    def mean(first: Ints, stop: Ints, over: Ints | int) -> Floats:
        inside = sums[np.clip(stop, begin, end)] - sums[np.clip(first, begin, end)]
        return np.asarray(inside / np.reshape(over, (-1, 1)))

    before = mean(place - NEAR, place, NEAR)
    behind = mean(place + 1, place + 1 + NEAR, NEAR)
    whole = mean(begin, end, end - begin)
    crossed = of_heading[:, : len(PARTS), None] * p[:, None]
    columns = [
        *(part - part.mean(axis=1, keepdims=True), work - work.mean(axis=1, keepdims=True)),
        *(both, shapes(lines), _moved(lines, both, 1), _moved(lines, both, -1)),
        *(_moved(lines, announced, 1), of_heading),
        np.stack([ago, has_heading, heading], axis=1),
        *(before, behind, whole, crossed.reshape(len(p), len(PARTS) ** 2)),
    ]
    return np.hstack(columns)


def _moved(lines: Lines, x: Floats, by: int) -> Floats:
    """Give each line what the line before it (1) or after it (-1) has; 0 at the ends of a posting."""
    moved = np.zeros_like(x)
    same = (lines.row[1:] == lines.row[:-1])[:, None]
    if by > 0:
        moved[1:] = x[:-1] * same
    else:
        moved[:-1] = x[1:] * same
    return moved


class CrossFit(NamedTuple):
    """A line model, and for each fold of the groups one that has not seen it.

    Attributes
    ----------
    model : LineModel
        Fitted on all.
    by_fold : list of LineModel
    """

    model: LineModel
    by_fold: list[LineModel]

    def predict(self, rows: Sequence[bytes], fold: Ints) -> LineScores:
        """Say what the lines of postings are, by the model that has not seen their fold.

        Parameters
        ----------
        rows : sequence of N bytes
        fold : int64 array of shape (N,)
        """
        words = self.model.read(rows)
        of_line = fold[words.lines.row]
        return _merge(
            [(m.decide(words, m.logits(words)), of_line == k) for k, m in enumerate(self.by_fold)]
        )


def _merge(scores: Sequence[tuple[LineScores, Bools]]) -> LineScores:
    first = scores[0][0]
    part, work, areas = first.part.copy(), first.work.copy(), first.areas.copy()
    for of, at in scores:
        part[at], work[at], areas[at] = of.part[at], of.work[at], of.areas[at]
    return LineScores(first.words, part, work, areas)


def cross_fit(
    model: LineModel,
    rows: Sequence[bytes],
    labels: LineLabels,
    fold: Ints,
    further: tuple[Sequence[bytes], LineLabels] | None = None,
) -> Iterator[CrossFit | None]:
    """Fit a line model and one for each fold; both stages see first-stage logits out of fold only.

    Parameters
    ----------
    model : LineModel
        Not fitted.
    rows : sequence of N bytes
    labels : LineLabels
        Of the lines of `rows`.
    fold : int64 array of shape (N,)
        The fold of each posting, 0 to K - 1.
    further : rows and labels of N postings, or None
        Changed copies of `rows`, in their order, that the second stage is fitted on, too.

    Yields
    ------
    CrossFit or None
        None after each fit, so that progress can be shown; the result at the end.
    """
    import copy

    sets = [(rows, labels), *([further] if further else [])]
    words = [model.read(of) for of, _ in sets]
    of_line = [fold[read.lines.row] for read in words]
    models = []
    logits = [np.zeros((len(read.lines.row), len(model_columns()))) for read in words]
    for k in range(int(fold.max()) + 1):
        one = copy.copy(model).fit_words(words[0], labels.where(of_line[0] != k))
        models.append(one)
        for read, at, values in zip(words, of_line, logits, strict=True):
            values[at == k] = one.logits(read)[at == k]
        yield None
    whole = copy.copy(model).fit_words(words[0], labels)
    yield None
    lines = (
        words[0].lines if further is None else _joined([read.lines for read in words], len(rows))
    )
    joined = LineLabels(*(np.concatenate(of) for of in zip(*(of for _, of in sets), strict=True)))
    everything, folds = np.concatenate(logits), np.concatenate(of_line)
    for k, one in enumerate(models):
        one.fit_context(lines, everything, joined.where(folds != k))
        yield None
    yield CrossFit(whole.fit_context(lines, everything, joined), models)


def model_columns() -> list[str]:
    """Return a name for each column of the first stage."""
    return [f"{head} {k}" for head, size in HEADS for k in range(size)]


def _joined(of: Sequence[Lines], rows: int) -> Lines:
    """Put the lines of several sets of so many postings one after another."""
    words = np.cumsum([0, *(len(lines.word_row) for lines in of)])
    number = np.cumsum([0, *(len(lines.row) for lines in of)])
    add = {"word_row": rows, "row": rows}
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in Lines.__dataclass_fields__}
    for k, lines in enumerate(of):
        shift = {name: k * by for name, by in add.items()}
        shift |= {"first": words[k], "last": words[k], "word_line": number[k]}
        for name, values in parts.items():
            values.append(
                getattr(lines, name) + shift[name] if name in shift else getattr(lines, name)
            )
    return Lines(**{name: np.concatenate(values) for name, values in parts.items()})  # type: ignore[arg-type]
