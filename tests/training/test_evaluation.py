"""The figures mean what their names say."""

from dataclasses import replace

import numpy as np
import pytest

from roleclass import Role, RoleClassifier
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.evaluation import clear_mistakes, evaluate, report, scores

DRIVES = "You will drive the delivery van and load it with care, and you are friendly to all our customers."

ROLES = (Role.AI_FIRST, Role.AI_SUPPORT, Role.ML_FIRST, Role.OTHER)


def made(role: Role, **values: object) -> LabelledPosting:
    return LabelledPosting("x", "part", "group", None, "", role, **values)  # type: ignore[arg-type]


def test_accuracy_and_macro_f1() -> None:
    truth = np.array(["ai-first", "ai-first", "other", "other"])
    got = scores(truth, np.array(["ai-first", "other", "other", "other"]), ROLES)
    assert got["accuracy"] == 0.75
    assert got["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2, abs=1e-6)
    assert got["roles"]["other"] == {"precision": 0.666667, "recall": 1.0, "f1": 0.8, "support": 2}


def test_a_role_that_is_only_answered_counts_in_the_mean() -> None:
    got = scores(np.array(["other"]), np.array(["ml-first"]), ROLES)
    assert got["macro_f1"] == 0.0
    assert scores(np.array(["other"]), np.array(["other"]), ROLES)["macro_f1"] == 1.0


def test_unclear_counts_as_wrong_and_claims_nothing() -> None:
    corpus = Corpus((made(Role.OTHER), made(Role.OTHER)))
    p = np.array([[0, 0, 0, 1.0], [0, 0, 0, 1.0]])
    got = report(corpus, ROLES, p, np.array(["other", "unclear"]))
    assert got["all"]["accuracy"] == 0.5
    assert got["confusion"]["other"]["unclear"] == 1
    assert got["calibration"]["expected_calibration_error"] == 0.0


def test_a_clear_mistake_is_neither_the_label_nor_the_runner_up_of_a_reader_in_doubt() -> None:
    doubted = {"confidence": 2, "runner_up": "ml-first"}
    corpus = Corpus(
        (
            made(Role.OTHER, **doubted),
            made(Role.OTHER, **doubted),
            made(Role.OTHER, confidence=3, runner_up="ml-first"),
            made(Role.OTHER, confidence=1),
            made(Role.OTHER),
        )
    )
    predicted = np.array(["ml-first", "ai-first", "ml-first", "unclear", "other"])
    assert clear_mistakes(corpus, predicted).tolist() == [False, True, True, True, False]
    reliable = np.array([True, False, True, False, True])
    got = report(corpus, ROLES, np.eye(4)[[2, 0, 2, 3, 3]], predicted, reliable)
    assert got["clear_mistakes"] == {"all": 0.6, "reliable": 0.333333}
    assert "reliable" not in report(corpus, ROLES, np.eye(4)[[3] * 5], predicted)["clear_mistakes"]


def test_refusals_are_counted_apart_for_what_can_be_judged_and_what_cannot() -> None:
    judged = Corpus(tuple(replace(made(Role.OTHER), text=text) for text in (DRIVES, "?", DRIVES)))
    unclear = Corpus(tuple(replace(made(Role.UNCLEAR), text=text) for text in ("", DRIVES)))
    figures = evaluate(RoleClassifier(), judged, unclear)
    assert figures["all"]["n"] == 3  # the unclear ones are no part of any other figure
    assert figures["answered_unclear"] == {
        "judged": {"n": 3, "share": 0.333333},
        "unclear": {"n": 2, "share": 0.5},
    }
    assert list(evaluate(RoleClassifier(), judged)["answered_unclear"]) == ["judged"]


def test_parts_confidence_and_years_are_told_apart() -> None:
    corpus = Corpus(
        (made(Role.OTHER, confidence=1, year="2020"), made(Role.AI_FIRST, confidence=3, year=""))
    )
    p = np.eye(4)[[3, 3]]
    got = report(corpus, ROLES, p, np.array(["other", "other"]))
    assert {key: part["accuracy"] for key, part in got["by_confidence"].items()} == {
        "1": 1.0,
        "3": 0.0,
    }
    assert set(got["by_year"]) == {"2020", "unknown"}
    assert got["by_part"]["part"]["n"] == 2


def test_published_labels_are_scored_beside_ours_on_the_roles_that_they_know() -> None:
    corpus = Corpus(
        (
            made(Role.AI_FIRST, published_label="ai-first"),
            made(Role.ML_FIRST, published_label="unknown"),
            made(Role.OTHER, published_label="ai-first"),
            made(Role.AI_FIRST),
        )
    )
    got = report(
        corpus,
        ROLES,
        np.eye(4)[[0, 2, 3, 0]],
        np.array(["ai-first", "ml-first", "other", "ai-first"]),
    )
    assert got["field_guide_three_roles"]["model"]["n"] == 2
    assert got["field_guide_three_roles"]["model"]["accuracy"] == 1.0
    assert got["field_guide_three_roles"]["published_labels"]["accuracy"] == 0.5
