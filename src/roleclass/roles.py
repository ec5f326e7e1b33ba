"""The roles that a job posting can have."""

import re
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The kind of role that a posting describes. Members are strings: ``Role.AI_FIRST == "ai-first"``.

    The duties decide, then the must-have requirements; neither the title alone nor the company's
    product does. ``docs/codebook.md`` has the full definitions and the tie-breakers.

    Examples
    --------
    >>> Role("ml-first")
    <Role.ML_FIRST: 'ml-first'>
    >>> Role.AI_FIRST.label
    'AI-First'
    """

    AI_FIRST = "ai-first"
    AI_SUPPORT = "ai-support"
    ML_FIRST = "ml-first"
    OTHER = "other"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """The name to show to a person."""
        return _LABELS[self]

    @property
    def definition(self) -> str:
        """The definition of the role, in one sentence."""
        return _DEFINITIONS[self]


class CustomRole(str):
    """A role of a model that was trained on labels of your own (``roleclass train --roles``).

    It is a string, like `Role`; `as_role` makes one.

    Examples
    --------
    >>> CustomRole("data-engineer").label
    'data-engineer'
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"CustomRole({str(self)!r})"

    @property
    def label(self) -> str:
        """The name to show to a person."""
        return str(self)


AnyRole = Role | CustomRole
"""A role that a model knows."""


def as_role(name: str) -> AnyRole:
    """Return the role with a name: one of the package's, otherwise a custom role.

    Raises
    ------
    ValueError
        If the name is invalid.

    Examples
    --------
    >>> as_role("other"), as_role("designer")
    (<Role.OTHER: 'other'>, CustomRole('designer'))
    """
    if name in _NAMES:
        return Role(name)
    # It becomes the name of a column, and of a role on the command line.
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(
            f"{name!r} is not a valid role; expected lower-case letters and digits, with hyphens "
            "between words"
        )
    return CustomRole(name)


_NAMES: Final = frozenset(map(str, Role))

_LABELS = {
    Role.AI_FIRST: "AI-First",
    Role.AI_SUPPORT: "AI-Support",
    Role.ML_FIRST: "ML-First",
    Role.OTHER: "Other",
    Role.UNCLEAR: "Unclear",
}

_DEFINITIONS = {
    Role.AI_FIRST: "Works on generative AI: builds, adapts, evaluates or serves LLMs, agents or retrieval.",
    Role.AI_SUPPORT: "Works near AI: runs, sells or tests it, or supplies its data, but does not build it.",
    Role.ML_FIRST: "Works on classical models: machine learning or deep learning without generative AI.",
    Role.OTHER: "Does no real AI or machine-learning work.",
    Role.UNCLEAR: "The text does not say enough: it is empty, too short, or not English.",
}
