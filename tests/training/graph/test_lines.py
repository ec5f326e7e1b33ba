"""The graph cuts at the places where NumPy cuts: everything about a line is equal."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import TensorProto

from roleclass.text import encode, pack
from roleclass.training.graph.builder import GraphBuilder
from roleclass.training.graph.lines import find_lines
from roleclass.training.graph.words import find_words
from roleclass.training.lines.cut import cut
from roleclass.training.lines.rules import LISTED
from roleclass.training.tables import WordTable
from tests.strategies import CUT_TEXTS, WRITTEN
from tests.training.graphs import runnable
from tests.written import corpus_rows

NUMBERS = ("word_line", "row", "first", "last", "start", "end")
FLAGS = ("marked", "colon", "free")


def write(w: GraphBuilder) -> dict[str, tuple[int, int, str]]:
    table = WordTable.from_words(LISTED)
    words = find_words(w, table, "utf8")
    lines = find_lines(w, table, words)
    results = {key: (TensorProto.INT32, 1, getattr(lines, key)) for key in NUMBERS}
    results |= {key: (TensorProto.BOOL, 1, getattr(lines, key)) for key in (*FLAGS, "parts")}
    return results | {"is_last": (TensorProto.BOOL, 1, words.is_last)}


GRAPH = runnable(write)


def assert_same(texts: list[str], step: int = 1) -> None:
    rows = [encode(text) for text in texts]
    expected, found = cut(rows), GRAPH(pack(rows, step))
    lines, words = ~found["parts"], ~found["is_last"]
    # Without the lines and words that part rows.
    line, word = np.cumsum(lines) - 1, np.cumsum(words) - 1
    found["word_line"] = line[found["word_line"][words]]
    for key in ("row", "first", "last", "start", "end", *FLAGS):
        found[key] = found[key][lines]
    found["first"], found["last"] = word[found["first"]], word[found["last"]]
    for key in (*NUMBERS, *FLAGS):
        np.testing.assert_array_equal(found[key], getattr(expected, key), key)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_written_posting_is_cut_as_in_numpy(text: str) -> None:
    assert_same([text])


def test_postings_of_different_lengths_are_cut_together() -> None:
    assert_same(WRITTEN)
    assert_same([row["description"] for row in corpus_rows(40)], step=64)


def test_rows_without_words_have_no_lines() -> None:
    assert_same(["", "\n\n- \n", "Build agents.\n- Test", "", "\u2022"])
    assert_same([""])


@given(st.lists(CUT_TEXTS, min_size=1, max_size=4), st.sampled_from([1, 2, 7, 64]))
@example(["1. Build\n2. Test", "2. Run"], 1)
@example(["Key Responsibilities Build.", "Job Requirements: You know. Preferred Job"], 1)
@example(["\u00e9 " + "b" * 29 + " \n \u00e9 about " + "c" * 36 + " \n a"], 1)
@example(["1, Key, Responsibilities, Build: you, B. Team, \n2. We", "a, ", ","], 1)
@settings(deadline=None, max_examples=300)
def test_any_text_is_cut_as_in_numpy(texts: list[str], step: int) -> None:
    assert_same(texts, step)


@pytest.mark.corpus
def test_real_postings_are_cut_as_in_numpy(shared_corpus: Path) -> None:
    import pyarrow.parquet as pq

    texts = pq.read_table(shared_corpus / "fieldguide.parquet")["description"].to_pylist()
    for begin in range(0, len(texts), 320):
        assert_same(texts[begin :: len(texts) // 16])
