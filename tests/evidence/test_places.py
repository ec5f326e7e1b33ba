"""Mentions stand where they are written, whatever stands between the words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roleclass.evidence.places import find_mentions, name_columns
from roleclass.text import encode

COLUMNS = name_columns(("ngram:llm", "ngram:llm agents", "balance:length"))
GAPS = st.text(alphabet=" \t.,-\u00e9\u20ac\U0001f642", min_size=1, max_size=5)


def test_a_column_that_stands_nowhere_has_no_places() -> None:
    none = np.array([], np.int32)
    assert find_mentions(COLUMNS, b"", none, none).spans(3) == [()] * 3


@given(GAPS, GAPS, GAPS)
def test_characters_are_counted_and_not_bytes(before: str, between: str, after: str) -> None:
    text = f"{before}LLM{between}Agents{after}"
    # Found: the word, and the pair that begins with it; 5 stands for words that are no n-gram.
    found, words = np.array([0, 2, 1], np.int32), np.array([0, 1, 0], np.int32)
    llm, pair, whole = find_mentions(COLUMNS, encode(text), found, words).spans(3)
    assert [text[start:end] for start, end in llm] == ["LLM"]
    assert [text[start:end] for start, end in pair] == [f"LLM{between}Agents"]
    assert whole == ()


def test_places_come_in_the_order_of_the_text() -> None:
    text = "A RAG pipeline, a RAG"
    columns = name_columns(("ngram:rag", "ngram:rag pipeline"))
    found, words = np.array([0, 0, 1], np.int32), np.array([4, 1, 1], np.int32)
    rag, pipeline = find_mentions(columns, text.encode(), found, words).spans(2)
    assert [text[start:end] for start, end in rag] == ["RAG", "RAG"]
    assert rag == tuple(sorted(rag))
    assert [text[start:end] for start, end in pipeline] == ["RAG pipeline"]
