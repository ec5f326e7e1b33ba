"""Evaluate a model: the same figures for cross-validation, ``metrics.json`` and the command."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from roleclass.classifier import RoleClassifier
from roleclass.reading import AREA_THRESHOLD, AREAS, PARTS, WORKS
from roleclass.roles import AnyRole, Role
from roleclass.training.calibration import (
    Floats,
    accuracy_at_coverage,
    expected_calibration_error,
    reliability_diagram,
)
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.lines.folds import CrossFit
from roleclass.training.lines.labels import best_lines

Report = dict[str, Any]
"""Figures ready for JSON, as made by `report`."""

FIELD_GUIDE_ROLES = (Role.AI_FIRST, Role.AI_SUPPORT, Role.ML_FIRST)
"""The roles of the field guide's published labels."""

_COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def evaluate(classifier: RoleClassifier, corpus: Corpus, unclear: Corpus | None = None) -> Report:
    """Evaluate a model file on labelled postings.

    Parameters
    ----------
    classifier : RoleClassifier
        The model.
    corpus : Corpus
        Postings that have a role; see `Corpus.split`.
    unclear : Corpus or None
        Postings labelled unclear; see `Corpus.unclear`.

    Returns
    -------
    dict
        As `report`, plus ``without_title``: the figures without titles, and
        ``answered_unclear``: for how many postings the model gives no role, of those with one
        (``judged``) and of those without (``unclear``).
    """
    roles = classifier.roles
    texts = [posting.text for posting in corpus]
    titled = list(classifier.predict_many(texts, [posting.title for posting in corpus]))
    untitled = list(classifier.predict_many(texts))
    rows = {"judged": titled}
    if unclear is not None and len(unclear):
        rows["unclear"] = list(
            classifier.predict_many([p.text for p in unclear], [p.title for p in unclear])
        )
    figures = report(
        corpus,
        roles,
        np.array([[answer.probabilities[role] for role in roles] for answer in titled]),
        np.array([str(answer.role) for answer in titled]),
        reliable=np.array([answer.reliable for answer in titled]),
    )
    figures["without_title"] = scores(
        corpus.column("role"), np.array([str(answer.role) for answer in untitled]), roles
    )
    figures["answered_unclear"] = {
        kind: {
            "n": len(answers),
            "share": round(float(np.mean([a.role == Role.UNCLEAR for a in answers])), 6),
        }
        for kind, answers in rows.items()
    }
    return figures


def report(
    corpus: Corpus,
    roles: Sequence[AnyRole],
    probabilities: Floats,
    predicted: NDArray[np.str_],
    reliable: NDArray[np.bool_] | None = None,
) -> Report:
    """Return accuracy, F1 and calibration: over all postings and over each part of them.

    Parameters
    ----------
    corpus : Corpus
        N postings.
    roles : sequence of K roles
        The columns of `probabilities`.
    probabilities : float array of shape (N, K)
        The model's probability of each role.
    predicted : str array of shape (N,)
        The answers; "unclear", from the rule, counts as wrong.
    reliable : bool array of shape (N,) or None
        Which answers the model calls reliable.

    Returns
    -------
    dict
        ``all`` and ``by_part``, ``by_source``, ``by_confidence``, ``by_year`` (each with `scores`),
        ``clear_mistakes`` (see `clear_mistakes`) as a share of all answers and of the reliable ones,
        ``field_guide_three_roles`` with the published labels beside ours, ``calibration``, ``confusion``.
    """
    truth = corpus.column("role")
    right = predicted == truth
    mistaken = clear_mistakes(corpus, predicted)
    # An unclear answer has no confidence.
    confidence = np.where(predicted == Role.UNCLEAR, 0.0, probabilities.max(axis=1))
    names = [str(role) for role in roles]

    def by(key: Callable[[LabelledPosting], str]) -> dict[str, Report]:
        keys = np.array([key(posting) for posting in corpus])
        return {
            value: scores(truth[keys == value], predicted[keys == value], roles)
            for value in sorted(set(keys.tolist()))
        }

    figures: Report = {
        "all": scores(truth, predicted, roles),
        "by_part": by(lambda posting: posting.part),
        "by_source": by(lambda posting: posting.source),
        "by_confidence": by(lambda posting: str(posting.confidence)),
        "by_year": by(lambda posting: posting.year or "unknown"),
        "confusion": {
            name: {
                answer: int(((truth == name) & (predicted == answer)).sum())
                for answer in [*names, str(Role.UNCLEAR)]
            }
            for name in names
        },
        "clear_mistakes": {"all": round(float(mistaken.mean()), 6)},
        "calibration": {
            "expected_calibration_error": round(expected_calibration_error(confidence, right), 6),
            "reliability_diagram": reliability_diagram(confidence, right),
            "accuracy_at_coverage": accuracy_at_coverage(confidence, right, _COVERAGES),
        },
    }
    if reliable is not None and reliable.any():
        figures["reliable"] = {
            "coverage": round(float(reliable.mean()), 6),
            "accuracy": round(float(right[reliable].mean()), 6),
        }
        figures["clear_mistakes"]["reliable"] = round(float(mistaken[reliable].mean()), 6)
    published = corpus.column("published_label")
    comparable = np.isin(published, [*map(str, FIELD_GUIDE_ROLES), "unknown"]) & np.isin(
        truth, FIELD_GUIDE_ROLES
    )
    if comparable.any():
        figures["field_guide_three_roles"] = {
            "model": scores(truth[comparable], predicted[comparable], FIELD_GUIDE_ROLES),
            "published_labels": scores(truth[comparable], published[comparable], FIELD_GUIDE_ROLES),
        }
    return figures


def clear_mistakes(corpus: Corpus, predicted: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return which answers are clear mistakes: neither the label nor the runner-up of an unsure annotator.

    Parameters
    ----------
    corpus : Corpus
        N postings.
    predicted : str array of shape (N,)
        The answers.

    Returns
    -------
    bool array of shape (N,)

    Examples
    --------
    >>> sure = LabelledPosting("a", "jobs", "x", None, "Bakes.", Role.OTHER, 3, "ml-first")
    >>> unsure = LabelledPosting("b", "jobs", "x", None, "Bakes.", Role.OTHER, 2, "ml-first")
    >>> clear_mistakes(Corpus((sure, unsure)), np.array(["ml-first", "ml-first"]))
    array([ True, False])
    """
    accepted = [
        {posting.role, posting.runner_up} if posting.confidence < 3 else {posting.role}
        for posting in corpus
    ]
    return np.array(
        [answer not in roles for answer, roles in zip(predicted.tolist(), accepted, strict=True)],
        dtype=bool,
    )


def scores(truth: NDArray[np.str_], predicted: NDArray[Any], roles: Sequence[AnyRole]) -> Report:
    """Return accuracy, macro-F1 and the figures of each role, rounded to six digits.

    A role in neither the labels nor the answers has no F1 and is left out of the mean.

    Examples
    --------
    >>> truth = np.array(["ai-first", "other"])
    >>> scores(truth, np.array(["ai-first", "ai-first"]), [Role.AI_FIRST, Role.OTHER])["accuracy"]
    0.5
    """
    names = [str(role) for role in roles]
    predicted = predicted.astype(str)
    present = [name for name in names if (truth == name).any() or (predicted == name).any()]
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=names, zero_division=0.0
    )
    macro_f1 = f1_score(truth, predicted, labels=present, average="macro", zero_division=0.0)
    return {
        "n": len(truth),
        "accuracy": round(float(accuracy_score(truth, predicted)), 6),
        "macro_f1": round(float(macro_f1), 6),
        "roles": {
            name: {
                "precision": round(float(precision[k]), 6),
                "recall": round(float(recall[k]), 6),
                "f1": round(float(f1[k]), 6),
                "support": int(support[k]),
            }
            for k, name in enumerate(names)
        },
    }


def line_report(
    lines: CrossFit, corpus: Corpus, fold: NDArray[np.int64] | None = None
) -> Report | None:
    """Evaluate a line model on labelled spans, each compared with the line that covers most of it.

    Parameters
    ----------
    lines : CrossFit
    corpus : Corpus
        N postings; those without labelled lines are left out.
    fold : int64 array of shape (N,) or None
        For each posting, the model that reads it; None: the one that was fitted on all.

    Returns
    -------
    dict or None
        ``n``; accuracy and macro-F1 of ``part`` and ``work``; ``areas``: micro-F1 of the areas of duties, and
        of those of a posting. None if no line is labelled.
    """
    chosen = [i for i, posting in enumerate(corpus) if posting.lines]
    if not chosen:
        return None
    postings = corpus.at(chosen)
    rows = postings.encode()
    scores = (
        lines.model.predict(rows) if fold is None else lines.predict(rows, fold[np.array(chosen)])
    )
    spans = [(k, span) for k, posting in enumerate(postings) for span in posting.lines]
    at = np.concatenate(
        [
            best_lines(p, row, scores.cut.lines, k)
            for k, (p, row) in enumerate(zip(postings, rows, strict=True))
        ]
    )
    kept = [(i, k, span) for i, (k, span) in zip(at.tolist(), spans, strict=True) if i >= 0]
    index = np.array([i for i, _, _ in kept])
    duties = [row for row in kept if row[2].part == "duty" and row[2].areas is not None]
    true = {(k, i, area) for i, k, span in duties for area in span.areas or ()}
    said = {
        (k, i, AREAS[a])
        for i, k, _ in duties
        for a in np.flatnonzero(scores.areas[i] >= AREA_THRESHOLD).tolist()
    }

    def f1(one: set[Any], other: set[Any]) -> float:
        return round(2 * len(one & other) / max(len(one) + len(other), 1), 6)

    figures: Report = {"n": len(kept), "postings": len(chosen)}
    for name, known, values in (("part", PARTS, scores.part), ("work", WORKS, scores.work)):
        truth = np.array([getattr(span, name) for _, _, span in kept])
        answer = np.array(known)[values[index].argmax(axis=1)]
        figures[name] = {
            "accuracy": round(float(accuracy_score(truth, answer)), 6),
            "macro_f1": round(float(f1_score(truth, answer, average="macro")), 6),
        }
    figures["areas"] = {
        "line_micro_f1": f1(true, said),
        "posting_micro_f1": f1({(k, a) for k, _, a in true}, {(k, a) for k, _, a in said}),
    }
    return figures
