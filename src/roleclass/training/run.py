"""``roleclass train``: from a labelled corpus to a model file, its figures and its card."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.model_selection import GroupKFold

from roleclass.classifier import RoleClassifier
from roleclass.errors import CorpusError
from roleclass.lexicon import load_lexicon
from roleclass.model_file import default_model
from roleclass.roles import AnyRole, Role
from roleclass.training.calibration import fit_temperature, fit_thresholds
from roleclass.training.card import model_card
from roleclass.training.copies import copies
from roleclass.training.corpus import Corpus, Warn
from roleclass.training.evaluation import Report, evaluate, line_report, report
from roleclass.training.everyday import everyday_postings
from roleclass.training.export import ModelInfo, export
from roleclass.training.features import Measures, frequent_words
from roleclass.training.line_labels import carry
from roleclass.training.line_model import CrossFit, LineModel, cross_fit
from roleclass.training.model import Settings, TrainingSet, fit, folds
from roleclass.training.parity import check_parity
from roleclass.training.selection import Progress, Trial, select
from roleclass.training.stored_lines import stored_line_model
from roleclass.training.unclear import UnclearRule
from roleclass.training.vocabulary import Vocabulary

CANDIDATES: Final = (Settings(copy_share=0.15), Settings(copy_share=0.3))
"""The settings that cross-validation chooses from; ``benchmarks/ablation.py`` tries more."""

PRECISION: Final = 0.9
"""A prediction is called reliable where the model is right this often."""

REFUSED: Final = 0.003
"""The share of judged training postings that the rule for `unclear` may refuse for what their lines say."""

MIN_POSTINGS: Final = 8
"""A word that fewer training postings contain is not in the vocabulary."""

_COPIES_SEED: Final = 1


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
    """Fit lines, choose settings, fit roles, calibrate, export, check, evaluate, and write all of it.

    Parameters
    ----------
    corpus : Corpus
        Labelled postings of the splits ``train`` (everything is chosen by it) and ``dev`` (is only
        reported). Where no line is labelled, lines are read as by the model that ships in the package.
    output : Path
        Folder for ``model.onnx``, ``metrics.json``, ``MODEL_CARD.md`` and ``pipeline.joblib``; it is
        made where it does not exist.
    warn : callable
        Called with what a person should know.
    progress : callable
        Called with how far the work is.
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
    """
    protocol = protocol or Protocol()
    output.mkdir(parents=True, exist_ok=True)
    judged, dev = corpus.split("train"), corpus.split("dev")
    roles = _roles(judged)
    _check_folds(judged, protocol)
    if not len(dev):
        warn("no dev posting has a role: the model is not evaluated")
    prepared = prepare(corpus, protocol, warn=warn, progress=progress)
    training = prepared.training
    trials = select(
        training,
        protocol.candidates,
        roles,
        number_of_folds=protocol.folds,
        seeds=protocol.seeds,
        progress=progress,
        jobs=jobs,
    )
    best = trials[0]
    temperature, thresholds, cross_validation = _calibrate(best, judged, roles)

    progress("final fit", 0, 1)
    pipeline = fit(training, best.settings)
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
    joblib.dump(pipeline, output / "pipeline.joblib", compress=3)

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
        "settings": best.settings.to_dict(),
        "trials": [
            {"settings": trial.settings.to_dict(), "log_loss": round(trial.log_loss, 6)}
            for trial in trials
        ],
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
    _write(output / "metrics.json", json.dumps(figures, indent=2) + "\n")
    _write(output / "MODEL_CARD.md", model_card(figures, PRECISION, about))
    return figures


@dataclass(frozen=True)
class Prepared:
    """The training split, read line by line by models that have not seen the postings.

    Attributes
    ----------
    corpus : Corpus
        All N postings, those labelled `unclear`, too.
    lines : CrossFit
    fold : int64 array of shape (N,)
    asked : float64 array of shape (N,)
        See `Measures`.
    training : TrainingSet
        Those that teach roles, and behind them the written ones (`everyday_postings`).
    """

    corpus: Corpus
    lines: CrossFit
    fold: NDArray[np.int64]
    asked: NDArray[np.float64]
    training: TrainingSet

    @property
    def _unclear(self) -> NDArray[np.bool_]:
        return np.asarray(self.corpus.column("role") == Role.UNCLEAR)

    def unclear_rule(self) -> UnclearRule:
        """Set how much a posting must ask of a person: the most that refuses few judged postings."""
        return UnclearRule(
            min_asked=round(float(np.quantile(self.asked[~self._unclear], REFUSED)), 2)
        )

    def refusals(self, rule: UnclearRule) -> Report:
        """Return which share of the postings the lines alone make unclear."""
        refused = self.asked < rule.min_asked
        unclear = self._unclear
        return {
            "min_asked": rule.min_asked,
            "judged_refused": round(float(refused[~unclear].mean()), 6),
            "unclear_refused": round(float(refused[unclear].mean()), 6) if unclear.any() else None,
        }


def prepare(corpus: Corpus, protocol: Protocol, *, warn: Warn, progress: Progress) -> Prepared:
    """Fit line models on the training split, and count in its postings."""
    own = corpus = corpus.where(lambda posting: posting.split == "train")
    # Their labels are of the package's roles and lines.
    if Role.OTHER in corpus.column("role") and any(posting.lines for posting in corpus):
        corpus = Corpus((*corpus.postings, *everyday_postings()))
    lines, fold = _fit_lines(corpus, protocol, warn, progress)
    ngrams, concepts = lines.model.vocabulary.ngrams, lines.model.concepts
    variants = (
        corpus.encode(),
        corpus.encode(with_title=False),
        [posting.encode() for posting in copies(corpus, _COPIES_SEED)],
    )
    measures = []
    for done, rows in enumerate(variants, start=1):
        measures.append(Measures.of(lines.predict(rows, fold), len(rows), ngrams, concepts))
        progress("counting", done, len(variants))
    teaches = np.flatnonzero(
        [posting.agreed and posting.role != Role.UNCLEAR for posting in corpus]
    )
    training = TrainingSet(corpus.at(teaches), *(of.at(teaches) for of in measures), lines.model)
    number = len(own)
    return Prepared(own, lines, fold[:number], measures[0].asked[:number], training)


def _fit_lines(
    corpus: Corpus, protocol: Protocol, warn: Warn, progress: Progress
) -> tuple[CrossFit, NDArray[np.int64]]:
    """Fit line models; return them and the fold of each posting."""
    labelled = [i for i, posting in enumerate(corpus) if posting.lines]
    groups = corpus.column("group")
    number = min(protocol.folds, len(set(groups[labelled].tolist())))
    if number < 2:
        warn("too few postings have labelled lines: lines are read as by the shipped model")
        return CrossFit(*[(model := stored_line_model(default_model())), [model]]), np.zeros(
            len(corpus), np.int64
        )
    fold = _folds(groups, labelled, number)
    rows = corpus.encode()
    concepts = load_lexicon()
    phrases = (phrase for concept in concepts for phrase in concept.phrases)
    # In a fixed order, so that the same corpus gives the same model file.
    vocabulary = Vocabulary.from_ngrams(sorted({*frequent_words(rows, MIN_POSTINGS), *phrases}))
    model = LineModel(vocabulary, concepts)
    changed = copies(corpus, _COPIES_SEED)

    def teaching(postings: Sequence[Any]) -> tuple[list[bytes], Any]:
        of = [postings[i] for i in labelled]
        encoded = [posting.encode() for posting in of]
        return encoded, carry(of, encoded, model.read(encoded).lines)

    own, labels = teaching(corpus.postings)
    steps = 2 * number + 1
    fits = cross_fit(model, own, labels, fold[labelled], teaching(changed))
    for done, fitted in enumerate(fits, start=1):
        progress("lines", min(done, steps), steps)
        if fitted is not None:
            return fitted, fold
    raise AssertionError("cross_fit ends with its result")  # pragma: no cover


def _folds(groups: NDArray[Any], labelled: Sequence[int], number: int) -> NDArray[np.int64]:
    """Give each posting a fold; postings of a group have one, and labelled ones are spread evenly."""
    names, group = np.unique(groups, return_inverse=True)
    of_group = np.random.default_rng(0).integers(number, size=len(names))
    at = group.ravel()[list(labelled)]
    splitter = GroupKFold(number, shuffle=True, random_state=0)
    for k, (_, held_out) in enumerate(splitter.split(at, groups=at)):
        of_group[at[held_out]] = k
    return np.asarray(of_group[group.ravel()])


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
            left = {posting.role for posting in training.at(inside)}
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
    # Written postings are easy, and stand behind the corpus's: they are not counted.
    stacked = np.concatenate(list(trial.logits[:, : len(training)]))
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


def _write(path: Path, text: str) -> None:
    partial: Any = path.with_name(f"{path.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
