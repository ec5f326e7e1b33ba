"""``roleclass train``: from a labelled corpus to a model file, its figures and its card."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import filelock
import joblib
import numpy as np
from scipy.special import softmax

from roleclass.classifier import RoleClassifier
from roleclass.errors import CorpusError, RoleclassError
from roleclass.roles import AnyRole
from roleclass.training.calibration import fit_temperature, fit_thresholds
from roleclass.training.card import model_card
from roleclass.training.corpus import Corpus, Warn
from roleclass.training.evaluation import Report, evaluate, report
from roleclass.training.export import ModelInfo, export
from roleclass.training.model import Settings, fit, folds
from roleclass.training.parity import check_parity
from roleclass.training.selection import Progress, Trial, select

CANDIDATES: Final = (
    Settings(regularisation=0.9),
    Settings(regularisation=1.8),
    Settings(regularisation=1.8, max_ngrams=1500),
)
"""The settings that cross-validation chooses from; ``benchmarks/ablation.py`` tries more."""

PRECISION: Final = 0.9
"""A prediction is called reliable where the model is right this often."""


@dataclass(frozen=True)
class Protocol:
    """How settings are chosen.

    Attributes
    ----------
    candidates : sequence of Settings
    folds : int
        Groups of postings (boards, companies) that are held out in turn.
    seeds : sequence of int
        One way to form the groups for each.
    """

    candidates: Sequence[Settings] = CANDIDATES
    folds: int = 5
    seeds: Sequence[int] = (0, 1)


def train(
    corpus: Corpus,
    output: Path,
    *,
    warn: Warn,
    progress: Progress,
    protocol: Protocol | None = None,
    jobs: int = 1,
    about: str | None = None,
) -> Report:
    """Choose settings, fit, calibrate, export, check, evaluate, and write all of it to a folder.

    Parameters
    ----------
    corpus : Corpus
        Labelled postings of the splits ``train`` (everything is chosen by it) and ``dev`` (is only
        reported).
    output : Path
        Folder for ``model.onnx``, ``metrics.json``, ``MODEL_CARD.md`` and ``pipeline.joblib``; it is
        made where it does not exist. An interrupted run takes up there where it stopped.
    warn : callable
        Is told what a person should know.
    progress : callable
        Is told how far the work is.
    protocol : Protocol or None
        None for the package's own.
    jobs : int
        How many folds are fitted at the same time; it changes nothing but the time.
    about : str or None
        What the card says of the data, in Markdown.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    CorpusError
        If fewer than two roles occur in training, or in what is left of it when companies are held out.
    ParityError
        If the exported file does not answer like the pipeline that it was made from.
    RoleclassError
        If another run is writing to the same folder.
    """
    protocol = protocol or Protocol()
    training, dev = corpus.split("train"), corpus.split("dev")
    roles = _roles(training)
    _check_folds(training, protocol)
    if not len(dev):
        warn("no dev posting has a role: the model is not evaluated")
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    with _alone(checkpoints, output):
        trials = select(
            training,
            protocol.candidates,
            roles,
            number_of_folds=protocol.folds,
            seeds=protocol.seeds,
            progress=progress,
            checkpoints=checkpoints,
            jobs=jobs,
        )
        best = trials[0]
        temperature, thresholds, cross_validation = _calibrate(best, training, roles)

        progress("final fit", 0, 1)
        pipeline = fit(training, best.settings)
        pipeline[-1].with_temperature(temperature)
        progress("final fit", 1, 1)
        model_file = output / "model.onnx"
        info = ModelInfo(
            roles=roles,
            thresholds=tuple(thresholds),
            corpus=corpus.fingerprint(),
            features=tuple(pipeline[0].feature_names()),
        )
        export(pipeline, info, model_file)
        joblib.dump(pipeline, output / "pipeline.joblib", compress=3)

        classifier = RoleClassifier(model_file)
        parity = check_parity(
            pipeline,
            classifier,
            [posting.text for posting in corpus],
            [posting.title for posting in corpus],
            progress=progress,
        )
        figures: Report = {
            "corpus": {
                "fingerprint": info.corpus,
                "train": _counts(training, roles),
                "dev": _counts(dev, roles),
            },
            "settings": best.settings.to_dict(),
            "trials": [
                {"settings": trial.settings.to_dict(), "log_loss": round(trial.log_loss, 6)}
                for trial in trials
            ],
            "temperature": round(temperature, 6),
            "thresholds": dict(zip(map(str, roles), thresholds, strict=True)),
            "model": {
                "bytes": model_file.stat().st_size,
                "features": len(pipeline[0].feature_names()),
            },
            "parity": parity,
            "cross_validation": cross_validation,
            "dev": evaluate(classifier, dev) if len(dev) else None,
        }
        _write(output / "metrics.json", json.dumps(figures, indent=2) + "\n")
        _write(output / "MODEL_CARD.md", model_card(figures, PRECISION, about))
        # Kept until here, so that a run that was interrupted at any point need not begin again.
        shutil.rmtree(checkpoints)
    return figures


@contextmanager
def _alone(checkpoints: Path, output: Path) -> Iterator[None]:
    """Hold the folder's lock. The system lets go of it when the process ends, however it ends."""
    lock = filelock.FileLock(checkpoints / "lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise RoleclassError(
            f"another run is writing to {output}; wait for its end, or choose another folder"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _roles(training: Corpus) -> tuple[AnyRole, ...]:
    found = {posting.role for posting in training}
    if len(found) < 2:
        names = ", ".join(sorted(map(str, found))) or "none"
        raise CorpusError(f"training needs postings of at least two roles, found: {names}")
    # In the order of scikit-learn's classes.
    return tuple(sorted(found))


def _check_folds(training: Corpus, protocol: Protocol) -> None:
    """See that whatever is held out, something is left to learn from."""
    groups = len(set(training.column("group").tolist()))
    if groups < 2:
        raise CorpusError(
            "all training postings are of one company or board, but settings are chosen by holding out some "
            "of them in turn; expected postings of at least two, told apart by the column company or source"
        )
    if len({posting.role for posting in training}) == len(training):
        raise CorpusError(
            f"there is one training posting of each role ({len(training)} in all); expected several"
        )
    for seed in protocol.seeds:
        for inside, _ in folds(training, protocol.folds, seed):
            left = {posting.role for posting in inside}
            if len(left) < 2:
                raise CorpusError(
                    f"without the companies or boards that are held out in turn, only the role {min(left)} "
                    "is left to learn from; expected at least two roles, each at two companies or more"
                )


def _calibrate(
    trial: Trial, training: Corpus, roles: Sequence[AnyRole]
) -> tuple[float, list[float], Report]:
    """Fit temperature and thresholds out of fold; return them and the out-of-fold figures."""
    names = np.array([str(role) for role in roles])
    labels = np.array([roles.index(posting.role) for posting in training])
    ways = len(trial.logits)
    stacked, truth = np.concatenate(list(trial.logits)), np.tile(labels, ways)
    temperature = fit_temperature(stacked, truth)
    probabilities = softmax(stacked / temperature, axis=1)
    thresholds = fit_thresholds(probabilities, truth, PRECISION)
    predicted = probabilities.argmax(axis=1)
    everything = Corpus(training.postings * ways)
    reliable = probabilities.max(axis=1) >= np.array(thresholds)[predicted]
    return (
        temperature,
        thresholds,
        report(everything, roles, probabilities, names[predicted], reliable),
    )


def _counts(corpus: Corpus, roles: Sequence[AnyRole]) -> dict[str, int]:
    return {str(role): sum(posting.role == role for posting in corpus) for role in roles}


def _write(path: Path, text: str) -> None:
    partial: Any = path.with_name(f"{path.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
