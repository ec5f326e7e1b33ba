"""The problem areas that a posting's duties mention."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roleclass.inputs import not_text
from roleclass.market.patterns import SentenceIndex
from roleclass.market.sentences import duties
from roleclass.market.taxonomy import load_taxonomy, walk

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A sub-pattern of a problem area, and where the duties mention it.

    Attributes
    ----------
    key : str
        Its identifier, such as ``"rag.vector"``.
    name : str
        Its name for a person, such as ``"Vector Search and Semantic Retrieval"``.
    sentences : tuple of (start, end)
        The sentences that mention it: ``text[start:end]``, in order.
    """

    key: str
    name: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Problem(Mention):
    """A problem area that a posting's duties mention.

    Attributes
    ----------
    key, name, sentences
        As for `Mention`. Sentences that mention a sub-pattern are sentences of the area.
    kind : str
        ``"problem"`` for the sixteen problem areas; ``"core"``, ``"modern"`` or
        ``"specialisation"`` for the areas of the older list of responsibilities.
    tier : str or None
        How common the source calls a problem area: ``"very common"``, ``"common"``,
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
        >>> problems("You will work on call.")[0].to_dict()["sentences"]
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


def problems(text: str) -> list[Problem]:
    """Say which problem areas the duties of a posting mention, and where.

    What a posting requires, offers or tells about the company does not count.

    Parameters
    ----------
    text : str
        The posting, in English.

    Returns
    -------
    list of Problem
        In the order of the taxonomy: the sixteen problem areas, most common first, then the others.

    Raises
    ------
    TypeError
        If `text` is not a string.

    Examples
    --------
    >>> posting = "You will keep our vector search fast. You need: experience with fine-tuning."
    >>> found = problems(posting)
    >>> [problem.name for problem in found if problem.kind == "problem"]
    ['RAG and Retrieval']
    >>> start, end = found[0].parts[0].sentences[0]
    >>> posting[start:end]
    'You will keep our vector search fast.'
    """
    if not isinstance(text, str):
        raise not_text("text", text)
    spans = duties(text)
    found = {
        key: tuple(spans[i] for i in sentences)
        for key, sentences in tag(text[start:end] for start, end in spans).items()
    }
    return [
        Problem(
            area.key,
            area.name,
            found[area.key],
            area.kind,
            area.tier,
            tuple(
                Mention(part.key, part.name, found[part.key])
                for part in area.parts
                if found[part.key]
            ),
        )
        for area in load_taxonomy()
        if found[area.key]
    ]


def tag(sentences: Iterable[str]) -> dict[str, NDArray[np.int64]]:
    """Find every area and sub-pattern in many sentences at once, all of them duties.

    Returns
    -------
    dict of str to int64 array
        For each key of the taxonomy, the numbers of the sentences that mention it, in order.

    Examples
    --------
    >>> found = tag(["Build a chatbot.", "Bake bread.", "Design conversational agents."])
    >>> found["building.chatbots"].tolist()
    [0, 2]
    """
    index = SentenceIndex(sentences)
    areas = load_taxonomy()
    own = {part.key: index.search(part.patterns, part.unless) for part in walk(areas)}
    below = {area.key: tuple(part.key for part in area.parts) for area in areas}
    counting = {part.key: (*part.like, *below.get(part.key, ())) for part in walk(areas)}
    found: dict[str, NDArray[np.int64]] = {}

    def gather(key: str) -> NDArray[np.int64]:
        if key not in found:
            found[key] = np.unique(np.concatenate([own[key], *map(gather, counting[key])]))
        return found[key]

    return {part.key: gather(part.key) for part in walk(areas)}
