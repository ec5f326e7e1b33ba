"""Evidence adds up, stands where it says, and can be asked about any pair of roles."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roleclass import Explanation, Role, RoleClassifier, explain
from roleclass.evidence.explanation import _distribute
from roleclass.evidence.feature_spans import name_features
from roleclass.reading import PARTS, WORKS
from roleclass.text import MAX_BYTES
from tests.strategies import KNOWN_TEXTS
from tests.written import TITLES, posting

CLASSIFIER = RoleClassifier()


def total(why: Explanation) -> float:
    return why.prior + sum(item.weight for item in why.evidence)


@settings(deadline=None, max_examples=60)
@given(KNOWN_TEXTS, st.none() | st.text(max_size=30))
def test_weights_add_up_to_the_difference_of_the_logits(
    texts: list[str], title: str | None
) -> None:
    for text in texts:
        why = explain(text, title)
        p = CLASSIFIER.predict(text, title).probabilities
        assert total(why) == pytest.approx(why.log_odds, abs=1e-6)
        if p[why.against] > 1e-6:
            assert why.log_odds == pytest.approx(math.log(p[why.role] / p[why.against]), abs=1e-4)


@settings(deadline=None, max_examples=60)
@given(KNOWN_TEXTS)
def test_an_ngram_stands_where_its_spans_say(texts: list[str]) -> None:
    for text in texts:
        why = explain(text, title="R\u00e9sum\u00e9 AI Engineer")
        for item in why.evidence:
            if item.kind == "ngram":
                for start, end in item.spans:
                    words = "".join(
                        c if c.isascii() and (c.isalnum() or c in "+#") else " "
                        for c in why.document[start:end]
                    )
                    assert " ".join(words.lower().split()) == item.name


def test_a_title_speaks_from_the_title_alone() -> None:
    why = explain("We build agents. An AI Engineer builds agents.", title="AI Engineer")
    of_title = [item for item in why.evidence if item.kind == "title"]
    assert of_title
    assert all(end <= len("AI Engineer") for item in of_title for _, end in item.spans)


@pytest.mark.parametrize("role", TITLES)
def test_what_weighs_most_for_a_clear_posting_speaks_for_its_role(role: str) -> None:
    why = explain(posting(role, 1))
    assert why.role == role
    assert why.log_odds > 0


def test_the_other_way_round_changes_all_signs() -> None:
    text = posting("ai-support", 2)
    one = explain(text, role=Role.AI_FIRST, against=Role.OTHER)
    other = explain(text, role=Role.OTHER, against=Role.AI_FIRST)
    assert one.log_odds == pytest.approx(-other.log_odds)
    assert {item.name: item.weight for item in one.evidence} == pytest.approx(
        {item.name: -item.weight for item in other.evidence}
    )


def test_the_likeliest_roles_are_compared_unless_named() -> None:
    text = posting("ml-first", 3)
    p = CLASSIFIER.predict(text).probabilities
    ranked = sorted(p, key=lambda role: -p[role])
    why = explain(text)
    assert (why.role, why.against) == (ranked[0], ranked[1])
    assert explain(text, against=ranked[0]).role == ranked[1]


def test_roles_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="unclear"):
        explain("text", role=Role.UNCLEAR)
    with pytest.raises(ValueError, match="two different roles"):
        explain("text", role=Role.OTHER, against=Role.OTHER)
    with pytest.raises(TypeError, match=r"text .*string"):
        explain(None)  # type: ignore[arg-type]


def test_an_empty_posting_has_an_explanation_without_places() -> None:
    why = explain("")
    assert all(item.spans == () for item in why.evidence)
    assert total(why) == pytest.approx(why.log_odds)


def test_a_posting_that_is_too_large_is_refused_and_not_explained_for_minutes() -> None:
    with pytest.raises(ValueError, match="16 MiB"):
        explain("x " * (MAX_BYTES // 2 + 1))


def test_what_speaks_of_a_kind_of_lines_is_distribute_over_lines_of_that_kind() -> None:
    part, work = np.zeros((2, len(PARTS))), np.zeros((2, len(WORKS)))
    part[:, PARTS.index("duty")] = 1
    work[0, WORKS.index("genai")] = work[1, WORKS.index("none")] = 1
    features = name_features(
        ("line:share: duty, genai", "line:surest: duty, none", "line:share: both, genai")
    )
    outputs = {"line_part": part, "line_work": work, "line_weight": np.ones(2)}
    nothing = np.array([], np.int32)
    shared = _distribute(features, {}, np.array([1.0, 10.0, 100.0]), nothing, outputs)
    assert shared.tolist() == [101, 10]
