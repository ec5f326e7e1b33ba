"""The roles and what is said of them."""

import pickle
from pathlib import Path

import pytest

from roleclass import CustomRole, Role
from roleclass.roles import as_role

CODEBOOK = Path(__file__).parents[1] / "docs" / "codebook.md"


def test_members_are_their_strings() -> None:
    assert [*Role] == ["ai-first", "ai-support", "ml-first", "other", "unclear"]


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_label_a_definition_and_a_chapter_in_the_codebook(role: Role) -> None:
    assert role.definition.endswith(".")
    assert f"## {role.label}\n" in CODEBOOK.read_text("utf-8")


def test_a_name_is_the_packages_role_or_one_of_your_own() -> None:
    assert as_role("other") is Role.OTHER
    mine = as_role("data-engineer")
    assert isinstance(mine, CustomRole)
    assert (mine, mine.label) == ("data-engineer", "data-engineer")
    assert pickle.loads(pickle.dumps(mine)) == mine


@pytest.mark.parametrize("name", ["", "Data Engineer", "a_b", "-a", "a--b", "a\n", "\u00e9t\u00e9"])
def test_a_name_that_could_not_be_a_column_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        as_role(name)
