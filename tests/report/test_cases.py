"""Each posting is run through the model once; of many, lines are read of a sample."""

from collections.abc import Iterator
from typing import Any

import pytest

from roleclass import InputError, Role, RoleClassifier
from roleclass.report.cases import read_cases
from roleclass.report.postings import Posting
from tests.written import DUTIES, posting


class Counting(RoleClassifier):
    """Notes what the model is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read_many(self, texts: Any, titles: Any = None, *, threads: int = 1) -> Iterator[Any]:
        self.asked += texts
        return super().read_many(texts, titles, threads=threads)

    def predict_many(self, *given: Any, **options: Any) -> Any:
        raise AssertionError("reading gives the role, too")


def test_roles_and_lines_come_from_one_pass() -> None:
    model = Counting()
    postings = [Posting(text=posting("ai-first", i)) for i in range(5)]
    cases = list(read_cases(postings, model))
    assert model.asked == [one.text for one in postings]
    assert all(case.duties and case.confidence and case.role != "unclear" for case in cases)


def test_a_role_that_is_known_stays_and_its_text_is_read_once() -> None:
    model = Counting()
    [case] = read_cases([Posting(text=posting("ml-first", 1), role=Role.OTHER)], model)
    assert (case.role, case.confidence, len(model.asked)) == (Role.OTHER, None, 1)


def test_listed_responsibilities_are_duties_whatever_the_model_thinks_of_them() -> None:
    listed = ("<p>Fine-tune <b>language</b> models.</p>", "Mend nets &amp; sails.")
    [case] = read_cases(
        [Posting(text=posting("ai-first", 1), responsibilities=listed, role=Role.AI_FIRST)],
        RoleClassifier(),
    )
    assert [duty.text for duty in case.duties] == [
        "Fine-tune language models.",
        "Mend nets & sails.",
    ]
    assert case.duties[0].areas == ("fine-tuning",)
    assert len(case.lines) > 2  # those of the text


def test_responsibilities_alone_are_read_and_classified() -> None:
    [case] = read_cases([Posting(responsibilities=DUTIES["ai-first"])], RoleClassifier())
    assert case.role == Role.AI_FIRST
    assert case.lines == case.duties


def test_a_role_alone_asks_the_model_nothing() -> None:
    model = Counting()
    [case] = read_cases([Posting(role=Role.OTHER)], model)
    assert (case.was_read, case.lines, model.asked) == (False, (), [])


def test_of_many_postings_a_sample_is_read_and_it_is_the_same_each_time() -> None:
    postings = [Posting(id=str(i), text="Bake bread.", role=Role.OTHER) for i in range(3000)]
    once, again = (
        [
            case.posting.id
            for case in read_cases(postings, RoleClassifier(), read_at_most=300)
            if case.was_read
        ]
        for _ in range(2)
    )
    assert once == again
    assert 250 < len(once) < 350
    assert len(set(once)) == len(once)


def test_a_posting_without_a_role_is_classified_outside_the_sample_too() -> None:
    postings = [Posting(text=posting("ai-first", i)) for i in range(40)]
    cases = list(read_cases(postings, RoleClassifier(), read_at_most=1))
    assert {case.role for case in cases} == {Role.AI_FIRST}
    assert sum(case.was_read for case in cases) < 10


def test_what_is_too_large_to_be_read_has_no_lines() -> None:
    [case] = read_cases(
        [Posting(text="You will build agents. " * 2**20, role=Role.AI_FIRST)], RoleClassifier()
    )
    assert (case.lines, case.duties) == ((), ())


def test_a_model_with_other_roles_is_refused_where_roles_are_missing() -> None:
    class Own(RoleClassifier):
        roles = ("boss", "cook")  # type: ignore[assignment]

    with pytest.raises(InputError, match=r"boss, cook; .*ai-first"):
        list(read_cases([Posting(text="Bake bread.")], Own()))
    assert len(list(read_cases([Posting(text="Bake bread.", role=Role.OTHER)], Own()))) == 1
