"""A variant is the shipped model less one part, judged out of fold."""

from pathlib import Path

import numpy as np

from benchmarks import ablation
from roleclass.training.corpus import load_corpus
from roleclass.training.model import Settings, TrainingSet


def test_the_ablation_shows_differences(written_set: TrainingSet, written_corpus: Path) -> None:
    every = ablation.variants(Settings())
    judged = load_corpus(written_corpus, warn=print).split("train")
    assert written_set.corpus.postings[: len(judged)] == judged.postings
    rows = ablation.ablate(written_set, len(judged), every)
    assert set(rows[0]["parts"]) == {posting.part for posting in judged}
    assert [row["variant"] for row in rows] == list(every)
    same = [row["variant"] for row in rows[1:] if row["log_loss"] == rows[0]["log_loss"]]
    assert same == ["hard labels, no runner-up"]  # the written postings have no runner-up


def test_variants_are_the_given_settings_less_one_part() -> None:
    base = Settings()
    every = ablation.variants(base)
    assert every["as shipped"][0] == base
    assert every["without title"][0].scales.title == 0
    assert every["without title"][0].scales.line == base.scales.line
    assert every["no changed copies"][0].copy_share == 0


def test_where_lines_are_not_read_each_mention_counts_once(written_set: TrainingSet) -> None:
    plain = ablation.lines_not_read(written_set).titled
    np.testing.assert_allclose(plain.weight, plain.words)
    np.testing.assert_allclose(plain.words, written_set.titled.words)
    assert set(np.unique(plain.ngrams.data)) <= set(range(100))
    assert plain.surest.sum() == 0


def test_without_ngrams_concepts_stay(written_set: TrainingSet) -> None:
    changed = ablation.without_ngrams(written_set)
    for before, after in zip(written_set[1:4], changed[1:4], strict=True):
        assert after.ngrams.nnz == 0 < before.ngrams.nnz
        np.testing.assert_array_equal(after.concepts, before.concepts)
