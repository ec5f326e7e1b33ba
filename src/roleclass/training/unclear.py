"""The rule for `unclear`: texts that nobody could classify, with the reason.

The rule is part of the model file, so that every runtime gives the same answer: see `graph.blocks`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from roleclass.lexicon import Concept

ENGLISH: Final = "english"
FOREIGN: Final = "foreign"
"""The concepts of the lexicon whose phrases are the small words of English prose, and of other languages."""

REASONS: Final = (
    None,
    "no readable words",
    "too few words",
    "not English prose",
    "does not say what the person will do",
)
"""The reasons by code of the graph's output ``reason``; code 0: the model's answer holds."""


def small_words(concepts: Sequence[Concept]) -> dict[bytes, int]:
    """Return the small words, 1 for those of `ENGLISH`, -1 for those of `FOREIGN`.

    Examples
    --------
    >>> from roleclass.lexicon import load_lexicon
    >>> of = small_words(load_lexicon())
    >>> of[b"the"], of[b"und"]
    (1, -1)
    """
    value = {ENGLISH: 1, FOREIGN: -1}
    return {
        phrase[0]: value[concept.key]
        for concept in concepts
        if concept.key in value
        for phrase in concept.phrases
        if len(phrase) == 1
    }


@dataclass(frozen=True)
class UnclearRule:
    """When a posting is unclear.

    In labelled English postings, the share of small English words minus that of small foreign ones is
    .23 (median; five in a thousand are below .07); in other languages it is below .0 for all but 1 in 50,
    and 0 if only product names are in Latin letters.

    Attributes
    ----------
    min_words : int
        A posting of fewer tokens is too short.
    words_per_small : int
        English prose has at least one small word (the, and, with, you, ...) per this many tokens, beyond
        those of other languages.
    min_asked : float
        The smallest expected number of words in duties and requirements (`Measures.asked`). Chosen in
        training: the most that refuses `roleclass.training.prepared.REFUSED` of the judged postings.
    asked_share : float
        For a short text, this share of its words is enough.
    """

    min_words: int = 10
    words_per_small: int = 50
    min_asked: float = 4.0
    asked_share: float = 0.25
