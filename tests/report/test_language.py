"""Words of duties, concepts that set a role apart."""

from roleclass import Role
from roleclass.report.cases import CaseLine
from roleclass.report.language import Concepts, Words
from tests.cases import case, measured


def duty(text: str) -> CaseLine:
    return CaseLine(text, "duty")


def test_a_word_counts_once_in_a_duty_and_small_ones_do_not() -> None:
    duties = (duty("Build the agents, build them."), duty("Build and test"), duty("Testing"))
    found = measured(Words(), case(duties=duties[:2]), case(duties=duties[2:]))
    assert found["duties"] == 3
    assert [(row["word"], row["n"]) for row in found["words"]] == [
        ("build", 2), ("agents", 1), ("test", 1), ("testing", 1),
    ]  # fmt: skip


def test_a_concept_sets_a_role_apart_where_the_difference_is_no_chance() -> None:
    rag, net = ((CaseLine(text, "duty"),) for text in ("Build a RAG pipeline.", "Mend nets."))
    cases = [case(Role.AI_FIRST, lines=rag)] * 30 + [case(Role.OTHER, lines=net)] * 30
    found = measured(Concepts(), *cases, case(Role.OTHER, lines=rag))
    names = {row["name"]: row for row in found["ai-first"]}
    assert names["Retrieval-augmented generation"]["n"] == 30
    assert names["Retrieval-augmented generation"]["elsewhere"] == 1 / 31
    assert found["other"] == []
    few = [case(Role.AI_FIRST, lines=rag)] + [case(Role.AI_FIRST, lines=net)] * 9
    assert measured(Concepts(), *few, case(Role.OTHER, lines=net)) == {"ai-first": []}
