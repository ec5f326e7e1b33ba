"""`PostingFeatures`: from the bytes of postings to the numbers that the linear model weighs.

Columns, block by block (c: mentions of a concept, g: of a group of concepts, n: words of the posting):

=============  =================================================================================
``ngram``      ``(1 + log(tf)) * idf`` of the lexicon's phrases and of the most frequent words and
               word pairs; each posting's block scaled to length 1
``density``    ``log(1 + 1000 c / max(n, 50))`` of each concept
``title``      ``min(c, 1)`` of each concept, in the title
``balance``    ``log(1 + g)``, ``g / (n + 20)``, the share of generative AI among models and of AI
               among all mentions; and ``log(1 + n)``
``section``    the same of each section: start, duties, requirements, nice to have, company
``product``    for each two of the groups and of the concepts that tell the roles apart: the product
               of their densities, each standardised and cut at 2.5
=============  =================================================================================

Columns of all blocks but the first are cut at six standard deviations from their mean on the training
postings, divided by the standard deviation, and multiplied by the block's scale, which sets how
freely the model may use them. What can tell nothing has no column: a concept of no group, what hardly
any training posting mentions, a product that stands there already the other way round.

Who does what is a matter of combinations (agents that are built, agents that are sold) and of places (a
duty, a nice-to-have, the company's own praise): products and sections let a linear model see them.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from roleclass.lexicon import Concept, load_lexicon
from roleclass.text import tokenize
from roleclass.training.mentions import REGIONS, count_mentions, heading_codes, membership
from roleclass.training.vocabulary import Ngram, Occurrences, Vocabulary

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
"""Groups of the lexicon whose mentions are added up, with their names; others are no features."""

CROSSED: Final = (
    "llm", "agents", "rag", "ai_word", "ml_word", "ds_title", "infra", "dataeng", "customer", "sales",
    "product", "analytics", "v_build", "backend", "gpu", "modelbuild", "x_forteam", "mlops",
)  # fmt: skip
"""Concepts that, with the groups, enter the products."""

# The least length for which a density is taken at its word; the same for shares.
DENSITY_WORDS: Final = 50.0
SHARE_WORDS: Final = 20.0
CUT: Final = 2.5
OUTLIER: Final = 6.0

BLOCKS: Final = ("density", "title", "balance", "section", "product")
"""The blocks after the n-grams, in the order of their columns."""

SECTIONS: Final = REGIONS[2:]


class Scales(NamedTuple):
    """Scale of each block against the n-grams, whose rows have length 1."""

    density: float = 0.1
    title: float = 0.07
    balance: float = 0.15
    section: float = 0.08
    product: float = 0.04


class PostingFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    r"""Turn postings, as bytes, into a sparse matrix of features.

    Parameters
    ----------
    max_ngrams : int
        How many words and word pairs to keep, by the number of postings that contain them, besides
        the lexicon's phrases.
    min_postings : int
        An n-gram that fewer training postings contain has no tf-idf.
    min_mentions : int
        A column of another block that fewer training postings fill is left out; those of ``balance``
        are left empty, so that something remains.
    scales : Scales
    lexicon : tuple of Concept or None
        None for the package's own.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The n-grams; column k of the n-gram block is n-gram k.
    idf_ : float64 array of shape (V,)
        ``log((1 + N) / (1 + df)) + 1``, the smooth idf of scikit-learn's `TfidfTransformer`.
    concepts_ : tuple of C Concept
    membership_ : sparse matrix of shape (V, C)
    headings_ : int64 array of shape (V,)
        See `roleclass.training.mentions`.
    groups_ : float64 array of shape (C, G)
        1 where the concept is of the group.
    crossed_ : float64 array of shape (C, P)
        What adds up densities to the P quantities whose products are taken.
    crossed_mean_, crossed_deviation_ : float64 arrays of shape (P,)
    columns_ : int64 array of shape (B,)
        Which of all columns of all `BLOCKS` are used.
    lowest_, highest_, weights_ : float64 arrays of shape (B,)
        Where these are cut, and what they are multiplied by then.

    Examples
    --------
    >>> rows = [b"AI Engineer\nBuild agents and RAG", b"Baker\nBake bread and rolls"]
    >>> features = PostingFeatures(max_ngrams=4).fit(rows)
    >>> features.transform(rows).shape == (2, len(features.feature_names()))
    True
    """

    def __init__(
        self,
        max_ngrams: int = 0,
        min_postings: int = 3,
        min_mentions: int = 15,
        scales: Scales = Scales(),  # noqa: B008  (immutable)
        lexicon: tuple[Concept, ...] | None = None,
    ) -> None:
        self.max_ngrams = max_ngrams
        self.min_postings = min_postings
        self.min_mentions = min_mentions
        self.scales = scales
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
        self.vocabulary_ = Vocabulary.from_ngrams(
            sorted({*frequent_ngrams(rows, self.max_ngrams), *phrases})
        )
        self.membership_ = membership(self.vocabulary_.ngrams, self.concepts_)
        self.headings_ = heading_codes(self.concepts_, self.membership_)
        self.groups_ = np.array(
            [[concept.group == group for group in GROUPS] for concept in self.concepts_], float
        )
        single = np.array([[c.key == key for key in CROSSED] for c in self.concepts_], float)
        self.crossed_ = np.hstack([self.groups_, single[:, single.any(axis=0)]])

        found = self.vocabulary_.find(rows)
        document_frequency = np.bincount(
            self._counts(found, len(rows)).indices, minlength=len(self.vocabulary_.ngrams)
        )
        idf = np.log((1 + len(rows)) / (1 + document_frequency)) + 1
        self.idf_ = np.where(document_frequency >= self.min_postings, idf, 0.0)

        mentions = count_mentions(rows, found, self.membership_, self.headings_)
        words = _words(rows)
        crossed = _log_density(mentions[:, 0] @ self.crossed_, words)
        self.crossed_mean_ = crossed.mean(axis=0)
        self.crossed_deviation_ = crossed.std(axis=0) + 1e-6
        blocks = self._blocks(mentions, words)
        weights = {
            name: self._weights(block, getattr(self.scales, name)) for name, block in blocks.items()
        }
        used = self.groups_.sum(axis=1)
        weights["density"] *= used
        weights["title"] *= used
        # The matrix of products is symmetric.
        side = len(self.crossed_mean_)
        weights["product"] *= np.triu(np.ones((side, side))).ravel()
        kept = {name: block != 0 for name, block in weights.items()}
        kept["balance"][:] = True
        self.columns_ = np.flatnonzero(np.concatenate(list(kept.values())))
        self.weights_ = np.concatenate(list(weights.values()))[self.columns_]
        columns = np.hstack(list(blocks.values()))[:, self.columns_]
        mean, reach = columns.mean(axis=0), OUTLIER * columns.std(axis=0)
        self.lowest_, self.highest_ = mean - reach, mean + reach
        return self

    def transform(self, rows: Sequence[bytes]) -> sp.csr_matrix:
        """Return the features.

        Parameters
        ----------
        rows : sequence of N bytes
            Postings as given by `roleclass.text.encode`.

        Returns
        -------
        float64 sparse matrix of shape (N, F)
        """
        check_is_fitted(self, "vocabulary_")
        found = self.vocabulary_.find(rows)
        mentions = count_mentions(rows, found, self.membership_, self.headings_)
        columns = np.hstack(list(self._blocks(mentions, _words(rows)).values()))[:, self.columns_]
        weighted = np.clip(columns, self.lowest_, self.highest_) * self.weights_
        return sp.hstack(
            [self._tf_idf(self._counts(found, len(rows))), sp.csr_matrix(weighted)], format="csr"
        )

    def columns_by_block(self) -> list[NDArray[np.int64]]:
        """Return the `columns_` of ``density``, ``title``, ``balance`` with ``section``, and ``product``.

        Returns
        -------
        list of four int64 arrays
            Each counts from its own block's first column.

        Examples
        --------
        >>> features = PostingFeatures().fit([b"Bake bread and rolls"])
        >>> sum(map(len, features.columns_by_block())) == len(features.columns_)
        True
        """
        check_is_fitted(self, "columns_")
        concepts = len(self.concepts_)
        balance = (len(SECTIONS) + 1) * (2 * len(GROUPS) + 2) + 1
        starts = np.cumsum([0, concepts, concepts, balance])
        parts = np.split(self.columns_, np.searchsorted(self.columns_, starts[1:]))
        return [part - start for part, start in zip(parts, starts, strict=True)]

    def feature_names(self) -> list[str]:
        """Return a name for each column: the block, a colon, and what it is.

        That is the n-gram or the concept's key where it is one, else words for a person.
        """
        check_is_fitted(self, "vocabulary_")
        keys = [concept.key for concept in self.concepts_]
        concept_names = {concept.key: concept.name for concept in self.concepts_}
        crossed = [*GROUPS.values(), *(concept_names[key] for key in CROSSED if key in keys)]
        balance = [
            *(f"mentions of {group}" for group in GROUPS.values()),
            *(f"share of {group}" for group in GROUPS.values()),
            "generative AI among models",
            "AI among everything",
        ]
        of_blocks = [
            *(f"{block}:{key}" for block in ("density", "title") for key in keys),
            *(f"balance:{what}" for what in [*balance, "length"]),
            *(f"section:{section}: {what}" for section in SECTIONS for what in balance),
            *(f"product:{first} with {second}" for first in crossed for second in crossed),
        ]
        return [
            *(f"ngram:{b' '.join(ngram).decode()}" for ngram in self.vocabulary_.ngrams),
            *(of_blocks[column] for column in self.columns_),
        ]

    def _counts(self, found: Occurrences, rows: int) -> sp.csr_matrix:
        shape = (rows, len(self.vocabulary_.ngrams))
        return sp.csr_matrix((np.ones(len(found.row)), (found.row, found.ngram)), shape)

    def _tf_idf(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        weighted = counts.copy()
        weighted.data = 1 + np.log(weighted.data)
        weighted = weighted @ sp.diags(self.idf_)
        norm = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sp.diags(1 / np.maximum(norm, 1e-12)) @ weighted

    def _blocks(self, mentions: Floats, words: Floats) -> dict[str, Floats]:
        """Return all blocks but the n-grams, not yet weighted."""
        posting, title = mentions[:, 0], mentions[:, 1]
        groups = mentions @ self.groups_
        crossed = _log_density(posting @ self.crossed_, words)
        standard = (crossed - self.crossed_mean_) / self.crossed_deviation_
        standard = np.clip(standard, -CUT, CUT)
        return {
            "density": _log_density(posting, words),
            "title": np.minimum(title, 1),
            "balance": np.hstack([_balance(groups[:, 0], words), np.log1p(words)]),
            "section": _balance(groups[:, 2:], words[:, None]).reshape(len(words), -1),
            "product": (standard[:, :, None] * standard[:, None, :]).reshape(len(words), -1),
        }

    def _weights(self, block: Floats, scale: float) -> Floats:
        deviation = block.std(axis=0)
        # A column that hardly any posting fills would get a huge weight, and noise a say.
        filled = ((block != 0).sum(axis=0) >= self.min_mentions) & (deviation > 1e-6)
        return np.where(filled, scale / np.where(filled, deviation, 1.0), 0.0)


def frequent_ngrams(rows: Sequence[bytes], number: int) -> list[Ngram]:
    """Return the words and word pairs that stand in most postings, most frequent first.

    Ties are broken by the alphabet.

    Examples
    --------
    >>> frequent_ngrams([b"bake bread", b"bake rolls"], 2)
    [(b'bake',), (b'bake', b'bread')]
    """
    if not number:
        return []
    frequency: Counter[Ngram] = Counter()
    for row in rows:
        tokens = tokenize(row)
        frequency.update({(token,) for token in tokens})
        frequency.update(set(pairwise(tokens)))
    return sorted(frequency, key=lambda ngram: (-frequency[ngram], ngram))[:number]


def _words(rows: Sequence[bytes]) -> Floats:
    """Return the number of words of each posting, of shape (N, 1)."""
    return np.array([[len(tokenize(row))] for row in rows], float).reshape(-1, 1)


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
