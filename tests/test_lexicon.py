"""The lexicon's file keeps its contract."""

from collections import Counter

import pytest

from roleclass.lexicon import MAX_PHRASE_WORDS, load_lexicon, parse_lexicon

ENTRY = '[concepts.x]\nname = "X"\ngroup = "other"\ndescription = "A thing."\nphrases = {}'


def test_every_concept_is_described_and_has_phrases() -> None:
    for concept in load_lexicon():
        assert concept.name
        assert concept.group
        assert concept.description.endswith(".")
        assert concept.phrases
        assert all(len(phrase) <= MAX_PHRASE_WORDS for phrase in concept.phrases)


def test_keys_and_names_are_unique() -> None:
    lexicon = load_lexicon()
    assert max(Counter(concept.key for concept in lexicon).values()) == 1
    assert max(Counter(concept.name for concept in lexicon).values()) == 1


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        ('["CI/CD"]', "expected 'ci cd'"),
        ('["rag", "rag"]', "twice"),
        ('["one two three four five"]', r"\b5 words"),
        ('[""]', r"\b0 words"),
    ],
)
def test_a_phrase_outside_the_contract_is_named(phrases: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as raised:
        parse_lexicon(ENTRY.format(phrases))
    assert "concept x" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"no table \[concepts.KEY\]"),
        ("concepts = 7", r"no table \[concepts.KEY\]"),
        ("[concepts]\nrag = 7", "concept rag: .*name, group, description.* phrases"),
        ('[concepts.rag]\nname = "Retrieval"', "concept rag: .*name"),
        (
            '[concepts.rag]\nname = "R"\ngroup = "g"\ndescription = "d"\nphrases = [1]',
            "concept rag: .*list",
        ),
    ],
)
def test_a_lexicon_that_lacks_something_is_refused_with_what(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_lexicon(text)
