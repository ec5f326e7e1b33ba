"""The graph says of each line what NumPy says of it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from onnx import TensorProto

from roleclass.lexicon import load_lexicon
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.text import encode, pack, tokenize
from roleclass.training.cut.builder import GraphBuilder, Result
from roleclass.training.cut.lines import find_lines
from roleclass.training.cut.tables import tables_of
from roleclass.training.cut.words import find_ngrams, find_words
from roleclass.training.graph.line_model import PART, WORK, score_lines
from roleclass.training.graph.line_weights import Further
from roleclass.training.lines.model import LineLabels, LineModel
from tests.strategies import CUT_TEXTS, WRITTEN
from tests.training.graphs import runnable

HEADS = ("part", "work", "areas")

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def model() -> LineModel:
    """Fitted on made-up labels of written postings."""
    rows = [encode(text) for text in WRITTEN]
    concepts = load_lexicon()
    tokens = [tokenize(row) for row in rows]
    ngrams = {(token,) for row in tokens for token in row}
    ngrams |= {pair for row in tokens for pair in list(pairwise(row))[::3]}
    ngrams |= {phrase for concept in concepts for phrase in concept.phrases}
    model = LineModel(tuple(sorted(ngrams)), concepts, min_lines=2)
    read = model.read(rows)
    rng = np.random.default_rng(0)
    number = len(read.lines.row)
    labels = LineLabels(
        rng.integers(0, len(PARTS), number),
        rng.integers(0, len(WORKS), number),
        rng.random((number, len(AREAS))) < 0.3,
        np.full(number, True),
    )
    model.fit_words(read, labels)
    return model.fit_context(read.lines, model.logits(read), labels)


@pytest.fixture(scope="module")
def graph(model: LineModel):
    def write(w: GraphBuilder) -> dict[str, Result]:
        table, trie = tables_of(model.ngrams)
        words = find_words(w, table, "utf8")
        found, lines = find_ngrams(w, trie, words), find_lines(w, table, words)
        further = w.const(np.zeros((len(model.own_) + 1, 4)), np.float32)
        rank = np.random.default_rng(0).permutation(len(model.own_) + 1)
        scores = score_lines(w, model, found, lines, Further(further, 4, rank))
        heads = {
            "part": w.slice(scores.both, PART.start, PART.stop, axis=1),
            "work": w.slice(scores.both, WORK.start, WORK.stop, axis=1),
            "areas": scores.areas,
        }
        return {
            "parts": Result(lines.parts, 1, TensorProto.BOOL),
            **{head: Result(of, 2, TensorProto.FLOAT) for head, of in heads.items()},
        }

    return runnable(write)


def assert_same(model: LineModel, graph, texts: list[str]) -> None:
    rows = [encode(text) for text in texts]
    expected, found = model.predict(rows), graph(pack(rows))
    for head in HEADS:
        np.testing.assert_allclose(
            found[head][~found["parts"]], getattr(expected, head), atol=TOLERANCE, rtol=0
        )


def test_written_postings_get_numpys_probabilities(model: LineModel, graph) -> None:
    assert_same(model, graph, WRITTEN)
    for text in WRITTEN:
        assert_same(model, graph, [text])


@pytest.mark.filterwarnings("error")
def test_rows_without_words_are_passed_over(model: LineModel, graph) -> None:
    assert_same(model, graph, ["", WRITTEN[0], "-", WRITTEN[1], ""])
    assert not np.flatnonzero(~graph(pack([b""]))["parts"]).size


@given(texts=CUT_TEXTS.map(lambda text: [text, f"AI Engineer\n\n{text} Build agents."]))
@settings(deadline=None, max_examples=60)
def test_any_text_gets_numpys_probabilities(model: LineModel, graph, texts: list[str]) -> None:
    assert_same(model, graph, texts)
