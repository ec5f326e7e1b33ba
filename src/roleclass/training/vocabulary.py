"""The n-grams that a model knows, as a trie of word numbers, and their occurrences in postings.

The ONNX graph walks this trie; here NumPy walks the same arrays, so that training counts
the same as the graph.

A *state* is a node of the trie. State 0 is "not in the trie"; the words are states 1 to W; further
states are longer n-grams, reached from the state of all words but the last by the last word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from roleclass.text import tokenize

Ngram = tuple[bytes, ...]


class Occurrences(NamedTuple):
    """The occurrences of n-grams in a batch of postings, as int64 arrays of the same length.

    Attributes
    ----------
    row : int64 array of shape (H,)
        The posting.
    ngram : int64 array of shape (H,)
        Index into `Vocabulary.ngrams`.
    word : int64 array of shape (H,)
        Index of the n-gram's first word in its posting.
    """

    row: NDArray[np.int64]
    ngram: NDArray[np.int64]
    word: NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """A fixed set of n-grams and the trie that finds them.

    Build one with `from_ngrams`.

    Attributes
    ----------
    ngrams : tuple of N tuples of bytes
        The n-grams, in the order of their indices.
    words : tuple of W bytes
        All words that occur in them; word w is state w + 1.
    parents, lasts : int64 arrays of shape (S - W - 1,)
        For each longer state, in order: the state of all words but the last, and the last word's state.
    ngram_of_state : int64 array of shape (S,)
        The n-gram that ends in a state; -1 where the state is only on the way to a longer one.
    """

    ngrams: tuple[Ngram, ...]
    words: tuple[bytes, ...]
    parents: NDArray[np.int64]
    lasts: NDArray[np.int64]
    ngram_of_state: NDArray[np.int64]

    @classmethod
    def from_ngrams(cls, ngrams: Iterable[Ngram]) -> Self:
        """Build the trie.

        Parameters
        ----------
        ngrams : iterable of tuples of bytes
            Distinct, each of at least one token.

        Examples
        --------
        >>> vocabulary = Vocabulary.from_ngrams([(b"vector", b"search"), (b"rag",)])
        >>> vocabulary.words
        (b'rag', b'search', b'vector')
        >>> vocabulary.find([b"RAG, vector search, vector-search"]).ngram
        array([1, 0, 0])
        """
        ngrams = tuple(ngrams)
        words = tuple(sorted(set(chain.from_iterable(ngrams))))
        states: dict[Ngram, int] = {(word,): i for i, word in enumerate(words, start=1)}
        prefixes = {ngram[:n] for ngram in ngrams for n in range(2, len(ngram) + 1)}
        longer = sorted(prefixes, key=lambda prefix: (len(prefix), prefix))
        for prefix in longer:
            states[prefix] = len(states) + 1
        ngram_of_state = np.full(len(states) + 1, -1)
        for index, ngram in enumerate(ngrams):
            ngram_of_state[states[ngram]] = index
        return cls(
            ngrams=ngrams,
            words=words,
            parents=np.array([states[prefix[:-1]] for prefix in longer], np.int64),
            lasts=np.array([states[prefix[-1:]] for prefix in longer], np.int64),
            ngram_of_state=ngram_of_state,
        )

    @cached_property
    def depth(self) -> int:
        """The number of words of the longest n-gram."""
        return max(map(len, self.ngrams), default=0)

    @cached_property
    def _state_of_word(self) -> dict[bytes, int]:
        return {word: state for state, word in enumerate(self.words, start=1)}

    @cached_property
    def _sorted_keys(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        keys = self.parents * (len(self.words) + 1) + self.lasts
        order = np.argsort(keys)
        return keys[order], order + len(self.words) + 1

    def _step(self, states: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int64]:
        """Go from each state by one word; 0 where the trie has no such branch."""
        keys, targets = self._sorted_keys
        if not len(keys):
            return np.zeros_like(states)
        wanted = states * (len(self.words) + 1) + words
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found = (keys[place] == wanted) & (states > 0) & (words > 0)
        return np.where(found, targets[place], 0)

    def find(self, rows: Sequence[bytes]) -> Occurrences:
        """Find every occurrence of every n-gram, also overlapping ones.

        Parameters
        ----------
        rows : sequence of bytes
            Postings as given by `roleclass.text.encode`.

        Returns
        -------
        Occurrences
            Sorted by posting, then by the first word, then by length.
        """
        tokens = [tokenize(row) for row in rows]
        lengths = np.array([len(row) for row in tokens], np.int64)
        total = int(lengths.sum())
        lookup = self._state_of_word.get
        words = np.fromiter(
            (lookup(token, 0) for token in chain.from_iterable(tokens)), np.int64, total
        )
        row_of = np.repeat(np.arange(len(rows)), lengths)
        first = np.arange(total)
        offset = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(rows) else lengths
        found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        state = words
        for n in range(self.depth):
            if n:
                # The n-th word after the first, if it is in the same posting.
                inside = first + n < total
                first, state = first[inside], state[inside]
                same_row = row_of[first] == row_of[first + n]
                state = self._step(state, np.where(same_row, words[first + n], 0))
            alive = state > 0
            first, state = first[alive], state[alive]
            ngram = self.ngram_of_state[state]
            found.append((first[ngram >= 0], ngram[ngram >= 0]))
        start = np.concatenate([where for where, _ in found]) if found else first[:0]
        ngram = np.concatenate([which for _, which in found]) if found else first[:0]
        order = np.argsort(start, kind="stable")
        start, ngram = start[order], ngram[order]
        return Occurrences(row_of[start], ngram, start - offset[row_of[start]])
