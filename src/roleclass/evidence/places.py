"""Where in a posting the features of a model stand, and what they are called for a person.

In arrays over all mentions at once: a posting has hundreds, and an explanation should cost no more than a
few predictions.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.text import FOLD, SEPARATOR, characters_before

Span = tuple[int, int]
Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Columns:
    """What the columns of a model's features stand for.

    Attributes
    ----------
    kinds, names : arrays of str, as objects
        Of each column: its block, and what it is called for a person.
    words : int array of shape (G,)
        How many words each of the G n-grams has, whose columns are the first.
    """

    kinds: NDArray[np.object_]
    names: NDArray[np.object_]
    words: Ints


@lru_cache(maxsize=8)  # a few models at most are in use at the same time
def name_columns(features: tuple[str, ...]) -> Columns:
    """Say what the features of a model stand for.

    Parameters
    ----------
    features : tuple of str
        ``block:what``, the n-grams first; see `roleclass.engine.model_file.Model.features`.

    Returns
    -------
    Columns

    Examples
    --------
    >>> columns = name_columns(("ngram:rag", "ngram:rag pipeline", "balance:length"))
    >>> columns.names.tolist(), columns.words.tolist()
    (['rag', 'rag pipeline', 'length'], [1, 2])
    """
    pairs = [feature.partition(":")[::2] for feature in features]
    return Columns(
        kinds=np.array([kind for kind, _ in pairs], object),
        names=np.array([name for _, name in pairs], object),
        words=np.array([name.count(" ") + 1 for kind, name in pairs if kind == "ngram"], np.int64),
    )


class Mentions(NamedTuple):
    """Where n-grams stand in a posting, by column, then in the order of the text.

    Attributes
    ----------
    column : int array of shape (Q,)
    start, end : int arrays of shape (Q,)
        In characters.
    """

    column: Ints
    start: Ints
    end: Ints

    def spans(self, columns: int) -> list[tuple[Span, ...]]:
        """Return where each of so many columns is mentioned."""
        ends = np.cumsum(np.bincount(self.column, minlength=columns)).tolist()
        places = list(zip(self.start.tolist(), self.end.tolist(), strict=True))
        return [tuple(places[i:j]) for i, j in pairwise([0, *ends])]


def find_mentions(columns: Columns, data: bytes, ngrams: Ints, words: Ints) -> Mentions:
    """Find where the n-grams of a model stand in a posting.

    Parameters
    ----------
    columns : Columns
    data : bytes
        The posting.
    ngrams, words : int arrays of shape (H,)
        The n-grams that were found, and the place of the first word of each among the posting's words.

    Examples
    --------
    >>> columns = name_columns(("ngram:rag", "ngram:rag pipeline", "balance:length"))
    >>> text = "A RAG, a RAG pipeline".encode()
    >>> find_mentions(columns, text, np.array([0, 0, 1]), np.array([1, 3, 3])).spans(3)
    [((2, 5), (9, 12)), ((9, 21),), ()]
    """
    known = np.flatnonzero(ngrams < len(columns.words))
    ngrams, words = ngrams[known], words[known]
    # Between two separators, so that every token begins and ends at an edge.
    is_token = (
        np.frombuffer((SEPARATOR + data + SEPARATOR).translate(FOLD), np.uint8) != SEPARATOR[0]
    )
    edges = np.flatnonzero(is_token[1:] != is_token[:-1])
    character = characters_before(data)
    start = character[edges[2 * words]]
    end = character[edges[2 * (words + columns.words[ngrams]) - 1]]
    order = np.lexsort((start, ngrams))
    return Mentions(ngrams[order], start[order], end[order])
