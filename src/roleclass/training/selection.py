"""Choose settings by grouped cross-validation on the training split, and nothing else."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from roleclass.roles import AnyRole
from roleclass.training.model import Settings, TrainingSet, fit, folds, logits
from roleclass.training.workers import run_for

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the units done, and their total."""


@dataclass(frozen=True)
class Trial:
    """The out-of-fold results of one choice of settings.

    Attributes
    ----------
    settings : Settings
    logits, changed : float64 arrays of shape (R, N, K)
        Out of fold, for each of R ways to cut the corpus into folds: of the postings, and of their
        changed copies.
    log_loss : float
        Mean over both, over postings and ways; the lower, the better.
    """

    settings: Settings
    logits: NDArray[np.float64]
    changed: NDArray[np.float64]
    log_loss: float


def select(
    training: TrainingSet,
    candidates: Sequence[Settings],
    roles: Sequence[AnyRole],
    *,
    number_of_folds: int,
    seeds: Sequence[int],
    progress: Progress,
    jobs: int = 1,
) -> list[Trial]:
    """Try every candidate on every fold.

    Parameters
    ----------
    training : TrainingSet
    candidates : sequence of Settings
    roles : sequence of Role
        Columns of the logits.
    number_of_folds : int
    seeds : sequence of int
        One way to cut the corpus into folds for each.
    progress : callable
        Called after each fold.
    jobs : int
        How many folds are fitted at the same time; it changes nothing but the time.

    Returns
    -------
    list of Trial
        Best first.
    """
    cut = [
        (r, inside, outside)
        for r, seed in enumerate(seeds)
        for inside, outside in folds(training.corpus, number_of_folds, seed)
    ]
    steps = [(t, *fold) for t in range(len(candidates)) for fold in cut]
    work = (
        joblib.delayed(run_for)(
            os.getpid(),
            _held_out,
            training.at(inside),
            training.at(outside),
            candidates[t],
            tuple(roles),
        )
        for t, _, inside, outside in steps
    )
    held_out = np.zeros((2, len(candidates), len(seeds), len(training.corpus), len(roles)))
    results = joblib.Parallel(n_jobs=jobs, return_as="generator")(work)
    for done, ((t, r, _, outside), result) in enumerate(zip(steps, results, strict=True), start=1):
        held_out[:, t, r, outside] = result
        progress("cross-validation", done, len(steps))
    labels = np.array([list(roles).index(posting.role) for posting in training.corpus])
    trials = (
        Trial(settings, titled, changed, _log_loss(np.concatenate([titled, changed]), labels))
        for settings, titled, changed in zip(candidates, *held_out, strict=True)
    )
    return sorted(trials, key=lambda trial: trial.log_loss)


def _held_out(
    inside: TrainingSet, outside: TrainingSet, settings: Settings, roles: tuple[AnyRole, ...]
) -> NDArray[np.float64]:
    pipeline = fit(inside, settings)
    return np.stack([logits(pipeline, of, roles) for of in (outside.titled, outside.changed)])


def _log_loss(held_out: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    log_p = log_softmax(held_out, axis=-1)
    return float(-log_p[:, np.arange(len(labels)), labels].mean())
