"""The page of a posting: nothing of a posting is markup or lost, and long postings take no ages."""

from dataclasses import replace
from itertools import pairwise

import pytest

from roleclass import Evidence, Explanation, Prediction, Role, explain, read
from roleclass.evidence.page import View, marks, posting_page, view_of
from roleclass.roles import as_role
from tests.pages import HOSTILE, Page
from tests.written import posting


def page_of(text: str, title: str | None = None, *, weighed: bool = True) -> str:
    why = explain(text, title) if weighed else None
    return posting_page(read(text, title), why)


def view(text: str, title: str | None = None) -> View:
    return view_of(read(text, title), explain(text, title))


@pytest.mark.parametrize("place", ["title", "text", "both"])
def test_markup_in_a_posting_stays_text(place: str) -> None:
    text = posting("ai-first", 1) + (HOSTILE if place != "title" else "")
    title = HOSTILE if place != "text" else None
    assert Page(page_of(text, title)).kinds <= Page(page_of(posting("ai-first", 1))).kinds


def test_the_rows_hold_all_words_of_the_text_in_their_order() -> None:
    text = "Baker's hand\r\n\r\nYou:\n- bake bread; sell it.\n\n\n  - Sweep (daily)!  \n* Smile\n\n--\n"
    shown = " ".join("".join(piece.text for piece in row.pieces) for row in view(text).rows)
    assert shown.split() == text.split()


def test_a_row_is_apart_where_a_line_was_empty() -> None:
    rows = view(
        "What you will do\n- Bake the bread\n- Sell the bread\n\nWhat we offer\n- Cake"
    ).rows
    assert [row.apart for row in rows] == [False, False, False, True, False]


def test_marks_are_those_of_the_weightiest_evidence() -> None:
    text = posting("ai-first", 1)
    stretches = marks(explain(text), 15)
    pieces = [piece for row in view(text).rows for piece in row.pieces if piece.weight]
    assert " ".join(piece.text for piece in pieces).split() == [
        word for start, end, _ in stretches for word in text[start:end].split()
    ]
    assert {piece.strength for piece in pieces} <= {1, 2, 3, 4, 5}
    assert max(piece.strength for piece in pieces) == 5


def test_evidence_of_the_whole_posting_takes_no_mark_from_what_has_a_place() -> None:
    whole = [Evidence("balance", f"kind {i}", 9.0) for i in range(20)]
    placed = Evidence("ngram", "agents", 0.1, ((6, 12),))
    why = Explanation("Build agents.", Role.OTHER, Role.AI_FIRST, 0, 0, (*whole, placed))
    assert marks(why, 15) == [(6, 12, 0.1)]


def test_the_rows_of_the_evidence_add_up_to_the_log_odds() -> None:
    shown = view(posting("ml-first", 1))
    assert shown.why is not None
    assert sum(weight for weight, *_ in shown.evidence) == pytest.approx(shown.why.log_odds)


def test_a_page_without_weights_has_no_marks_and_no_reasons() -> None:
    page = page_of(posting("ai-first", 1), weighed=False)
    assert "<mark" not in page
    assert "rather than" not in page
    assert "Line by line" in page


def test_an_unclear_posting_says_why() -> None:
    page = page_of("AI Engineer")
    assert "Unclear: too few words" in page
    assert "without this rule" in page


def test_a_role_of_ones_own_is_shown_by_its_name() -> None:
    own = {as_role("designer"): 0.75, as_role("baker"): 0.25}
    answer = Prediction(as_role("designer"), 0.75, own, reliable=True)
    assert "designer, 75 %" in posting_page(replace(read("Bake."), prediction=answer))


def test_marks_of_a_long_posting_stand_apart_and_in_order() -> None:
    why = explain("build agents and LLM prompts with the team " * 20_000)
    stretches = marks(why, 15)
    assert len(stretches) > 20_000
    assert all(one[1] <= other[0] for one, other in pairwise(stretches))
