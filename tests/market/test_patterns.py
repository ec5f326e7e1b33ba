"""The pattern language and its search, which agrees with a plain reading of one sentence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass.market.patterns import MAX_GAP, SentenceIndex, parse_pattern

SETS = {"build": ["build", "set up"], "agent": ["agent", "agents"]}


def matches(pattern: str, sentence: str) -> bool:
    return SentenceIndex([sentence]).search([parse_pattern(pattern, SETS)]).tolist() == [0]


@pytest.mark.parametrize(
    ("pattern", "sentence", "expected"),
    [
        ("vector search", "A vector search.", True),
        ("vector search", "Vector-search", True),
        ("vector search", "A search vector.", False),
        ("deploy|ship it", "Ship it!", True),
        ("embed*", "Embeddings", True),
        ("embed*", "imbed", False),
        ("{build} .. {agent}", "Set up one or two good agents", True),
        ("{build} .. {agent}", "Agents build", False),
        ("{build}|make agents", "Make agents", True),
        ("build .. agents", "build a b c d e f agents", True),
        ("build .. agents", "build a b c d e f g agents", False),
        ("a .. b .. c", "a a x b c", True),
    ],
)
def test_what_a_pattern_matches(pattern: str, sentence: str, expected: bool) -> None:
    assert matches(pattern, sentence) is expected


def test_nothing_reaches_from_one_sentence_into_the_next() -> None:
    index = SentenceIndex(["build", "agents", ""])
    assert index.search([parse_pattern("build agents"), parse_pattern("build .. agents")]).size == 0
    assert len(index) == 3


def test_a_match_that_is_overlapped_does_not_count_but_another_one_does() -> None:
    index = SentenceIndex(["estate agents", "estate agents and agents", "agents"])
    agents, estate = parse_pattern("agents"), parse_pattern("estate agents")
    assert index.search([agents], unless=[estate]).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "must begin and end with a word"),
        ("build ..", "must begin and end with a word"),
        (".. build", "must stand between two words"),
        ("a .. .. b", "must stand between two words"),
        ("CI/CD", "'CI/CD' is not made of words"),
        ("{verb} agents", "no set is called '{verb}'"),
    ],
)
def test_a_pattern_that_is_none_is_named(pattern: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_pattern(pattern, SETS)


WORDS = st.lists(st.sampled_from("abc"), max_size=12)


@given(
    st.lists(WORDS, max_size=6),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
    st.booleans(),
)
def test_the_search_agrees_with_a_regular_expression(
    sentences: list[list[str]], words: list[str], gaps: bool
) -> None:
    gap = rf"(?: \w){{0,{MAX_GAP}}} " if gaps else " "
    plain = re.compile(gap.join(words))
    expected = [i for i, sentence in enumerate(sentences) if plain.search(" ".join(sentence))]
    index = SentenceIndex(" ".join(sentence) for sentence in sentences)
    assert index.search([parse_pattern((" .. " if gaps else " ").join(words))]).tolist() == expected


def test_sentences_with_a_word_are_counted_once_each() -> None:
    assert SentenceIndex(["a a b", "a"]).count_sentences() == {"a": 2, "b": 1}
    assert SentenceIndex([]).count_sentences() == {}
