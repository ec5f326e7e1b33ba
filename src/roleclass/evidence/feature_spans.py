"""The spans of a model's features in a posting, and their display names.

Computed in arrays over all mentions at once: a posting has hundreds, and an explanation should cost no more
than a few predictions.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class FeatureNames:
    """The meaning of the columns of a model's features.

    Attributes
    ----------
    kinds, keys, names : arrays of str, as objects
        For each column: its block, its name in the model, and its display name.
    words : int array of shape (G,)
        The number of words of each of the G n-grams.
    first : int array of shape (G + 1,)
        ``column[first[g]:first[g + 1]]`` are the columns that n-gram g mentions: its own, and those
        of its concepts.
    column : int array
    in_title : bool array, one for each column
        Whether a mention counts only in the title.
    """

    kinds: NDArray[np.object_]
    keys: NDArray[np.object_]
    names: NDArray[np.object_]
    words: Ints
    first: Ints
    column: Ints
    in_title: NDArray[np.bool_]


@lru_cache(maxsize=8)  # for the few models that are in use at the same time
def name_features(features: tuple[str, ...]) -> FeatureNames:
    """Return the meaning of the features of a model.

    Parameters
    ----------
    features : tuple of str
        ``block:what``, the n-grams first; see `roleclass.engine.model_file.Model.features`.

    Returns
    -------
    FeatureNames

    Examples
    --------
    >>> columns = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag", "balance:length"))
    >>> columns.names.tolist()
    ['rag', 'rag pipeline', 'Retrieval-augmented generation, in the posting', 'length of the posting']
    >>> columns.words.tolist(), columns.first.tolist(), columns.column.tolist()
    ([1, 2], [0, 2, 4], [0, 2, 1, 2])
    """
    pairs = [feature.partition(":")[::2] for feature in features]
    kinds, keys = [kind for kind, _ in pairs], [key for _, key in pairs]
    names = keys.copy()
    number_of = {name: g for g, (kind, name) in enumerate(pairs) if kind == "ngram"}
    mentions = [[g] for g in number_of.values()]
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
                ngram = number_of.get(b" ".join(phrase).decode())
                if ngram is not None:
                    mentions[ngram].append(column)
    return FeatureNames(
        kinds=np.array(kinds, object),
        keys=np.array(keys, object),
        names=np.array(names, object),
        words=np.array([name.count(" ") + 1 for name in number_of], np.int64),
        first=np.cumsum([0, *map(len, mentions)]),
        column=np.array([column for found in mentions for column in found], np.int64),
        in_title=np.array([kind == "title" for kind in kinds]),
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


class FeatureSpans(NamedTuple):
    """The mentions of columns in a posting, by column, then in the order of the text.

    Attributes
    ----------
    column : int array of shape (Q,)
    found : int array of shape (Q,)
        The index of the n-gram among those found.
    start, end : int arrays of shape (Q,)
        In characters.
    """

    column: Ints
    found: Ints
    start: Ints
    end: Ints

    def of(self, columns: Ints) -> list[tuple[Span, ...]]:
        """Return the spans of the mentions of each of these columns."""
        first = np.searchsorted(self.column, columns, "left").tolist()
        stop = np.searchsorted(self.column, columns, "right").tolist()
        spans = list(zip(self.start.tolist(), self.end.tolist(), strict=True))
        return [tuple(spans[i:j]) for i, j in zip(first, stop, strict=True)]


def find_feature_spans(
    columns: FeatureNames, data: bytes, ngrams: Ints, words: Ints
) -> FeatureSpans:
    """Find the mentions of a model's columns in a posting.

    Parameters
    ----------
    columns : FeatureNames
    data : bytes
        The posting.
    ngrams, words : int arrays of shape (H,)
        The n-grams that were found, and the index of the first word of each among the posting's words.

    Examples
    --------
    >>> columns = name_features(("ngram:rag", "ngram:rag pipeline", "density:rag", "balance:length"))
    >>> text = "A RAG, a RAG pipeline".encode()
    >>> find_feature_spans(columns, text, np.array([0, 0, 1]), np.array([1, 3, 3])).of(np.array([2, 3]))
    [((2, 5), (9, 12), (9, 21)), ()]
    """
    known = np.flatnonzero(ngrams < len(columns.words))
    ngrams, words = ngrams[known], words[known]
    # Add separators at both ends, so that every token begins and ends at an edge.
    is_token = (
        np.frombuffer((SEPARATOR + data + SEPARATOR).translate(FOLD), np.uint8) != SEPARATOR[0]
    )
    edges = np.flatnonzero(is_token[1:] != is_token[:-1])
    character = characters_before(data)
    title_end = character[max(data.find(b"\n"), 0)]
    start = character[edges[2 * words]]
    end = character[edges[2 * (words + columns.words[ngrams]) - 1]]

    # One row for each mention: an n-gram that was found, and one of its columns.
    number = columns.first[ngrams + 1] - columns.first[ngrams]
    hit = np.repeat(np.arange(len(ngrams)), number)
    nth = np.arange(len(hit)) - np.repeat(np.cumsum(number) - number, number)
    column = columns.column[columns.first[ngrams[hit]] + nth]
    counts = np.flatnonzero(~columns.in_title[column] | (end[hit] <= title_end))
    column, hit = column[counts], hit[counts]
    # Of n-grams with the same start, the graph finds the shorter first.
    order = np.lexsort((hit, start[hit], column))
    column, hit = column[order], hit[order]
    return FeatureSpans(column, known[hit], start[hit], end[hit])
