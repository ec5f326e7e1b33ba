"""`Measures`: counts in postings, line by line; `features` turns them into columns."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from roleclass.lexicon import Concept
from roleclass.reading import WORKS
from roleclass.training.cut.tables import Ngram
from roleclass.training.lines.context import heading_like
from roleclass.training.lines.model import LineScores
from roleclass.training.mentions import membership

Floats = NDArray[np.float64]

WEIGHTS: Final = np.array([0.03, 1.0, 0.7, 0.15, 0.05])
"""The weight of a mention in a line of each of `PARTS`."""


TITLE_WORDS: Final = 25
"""The first line is a title if it has no more words; a longer one is running text."""


class Measures(NamedTuple):
    """The counts in N postings.

    Attributes
    ----------
    words, weight : float64 arrays of shape (N, 1)
        Words, and words weighted by their lines.
    ngrams : sparse float64 matrix of shape (N, V)
    concepts, title : float64 arrays of shape (N, C)
    lines : float64 array of shape (N, 5, 6)
        Expected number of lines of each part and work.
    surest : float64 array of shape (N, 2, 6)
        The greatest probability that any line is a duty, or a requirement, of each work.
    asked : float64 array of shape (N,)
        Expected number of words in duties and requirements; a first line that looks like a heading asks
        nothing, whatever it promises.
    """

    words: Floats
    weight: Floats
    ngrams: sp.csr_matrix
    concepts: Floats
    title: Floats
    lines: Floats
    surest: Floats
    asked: Floats

    def at(self, index: NDArray[np.integer]) -> "Measures":
        """Return the measures of some postings."""
        return Measures(*(of[index] for of in self))

    @classmethod
    def of(
        cls, scores: LineScores, number: int, ngrams: Sequence[Ngram], concepts: Sequence[Concept]
    ) -> "Measures":
        """Count in so many postings."""
        lines, ngram, line, _ = scores.cut
        part, work = scores.part, scores.work
        size = lines.size.astype(np.float64)

        def per_posting(values: Floats) -> Floats:
            totals = np.zeros((number, *values.shape[1:]))
            np.add.at(totals, lines.row, values)
            return totals

        member = membership(ngrams, concepts)
        first = np.append(True, lines.row[1:] != lines.row[:-1])
        title = (first & (size <= TITLE_WORDS))[line]

        def counts(weight: Floats) -> sp.csr_matrix:
            shape = (number, len(ngrams))
            return sp.csr_matrix((weight, (lines.row[line], ngram)), shape)

        weight = part @ WEIGHTS
        weighted = counts(weight[line])
        surest = np.zeros((number, 2, len(WORKS)))
        np.maximum.at(surest, lines.row, part[:, [1, 2], None] * work[:, None])
        return cls(
            per_posting(size[:, None]),
            per_posting((weight * size)[:, None]),
            weighted,
            (weighted @ member).toarray(),
            (counts(title.astype(np.float64)) @ member).toarray(),
            per_posting(part[:, :, None] * work[:, None]),
            surest,
            per_posting(part[:, 1:3].sum(axis=1) * size * ~(first & heading_like(lines))),
        )
