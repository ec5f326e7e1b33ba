"""Fitting: soft labels, temperature, folds."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from roleclass import Role
from roleclass.training.corpus import Corpus, LabelledPosting, load_corpus
from roleclass.training.model import Settings, TrainingSet, fit, folds, logits, soft_labels
from tests.written import posting


@pytest.fixture(scope="module")
def corpus(written_corpus: Path) -> Corpus:
    return load_corpus(written_corpus, warn=print).split("train")


def unsure(confidence: int, runner_up: str | None) -> LabelledPosting:
    return LabelledPosting("1", "jobs", "acme", None, "Text.", Role.OTHER, confidence, runner_up)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (unsure(3, "ai-support"), [("other", 1.0)]),
        (unsure(2, "ai-support"), [("other", 0.8), ("ai-support", 0.2)]),
        (unsure(1, None), [("other", 1.0)]),
        (unsure(1, "unclear"), [("other", 1.0)]),
        (unsure(1, "other"), [("other", 1.0)]),
    ],
)
def test_an_unsure_label_shares_its_weight_with_the_runner_up(
    one: LabelledPosting, expected: list[tuple[str, float]]
) -> None:
    index, labels, weights = soft_labels([one], (0.4, 0.2, 0.0))
    assert index.tolist() == [0] * len(expected)
    assert list(zip(labels.tolist(), weights.tolist(), strict=True)) == expected


def test_no_group_is_on_both_sides_and_every_posting_is_held_out_once(corpus: Corpus) -> None:
    held_out: list[int] = []
    for inside, outside in folds(corpus, 3, seed=0):
        groups = [set(corpus.at(side).column("group")) for side in (inside, outside)]
        assert not groups[0] & groups[1]
        held_out += outside.tolist()
    assert sorted(held_out) == list(range(len(corpus)))


def test_temperature_divides_the_logits(written_set: TrainingSet) -> None:
    pipeline = fit(written_set, Settings())
    roles = tuple(map(Role, pipeline[-1].classes_))
    before = logits(pipeline, written_set.titled, roles)
    pipeline[-1].with_temperature(2.0)
    np.testing.assert_allclose(logits(pipeline, written_set.titled, roles), before / 2)


def test_the_pipeline_reads_bytes_as_it_reads_measures(written_set: TrainingSet) -> None:
    pipeline = fit(written_set, Settings())
    rows = written_set.corpus.encode()
    features = pipeline[0]
    measures = features.measure(written_set.lines.predict(rows), len(rows))
    roles = tuple(map(Role, pipeline[-1].classes_))
    np.testing.assert_allclose(
        pipeline.predict_proba(rows), softmax(logits(pipeline, measures, roles), axis=1)
    )


@pytest.mark.parametrize("share", ["untitled_share", "copy_share"])
def test_copies_are_learnt_from(written_set: TrainingSet, share: str) -> None:
    rows = [posting("ml-first", 99).encode()]
    one, other = (
        fit(written_set, Settings(**{share: weight})).predict_proba(rows) for weight in (0.0, 1.0)
    )
    assert not np.allclose(one, other)


def test_a_role_that_was_never_seen_is_least_likely(written_set: TrainingSet) -> None:
    role = written_set.corpus.column("role")
    two = written_set.at(np.flatnonzero(np.isin(role, [Role.AI_FIRST, Role.OTHER])))
    values = logits(fit(two, Settings()), two.titled, (Role.AI_FIRST, Role.ML_FIRST, Role.OTHER))
    assert (values.argmin(axis=1) == 1).all()
    right = values[:, [0, 2]].argmax(axis=1) == [p.role == Role.OTHER for p in two.corpus]
    assert right.mean() > 0.9
