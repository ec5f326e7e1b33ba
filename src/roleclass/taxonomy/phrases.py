"""Find which of many named phrases a text mentions."""

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
        # By the first token: a token that begins no phrase costs one look-up.
        self._starts: dict[bytes, dict[Phrase, list[str]]] = {}
        for name, phrases in names.items():
            for first, *rest in phrases:
                self._starts.setdefault(first, {}).setdefault(tuple(rest), []).append(name)

    def find(self, text: str) -> set[str]:
        """Return the names that a text without markup mentions."""
        return self.find_in(words(text))

    def find_in(self, tokens: list[bytes]) -> set[str]:
        """Return the names that tokens from `words` mention."""
        found: set[str] = set()
        starts = self._starts
        for i in [i for i, token in enumerate(tokens) if token in starts]:
            for rest, names in starts[tokens[i]].items():
                if not rest or rest == tuple(tokens[i + 1 : i + 1 + len(rest)]):
                    found.update(names)
        return found


def words(text: str) -> list[bytes]:
    """Return the tokens of a text without markup, such as a line of a `Reading`.

    Examples
    --------
    >>> words("R&D, in C++")
    [b'r', b'd', b'in', b'c++']
    """
    return tokenize(text.encode("utf-8", errors="replace"))
