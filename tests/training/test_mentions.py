"""A phrase mentions each concept that lists it."""

from roleclass.lexicon import parse_lexicon
from roleclass.training.mentions import membership

LEXICON = parse_lexicon(
    """
[concepts.agents]
name = "Agents"
group = "genai"
description = "x."
phrases = ["agent", "ai agent"]
[concepts.ai]
name = "AI"
group = "ai"
description = "x."
phrases = ["ai", "ai agent"]
"""
)


def test_a_phrase_counts_for_each_of_its_concepts() -> None:
    ngrams = [(b"agent",), (b"ai",), (b"ai", b"agent"), (b"bread",)]
    assert membership(ngrams, LEXICON).toarray().tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_no_concepts_have_no_mentions() -> None:
    assert membership([(b"ai",)], LEXICON[:0]).shape == (1, 0)
