"""Which of many named phrases a text mentions: one look-up a word, whatever their number."""

from collections.abc import Iterable, Mapping

from roleclass.text import tokenize

Phrase = tuple[bytes, ...]


class PhraseFinder:
    """Find phrases, each a sequence of tokens of the text contract (`roleclass.text`).

    Parameters
    ----------
    names : mapping of str to iterable of phrases
        The phrases that mention each name.

    Examples
    --------
    >>> finder = PhraseFinder({"agents": [(b"agents",), (b"ai", b"agent")], "search": [(b"search",)]})
    >>> sorted(finder.find("Build an AI agent. Search, search!"))
    ['agents', 'search']
    """

    def __init__(self, names: Mapping[str, Iterable[Phrase]]) -> None:
        self._by_first: dict[bytes, list[tuple[Phrase, str]]] = {}
        for name, phrases in names.items():
            for phrase in phrases:
                self._by_first.setdefault(phrase[0], []).append((phrase, name))

    def find(self, text: str) -> set[str]:
        """Return the names that a text without markup mentions."""
        tokens = words(text)
        by_first = self._by_first
        return {
            name
            for i, token in enumerate(tokens)
            if token in by_first
            for phrase, name in by_first[token]
            if len(phrase) == 1 or tuple(tokens[i : i + len(phrase)]) == phrase
        }


def words(text: str) -> list[bytes]:
    """Return the tokens of a text without markup, such as a line of a `Reading`.

    Examples
    --------
    >>> words("R&D, in C++")
    [b'r', b'd', b'in', b'c++']
    """
    return tokenize(text.encode("utf-8", errors="replace"))
