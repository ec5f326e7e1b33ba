"""Calibrate probabilities: temperature, thresholds, calibration error.

Everything is fitted on out-of-fold predictions of the training split, never on evaluation data.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """Find the temperature T that makes ``softmax(logits / T)`` most likely.

    Guo et al., *On Calibration of Modern Neural Networks*, 2017, section 4.2.

    Parameters
    ----------
    logits : float array of shape (N, K)
        Out-of-fold logits.
    labels : int array of shape (N,)
        Column of the true class.

    Returns
    -------
    float
        T > 0; above 1 if the model was overconfident.

    Examples
    --------
    >>> logits = np.array([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    >>> fit_temperature(logits, np.array([0, 0, 1, 1])) > 1
    True
    """

    def loss(log_temperature: float) -> float:
        log_p = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-log_p[np.arange(len(labels)), labels].mean())

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))


def fit_thresholds(probabilities: Floats, labels: Ints, precision: float) -> list[float]:
    """Find, for each class, the confidence from which its predictions reach a precision.

    Parameters
    ----------
    probabilities : float array of shape (N, K)
        Calibrated out-of-fold probabilities.
    labels : int array of shape (N,)
        Column of the true class.
    precision : float
        The required share of right answers at or above the threshold.

    Returns
    -------
    list of K floats
        The lowest such confidence, rounded to three digits; 1.0 if no threshold is precise enough.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    >>> fit_thresholds(p, np.array([0, 0, 1, 1]), precision=0.9)
    [0.8, 0.7]
    """
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    thresholds = []
    for k in range(probabilities.shape[1]):
        mine = predicted == k
        order = np.argsort(-confidence[mine], kind="stable")
        right = (labels[mine] == k)[order]
        # Precision of the most confident 1, 2, 3, ... answers of this class.
        running = np.cumsum(right) / np.arange(1, len(right) + 1)
        enough = np.flatnonzero(running >= precision)
        lowest = confidence[mine][order][enough[-1]] if len(enough) else 1.0
        thresholds.append(float(np.floor(lowest * 1000) / 1000))
    return thresholds


def expected_calibration_error(
    confidence: Floats, right: NDArray[np.bool_], bins: int = 10
) -> float:
    """Return the expected calibration error: the mean gap of confidence and accuracy over equal-width bins.

    Naeini et al., *Obtaining Well Calibrated Probabilities Using Bayesian Binning*, 2015.

    Parameters
    ----------
    confidence : float array of shape (N,)
        From 0 to 1.
    right : bool array of shape (N,)
        Whether the answer was right.
    bins : int
        Number of bins.

    Returns
    -------
    float
        From 0 (perfect) to 1.

    Examples
    --------
    >>> expected_calibration_error(np.array([0.8, 0.8]), np.array([True, False]))
    0.30000000000000004
    """
    return sum(
        abs(row["confidence"] - row["accuracy"]) * row["n"] / len(confidence)
        for row in reliability_diagram(confidence, right, bins)
    )


def reliability_diagram(
    confidence: Floats, right: NDArray[np.bool_], bins: int = 10
) -> list[dict[str, float]]:
    """Return mean confidence, accuracy and count of each bin of confidence that is not empty.

    Examples
    --------
    >>> reliability_diagram(np.array([0.75, 0.77]), np.array([True, False]))
    [{'n': 2, 'confidence': 0.76, 'accuracy': 0.5}]
    """
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        {
            "n": int((index == b).sum()),
            "confidence": round(float(confidence[index == b].mean()), 6),
            "accuracy": round(float(right[index == b].mean()), 6),
        }
        for b in np.unique(index)
    ]


def accuracy_at_coverage(
    confidence: Floats, right: NDArray[np.bool_], coverages: Sequence[float]
) -> dict[str, float]:
    """Return the accuracy of the most confident share of the answers, for each share.

    Examples
    --------
    >>> accuracy_at_coverage(np.array([0.9, 0.5]), np.array([True, False]), [0.5, 1.0])
    {'0.50': 1.0, '1.00': 0.5}
    """
    ordered = right[np.argsort(-confidence, kind="stable")]
    return {
        f"{share:.2f}": round(float(ordered[: max(1, round(share * len(ordered)))].mean()), 6)
        for share in coverages
    }
