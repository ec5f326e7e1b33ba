"""What a posting says, line by line: `Line` and `Reading`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from roleclass.prediction import Prediction

PARTS: Final = ("company", "duty", "requirement", "nice-to-have", "other")
"""What a line can be in a posting."""

WORKS: Final = ("genai", "ml", "near-ai", "ai-user", "ai-topic", "none")
"""Which work a line can speak of."""

AREAS: Final = (
    "building", "productionizing", "evaluation", "provider-apis", "rag", "data", "collaboration",
    "infrastructure", "agents", "customers", "frontend", "research", "optimization", "fine-tuning",
    "self-hosting", "security", "classical-ml", "none",
)  # fmt: skip
"""The problem areas that a duty can be in; the first sixteen are those of the taxonomy."""

AREA_THRESHOLD: Final = 0.3
"""A duty is said to be in an area from this probability on; the best F1 by cross-validation on lines."""


def likely_areas(probabilities: Mapping[str, float]) -> tuple[str, ...]:
    """Return the areas that a duty is said to be in, likeliest first, without ``none``.

    Examples
    --------
    >>> likely_areas({"rag": 0.4, "data": 0.9, "agents": 0.1, "none": 0.3})
    ('data', 'rag')
    """
    held = (area for area, p in probabilities.items() if p >= AREA_THRESHOLD and area != "none")
    return tuple(sorted(held, key=lambda area: -probabilities[area]))


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, list item or heading of a posting, and what it is.

    Attributes
    ----------
    start, end : int
        Its place in `Reading.text`, in characters, without the mark of a list.
    part, work : str
        The likeliest of `PARTS` and of `WORKS`.
    areas : tuple of str
        Of a duty, the `AREAS` whose probability is `AREA_THRESHOLD` or more, likeliest first, without
        ``none``; empty for other lines.
    part_probabilities, work_probabilities, area_probabilities : dict of str to float
        Those of the areas do not add up to 1, for several may hold; they mean something for duties.
    """

    start: int
    end: int
    part: str
    work: str
    areas: tuple[str, ...]
    part_probabilities: dict[str, float]
    work_probabilities: dict[str, float]
    area_probabilities: dict[str, float]

    def to_dict(self) -> dict[str, object]:
        """Return the line as plain strings, numbers and lists, ready for JSON."""
        return {
            "start": self.start,
            "end": self.end,
            "part": self.part,
            "work": self.work,
            "areas": list(self.areas),
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a posting says, line by line, and which role that makes.

    Attributes
    ----------
    text : str
        What was read: the title, where there is one, as a line before the text, both without markup. Empty
        where the posting is too large to be read, which is the `reason` of the prediction then.
    lines : tuple of Line
        In the order of the text; the title is one of them.
    prediction : Prediction
        As given by `roleclass.predict` for the same posting.
    """

    text: str
    lines: tuple[Line, ...]
    prediction: Prediction

    @property
    def duties(self) -> tuple[Line, ...]:
        """The lines that say what the person will do."""
        return tuple(line for line in self.lines if line.part == "duty")

    @property
    def requirements(self) -> tuple[Line, ...]:
        """The lines that say what the person must bring."""
        return tuple(line for line in self.lines if line.part == "requirement")
