"""Calibration recovers what was put in."""

import numpy as np
import pytest
from scipy.special import softmax

from roleclass.training.calibration import (
    accuracy_at_coverage,
    expected_calibration_error,
    fit_temperature,
    fit_thresholds,
    reliability_diagram,
)


def test_temperature_undoes_a_scaling_of_true_logits() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=(20_000, 4)) * 2
    labels = np.array([rng.choice(4, p=p) for p in softmax(true, axis=1)])
    assert fit_temperature(true * 3, labels) == pytest.approx(3, rel=0.05)


def test_above_its_threshold_a_class_is_as_precise_as_asked() -> None:
    rng = np.random.default_rng(1)
    p = softmax(rng.normal(size=(5_000, 3)) * 2, axis=1)
    labels = np.array([rng.choice(3, p=row) for row in p])
    thresholds = np.array(fit_thresholds(p, labels, precision=0.9))
    predicted = p.argmax(axis=1)
    for k in range(3):
        chosen = (predicted == k) & (p.max(axis=1) >= thresholds[k])
        assert (labels[chosen] == k).mean() >= 0.89
        assert 0.4 < thresholds[k] < 1


def test_a_class_that_is_never_right_is_never_reliable() -> None:
    p = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert fit_thresholds(p, np.array([1, 1]), precision=0.9) == [1.0, 0.8]


def test_calibration_error_of_a_calibrated_model_is_small_and_of_a_boaster_large() -> None:
    rng = np.random.default_rng(2)
    confidence = rng.uniform(0.3, 1, 50_000)
    right = rng.uniform(size=50_000) < confidence
    assert expected_calibration_error(confidence, right) < 0.01
    assert expected_calibration_error(np.ones(50_000), right) > 0.3


def test_the_reliability_diagram_counts_every_answer_once() -> None:
    confidence = np.array([0.0, 0.31, 0.39, 1.0])
    rows = reliability_diagram(confidence, np.array([False, True, False, True]))
    assert sum(row["n"] for row in rows) == 4
    assert rows[1] == {"n": 2, "confidence": 0.35, "accuracy": 0.5}


def test_the_most_confident_come_first() -> None:
    confidence = np.array([0.1, 0.9, 0.5, 0.7])
    right = np.array([False, True, False, True])
    assert accuracy_at_coverage(confidence, right, [0.5, 1.0]) == {"0.50": 1.0, "1.00": 0.5}
