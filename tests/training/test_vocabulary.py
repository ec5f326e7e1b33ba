"""The trie finds what a plain search finds."""

from hypothesis import given
from hypothesis import strategies as st

from roleclass.text import tokenize
from roleclass.training.vocabulary import Ngram, Vocabulary

WORDS = st.sampled_from([b"a", b"b", b"c", b"dd"])
NGRAMS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(tuple), unique=True, max_size=12)
ROWS = st.lists(st.lists(WORDS | st.just(b"zz"), max_size=12).map(b" ".join), max_size=4)


def plain_search(ngrams: list[Ngram], rows: list[bytes]) -> list[tuple[int, int, int]]:
    return sorted(
        (row, start, index)
        for row, tokens in enumerate(map(tokenize, rows))
        for start in range(len(tokens))
        for index, ngram in enumerate(ngrams)
        if tuple(tokens[start : start + len(ngram)]) == ngram
    )


@given(NGRAMS, ROWS)
def test_every_occurrence_is_found_once_and_in_order(
    ngrams: list[Ngram], rows: list[bytes]
) -> None:
    found = Vocabulary.from_ngrams(ngrams).find(rows)
    triples = list(zip(found.row.tolist(), found.word.tolist(), found.ngram.tolist(), strict=True))
    assert sorted(triples) == plain_search(ngrams, rows)
    assert [triple[:2] for triple in triples] == sorted(triple[:2] for triple in triples)


def test_an_ngram_does_not_cross_the_end_of_a_posting() -> None:
    vocabulary = Vocabulary.from_ngrams([(b"vector", b"search")])
    assert len(vocabulary.find([b"vector", b"search"]).row) == 0
