"""``roleclass train``: from a labelled corpus to a model file, its figures and its card."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from roleclass.classifier import RoleClassifier
from roleclass.errors import CorpusError
from roleclass.roles import AnyRole
from roleclass.training.calibration import fit_temperature, fit_thresholds
from roleclass.training.card import model_card
from roleclass.training.corpus import Corpus, Warn
from roleclass.training.cross_validation import Progress, held_out_logits
from roleclass.training.evaluation import Report, evaluate, line_report, report
from roleclass.training.graph.export import ModelInfo, export
from roleclass.training.graph.parity import check_parity
from roleclass.training.model import Settings, fit
from roleclass.training.model import folds as grouped_folds
from roleclass.training.prepared import prepare
from roleclass.whole import whole_file, write_whole

FOLDS: Final = 5
"""How many groups of postings (boards, companies) are held out in turn."""

PRECISION: Final = 0.93
"""The precision above which a prediction is called reliable."""


def train(
    corpus: Corpus,
    output: Path,
    *,
    warn: Warn,
    progress: Progress,
    folds: int = FOLDS,
    seeds: Sequence[int] = (0, 1),
    jobs: int = 1,
    about: str | None = None,
) -> Report:
    """Fit lines and roles, calibrate out of fold, export, check and evaluate; write all results.

    Parameters
    ----------
    corpus : Corpus
        Labelled postings of the splits ``train`` (everything is chosen by it) and ``dev`` (only for
        evaluation). If no line is labelled, the package's line model is used.
    output : Path
        Folder for ``model.onnx``, ``metrics.json``, ``MODEL_CARD.md`` and ``pipeline.joblib``; it is
        created if it does not exist.
    warn : callable
        Called with each warning.
    progress : callable
        Called with the progress of each step.
    folds : int
        Groups of postings (boards, companies) that are held out in turn.
    seeds : sequence of int
        One way to form the folds for each.
    jobs : int
        How many folds are fitted at the same time; it changes nothing but the time.
    about : str or None
        The card's section on the data, in Markdown.

    Returns
    -------
    dict
        The content of ``metrics.json``.

    Raises
    ------
    CorpusError
        If fewer than two roles occur in training, or in the rest when companies are held out.
    ParityError
        If the exported file does not answer like the pipeline that it was made from.
    """
    output.mkdir(parents=True, exist_ok=True)
    judged, dev = corpus.split("train"), corpus.split("dev")
    roles = _roles(judged)
    _check_folds(judged, folds, seeds)
    if not len(dev):
        warn("no dev posting has a role: the model is not evaluated")
    prepared = prepare(corpus, folds, warn=warn, progress=progress)
    training = prepared.training
    settings = Settings()
    held_out = held_out_logits(
        training,
        settings,
        roles,
        number_of_folds=folds,
        seeds=seeds,
        progress=progress,
        jobs=jobs,
    )
    temperature, thresholds, cross_validation = _calibrate(held_out[0], judged, roles)

    progress("final fit", 0, 1)
    pipeline = fit(training, settings)
    pipeline[-1].with_temperature(temperature)
    progress("final fit", 1, 1)
    rule = prepared.unclear_rule()
    model_file = output / "model.onnx"
    info = ModelInfo(
        roles=roles,
        thresholds=tuple(thresholds),
        corpus=corpus.fingerprint(),
        features=tuple(pipeline[0].feature_names()),
        rule=rule,
    )
    export(pipeline, info, model_file)
    with whole_file(output / "pipeline.joblib") as file:
        joblib.dump(pipeline, file, compress=3)

    classifier = RoleClassifier(model_file)
    texts, titles = ([getattr(p, name) for p in corpus] for name in ("text", "title"))
    parity = check_parity(pipeline, classifier, texts, titles, progress=progress)
    figures: Report = {
        "corpus": {
            "fingerprint": info.corpus,
            "train": _counts(judged, roles),
            "dev": _counts(dev, roles),
            "lines": {
                split: sum(len(p.lines) for p in corpus if p.split == split)
                for split in ("train", "dev")
            },
        },
        "settings": settings.to_dict(),
        "temperature": round(temperature, 6),
        "thresholds": dict(zip(map(str, roles), thresholds, strict=True)),
        "unclear": prepared.refusals(rule),
        "model": {
            "bytes": model_file.stat().st_size,
            "features": len(pipeline[0].feature_names()),
        },
        "parity": parity,
        "cross_validation": cross_validation,
        "lines": {
            "cross_validation": line_report(prepared.lines, prepared.corpus, prepared.fold),
            "dev": line_report(prepared.lines, corpus.where(lambda p: p.split == "dev")),
        },
        "dev": evaluate(classifier, dev, corpus.unclear("dev")) if len(dev) else None,
    }
    write_whole(output / "metrics.json", json.dumps(figures, indent=2) + "\n")
    write_whole(output / "MODEL_CARD.md", model_card(figures, PRECISION, about))
    return figures


def _roles(training: Corpus) -> tuple[AnyRole, ...]:
    found = {posting.role for posting in training}
    if len(found) < 2:
        names = ", ".join(sorted(map(str, found))) or "none"
        raise CorpusError(f"training needs postings of at least two roles, found: {names}")
    # In the order of scikit-learn's classes.
    return tuple(sorted(found))


def _check_folds(training: Corpus, folds: int, seeds: Sequence[int]) -> None:
    """Check that enough postings are left for training whichever groups are held out."""
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
    for seed in seeds:
        for inside, _ in grouped_folds(training, folds, seed):
            left = {posting.role for posting in training.at(inside)}
            if len(left) < 2:
                raise CorpusError(
                    f"without the companies or boards that are held out in turn, only the role {min(left)} "
                    "is left for training; expected at least two roles, each at two companies or more"
                )


def _calibrate(
    logits: NDArray[np.float64], training: Corpus, roles: Sequence[AnyRole]
) -> tuple[float, list[float], Report]:
    """Fit temperature and thresholds out of fold; return them and the out-of-fold figures."""
    names = np.array([str(role) for role in roles])
    labels = np.array([roles.index(posting.role) for posting in training])
    ways = len(logits)
    # Written postings are easy, and come after those of the corpus: they are not counted.
    stacked = np.concatenate(list(logits[:, : len(training)]))
    truth = np.tile(labels, ways)
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
