"""Places: one country for the many ways to write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roleclass.report.places import country


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("San Jose, CA", "United States"),
        ("Mountain View, California, US", "United States"),
        ("New York, New York, United States", "United States"),
        ("Creve Coeur, MO 63141", "United States"),
        ("New York City; Palo Alto; San Francisco", "United States"),
        ("Remote, US", "United States"),
        ("Remote (USA)", "United States"),
        ("USA", "United States"),
        ("Bengaluru", "India"),
        ("London, UK", "United Kingdom"),
        ("Gdańsk, Pomeranian Voivodeship, Poland", "Poland"),
        ("Doha, Qatar", "Qatar"),
        ("Anywhere", "Remote"),
        ("Fully Remote", "Remote"),
        ("Berlin or Amsterdam", "Germany"),
        ("", None),
        (" , ", None),
        ("XYZ", None),
        (None, None),
    ],
)
def test_a_place_becomes_its_country(place: str | None, expected: str | None) -> None:
    assert country(place) == expected


@given(st.text())
def test_any_text_may_be_a_place(place: str) -> None:
    found = country(place)
    assert found is None or found
