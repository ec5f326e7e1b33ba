"""The pattern language of ``problems.toml``, and a search of many sentences at once.

A pattern is words that follow one another in one sentence, read left to right::

    vector search           these two words, side by side
    deploy|deploys          one of these words
    embed*                  any word that begins so
    {build}                 any phrase of the set "build"
    {build}|set             any of both
    {build} .. {agent}      at most `MAX_GAP` other words in between

Words are tokens of the text contract (`roleclass.text`): lower case, ``[a-z0-9+#]``.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.text import encode, tokenize

Int = NDArray[np.int64]
Phrase = tuple[str, ...]

MAX_GAP: Final = 6
"""How many words ``..`` may pass over."""

_WORD = re.compile(r"[a-z0-9+#]+\*?")
_NOWHERE = np.empty(0, np.int64)
_SPACING = 64  # between sentences, so that no pattern reaches from one into the next


@dataclass(frozen=True)
class Step:
    """A place of a pattern: the phrases that may stand there, and how far away it may be."""

    phrases: tuple[Phrase, ...]
    gap: int = 0


Pattern = tuple[Step, ...]


def parse_pattern(written: str, sets: Mapping[str, Sequence[str]] | None = None) -> Pattern:
    """Read one pattern.

    Parameters
    ----------
    written : str
        See the module's docstring.
    sets : mapping of str to phrases
        What ``{name}`` stands for.

    Raises
    ------
    ValueError
        If the pattern is empty, begins or ends with ``..``, or holds something that is no word of
        the text contract and no known set; the message names it.

    Examples
    --------
    >>> parse_pattern("{build} .. agent|agents", {"build": ["build", "set up"]})
    (Step(phrases=(('build',), ('set', 'up')), gap=0),
     Step(phrases=(('agent',), ('agents',)), gap=6))
    """
    steps: list[Step] = []
    gap = 0
    for part in written.split():
        if part == "..":
            if not steps or gap:
                raise ValueError(f"pattern {written!r}: '..' must stand between two words")
            gap = MAX_GAP
            continue
        steps.append(Step(_alternatives(part, sets or {}, written), gap))
        gap = 0
    if gap or not steps:
        raise ValueError(f"pattern {written!r} must begin and end with a word")
    return tuple(steps)


def _alternatives(part: str, sets: Mapping[str, Sequence[str]], written: str) -> tuple[Phrase, ...]:
    phrases: list[Phrase] = []
    for choice in part.split("|"):
        if not choice.startswith("{"):
            phrases.append((choice,))
        elif choice.strip("{}") in sets:
            phrases += [tuple(phrase.split()) for phrase in sets[choice.strip("{}")]]
        else:
            raise ValueError(f"pattern {written!r}: no set is called {choice!r}")
    for phrase in phrases:
        if not phrase or not all(map(_WORD.fullmatch, phrase)):
            raise ValueError(
                f"pattern {written!r}: {' '.join(phrase)!r} is not made of words [a-z0-9+#], "
                "each with * after it or not"
            )
    return tuple(phrases)


@dataclass(frozen=True)
class _Matches:
    """Stretches of tokens, in order of their first token; `stop` is one past the last."""

    start: Int
    stop: Int

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def merge(cls, parts: Sequence["_Matches"]) -> "_Matches":
        if not parts:
            return cls(_NOWHERE, _NOWHERE)
        start = np.concatenate([part.start for part in parts])
        order = np.argsort(start, kind="stable")
        return cls(start[order], np.concatenate([part.stop for part in parts])[order])

    def without(self, barred: "_Matches") -> "_Matches":
        """Leave out what overlaps one of `barred`."""
        if not len(barred):
            return self
        before = np.searchsorted(barred.start, self.stop, "left")  # so many of them begin in time
        reach = np.concatenate([[-1], np.maximum.accumulate(barred.stop)])[before]
        free = reach <= self.start
        return _Matches(self.start[free], self.stop[free])

    def then(self, after: "_Matches", gap: int) -> "_Matches":
        """Join each stretch with each one of `after` that begins within `gap` words of its end."""
        first = np.searchsorted(after.start, self.stop, "left")
        count = np.searchsorted(after.start, self.stop + gap, "right") - first
        # Positions first[i], first[i] + 1, ... first[i] + count[i] - 1 of `after`, for every i.
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return _Matches(np.repeat(self.start, count), after.stop[np.repeat(first, count) + offset])


class SentenceIndex:
    """Where each word stands in many sentences, so that one search goes through all of them.

    Parameters
    ----------
    sentences : iterable of str

    Examples
    --------
    >>> index = SentenceIndex(["Build an AI agent.", "Agents build us.", "We built agents."])
    >>> index.search([parse_pattern("build .. agent*")]).tolist()
    [0]
    >>> index.search([parse_pattern("agent*")], unless=[parse_pattern("agents build")]).tolist()
    [0, 2]
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        ids: dict[bytes, int] = {}
        words: list[int] = []
        lengths: list[int] = []
        for sentence in sentences:
            tokens = tokenize(encode(sentence))
            words += [ids.setdefault(token, len(ids)) for token in tokens]
            lengths.append(len(tokens))
        length = np.array(lengths, np.int64)
        word = np.array(words, np.int64)
        self._ends = np.cumsum(length) + _SPACING * np.arange(1, len(length) + 1)
        position = np.arange(len(word)) + _SPACING * np.repeat(np.arange(len(length)), length)
        order = np.argsort(word, kind="stable")
        occurrences = np.split(position[order], np.cumsum(np.bincount(word, minlength=1))[:-1])
        self._of_word: dict[str, Int] = {
            token.decode(): places for token, places in zip(ids, occurrences, strict=False)
        }
        self._sorted_words = sorted(self._of_word)
        self._of_phrases: dict[tuple[Phrase, ...], _Matches] = {}

    def __len__(self) -> int:
        """How many sentences there are."""
        return len(self._ends)

    def count_sentences(self) -> dict[str, int]:
        """In how many sentences each word occurs.

        Examples
        --------
        >>> SentenceIndex(["to be or not to be", "be"]).count_sentences()
        {'to': 1, 'be': 2, 'or': 1, 'not': 1}
        """
        return {
            word: len(np.unique(np.searchsorted(self._ends, places, "right")))
            for word, places in self._of_word.items()
        }

    def search(self, patterns: Iterable[Pattern], unless: Iterable[Pattern] = ()) -> Int:
        """Return the numbers of the sentences that at least one of the patterns matches, in order.

        Parameters
        ----------
        patterns : iterable of Pattern
        unless : iterable of Pattern
            A match that one of these overlaps does not count.
        """
        found = self._match_any(patterns)
        if len(found):
            found = found.without(self._match_any(unless))
        return np.unique(np.searchsorted(self._ends, found.start, "right"))

    def _match_any(self, patterns: Iterable[Pattern]) -> _Matches:
        return _Matches.merge([self._match(pattern) for pattern in patterns])

    def _match(self, pattern: Pattern) -> _Matches:
        found = self._find(pattern[0].phrases)
        for step in pattern[1:]:
            if not len(found):
                break
            found = found.then(self._find(step.phrases), step.gap)
        return found

    def _find(self, phrases: tuple[Phrase, ...]) -> _Matches:
        known = self._of_phrases.get(phrases)
        if known is None:
            known = _Matches.merge([self._find_phrase(phrase) for phrase in phrases])
            self._of_phrases[phrases] = known
        return known

    def _find_phrase(self, phrase: Phrase) -> _Matches:
        first = self._places(phrase[0])
        for i, word in enumerate(phrase[1:], 1):
            here = np.isin(first + i, self._places(word), assume_unique=True)
            first = first[here]
        return _Matches(first, first + len(phrase))

    def _places(self, word: str) -> Int:
        if not word.endswith("*"):
            return self._of_word.get(word, _NOWHERE)
        places = [self._of_word[w] for w in self._with_prefix(word[:-1])]
        together: Int = np.sort(np.concatenate([_NOWHERE, *places]))
        return together

    def _with_prefix(self, prefix: str) -> list[str]:
        # "~" sorts after every token byte.
        words = self._sorted_words
        return words[bisect_left(words, prefix) : bisect_left(words, prefix + "~")]
