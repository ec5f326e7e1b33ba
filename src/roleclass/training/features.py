"""`PostingFeatures`: from the bytes of postings to the features of the role model.

Lines come first (`roleclass.training.lines.model`), because who does what depends on the line. A mention
is weighted by the part of its line (`roleclass.training.measures`). Columns, block by
block (c: weighted mentions of a concept, g: of a group of concepts, n: words of the posting, e: words
weighted as mentions are):

===========  ===================================================================================
``ngram``    ``8 idf c / (e + 50)`` of each n-gram
``title``    ``min(c, 1)`` of each concept, unweighted, in the title
``balance``  ``log(1 + g)``, ``g / (n + 20)``, the share of generative AI among models and of AI among
             all mentions; and ``log(1 + n)``
``line``     ``log(1 + x)`` of the expected number of lines of each part and work; shares of works among
             duties, requirements and both; the surest duty and requirement of each work
``density``  ``log(1 + 1000 c / max(n, 50))`` of each concept
``product``  for each two of the groups and of the concepts that tell the roles apart: the product of
             their densities, each standardised and cut at 2.5
===========  ===================================================================================

Columns of all blocks but the first are cut at six standard deviations from their mean on the training
postings, divided by the standard deviation, and multiplied by the block's scale, which sets how
freely the model may use them. Uninformative columns are left out.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from roleclass.reading import PARTS, WORKS
from roleclass.text import tokenize
from roleclass.training.cut.tables import Ngram
from roleclass.training.lines.model import LineModel, LineScores
from roleclass.training.measures import Measures
from roleclass.training.mentions import membership

Floats = NDArray[np.float64]

GROUPS: Final = {
    "genai": "generative AI",
    "ml": "classical machine learning",
    "ai": "AI in general",
    "near": "work near AI",
    "other": "other work",
    "verb": "verbs of duties",
    "section": "headings",
}
"""Groups of the lexicon that are features, with their names."""

CROSSED: Final = (
    "llm", "agents", "rag", "ai_word", "ml_word", "ds_title", "infra", "dataeng", "customer", "sales",
    "product", "analytics", "v_build", "backend", "gpu", "modelbuild", "x_forteam", "mlops",
)  # fmt: skip
"""Concepts that, with the groups, enter the products."""

# The smallest lengths that densities, shares and n-grams are divided by.
DENSITY_WORDS: Final = 50.0
SHARE_WORDS: Final = 20.0
NGRAM_WORDS: Final = 50.0
NGRAM_SCALE: Final = 8.0
LEAST_DEVIATION: Final = 1e-3
CUT: Final = 2.5
OUTLIER: Final = 6.0

BLOCKS: Final = ("title", "balance", "line", "density", "product")
"""The blocks after the n-grams, in the order of their columns."""


class Scales(NamedTuple):
    """Scale of each block against the n-grams."""

    title: float = 0.07
    balance: float = 0.2
    line: float = 0.1
    density: float = 0.1
    product: float = 0.04


class PostingFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn postings, as bytes, into a sparse matrix of features.

    Parameters
    ----------
    lines : LineModel
        Fitted; the features use its n-grams and concepts.
    min_postings : int
        An n-gram that fewer training postings contain has no column of its own.
    min_mentions : int
        A column of another block that fewer training postings fill is left out; those of ``balance``
        are left empty.
    scales : Scales

    Attributes
    ----------
    idf_ : float64 array of shape (V,)
        ``log((1 + N) / (1 + df)) + 1``, the smooth idf of scikit-learn's `TfidfTransformer`; 0 if
        there is no column.
    membership_ : sparse matrix of shape (V, C)
    groups_ : float64 array of shape (C, G)
        1 if the concept is in the group.
    crossed_ : float64 array of shape (C, P)
        Sums densities to the P quantities whose products are taken.
    crossed_mean_, crossed_deviation_ : float64 arrays of shape (P,)
    columns_ : int64 array of shape (B,)
        Which of all columns of all `BLOCKS` are used.
    lowest_, highest_, weights_ : float64 arrays of shape (B,)
        The limits at which these are cut, and their factors afterwards.
    """

    def __init__(
        self,
        lines: LineModel,
        min_postings: int = 8,
        min_mentions: int = 15,
        scales: Scales = Scales(),  # noqa: B008  (immutable)
    ) -> None:
        self.lines = lines
        self.min_postings = min_postings
        self.min_mentions = min_mentions
        self.scales = scales

    def measure(self, scores: LineScores, number: int) -> Measures:
        """Count in postings whose lines are known."""
        return Measures.of(scores, number, self.lines.ngrams, self.lines.concepts)

    def fit(self, measures: Measures, y: object = None) -> Self:  # noqa: ARG002
        """Measure idf and scales on training postings.

        Parameters
        ----------
        measures : Measures
            By line models that have not seen the postings.
        y : ignored
        """
        concepts = self.lines.concepts
        self.membership_ = membership(self.lines.ngrams, concepts)
        self.groups_ = np.array(
            [[concept.group == group for group in GROUPS] for concept in concepts], float
        ).reshape(-1, len(GROUPS))
        single = np.array([[c.key == key for key in CROSSED] for c in concepts], float)
        single = single.reshape(-1, len(CROSSED))
        self.crossed_ = np.hstack([self.groups_, single[:, single.any(axis=0)]])

        number = len(measures.words)
        document_frequency = np.bincount(measures.ngrams.indices, minlength=len(self.lines.ngrams))
        idf = np.log((1 + number) / (1 + document_frequency)) + 1
        self.idf_ = np.where(document_frequency >= self.min_postings, idf, 0.0)

        crossed = self._crossed(measures)
        self.crossed_mean_ = crossed.mean(axis=0)
        self.crossed_deviation_ = crossed.std(axis=0) + 1e-6
        blocks = self._blocks(measures)
        weights = {
            name: self._weights(block, getattr(self.scales, name)) for name, block in blocks.items()
        }
        used = self.groups_.sum(axis=1)
        weights["density"] *= used
        weights["title"] *= used
        # The matrix of products is symmetric.
        side = len(self.crossed_mean_)
        weights["product"] *= np.triu(np.ones((side, side))).ravel()
        everything = np.concatenate(list(weights.values()))
        kept = {name: weight != 0 for name, weight in weights.items()}
        kept["balance"][:] = True  # so that something remains, however small the corpus
        self.columns_ = np.flatnonzero(np.concatenate(list(kept.values())))
        self.weights_ = everything[self.columns_]
        columns = np.hstack(list(blocks.values()))[:, self.columns_]
        mean, reach = columns.mean(axis=0), OUTLIER * columns.std(axis=0)
        self.lowest_, self.highest_ = mean - reach, mean + reach
        return self

    def columns(self, measures: Measures) -> sp.csr_matrix:
        """Return the features of postings from their measures.

        Returns
        -------
        float64 sparse matrix of shape (N, V + B)
        """
        check_is_fitted(self, "columns_")
        blocks = np.hstack(list(self._blocks(measures).values()))[:, self.columns_]
        weighted = np.clip(blocks, self.lowest_, self.highest_) * self.weights_
        scale = sp.diags(NGRAM_SCALE / (measures.weight.ravel() + NGRAM_WORDS))
        ngrams = scale @ measures.ngrams @ sp.diags(self.idf_)
        return sp.hstack([ngrams, sp.csr_matrix(weighted)], format="csr")

    def transform(self, rows: Sequence[bytes]) -> sp.csr_matrix:
        """Return the features of postings from `roleclass.text.encode`."""
        return self.columns(self.measure(self.lines.predict(rows), len(rows)))

    def columns_by_block(self) -> dict[str, NDArray[np.int64]]:
        """Return the `columns_` of each of `BLOCKS`, counted from the block's first column."""
        check_is_fitted(self, "columns_")
        starts = np.cumsum([0, *map(len, self._names().values())])
        parts = np.split(self.columns_, np.searchsorted(self.columns_, starts[1:-1]))
        return {
            name: part - start for name, part, start in zip(BLOCKS, parts, starts, strict=False)
        }

    def feature_names(self) -> list[str]:
        """Return a name for each column: the block, a colon, and what it is.

        That is the n-gram or the concept's key, otherwise a display name.
        """
        check_is_fitted(self, "columns_")
        of_blocks = [f"{block}:{what}" for block, names in self._names().items() for what in names]
        return [
            *(f"ngram:{b' '.join(ngram).decode()}" for ngram in self.lines.ngrams),
            *(of_blocks[column] for column in self.columns_),
        ]

    def _names(self) -> dict[str, list[str]]:
        concept_names = {concept.key: concept.name for concept in self.lines.concepts}
        crossed = [
            *GROUPS.values(),
            *(concept_names[key] for key in CROSSED if key in concept_names),
        ]
        keys = [concept.key for concept in self.lines.concepts]
        return {
            "title": keys,
            "balance": [
                *(f"mentions of {group}" for group in GROUPS.values()),
                *(f"share of {group}" for group in GROUPS.values()),
                "generative AI among models",
                "AI among everything",
                "length",
            ],
            "line": [
                *(f"lines: {part}, {work}" for part in PARTS for work in WORKS),
                *(f"share: {part}, {w}" for part in ("duty", "requirement", "both") for w in WORKS),
                *(f"surest: {part}, {work}" for part in ("duty", "requirement") for work in WORKS),
                *(f"lines: {part}" for part in PARTS),
            ],
            "density": keys,
            "product": [f"{first} with {second}" for first in crossed for second in crossed],
        }

    def _crossed(self, measures: Measures) -> Floats:
        """Return the densities whose products are taken."""
        return _log_density(measures.concepts @ self.crossed_, measures.words)

    def _blocks(self, measures: Measures) -> dict[str, Floats]:
        """Return all columns of all `BLOCKS`, unscaled."""
        number = len(measures.words)
        standard = (self._crossed(measures) - self.crossed_mean_) / self.crossed_deviation_
        standard = np.clip(standard, -CUT, CUT)
        duty, requirement = measures.lines[:, 1], measures.lines[:, 2]
        return {
            "title": np.minimum(measures.title, 1),
            "balance": np.hstack(
                [
                    _balance(measures.concepts @ self.groups_, measures.words),
                    np.log1p(measures.words),
                ]
            ),
            "line": np.hstack(
                [
                    np.log1p(measures.lines).reshape(number, -1),
                    *(
                        x / (x.sum(axis=1, keepdims=True) + 1)
                        for x in (duty, requirement, duty + requirement)
                    ),
                    measures.surest.reshape(number, -1),
                    np.log1p(measures.lines.sum(axis=2)),
                ]
            ),
            "density": _log_density(measures.concepts, measures.words),
            "product": (standard[:, :, None] * standard[:, None]).reshape(number, -1),
        }

    def _weights(self, block: Floats, scale: float) -> Floats:
        """Return the factor of each column; 0 if hardly any posting fills it."""
        often = (np.abs(block - np.median(block, axis=0)) > 1e-9).sum(axis=0) >= self.min_mentions
        deviation = block.std(axis=0)
        # The factor of a nearly constant column would amplify single-precision errors.
        varies = deviation > LEAST_DEVIATION
        return np.where(often & varies, scale / np.maximum(deviation, LEAST_DEVIATION), 0.0)


def frequent_words(rows: Sequence[bytes], min_postings: int) -> list[Ngram]:
    """Return the words in at least `min_postings` postings, in alphabetical order.

    Examples
    --------
    >>> frequent_words([b"bread and rolls", b"bread and tea", b"tea"], 2)
    [(b'and',), (b'bread',), (b'tea',)]
    """
    frequency = Counter(token for row in rows for token in set(tokenize(row)))
    return sorted((word,) for word, number in frequency.items() if number >= min_postings)


def _log_density(counts: Floats, words: Floats) -> Floats:
    return np.log1p(1000 * counts / np.maximum(words, DENSITY_WORDS))


def _balance(groups: Floats, words: Floats) -> Floats:
    """Return logs and shares of the groups, which are the last axis."""
    genai, ml, ai = (groups[..., [list(GROUPS).index(name)]] for name in ("genai", "ml", "ai"))
    return np.concatenate(
        [
            np.log1p(groups),
            groups / (words + SHARE_WORDS),
            (genai + 0.5) / (genai + ml + 1),
            (genai + ml + ai + 0.5) / (groups.sum(axis=-1, keepdims=True) + 5),
        ],
        axis=-1,
    )
