"""Grouped cross-validation on the training split: what is chosen afterwards is chosen by nothing else."""

import os
from collections.abc import Callable, Sequence

import joblib
import numpy as np
from numpy.typing import NDArray

from roleclass.roles import AnyRole
from roleclass.training.model import Settings, TrainingSet, fit, folds, logits
from roleclass.training.workers import run_for

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the units done, and their total."""


def held_out_logits(
    training: TrainingSet,
    settings: Settings,
    roles: Sequence[AnyRole],
    *,
    number_of_folds: int,
    seeds: Sequence[int],
    progress: Progress,
    jobs: int = 1,
) -> NDArray[np.float64]:
    """Return the logits of N postings by models that have seen no posting of their group.

    Parameters
    ----------
    training : TrainingSet
    settings : Settings
    roles : sequence of K roles
    number_of_folds : int
    seeds : sequence of R ints
        One way to cut the corpus into folds for each.
    progress : callable
        Called after each fold.
    jobs : int
        How many folds are fitted at the same time; it changes nothing but the time.

    Returns
    -------
    float64 array of shape (2, R, N, K)
        Of the postings, and of their changed copies.
    """
    cut = [
        (way, *fold)
        for way, seed in enumerate(seeds)
        for fold in folds(training.corpus, number_of_folds, seed)
    ]
    work = (
        joblib.delayed(run_for)(
            os.getpid(),
            _of_fold,
            training.at(inside),
            training.at(outside),
            settings,
            tuple(roles),
        )
        for _, inside, outside in cut
    )
    held_out = np.zeros((2, len(seeds), len(training.corpus), len(roles)))
    results = joblib.Parallel(n_jobs=jobs, return_as="generator")(work)
    for done, ((way, _, outside), result) in enumerate(zip(cut, results, strict=True), start=1):
        held_out[:, way, outside] = result
        progress("cross-validation", done, len(cut))
    return held_out


def _of_fold(
    inside: TrainingSet, outside: TrainingSet, settings: Settings, roles: tuple[AnyRole, ...]
) -> NDArray[np.float64]:
    pipeline = fit(inside, settings)
    return np.stack([logits(pipeline, of, roles) for of in (outside.titled, outside.changed)])
