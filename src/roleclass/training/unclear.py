"""The rule that answers `unclear`: text that nobody could judge, with the reason.

The rule is part of the model file, so that every runtime gives the same answer; this module says
what it is, and answers it in NumPy for the tests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.lexicon import Concept
from roleclass.text import tokenize

ENGLISH: Final = "english"
"""The concept of the lexicon whose phrases are the small words of English prose."""

REASONS: Final = (None, "no readable words", "too few words", "not English prose")
"""What the codes of the graph's output ``reason`` mean; code 0: the model's answer stands."""


def small_words(concepts: Iterable[Concept]) -> frozenset[bytes]:
    """Return the words of the concept `ENGLISH`.

    Examples
    --------
    >>> from roleclass.lexicon import load_lexicon
    >>> b"the" in small_words(load_lexicon())
    True
    """
    english = (concept for concept in concepts if concept.key == ENGLISH)
    return frozenset(phrase[0] for c in english for phrase in c.phrases if len(phrase) == 1)


@dataclass(frozen=True)
class UnclearRule:
    """When a posting is unclear.

    On the training postings and the unlabelled ones that are not English (Dutch for the most part),
    English prose has a share of small words of .20 (median; one in a thousand is below .05), other
    languages have .00 (median; one in a hundred is above .04).

    Attributes
    ----------
    min_words : int
        A posting of fewer tokens is a stub.
    words_per_small : int
        English prose has at least one small word (the, and, with, you, ...) in so many tokens.
    """

    min_words: int = 10
    words_per_small: int = 25

    def reasons(self, rows: Sequence[bytes], small_words: frozenset[bytes]) -> NDArray[np.int64]:
        """Return the index into `REASONS` for each posting.

        Parameters
        ----------
        rows : sequence of N bytes
            Postings as given by `roleclass.text.encode`.
        small_words : frozenset of bytes
            See the function of that name.

        Returns
        -------
        int64 array of shape (N,)

        Examples
        --------
        >>> UnclearRule().reasons([b"?", b"AI Engineer"], frozenset({b"the"})).tolist()
        [1, 2]
        """
        codes = []
        for row in rows:
            tokens = tokenize(row)
            english = sum(token in small_words for token in tokens)
            if not tokens:
                codes.append(1)
            elif len(tokens) < self.min_words:
                codes.append(2)
            else:
                codes.append(3 if english * self.words_per_small < len(tokens) else 0)
        return np.array(codes, np.int64)
