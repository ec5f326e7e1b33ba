"""The comparison of speed as a command, with the ways that need no further package."""

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import peers, ways
from roleclass import RoleClassifier

HEAVY = ("fastText", "fastText, pairs", "sentence embedding")


@pytest.fixture(scope="module")
def results(
    written_corpus: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    output = tmp_path_factory.mktemp("results")
    done = CliRunner().invoke(
        peers.main,
        ["--corpus", str(written_corpus), "--output", str(output), "--postings=40", "--rounds=1",
         "--calls=2", "--model", str(trained / "model.onnx"), *(f"--skip={name}" for name in HEAVY)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return output, json.loads((output / "peers.json").read_text("utf-8"))


def test_every_way_that_can_run_is_timed_and_says_what_is_not_equal(
    results: tuple[Path, Any],
) -> None:
    _, figures = results
    timed = set(figures["ways"])
    assert timed | set(figures["skipped"]) >= {
        peers.OURS, "scikit-learn", "scikit-learn, same n-grams", "skl2onnx",
    }  # fmt: skip
    assert timed == set(figures["not_equal"])
    assert set(HEAVY) <= set(figures["skipped"])
    assert figures["ways"][peers.OURS]["roleclass_throughput_ratio"] == 1
    for row in figures["ways"].values():
        assert row["postings_per_second"] > 0
        assert ("single_us" in row) == ("roleclass_latency_ratio" in row)


def test_skl2onnx_gives_nearly_the_probabilities_of_what_it_converts(
    results: tuple[Path, Any],
) -> None:
    _, figures = results
    # It takes log(1 + tf) for 1 + log(tf).
    assert 0 < figures["skl2onnx_differs_from_scikit_learn_by"] < 0.1


def test_the_same_ngrams_are_those_of_the_model(trained: Path) -> None:
    ngrams = peers.ngrams_of(RoleClassifier(trained / "model.onnx"))
    vocabulary = joblib.load(trained / "pipeline.joblib")[0].lines.vocabulary
    assert [tuple(ngram.encode().split()) for ngram in ngrams] == list(vocabulary.ngrams)
    texts, roles = peers.labelled(None, ["ai-first", "other"])
    counted = {"ngram_range": (1, peers.longest(ngrams)), "vocabulary": ngrams}
    vectorizer = ways.scikit_learn(texts, roles, **counted)[0]
    counts = (vectorizer.transform(texts[:50]) > 0).toarray()
    found = vocabulary.find([text.encode() for text in texts[:50]])
    expected = np.zeros_like(counts)
    expected[found.row, found.ngram] = True
    np.testing.assert_array_equal(counts, expected)


def test_it_draws_the_throughput_and_writes_no_text(
    results: tuple[Path, Any], written_corpus: Path
) -> None:
    output, _ = results
    assert {path.name for path in output.iterdir()} == {"peers.json", "throughput.svg"}
    assert "LLM agents" not in (output / "peers.json").read_text("utf-8")


def test_a_ratio_is_the_median_over_the_rounds() -> None:
    assert peers._ratio([2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == 2.0


def test_generated_postings_stand_in_for_a_corpus() -> None:
    texts, roles = peers.labelled(None, ["ai-first", "other"])
    assert len(texts) == len(roles) == 1500
    assert set(roles) == {"ai-first", "other"}
