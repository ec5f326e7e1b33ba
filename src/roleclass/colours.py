"""The colours of the roles: one definition for pages, the report, plots and the terminal."""

from typing import Final, NamedTuple

from roleclass.roles import Role


class Colour(NamedTuple):
    """One colour for each medium.

    Attributes
    ----------
    light, dark : str
        On a light and a dark background, as ``#rrggbb``, with a contrast of at least 3 to 1. The three AI
        roles can be distinguished without red and green.
    terminal : str
        A colour name of rich: one of the terminal's own colours, which follow its theme.
    """

    light: str
    dark: str
    terminal: str


ROLES: Final[dict[str, Colour]] = {
    Role.AI_FIRST: Colour("#4a3fb0", "#a49cff", "bright_magenta"),
    Role.AI_SUPPORT: Colour("#0f7f7a", "#56c2bb", "bright_cyan"),
    Role.ML_FIRST: Colour("#b8640a", "#e9a455", "yellow"),
    Role.OTHER: Colour("#5d7896", "#8fadcc", "bright_blue"),
    Role.UNCLEAR: Colour("#8a919d", "#6f7a8a", "bright_black"),
}

CUSTOM: Final = Colour("#1f5673", "#8cc4e0", "bright_cyan")
"""The colour of custom roles."""


def colour_of(role: str) -> Colour:
    """Return the colour of a role.

    Examples
    --------
    >>> colour_of("ml-first").light, colour_of("designer") is CUSTOM
    ('#b8640a', True)
    """
    return ROLES.get(role, CUSTOM)
