"""`Reading` and `Line`: a posting line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from roleclass.prediction import Prediction

PARTS: Final = ("company", "duty", "requirement", "nice-to-have", "other")
"""The parts of a posting that a line can belong to."""

WORKS: Final = ("genai", "ml", "near-ai", "ai-user", "ai-topic", "none")
"""The kinds of work that a line can be about."""

AREAS: Final = (
    "building", "productionizing", "evaluation", "provider-apis", "rag", "data", "collaboration",
    "infrastructure", "agents", "customers", "frontend", "research", "optimization", "fine-tuning",
    "self-hosting", "security", "classical-ml", "none",
)  # fmt: skip
"""The problem areas that a duty can be in; the first sixteen are those of the taxonomy."""

_WORKS: Final = len(PARTS)
_AREAS: Final = len(PARTS) + len(WORKS)

AREA_THRESHOLD: Final = 0.3
"""A duty is in an area from this probability on; it gives the best F1 by cross-validation on lines."""


def likely_areas(probabilities: Mapping[str, float]) -> tuple[str, ...]:
    """Return the areas that a duty is in, most likely first, without ``none``.

    Examples
    --------
    >>> likely_areas({"rag": 0.4, "data": 0.9, "agents": 0.1, "none": 0.3})
    ('data', 'rag')
    """
    held = (area for area, p in probabilities.items() if p >= AREA_THRESHOLD and area != "none")
    return tuple(sorted(held, key=lambda area: -probabilities[area]))


class Line(NamedTuple):  # a posting has dozens, and a named tuple is quick to make
    """A sentence, list item or heading of a posting, and what it is.

    Attributes
    ----------
    start, end : int
        Its span in `Reading.text`, in characters, without a bullet.
    part, work : str
        The most likely of `PARTS` and of `WORKS`.
    areas : tuple of str
        For a duty, the `AREAS` with a probability of at least `AREA_THRESHOLD`, most likely first,
        without ``none``; empty for other lines.
    probabilities : sequence of float
        Those of `PARTS`, `WORKS` and `AREAS` concatenated; `part_probabilities` and the like name them.
    """

    start: int
    end: int
    part: str
    work: str
    areas: tuple[str, ...] = ()
    probabilities: Sequence[float] = ()

    @property
    def part_probabilities(self) -> dict[str, float]:
        """The probability of each of `PARTS`."""
        return dict(zip(PARTS, self.probabilities[:_WORKS], strict=False))

    @property
    def work_probabilities(self) -> dict[str, float]:
        """The probability of each of `WORKS`."""
        return dict(zip(WORKS, self.probabilities[_WORKS:_AREAS], strict=False))

    @property
    def area_probabilities(self) -> dict[str, float]:
        """The probability of each of `AREAS`, independently; meaningful only for duties."""
        return dict(zip(AREAS, self.probabilities[_AREAS:], strict=False))

    def to_dict(self) -> dict[str, object]:
        """Return the line as plain strings, numbers and lists, ready for JSON.

        Examples
        --------
        >>> Line(0, 22, "duty", "genai", ("agents",)).to_dict()
        {'start': 0, 'end': 22, 'part': 'duty', 'work': 'genai', 'areas': ['agents']}
        """
        return {
            "start": self.start,
            "end": self.end,
            "part": self.part,
            "work": self.work,
            "areas": list(self.areas),
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines of a posting, and its role.

    Attributes
    ----------
    text : str
        The text that was read: the title, if any, as a line before the posting, both without markup.
        Empty if the posting is too large; the prediction's `reason` then says so.
    lines : tuple of Line
        In the order of the text; the title is one of them.
    prediction : Prediction
        The answer of `roleclass.predict` for the same posting.
    """

    text: str
    lines: tuple[Line, ...]
    prediction: Prediction

    def to_dict(self) -> dict[str, object]:
        """Return the prediction and the lines as plain strings, numbers, lists and dicts, ready for JSON.

        Each line includes its text, and its probabilities to four digits.

        Examples
        --------
        >>> import roleclass
        >>> record = roleclass.read("You will build agents.").to_dict()
        >>> list(record)
        ['role', 'confidence', 'probabilities', 'reliable', 'reason', 'lines']
        >>> list(record["lines"][0])
        ['start', 'end', 'part', 'work', 'areas', 'probabilities', 'text']
        """
        lines = [self._line_to_dict(line) for line in self.lines]
        return {**self.prediction.to_dict(), "lines": lines}

    def _line_to_dict(self, line: Line) -> dict[str, object]:
        probabilities = {
            "part": line.part_probabilities,
            "work": line.work_probabilities,
            "areas": line.area_probabilities,
        }
        return {
            **line.to_dict(),
            "probabilities": {
                what: {name: round(p, 4) for name, p in of.items()}
                for what, of in probabilities.items()
            },
            "text": self.text[line.start : line.end],
        }

    @property
    def duties(self) -> tuple[Line, ...]:
        """The lines that say what the person will do."""
        return tuple(line for line in self.lines if line.part == "duty")

    @property
    def requirements(self) -> tuple[Line, ...]:
        """The lines that say what the person must have."""
        return tuple(line for line in self.lines if line.part == "requirement")
