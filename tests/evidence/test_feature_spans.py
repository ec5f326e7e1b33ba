"""Features stand where they are written, whatever stands between the words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roleclass.evidence.feature_spans import find_feature_spans, name_features
from roleclass.text import encode

COLUMNS = name_features(
    ("ngram:llm", "ngram:llm agents", "density:agents", "title:llm", "balance:length")
)
GAPS = st.text(alphabet=" \t.,-\u00e9\u20ac\U0001f642", min_size=1, max_size=5)


def test_a_column_that_stands_nowhere_has_no_places() -> None:
    none = np.array([], np.int32)
    assert find_feature_spans(COLUMNS, b"", none, none).of(np.arange(5)) == [()] * 5


@given(GAPS, GAPS, GAPS)
def test_characters_are_counted_and_not_bytes(before: str, between: str, after: str) -> None:
    text = f"{before}LLM{between}Agents{after}"
    # Found: the word, and the pair that begins with it; 5 stands for words that are no n-gram.
    found, words = np.array([0, 2, 1], np.int32), np.array([0, 1, 0], np.int32)
    llm, pair, agents, *_ = find_feature_spans(COLUMNS, text.encode(), found, words).of(
        np.arange(5)
    )
    assert [text[start:end] for start, end in llm] == ["LLM"]
    assert [text[start:end] for start, end in pair] == [f"LLM{between}Agents"]
    assert set(agents) <= {*llm, *pair}


def test_occurrences_come_in_the_order_of_the_text_the_shorter_first() -> None:
    columns = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag"))
    text = "A RAG pipeline, a RAG"
    # As the graph finds them: words first, wherever they stand.
    found, words = np.array([0, 0, 1], np.int32), np.array([1, 4, 1], np.int32)
    places = find_feature_spans(columns, text.encode(), found, words).of(np.arange(3))[2]
    assert [text[start:end] for start, end in places] == ["RAG", "RAG pipeline", "RAG"]
    assert places == tuple(sorted(places))


def test_a_mention_counts_for_the_title_in_the_title_only() -> None:
    text = encode("An LLM, an LLM.", title="LLM")
    found, words = np.zeros(3, np.int32), np.array([0, 2, 4], np.int32)
    everywhere, *_, in_title, _ = find_feature_spans(COLUMNS, text, found, words).of(np.arange(5))
    assert len(everywhere) == 3
    assert in_title == ((0, 3),)
    assert (
        find_feature_spans(COLUMNS, b"An LLM", found[:1], words[:1] + 1).of(np.arange(5))[3] == ()
    )
