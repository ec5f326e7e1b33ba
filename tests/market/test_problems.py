"""`roleclass.problems` finds every area and sub-pattern in a duty that mentions it, only there."""

import pytest

import roleclass
from roleclass.market.problems import tag
from roleclass.market.taxonomy import load_taxonomy, walk
from tests.market.duties import DUTIES, UNRELATED


def keys(text: str) -> set[str]:
    found = roleclass.problems(text)
    return {p.key for p in found} | {part.key for p in found for part in p.parts}


def test_every_area_and_sub_pattern_has_a_written_duty() -> None:
    assert [part.key for part in walk(load_taxonomy())] == list(DUTIES)


@pytest.mark.parametrize("key", DUTIES)
def test_a_duty_that_mentions_it_is_tagged(key: str) -> None:
    duty = DUTIES[key]
    posting = f"We like boats.\n\nResponsibilities:\n- {UNRELATED[0]}\n- {duty}\n"
    found = roleclass.problems(posting)
    area = next(problem for problem in found if problem.key == key.partition(".")[0])
    mention = area if "." not in key else next(part for part in area.parts if part.key == key)
    assert [posting[start:end] for start, end in mention.sentences] == [duty]
    assert set(mention.sentences) <= set(area.sentences)


@pytest.mark.parametrize("duty", UNRELATED)
def test_a_duty_of_another_trade_is_not_tagged(duty: str) -> None:
    assert keys(f"Responsibilities:\n- {duty}\n") == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "Requirements:\n- Experience with RAG and vector search.",
        "Nice to have:\n- Fine-tuning of large language models.",
        "About us\nOur chatbot answers a million sailors.",
        "Benefits:\n- We build agents at the yearly hackathon.",
        "Five years of experience with Kubernetes and CI/CD.",
    ],
)
def test_only_duties_count(sentence: str) -> None:
    assert keys(sentence) == set()


@pytest.mark.parametrize(
    ("duty", "key"),
    [
        ("Train real estate agents in the use of the telephone.", "agents"),
        ("Stay away from the cutting edge of the saw.", "technical.edge"),
        ("Distill insights from the logbooks.", "finetuning"),
        ("Show a bias for action.", "evaluation.bias"),
        ("Comply with health and safety rules on deck.", "evaluation.guardrails"),
    ],
)
def test_words_with_another_meaning_do_not_count(duty: str, key: str) -> None:
    assert key not in keys(f"Responsibilities:\n- {duty}\n")


def test_a_problem_tells_its_kind_and_the_published_tier() -> None:
    found = {problem.key: problem for problem in roleclass.problems("You will fine-tune models.")}
    assert (found["finetuning"].kind, found["finetuning"].tier) == ("problem", "uncommon")
    assert (found["modern_llm"].kind, found["modern_llm"].tier) == ("modern", None)
    assert found["modern_llm"].to_dict()["parts"] == [
        {"key": "modern_llm.finetuning", "name": "Fine-tuning", "sentences": [[0, 26]]}
    ]


def test_a_posting_without_duties_has_no_problems() -> None:
    assert roleclass.problems("") == []
    assert roleclass.problems("We sell boats.") == []


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="text must be a string, got bytes"):
        roleclass.problems(b"x")  # type: ignore[arg-type]


def test_many_sentences_are_tagged_as_each_alone() -> None:
    sentences = list(DUTIES.values())
    together = tag(sentences)
    for i in range(0, len(sentences), 9):
        alone = {key for key, at in tag([sentences[i]]).items() if len(at)}
        assert {key for key, at in together.items() if i in at} == alone
