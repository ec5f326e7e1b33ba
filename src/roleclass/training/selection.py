"""Choose settings by grouped cross-validation on the training split, and nothing else."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from roleclass import lexicon, text
from roleclass.roles import AnyRole
from roleclass.training import features, mentions, model, vocabulary
from roleclass.training.corpus import Corpus
from roleclass.training.model import Settings, fit, folds, logits
from roleclass.training.workers import run_for

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
    roles: Sequence[AnyRole],
    *,
    number_of_folds: int,
    seeds: Sequence[int],
    progress: Progress,
    checkpoints: Path,
    jobs: int = 1,
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
    jobs : int
        How many folds are fitted at the same time; it changes nothing but the time.

    Returns
    -------
    list of Trial
        Best first.
    """
    remembered = joblib.Memory(checkpoints, verbose=0).cache(
        _fold_logits, ignore=["inside", "outside"]
    )
    code = _code_digest()
    cut = [
        (r, inside, outside, at := corpus.at(outside), _key(inside, at, code))
        for r, seed in enumerate(seeds)
        for inside, outside in folds(corpus, number_of_folds, seed)
    ]
    steps = [(t, *fold) for t in range(len(candidates)) for fold in cut]
    work = (
        joblib.delayed(run_for)(
            os.getpid(), remembered, inside, at, candidates[t], tuple(roles), key
        )
        for t, _, inside, _, at, key in steps
    )
    held_out = np.zeros((len(candidates), len(seeds), len(corpus), len(roles)))
    results = joblib.Parallel(n_jobs=jobs, return_as="generator")(work)
    for done, ((t, r, _, outside, *_), result) in enumerate(
        zip(steps, results, strict=True), start=1
    ):
        held_out[t, r, outside] = result
        progress("cross-validation", done, len(steps))
    labels = np.array([list(roles).index(posting.role) for posting in corpus])
    trials = (
        Trial(settings, values, _log_loss(values, labels))
        for settings, values in zip(candidates, held_out, strict=True)
    )
    return sorted(trials, key=lambda trial: trial.log_loss)


def _fold_logits(
    inside: Corpus,
    outside: Corpus,
    settings: Settings,
    roles: tuple[AnyRole, ...],
    key: str,  # noqa: ARG001  (what the result is remembered by, in place of the texts)
) -> NDArray[np.float64]:
    return logits(fit(inside, settings), outside, roles)


def _key(inside: Corpus, outside: Corpus, code: str) -> str:
    """Name a fold and the code that fits it."""
    return f"{inside.fingerprint()} {outside.fingerprint()} {code}"


def _code_digest() -> str:
    """Hash whatever decides what a fit gives, besides corpus and settings."""
    code = "".join(
        Path(module.__file__ or "").read_text("utf-8")
        for module in (features, lexicon, mentions, model, text, vocabulary)
    )
    lexicon_file = Path(lexicon.__file__).with_name("lexicon.toml").read_bytes()
    return hashlib.sha256(code.encode() + lexicon_file).hexdigest()


def _log_loss(held_out: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    log_p = log_softmax(held_out, axis=-1)
    return float(-log_p[:, np.arange(len(labels)), labels].mean())
