"""The colours can be told from the paper that they stand on, and are those of every page."""

import pytest

from roleclass.colours import CUSTOM, ROLES, Colour
from roleclass.pages import render
from roleclass.roles import Role


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_role_has_a_colour_of_its_own() -> None:
    assert set(ROLES) == set(Role)
    for medium in zip(*ROLES.values(), strict=True):
        assert len(set(medium)) == len(Role)


@pytest.mark.parametrize("colour", [*ROLES.values(), CUSTOM])
def test_colours_stand_out_from_light_and_dark_paper(colour: Colour) -> None:
    assert contrast(colour.light, "#ffffff") >= 3
    assert contrast(colour.dark, "#1a1f28") >= 3


def test_a_page_has_the_colours_of_both_themes() -> None:
    page = render("pages/base.html", title="")
    for role, colour in ROLES.items():
        assert f"--{role}: {colour.light};" in page
        assert f"--{role}: {colour.dark};" in page
