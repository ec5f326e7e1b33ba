"""Which of many named phrases a text mentions, all of them at once."""

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
        self._names: dict[int, dict[Phrase, list[str]]] = {}
        for name, phrases in names.items():
            for phrase in phrases:
                same_length = self._names.setdefault(len(phrase), {})
                same_length.setdefault(phrase, []).append(name)

    def find(self, text: str) -> set[str]:
        """Return the names that a text without markup mentions."""
        tokens = words(text)
        return {
            name
            for length, known in self._names.items()
            for phrase in known.keys()
            & set(zip(*(tokens[k:] for k in range(length)), strict=False))
            for name in known[phrase]
        }


def words(text: str) -> list[bytes]:
    """Return the tokens of a text without markup, such as a line of a `Reading`.

    Examples
    --------
    >>> words("R&D, in C++")
    [b'r', b'd', b'in', b'c++']
    """
    return tokenize(text.encode("utf-8", errors="replace"))
