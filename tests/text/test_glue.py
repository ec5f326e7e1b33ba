"""Lost line breaks: what is cut, and what is left as it is."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roleclass.text import glue
from roleclass.text.glue import NAMES, unglue
from tests.glued import BEFORE, BEHIND, LEFT_AS_IT_IS, LINES, PIECES
from tests.patience import grows_with_length

GLUED = [case for case in LINES if case["kind"].startswith("glued")]
WHOLE = [case for case in LINES if not case["kind"].startswith("glued")]

FAMOUS = (
    "PyTorch TensorFlow JavaScript TypeScript LangChain LlamaIndex GitHub GitLab LinkedIn YouTube OpenAI"
    " MLOps DevOps DevSecOps LLMOps PostgreSQL MySQL NoSQL MongoDB DynamoDB PowerPoint PowerBI QuickBooks"
    " McKinsey MacBook iOS macOS iPhone eBay eCommerce SageMaker BigQuery GraphQL FastAPI XGBoost NumPy"
    " SciPy MLflow vLLM gRPC spaCy SaaS PaaS IaC IoT PhD LaTeX LoRA ChatGPT GenAI DeepMind WordPress"
    " SharePoint ServiceNow RESTful SQLAlchemy VMware HuggingFace"
)

words = st.sampled_from(
    ["plan", "order", "count", "answer", "repair", "teach", "bake", "sell", "carry"]
)
line = st.lists(words, min_size=2, max_size=6).map(lambda some: " ".join(some).capitalize())

odd = st.lists(st.sampled_from(PIECES.split(" ")) | st.just(" "), max_size=60).map(
    "".join
) | st.text(max_size=80)


def test_the_names_of_the_cases_are_known() -> None:
    assert GLUED
    assert WHOLE


@pytest.mark.parametrize("case", GLUED, ids=lambda case: case["text"][:30])
def test_glued_lines_are_parted(case: dict[str, Any]) -> None:
    assert unglue(case["text"]).split("\n") == case["lines"]


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["kind"])
def test_a_text_that_has_its_line_breaks_comes_back_as_it_is(case: dict[str, Any]) -> None:
    assert unglue(case["text"]) is case["text"]


@pytest.mark.parametrize("text", LEFT_AS_IT_IS)
def test_a_text_without_two_clear_seams_comes_back_as_it_is(text: str) -> None:
    assert unglue(text) is text


@pytest.mark.parametrize(
    "line",
    [
        "Friendly manners",
        "Three years in retail",
        "5+ years of Python",
        "3-5 years of experience",
        "Order the goods",
        "A licence (class B)",
        "An English degree (or similar)",
        "Years with C++",
        "Languages such as C#",
        "Python and SQL",
        "CSS without tears",
        "APIs and SDKs",
        "I speak Dutch to customers",
        "Bachelor's degree or master's",
        "Work with the team that you\u2019ve built",
        "Équipe de nuit à Genève",
        "Tell others about us",
        "Requirements:",
        "What you bring:",
        "Responsibilities",
        "Key skills",
        "We bake at night.",
        "Do you like bread?",
    ],
)
def test_lines_of_all_kinds_are_parted(line: str) -> None:
    whole = [*BEFORE, line, *BEHIND]
    assert unglue("".join(whole)).split("\n") == whole


@pytest.mark.parametrize("name", sorted({*FAMOUS.split(), *NAMES}))
def test_a_name_in_camel_case_stays_whole_wherever_it_stands(name: str) -> None:
    whole = [
        *BEFORE,
        f"Work with {name} and more",
        f"Experience with {name}",
        f"Use {name}'s ways",
        f"{name if name[0].isupper() else 'We'} and others",
        *BEHIND,
    ]
    assert unglue("".join(whole)).split("\n") == whole


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_list_has_no_name_that_stays_whole_without_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roleclass.text.glue._KNOWN", frozenset())
    whole = [*BEFORE, f"Work with {name}", "Write to customers", *BEHIND]
    assert unglue("".join(whole)).split("\n") != whole


def test_an_unknown_name_stays_whole_if_the_text_has_it_again() -> None:
    whole = [
        "About us",
        "At QuillForge we write",
        "Your tasks",
        "Sell QuillForge to schools",
        *BEHIND,
    ]
    assert unglue("".join(whole)).split("\n") == whole


def test_an_unknown_name_before_a_comma_or_in_brackets_stays_whole() -> None:
    whole = [*BEFORE, "At MapWright, we draw", "Use another tool (QuillForge) and draw", *BEHIND]
    assert unglue("".join(whole)).split("\n") == whole


def test_a_glued_text_that_is_there_three_times_is_parted() -> None:
    once = [*BEFORE, "Years of experience", "Experience in retail", *BEHIND]
    assert unglue("".join(3 * once)).split("\n") == 3 * once


def test_a_stray_name_is_not_cut_where_only_sentences_are_glued() -> None:
    text = "We sell AcmeFlow.You teach it.We pay well."
    assert unglue(text) == "We sell AcmeFlow.\nYou teach it.\nWe pay well."


def test_a_few_seams_among_many_line_breaks_are_left() -> None:
    week = "You will plan the shifts of the week and carry them out.\n"
    text = 40 * week + "Plan the shiftsOrder the goodsCount the cash"
    assert unglue(text) is text


def test_line_breaks_that_were_kept_stay() -> None:
    text = "About us\r\n\r\nWe sell bicycles.\n\nWhat you will doRepair gearsAdvise customers"
    parted = "About us\r\n\r\nWe sell bicycles.\n\nWhat you will do\nRepair gears\nAdvise customers"
    assert unglue(text) == parted


@given(st.lists(line, min_size=4, unique_by=lambda line: line.split()[-1]))
def test_any_plain_lines_are_parted(whole: list[str]) -> None:
    assert unglue("".join(whole)).split("\n") == whole


@given(odd)
@example("teamPlanGitHub.WeAre:TheSQLWe")
def test_nothing_but_line_breaks_is_added_and_nothing_is_lost(text: str) -> None:
    parted = unglue(text)
    assert parted.replace("\n", "") == text.replace("\n", "")
    assert parted.count("\n") > text.count("\n") or parted is text


@given(odd)
def test_ungluing_twice_changes_nothing_more(text: str) -> None:
    once = unglue(text)
    assert unglue(once) is once


def test_a_text_of_more_than_a_megabyte_is_left() -> None:
    glued = "".join([*BEFORE, *BEHIND])
    text = (f"{glued} " * (2**20 // len(glued)))[: 2**20]
    assert unglue(text).count("\n") > 1000
    longer = text.ljust(2**20 + 1)
    assert unglue(longer) is longer


@pytest.mark.parametrize(
    "unit",
    ["aB", "aB ", "a", "A", "teamWe", "Aa", "ab.Ab", "https://", "www.", "a:A", "'", "++A", "ab1"],
)
def test_the_work_on_hostile_text_grows_with_its_length(unit: str) -> None:
    assert grows_with_length(unglue, unit, 20_000)


@given(st.text(alphabet="aBZz.!?:)+# '\u2019\u00e9\u00c9\u00d7\n\U0001f600", max_size=60))
def test_the_quick_count_of_bytes_is_never_below_the_count_of_seams(text: str) -> None:
    kinds = text.encode("utf-8", "replace").translate(glue._KINDS)
    assert kinds.count(b"aA") + kinds.count(b"ax") >= len(glue._PERHAPS.findall(text))
