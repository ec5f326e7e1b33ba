"""Phrases are found where their words stand side by side, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from roleclass.taxonomy.phrases import PhraseFinder, words

WORDS = st.lists(st.sampled_from([b"ai", b"agent", b"c++", b"x"]), max_size=8)
PHRASES = st.lists(
    st.lists(st.sampled_from([b"ai", b"agent", b"c++", b"x"]), min_size=1, max_size=4).map(tuple),
    max_size=6,
)


@given(WORDS, st.dictionaries(st.sampled_from("abc"), PHRASES))
def test_exactly_the_phrases_in_a_text_are_found(
    tokens: list[bytes], names: dict[str, list[tuple[bytes, ...]]]
) -> None:
    text = b" %b " % b" ".join(tokens)
    expected = {
        name
        for name, phrases in names.items()
        if any(b" %b " % b" ".join(phrase) in text for phrase in phrases)
    }
    assert PhraseFinder(names).find(text.decode()) == expected


def test_words_are_tokens_whatever_stands_around_them() -> None:
    finder = PhraseFinder({"search": [(b"vector", b"search")]})
    assert finder.find("Vector-\n  SEARCH\ud83d")
    assert not finder.find("vectors search; vector a search")


def test_a_text_of_no_words_has_none() -> None:
    assert words("\u4f60\u597d ...") == []
    assert PhraseFinder({}).find("agents") == set()
