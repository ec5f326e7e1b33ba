"""The tables hold every word and n-gram, and nothing else is found in them."""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roleclass.text import FOLD, TOKEN_BYTES
from roleclass.training.cut.tables import DIVISOR, Ngram, Trie, WordTable, byte_codes, words_of

WORD = st.text(alphabet=TOKEN_BYTES.decode(), min_size=1, max_size=20).map(str.encode)


def test_codes_fold_like_the_text_contract() -> None:
    codes = byte_codes(1)
    for byte, folded in enumerate(FOLD):
        assert codes[byte] == codes[folded]
        assert (codes[byte] == 0) == (folded not in TOKEN_BYTES)
    assert len(set(codes.tolist())) == len(TOKEN_BYTES) + 1


@given(st.lists(WORD, unique=True, max_size=200), st.lists(WORD, max_size=50))
def test_every_word_has_a_slot_of_its_own_and_others_have_none(
    words: list[bytes], others: list[bytes]
) -> None:
    table = WordTable.from_words(words)
    assert len({0, *map(table.slot, words)}) == len(words) + 1
    # By hash, so an unknown word may be taken for a known one: once in 2^32 / len(words).
    assert not any(table.slot(word) for word in others if word not in words)


def test_extreme_hashes_stay_inside_the_table() -> None:
    table = WordTable.from_words([b"a", b"b"])
    for value in (np.int32(2**31 - 1), np.int32(-(2**31))):
        for shift in (table.shift.min(), table.shift.max()):
            assert 0 < int(value / DIVISOR) + int(shift) < len(table.keys)


def walker(ngrams: list[Ngram]) -> Callable[[Ngram], int]:
    """What the graph does to find an n-gram; it gives the number of n-grams where there is none."""
    table = WordTable.from_words(words_of(ngrams))
    trie = Trie.from_ngrams(ngrams, table)

    def walk(words: Ngram) -> int:
        state = table.slot(words[0])
        for word in words[1:]:
            place = trie.base[state] + table.slot(word)
            if trie.owner[place] != state:
                return len(ngrams)
            state = trie.child[place]
        return int(trie.ngram[state])

    return walk


@given(
    st.lists(
        st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=4).map(tuple),
        unique=True,
    )
)
def test_walking_the_trie_finds_exactly_the_ngrams(ngrams: list[Ngram]) -> None:
    walk = walker(ngrams)
    for index, ngram in enumerate(ngrams):
        assert walk(ngram) == index
        assert walk((*ngram, b"zz")) == len(ngrams)
        longer = (*ngram, b"a")
        expected = ngrams.index(longer) if longer in ngrams else len(ngrams)
        assert walk(longer) == expected


def test_a_trie_grows_where_no_gap_is_left() -> None:
    # One word in two follows on each word: no two families fit into each other.
    words = [b"w%d" % i for i in range(200)]
    pairs = [(one, other) for one in words[::10] for other in words[::2]]
    trie = Trie.from_ngrams(pairs, WordTable.from_words(words_of(pairs)))
    assert (trie.owner >= 0).sum() == len(pairs)
    assert list(map(walker(pairs), pairs)) == list(range(len(pairs)))
