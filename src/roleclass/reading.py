"""What a posting says, line by line: `Line` and `Reading`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

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

_WORKS: Final = len(PARTS)
_AREAS: Final = len(PARTS) + len(WORKS)

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


class Line(NamedTuple):  # a posting has dozens, and a named tuple is quick to make
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
    probabilities : sequence of float
        Of `PARTS`, `WORKS` and `AREAS` in a row; `part_probabilities` and its like name them.
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
        """The probability of each of `AREAS`; several may hold. They mean something for duties."""
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

    def to_dict(self) -> dict[str, object]:
        """Return the prediction and the lines as plain strings, numbers, lists and dicts, ready for JSON.

        Each line has what it says, and its probabilities to four digits.

        Examples
        --------
        >>> import roleclass
        >>> told = roleclass.read("You will build agents.").to_dict()
        >>> list(told)
        ['role', 'confidence', 'probabilities', 'reliable', 'reason', 'lines']
        >>> list(told["lines"][0])
        ['start', 'end', 'part', 'work', 'areas', 'probabilities', 'text']
        """
        return {**self.prediction.to_dict(), "lines": [self._told(line) for line in self.lines]}

    def _told(self, line: Line) -> dict[str, object]:
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
        """The lines that say what the person must bring."""
        return tuple(line for line in self.lines if line.part == "requirement")
