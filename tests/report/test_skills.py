"""Tools are found by name, must and plus apart; words that are names only beside others are not mistaken."""

import pytest

from roleclass import Role
from roleclass.report.cases import CaseLine
from roleclass.report.data import read_data
from roleclass.report.skills import Skills, load_tools
from tests.cases import case, measured


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Strong Python and SQL", {"Python", "SQL"}),
        ("k8s, AWS, postgres", {"Kubernetes", "AWS", "PostgreSQL"}),
        ("C++ and C# but not C", {"C++", "C#", "C"}),
        ("Node.js, Next.js, .NET", {"Node.js", "Next.js", ".NET"}),
        ("Python, Go, Rust", {"Python", "Golang", "Rust"}),
        ("Golang services", {"Golang"}),
        ("Statistics in R or Python", {"R", "Python"}),
        ("Python with R&D teams", {"Python"}),
        ("Python for C-level readers", {"Python"}),
        ("Bring Python to our go-to-market team", {"Python"}),
        ("Go above and beyond", set()),
        ("A swift answer in a spark of genius", set()),
        ("Excel at what you do", set()),
        ("Python, and you excel at it", {"Python"}),
        ("Spark and Kafka", {"Spark", "Kafka"}),
        ("Design APIs and an API", set()),
        ("Weights & Biases", {"Weights & Biases"}),
        ("scikit-learn", {"scikit-learn"}),
    ],
)
def test_tools_are_found_by_name(line: str, expected: set[str]) -> None:
    assert load_tools().find(CaseLine(line, "requirement")) == expected


def test_there_are_a_few_hundred_names_of_every_kind() -> None:
    kinds = load_tools().kinds
    assert len(kinds) > 300
    assert set(kinds.values()) == set(read_data("skills"))


def test_every_name_is_found_as_it_is_written_beside_another_but_ordinary_words() -> None:
    tools = load_tools()
    lost = [
        name
        for name in tools.kinds
        if name not in tools.find(CaseLine(f"Python, {name}", "requirement"))
    ]
    assert set(lost) == {  # these need their maker's name, or the whole of it
        *("Triton", "Transformers", "Accelerate", "Neptune", "Spanner", "Beam", "Dataflow"),
        *("Pulsar", "EMR", "Comet", "Evidently", "Vault", "Unreal"),
    }


def test_must_and_plus_are_told_by_the_lines() -> None:
    lines = (
        CaseLine("Python and SQL", "requirement"),
        CaseLine("Docker or SQL", "nice-to-have"),
        CaseLine("Ship it with Terraform", "duty"),
    )
    found = measured(Skills(), *[case(Role.AI_FIRST, lines=lines)] * 10)
    assert found["postings"] == 10
    tools = {
        tool["name"]: (tool["n"], tool["must"]["n"], tool["nice"]["n"]) for tool in found["tools"]
    }
    assert tools == {
        "Python": (10, 10, 0),
        "SQL": (10, 10, 0),  # a must is no plus
        "Docker": (10, 0, 10),
        "Terraform": (10, 0, 0),
    }
    first = found["roles"]["ai-first"][0]
    assert (first["name"], first["share"], first["must"]["share"]) == ("Docker", 1.0, 0.0)


def test_a_column_of_skills_counts_as_named() -> None:
    cases = [case(Role.ML_FIRST, skills=("Python", "R", "regression"))] * 12
    found = measured(Skills(), *cases)
    assert [(tool["name"], tool["n"], tool["must"]["n"]) for tool in found["tools"]] == [
        ("Python", 12, 0),
        ("R", 12, 0),
    ]
    assert list(found["roles"]) == ["ml-first"]


def test_a_role_with_few_postings_gets_no_list() -> None:
    assert measured(Skills(), *[case(Role.AI_FIRST, skills=("Python",))] * 9)["roles"] == {}


def test_no_name_is_listed_twice() -> None:
    listed = [name for entry in read_data("skills").values() for name in entry["names"]]
    assert len(load_tools().kinds) == len(listed)


def test_tools_are_listed_by_how_many_name_them_and_rare_ones_are_not() -> None:
    def asking(n: int, *skills: str) -> list[object]:
        return [case(Role.ML_FIRST, skills=skills)] * n

    cases = [*asking(6, "Rust", "SQL"), *asking(5, "Python", "SQL"), *asking(4, "Perl")]
    found = measured(Skills(), *cases)  # type: ignore[arg-type]
    assert [tool["name"] for tool in found["tools"]] == ["SQL", "Rust", "Python"]
    assert [tool["name"] for tool in found["roles"]["ml-first"]] == ["SQL", "Rust", "Python"]
    assert found["named"] == 4
