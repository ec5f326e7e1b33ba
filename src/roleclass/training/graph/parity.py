"""Check that a model file gives the same answers as the pipeline that it was made from."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from roleclass.classifier import RoleClassifier
from roleclass.errors import RoleclassError
from roleclass.text import encode
from roleclass.training.cross_validation import Progress

TOLERANCE: Final = 1e-5
"""The largest difference of a probability that single precision can explain."""

_CHUNK = 512


class ParityError(RoleclassError):
    """A model file gives other answers than the pipeline that it was made from."""


def check_parity(
    pipeline: Pipeline,
    classifier: RoleClassifier,
    texts: Sequence[str],
    titles: Sequence[str | None] | None = None,
    *,
    progress: Progress | None = None,
) -> dict[str, float]:
    """Compare all probabilities and all labels.

    Parameters
    ----------
    pipeline : Pipeline
        As fitted and calibrated.
    classifier : RoleClassifier
        With the exported file.
    texts, titles
        As for `RoleClassifier.predict_proba`.
    progress : callable or None
        Called with the progress.

    Returns
    -------
    dict
        ``postings`` compared and ``max_difference`` of a probability.

    Raises
    ------
    ParityError
        If a probability differs by more than `TOLERANCE`, or a label differs although its
        probability leads by more than that; it names the posting's index.
    """
    worst = 0.0
    titles = [None] * len(texts) if titles is None else titles
    for start in range(0, len(texts), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        expected = pipeline.predict_proba(list(map(encode, texts[chunk], titles[chunk])))
        actual = classifier.predict_proba(texts[chunk], titles[chunk])
        difference = np.abs(expected - actual).max(axis=1)
        two_best = np.sort(expected, axis=1)[:, -2:]
        tied = two_best[:, 1] - two_best[:, 0] <= TOLERANCE
        wrong = (difference > TOLERANCE) | (
            (expected.argmax(axis=1) != actual.argmax(axis=1)) & ~tied
        )
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise ParityError(
                f"{int(wrong.sum())} of {len(expected)} postings differ; posting {start + i}: the pipeline "
                f"gives {_listed(expected[i])}, the model file {_listed(actual[i])}"
            )
        worst = max(worst, float(difference.max(initial=0.0)))
        if progress is not None:
            progress("parity", min(start + _CHUNK, len(texts)), len(texts))
    return {"postings": len(texts), "max_difference": float(f"{worst:.1e}")}


def _listed(probabilities: NDArray[np.floating]) -> str:
    return ", ".join(f"{p:.6f}" for p in probabilities)
