"""The graph's outputs about lines become lines in the user's own characters."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from roleclass.engine.answers import lines_of
from roleclass.reading import AREAS, PARTS, WORKS, Line


def outputs(
    places: list[tuple[int, int, int]], part: str = "duty", areas: dict[str, float] | None = None
) -> list[NDArray[np.int32] | NDArray[np.float32]]:
    """Make what the graph gives for lines at (row, start, end), all of one kind."""
    row, start, end = np.array(places, np.int32).reshape(-1, 3).T
    of_area = np.array([(areas or {}).get(area, 0) for area in AREAS], np.float32)
    kinds = (np.eye(5)[PARTS.index(part)], np.eye(6)[WORKS.index("ml")], of_area)
    return [row, start, end, *(np.tile(k.astype(np.float32), (len(row), 1)) for k in kinds)]


def told(text: str, lines: tuple[Line, ...]) -> list[str]:
    return [text[line.start : line.end] for line in lines]


@given(st.lists(st.text(min_size=1), max_size=5))
def test_lines_are_found_again_whatever_characters_stand_around_them(pieces: list[str]) -> None:
    ends = np.cumsum([len(piece.encode()) for piece in pieces]).tolist()
    places = [(0, end - len(p.encode()), end) for p, end in zip(pieces, ends, strict=True)]
    text = "".join(pieces)
    [lines] = lines_of([text.encode()], *outputs(places))
    assert told(text, lines) == pieces


def test_a_line_that_begins_or_ends_within_a_character_has_all_of_it() -> None:
    text = "Build\u2026 it"
    for start, end, said in ((0, 6, "Build\u2026"), (6, 11, "\u2026 it")):
        [lines] = lines_of([text.encode()], *outputs([(0, start, end)]))
        assert told(text, lines) == [said]


def test_each_posting_has_its_own_lines_and_some_have_none() -> None:
    rows = [b"", b"Bake. Sell.", b"?!", b"Rest."]
    lines = lines_of(rows, *outputs([(1, 0, 5), (1, 6, 11), (3, 0, 5)]))
    assert [told(row.decode(), of) for row, of in zip(rows, lines, strict=True)] == [
        [],
        ["Bake.", "Sell."],
        [],
        ["Rest."],
    ]


def test_a_duty_has_the_areas_of_some_probability_and_other_lines_have_none() -> None:
    areas = {"rag": 0.5, "data": 0.75, "agents": 0.25, "none": 1.0}
    lines: list[Line] = []
    for part in ("duty", "requirement"):
        [found] = lines_of([b"x"], *outputs([(0, 0, 1)], part, areas))
        lines += found
    assert [(line.part, line.work, line.areas) for line in lines] == [
        ("duty", "ml", ("data", "rag")),
        ("requirement", "ml", ()),
    ]
    assert lines[1].area_probabilities["rag"] == 0.5
    assert [
        len(reading) for reading in (lines[0].part_probabilities, lines[0].work_probabilities)
    ] == [5, 6]
