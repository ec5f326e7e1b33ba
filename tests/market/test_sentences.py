"""Postings of every shape are split into sentences, and their duties are told from the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass.market.sentences import duties, split_sentences


def told(text: str) -> list[str]:
    return [text[start:end] for start, end in duties(text)]


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


def test_a_list_under_a_heading() -> None:
    text = "Responsibilities\n- Mend nets\n- Paint boats\nRequirements\n- Two hands"
    assert told(text) == ["Mend nets", "Paint boats"]


def test_a_list_without_marks() -> None:
    text = "What you will do:\nMend nets\nPaint boats\nWho you are:\nA sailor"
    assert told(text) == ["Mend nets", "Paint boats"]


def test_hard_wrapped_text_is_joined_and_its_items_are_not() -> None:
    text = (
        "Responsibilities\n\n"
        "- Mend the nets of the whole fleet before it sails out and\n"
        "  after it has come home.\n"
        "- Paint boats.\n"
        "- Teach the young ones how to tie the seven knots that we\n"
        "  use.\n"
    )
    assert [" ".join(sentence.split()) for sentence in told(text)] == [
        "Mend the nets of the whole fleet before it sails out and after it has come home.",
        "Paint boats.",
        "Teach the young ones how to tie the seven knots that we use.",
    ]


def test_text_without_any_line_break() -> None:
    text = "We fish. Responsibilities: Mend nets. Paint boats. Requirements: Hands. Benefits: Fish."
    assert told(text) == ["Mend nets.", "Paint boats."]


def test_marks_within_a_line() -> None:
    text = "Duties • Mend nets • Paint boats Requirements • Two hands"
    assert told(text) == ["Mend nets", "Paint boats"]


def test_sentences_that_are_glued_together() -> None:
    assert sentences("Mend nets.Paint boats.") == ["Mend nets.", "Paint boats."]


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert sentences("Mend nets, e.g. Danish ones. Paint.") == [
        "Mend nets, e.g. Danish ones.",
        "Paint.",
    ]


@pytest.mark.parametrize(
    ("sentence", "duty"),
    [
        ("You will mend nets.", True),
        ("Maintaining nets.", True),
        ("Closely manage the fleet.", True),
        ("We mend nets.", False),
        ("You will have two years of experience.", False),
        ("The harbour is old.", False),
    ],
)
def test_without_headings_a_duty_says_so(sentence: str, duty: bool) -> None:
    assert told(sentence) == [sentence] * duty


@pytest.mark.parametrize(
    "heading",
    [
        "KEY RESPONSIBILITIES:",
        "What You'll Do",
        "What you\N{RIGHT SINGLE QUOTATION MARK}ll be doing",
        "Duties and Responsibilities",
    ],
)
def test_headings_in_many_spellings(heading: str) -> None:
    assert told(f"{heading}\nNets and boats") == ["Nets and boats"]


def test_a_heading_ends_the_duties() -> None:
    for heading in ("Qualifications", "Nice to have", "Benefits", "About us", "What we offer"):
        assert told(f"Duties\nNets\n{heading}\nBoats") == ["Nets"]


@given(st.text())
def test_spans_are_in_order_within_the_text_and_not_blank(text: str) -> None:
    end = 0
    for sentence in split_sentences(text):
        assert end <= sentence.start < sentence.end <= len(text)
        assert text[sentence.start : sentence.end].strip()
        end = sentence.end


@given(
    st.lists(
        st.sampled_from(
            ["Build nets.", "\n", "- ", "Requirements:", " ", "•", "a", "\n\n", "e.g. "]
        )
    )
)
def test_no_letter_is_lost(parts: list[str]) -> None:
    text = "".join(parts)
    kept = "".join(text[s.start : s.end] for s in split_sentences(text))
    assert sorted(filter(str.isalpha, kept)) == sorted(filter(str.isalpha, text))
