"""The names of a model's features, and where a posting mentions them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.lexicon import load_lexicon
from roleclass.text import FOLD, SEPARATOR, characters_before

Span = tuple[int, int]
Ints = NDArray[np.integer]

_OF_ONE_CONCEPT = {"density": "in the posting", "title": "in the title"}
_OF_THE_POSTING = {
    "length": "length of the posting",
    "generative AI among models": "generative AI among all mentions of models",
    "AI among everything": "AI among all mentions",
}
_OF_LINES = {
    "lines": "number of lines",
    "share: duty": "share of duties",
    "share: requirement": "share of requirements",
    "share: both": "share of duties and requirements",
    "surest: duty": "the surest duty",
    "surest: requirement": "the surest requirement",
}


class Features(NamedTuple):
    """The features of a model.

    Attributes
    ----------
    kinds, keys, names : tuples of str
        For each feature: its block, its name in the model, and its display name.
    mentioned : tuple of tuple of int
        For each n-gram the features that it mentions: its own, and those of its concepts.
    words : tuple of int
        For each n-gram the number of its words.
    """

    kinds: tuple[str, ...]
    keys: tuple[str, ...]
    names: tuple[str, ...]
    mentioned: tuple[tuple[int, ...], ...]
    words: tuple[int, ...]


@lru_cache(maxsize=8)  # for the few models that are in use at the same time
def name_features(features: tuple[str, ...]) -> Features:
    """Return the meaning of the features of a model.

    Parameters
    ----------
    features : tuple of str
        ``block:what``, the n-grams first; see `roleclass.engine.model_file.Model.features`.

    Examples
    --------
    >>> named = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag", "balance:length"))
    >>> named.names
    ('rag', 'rag pipeline', 'Retrieval-augmented generation, in the posting', 'length of the posting')
    >>> named.mentioned
    ((0, 2), (1, 2))
    """
    pairs = [feature.partition(":")[::2] for feature in features]
    names = [key for _, key in pairs]
    mentioned = {key: [g] for g, (kind, key) in enumerate(pairs) if kind == "ngram"}
    concepts = {concept.key: concept for concept in load_lexicon()}
    for column, (kind, key) in enumerate(pairs):
        if kind == "balance":
            names[column] = _OF_THE_POSTING.get(key, key)
        elif kind == "line":
            names[column] = _name_of_lines(key)
        elif kind in _OF_ONE_CONCEPT:
            # A model that was trained with another lexicon may have other concepts.
            concept = concepts.get(key)
            names[column] = f"{concept.name if concept else key}, {_OF_ONE_CONCEPT[kind]}"
            for phrase in concept.phrases if concept else ():
                mentioned.get(b" ".join(phrase).decode(), []).append(column)
    return Features(
        kinds=tuple(kind for kind, _ in pairs),
        keys=tuple(key for _, key in pairs),
        names=tuple(names),
        mentioned=tuple(map(tuple, mentioned.values())),
        words=tuple(key.count(" ") + 1 for key in mentioned),
    )


def _name_of_lines(key: str) -> str:
    """Return the display name of a feature of lines.

    Examples
    --------
    >>> _name_of_lines("share: both, genai"), _name_of_lines("surest: duty, ml")
    ('share of duties and requirements: genai', 'the surest duty: ml')
    >>> _name_of_lines("lines: duty, ml"), _name_of_lines("lines: duty")
    ('number of lines: duty, ml', 'number of lines: duty')
    """
    for separator in (", ", ": "):
        what, found, of = key.partition(separator)
        if found and what in _OF_LINES:
            return f"{_OF_LINES[what]}: {of}"
    return key


def find_mentions(
    features: Features, data: bytes, ngrams: Ints, words: Ints
) -> Mapping[int, tuple[list[Span], list[int]]]:
    """Find where a posting mentions a model's features.

    Parameters
    ----------
    features : Features
    data : bytes
        The posting.
    ngrams, words : int arrays of shape (H,)
        The n-grams that were found, and the index of the first word of each among the posting's words.

    Returns
    -------
    mapping of int to (list of span, list of int)
        For each feature that is mentioned: its spans in characters, in the order of the text, and the
        indices of their n-grams among those found.

    Examples
    --------
    >>> features = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag", "balance:length"))
    >>> text = "A RAG, a RAG pipeline".encode()
    >>> find_mentions(features, text, np.array([0, 0, 1]), np.array([1, 3, 3]))[2]
    ([(2, 5), (9, 12), (9, 21)], [0, 1, 2])
    """
    # Add separators at both ends, so that every token begins and ends at an edge.
    folded = (SEPARATOR + data + SEPARATOR).translate(FOLD)
    is_token = np.frombuffer(folded, np.uint8) != SEPARATOR[0]
    character = characters_before(data)
    edges = character[np.flatnonzero(is_token[1:] != is_token[:-1])].tolist()
    title_end = int(character[max(data.find(b"\n"), 0)])
    found: dict[int, tuple[list[Span], list[int]]] = {}
    # Of n-grams that begin with the same word, the graph finds the shorter first.
    order = np.argsort(words, kind="stable")
    hits = zip(order.tolist(), ngrams[order].tolist(), words[order].tolist(), strict=True)
    for hit, ngram, word in hits:
        span = edges[2 * word], edges[2 * (word + features.words[ngram]) - 1]
        for column in features.mentioned[ngram]:
            if features.kinds[column] != "title" or span[1] <= title_end:
                spans, hits_of_column = found.setdefault(column, ([], []))
                spans.append(span)
                hits_of_column.append(hit)
    return found
