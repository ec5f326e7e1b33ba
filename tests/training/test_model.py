"""Fitting: soft labels, temperature, folds."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from roleclass import Role
from roleclass.training.corpus import Corpus, Posting, load_corpus
from roleclass.training.model import Settings, fit, folds, logits, soft_labels
from tests.written import posting


@pytest.fixture(scope="module")
def corpus(written_corpus: Path) -> Corpus:
    return load_corpus(written_corpus, warn=print).split("train")


def unsure(confidence: int, runner_up: str | None) -> Posting:
    return Posting("1", "jobs", "acme", None, "Text.", Role.OTHER, confidence, runner_up)


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
    one: Posting, expected: list[tuple[str, float]]
) -> None:
    index, labels, weights = soft_labels([one], (0.4, 0.2, 0.0))
    assert index.tolist() == [0] * len(expected)
    assert list(zip(labels.tolist(), weights.tolist(), strict=True)) == expected


def test_no_group_is_on_both_sides_and_every_posting_is_held_out_once(corpus: Corpus) -> None:
    held_out: list[int] = []
    for inside, outside in folds(corpus, 3, seed=0):
        assert not set(inside.column("group")) & set(corpus.at(outside).column("group"))
        held_out += outside.tolist()
    assert sorted(held_out) == list(range(len(corpus)))


def test_temperature_divides_the_logits(corpus: Corpus) -> None:
    pipeline = fit(corpus, Settings())
    roles = tuple(map(Role, pipeline[-1].classes_))
    before = logits(pipeline, corpus, roles)
    pipeline[-1].with_temperature(2.0)
    np.testing.assert_allclose(logits(pipeline, corpus, roles), before / 2)
    np.testing.assert_allclose(pipeline.predict_proba(corpus.encode()), softmax(before / 2, axis=1))


def test_a_copy_without_its_title_is_learnt_from(corpus: Corpus) -> None:
    text = posting("ml-first", 99)
    one, other = (
        fit(corpus, Settings(untitled_share=share)).predict_proba([text.encode()])
        for share in (0.0, 1.0)
    )
    assert not np.allclose(one, other)


def test_a_role_that_was_never_seen_is_least_likely(corpus: Corpus) -> None:
    two = corpus.where(lambda p: p.role in {Role.AI_FIRST, Role.OTHER})
    values = logits(fit(two, Settings()), two, (Role.AI_FIRST, Role.ML_FIRST, Role.OTHER))
    assert (values.argmin(axis=1) == 1).all()
    right = values[:, [0, 2]].argmax(axis=1) == [p.role == Role.OTHER for p in two]
    assert right.mean() > 0.9
