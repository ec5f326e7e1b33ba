"""The roles and what is said of them."""

from pathlib import Path

import pytest

from roleclass import Role

CODEBOOK = Path(__file__).parents[1] / "docs" / "codebook.md"


def test_members_are_their_strings() -> None:
    assert [*Role] == ["ai-first", "ai-support", "ml-first", "other", "unclear"]


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_label_a_definition_and_a_chapter_in_the_codebook(role: Role) -> None:
    assert role.definition.endswith(".")
    assert f"## {role.label}\n" in CODEBOOK.read_text("utf-8")
