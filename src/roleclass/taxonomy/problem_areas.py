"""The problem areas that a posting's duties are in, and the sub-patterns that they mention."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from roleclass.reading import Reading
from roleclass.taxonomy import load_taxonomy
from roleclass.taxonomy.phrases import PhraseFinder, words

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A sub-pattern of a problem area, and where the duties mention it.

    Attributes
    ----------
    key : str
        Its identifier, such as ``"rag.vector"``.
    name : str
        Its display name, such as ``"Vector Search and Semantic Retrieval"``.
    sentences : tuple of (start, end)
        The lines that mention it, in order: ``reading.text[start:end]`` of the `Reading` of the same
        posting. That is the text itself if it has no title, no markup and no lost line breaks.
    """

    key: str
    name: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Problem(Mention):
    """A problem area that duties of a posting are in.

    Attributes
    ----------
    key, name, sentences
        As for `Mention`. Sentences that mention a sub-pattern are sentences of the area.
    kind : str
        ``"problem"`` for the sixteen problem areas; ``"core"``, ``"modern"`` or
        ``"specialisation"`` for the areas of the older list of responsibilities.
    tier : str or None
        How common a problem area is, according to its source: ``"very common"``, ``"common"``,
        ``"uncommon"`` or ``"rare"``; None for the other kinds.
    parts : tuple of Mention
        The sub-patterns that are mentioned.
    """

    kind: str
    tier: str | None
    parts: tuple[Mention, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the problem as plain strings, numbers, lists and dicts, ready for JSON.

        Examples
        --------
        >>> Problem("rag", "Retrieval", ((0, 22),), "problem", "common", ()).to_dict()["sentences"]
        [[0, 22]]
        """
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "tier": self.tier,
            "sentences": [list(span) for span in self.sentences],
            "parts": [
                {
                    "key": part.key,
                    "name": part.name,
                    "sentences": [list(span) for span in part.sentences],
                }
                for part in self.parts
            ],
        }


def find_problems(reading: Reading) -> list[Problem]:
    """Return the problem areas of a posting's duties, with their spans.

    Parameters
    ----------
    reading : Reading
        From `roleclass.read`, or from a classifier with your own model.

    Returns
    -------
    list of Problem
        In the order of the taxonomy: the sixteen problem areas, most common first, then the others.

    Examples
    --------
    >>> import roleclass
    >>> from roleclass.reading import Line
    >>> line = Line(0, 29, "duty", "genai", ("rag",))
    >>> [problem] = find_problems(Reading("Tune vector search for speed.", (line,), roleclass.predict("")))
    >>> problem.name, [part.name for part in problem.parts]
    ('RAG and Retrieval', ['Vector Search and Semantic Retrieval'])
    """
    found: dict[str, list[Span]] = {}
    for line in reading.duties:
        for key in find_keys(words(reading.text[line.start : line.end]), line.areas):
            found.setdefault(key, []).append((line.start, line.end))
    return [
        Problem(
            area.key,
            area.name,
            tuple(found[area.key]),
            area.kind,
            area.tier,
            tuple(
                Mention(part.key, part.name, tuple(found[part.key]))
                for part in area.parts
                if part.key in found
            ),
        )
        for area in load_taxonomy().values()
        if area.key in found
    ]


def find_keys(duty: list[bytes], areas: Sequence[str]) -> set[str]:
    """Return the keys of areas and sub-patterns that one duty mentions.

    Parameters
    ----------
    duty : list of bytes
        The tokens of the line, from `words`.
    areas : sequence of str
        Its `Line.areas`. A sub-pattern of one of the sixteen areas counts in a duty of that area, one of
        the older list in a duty of any area.

    Examples
    --------
    >>> sorted(find_keys(words("Check the data quality."), ["data"]))
    ['data', 'data.quality']
    >>> find_keys(words("Check the quality of the cakes."), [])
    set()
    """
    found = {area for area in areas if area in load_taxonomy()}
    if not areas:
        return found
    for part in _finder().find_in(duty):
        key = part.partition(".")[0]
        if key in found or load_taxonomy()[key].kind != "problem":
            found |= {key, part}
    return found


@cache
def _finder() -> PhraseFinder:
    areas = load_taxonomy().values()
    return PhraseFinder({part.key: part.phrases for area in areas for part in area.parts})
