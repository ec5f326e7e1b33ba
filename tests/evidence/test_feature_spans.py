"""Features stand where they are written, whatever stands between the words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roleclass.evidence.feature_spans import Features, Span, find_mentions, name_features
from roleclass.text import encode

FEATURES = name_features(
    ("ngram:llm", "ngram:llm agents", "density:agents", "title:llm", "balance:length")
)
GAPS = st.text(alphabet=" \t.,-\u00e9\u20ac\U0001f642", min_size=1, max_size=5)


def spans(features: Features, data: bytes, found: list[int], words: list[int]) -> list[list[Span]]:
    """Return the spans of each feature."""
    mentions = find_mentions(features, data, np.array(found, int), np.array(words, int))
    return [mentions[k][0] if k in mentions else [] for k in range(len(features.names))]


def test_a_feature_that_stands_nowhere_has_no_places() -> None:
    assert spans(FEATURES, b"", [], []) == [[]] * 5


@given(GAPS, GAPS, GAPS)
def test_characters_are_counted_and_not_bytes(before: str, between: str, after: str) -> None:
    text = f"{before}LLM{between}Agents{after}"
    # Found: the word, and the pair that begins with it.
    llm, pair, agents, *_ = spans(FEATURES, text.encode(), [0, 1], [0, 0])
    assert [text[start:end] for start, end in llm] == ["LLM"]
    assert [text[start:end] for start, end in pair] == [f"LLM{between}Agents"]
    assert set(agents) <= {*llm, *pair}


def test_occurrences_come_in_the_order_of_the_text_the_shorter_first() -> None:
    features = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag"))
    text = "A RAG pipeline, a RAG"
    # As the graph finds them: words first, wherever they stand.
    places = spans(features, text.encode(), [0, 0, 1], [1, 4, 1])[2]
    assert [text[start:end] for start, end in places] == ["RAG", "RAG pipeline", "RAG"]
    assert places == sorted(places)


def test_a_mention_counts_for_the_title_in_the_title_only() -> None:
    text = encode("An LLM, an LLM.", title="LLM")
    everywhere, *_, in_title, _ = spans(FEATURES, text, [0, 0, 0], [0, 2, 4])
    assert len(everywhere) == 3
    assert in_title == [(0, 3)]
    assert spans(FEATURES, b"An LLM", [0], [1])[3] == []
