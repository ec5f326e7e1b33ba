"""Choose settings by grouped cross-validation on the training split, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from roleclass.roles import Role
from roleclass.training.corpus import Corpus
from roleclass.training.model import Settings, fit, folds, logits

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how many steps of it are finished, and of how many."""


@dataclass(frozen=True)
class Trial:
    """What one choice of settings does on postings that it did not see.

    Attributes
    ----------
    settings : Settings
    logits : float64 array of shape (R, N, K)
        Out of fold, for each of R ways to cut the corpus into folds.
    log_loss : float
        Mean over postings and ways; the lower, the better.
    """

    settings: Settings
    logits: NDArray[np.float64]
    log_loss: float


def select(
    corpus: Corpus,
    candidates: Sequence[Settings],
    roles: Sequence[Role],
    *,
    number_of_folds: int,
    seeds: Sequence[int],
    progress: Progress,
    checkpoints: Path,
) -> list[Trial]:
    """Try every candidate on every fold.

    Parameters
    ----------
    corpus : Corpus
        The training split.
    candidates : sequence of Settings
    roles : sequence of Role
        Columns of the logits.
    number_of_folds : int
    seeds : sequence of int
        One way to cut the corpus into folds for each.
    progress : callable
        Called after each fold.
    checkpoints : Path
        Where each fold's result is kept, so that an interrupted run takes up where it stopped. The
        same code, corpus and settings find it again.

    Returns
    -------
    list of Trial
        Best first.
    """
    remembered = joblib.Memory(checkpoints, verbose=0).cache(_fold_logits)
    steps = len(candidates) * len(seeds) * number_of_folds
    done = 0
    trials = []
    labels = np.array([list(roles).index(posting.role) for posting in corpus])
    for settings in candidates:
        held_out = np.zeros((len(seeds), len(corpus), len(roles)))
        for r, seed in enumerate(seeds):
            for inside, outside in folds(corpus, number_of_folds, seed):
                held_out[r, outside] = remembered(
                    inside, corpus.at(outside), settings, tuple(roles)
                )
                done += 1
                progress("cross-validation", done, steps)
        trials.append(Trial(settings, held_out, _log_loss(held_out, labels)))
    return sorted(trials, key=lambda trial: trial.log_loss)


def _fold_logits(
    inside: Corpus, outside: Corpus, settings: Settings, roles: tuple[Role, ...]
) -> NDArray[np.float64]:
    return logits(fit(inside, settings), outside, roles)


def _log_loss(held_out: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    log_p = log_softmax(held_out, axis=-1)
    return float(-log_p[:, np.arange(len(labels)), labels].mean())
