"""Look-up tables of the graph: words by perfect hash, longer n-grams by a trie without any hash.

All integers are 32 bits wide and arithmetic is modulo 2^32, as in the graph.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.text import FOLD, SEPARATOR, TOKEN_BYTES
from roleclass.training.cut.rules import LISTED

Int32 = NDArray[np.int32]
Ngram = tuple[bytes, ...]

BASE: Final = 0x9E3779B5
"""The base of the polynomial hash: odd, so that it has an inverse modulo 2^32."""

DIVISOR: Final = 2**21
"""The upper bits of the hash that distinguish words of one bucket: enough for 10,000 words."""

_MODULUS = 2**32


def byte_codes(seed: int) -> Int32:
    """Return a code for each byte: random and odd for what `FOLD` keeps, 0 for separators.

    Examples
    --------
    >>> codes = byte_codes(1)
    >>> codes[ord("A")] == codes[ord("a")], int(codes[ord(" ")])
    (np.True_, 0)
    """
    rng = np.random.default_rng(seed)
    # int32 views keep the bits; an odd code is never 0.
    of_token = (rng.integers(0, 2**31, len(TOKEN_BYTES)) * 2 + 1).astype(np.uint32).view(np.int32)
    code = dict(zip(TOKEN_BYTES, of_token, strict=True)) | {SEPARATOR[0]: np.int32(0)}
    return np.array([code[folded] for folded in FOLD], np.int32)


def hash_word(word: bytes, codes: Int32) -> np.int32:
    """Hash a word: the sum of ``code[word[j]] * BASE ** (j + 1 - len(word))``.

    The exponent is 0 at the last byte, because the graph finds the ends of words.
    """
    inverse = pow(BASE, -1, _MODULUS)
    value, power = 0, 1
    for byte in reversed(word):
        value += int(codes[byte]) * power
        power = power * inverse % _MODULUS
    return np.int32(np.uint32(value % _MODULUS).view(np.int32))


@dataclass(frozen=True)
class WordTable:
    """A perfect hash of the words (compress, hash and displace: Belazzougui et al., 2009).

    The slot of a word whose hash is h is ``h / DIVISOR + shift[h & mask]``, the quotient rounded towards
    0; it is the word if ``keys[slot] == h``.

    Attributes
    ----------
    codes : int32 array of shape (256,)
        See `byte_codes`.
    shift : int32 array of shape (2^b,)
    keys : int32 array of shape (S,)
        Empty slots hold a hash that leads to another slot.
    """

    codes: Int32
    shift: Int32
    keys: Int32

    @classmethod
    def from_words(cls, words: Sequence[bytes]) -> "WordTable":
        """Place every word; codes are drawn until no two words share a hash."""
        seed = 1
        while (table := cls._place(words, byte_codes(seed))) is None:
            seed += 1
        return table

    def slot(self, word: bytes) -> int:
        """Look up a word, as the graph does, which knows words by their slots; 0 if it is missing."""
        value = hash_word(word, self.codes)
        slot = int(np.trunc(value / DIVISOR)) + int(self.shift[value & (len(self.shift) - 1)])
        return slot if self.keys[slot] == value else 0

    @classmethod
    def _place(cls, words: Sequence[bytes], codes: Int32) -> "WordTable | None":
        hashes = np.array([hash_word(word, codes) for word in words], np.int32)
        if len({0, *hashes.tolist()}) <= len(words):  # no word may have 0
            return None
        buckets = 2 ** max(4, int(np.ceil(np.log2(1.6 * len(words) + 1))))
        bucket = hashes & (buckets - 1)
        spread = np.trunc(hashes / DIVISOR).astype(np.int64)  # within -1024 and 1023
        # No shift separates two words of the same bucket and spread.
        if len(set(zip(bucket.tolist(), spread.tolist(), strict=True))) < len(words):
            return None
        shift = np.full(buckets, _LOWEST_SHIFT, np.int32)
        slots = np.zeros(len(words), np.int64)
        free = np.ones(int(1.25 * len(words)) + 6144, bool)
        order = np.argsort(bucket, kind="stable")
        members = np.split(order, np.flatnonzero(np.diff(bucket[order])) + 1) if len(words) else []
        # The fullest buckets first, while there is room; each takes the first shift that fits.
        for group in sorted(members, key=len, reverse=True):
            # Only shifts that bring the first member to a free slot.
            shifts = np.flatnonzero(free[:-2048]) - spread[group[0]]
            for candidate in shifts[shifts >= _LOWEST_SHIFT]:
                at = spread[group] + candidate
                if free[at].all() and len(set(at.tolist())) == len(group):
                    break
            else:
                return None
            free[at] = False
            slots[group] = at
            shift[bucket[group[0]]] = candidate
        # Long enough for any hash of an unknown word.
        keys = np.zeros(int(shift.max()) + 1026, np.int32)
        if len(words):
            # A hash of the vocabulary leads to no slot but its own, so it can mark an empty slot.
            keys[:] = hashes[0]
            keys[slots] = hashes
        return cls(codes, shift, keys)


_LOWEST_SHIFT = 1025  # keeps slots above 0, which means "unknown"


@dataclass(frozen=True)
class Trie:
    """The children of all states in one table, by row displacement (Tarjan and Yao, 1979).

    From state s, word w leads to ``child[base[s] + w]`` if ``owner[base[s] + w] == s``. Words are
    states: the slots of a `WordTable`. No hash, hence no collision.

    Attributes
    ----------
    base : int32 array of shape (S,)
    owner, child : int32 arrays of shape (T,)
    ngram : int32 array of shape (S,)
        The n-gram that ends in a state; the number of n-grams where none does.
    depth : int
        Words of the longest n-gram.
    """

    base: Int32
    owner: Int32
    child: Int32
    ngram: Int32
    depth: int

    @classmethod
    def from_ngrams(cls, ngrams: Sequence[Ngram], words: WordTable) -> "Trie":
        """Lay out a trie over the slots of the words."""
        first_longer = len(words.keys)
        state: dict[Ngram, int] = {(word,): words.slot(word) for word in words_of(ngrams)}
        prefixes = {ngram[:n] for ngram in ngrams for n in range(2, len(ngram) + 1)}
        longer = sorted(prefixes, key=lambda prefix: (len(prefix), prefix))
        state |= {prefix: first_longer + k for k, prefix in enumerate(longer)}
        states = first_longer + len(longer)
        ngram = np.full(states, len(ngrams), np.int32)
        ngram[[state[of] for of in ngrams]] = np.arange(len(ngrams))

        parents = np.array([state[prefix[:-1]] for prefix in longer], np.int64)
        lasts = np.array([state[prefix[-1:]] for prefix in longer], np.int64)
        targets = first_longer + np.arange(len(longer))
        base = np.zeros(states, np.int32)
        owner = np.full(len(parents) + 2 * first_longer, -1, np.int32)
        child = np.zeros_like(owner)
        order = np.argsort(parents, kind="stable")
        families = np.split(order, np.flatnonzero(np.diff(parents[order])) + 1)
        for family in sorted(filter(len, families), key=len, reverse=True):
            # Only offsets that bring the first child to a free place.
            free = np.flatnonzero(owner[lasts[family[0]] : -first_longer] < 0)
            gaps = (int(o) for o in free if (owner[o + lasts[family]] < 0).all())
            offset = next(gaps, len(owner))
            if offset == len(owner):  # no gap is left: append
                owner = np.append(owner, np.full(2 * first_longer, -1, np.int32))
                child = np.append(child, np.zeros(2 * first_longer, np.int32))
            base[parents[family[0]]] = offset
            owner[offset + lasts[family]] = parents[family]
            child[offset + lasts[family]] = targets[family]
        used = int(base.max(initial=0)) + first_longer
        return cls(base, owner[:used], child[:used], ngram, max(map(len, ngrams), default=0))


def words_of(ngrams: Sequence[Ngram]) -> list[bytes]:
    """Return the words that occur in n-grams, in alphabetical order."""
    return sorted({word for ngram in ngrams for word in ngram})


@lru_cache(2)
def tables_of(ngrams: tuple[Ngram, ...]) -> tuple[WordTable, Trie]:
    """Return the tables of n-grams; that of words has those of `LISTED`, too."""
    words = words_of(ngrams)
    table = WordTable.from_words([*words, *sorted(set(LISTED) - set(words))])
    return table, Trie.from_ngrams(ngrams, table)
