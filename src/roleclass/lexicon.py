"""The lexicon: concepts of the field and the phrases that mention them.

One file, ``lexicon.toml``, is read by training (keyword features), by explanations and by reports.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.text import encode, tokenize

MAX_PHRASE_WORDS = 4
"""Most words of a phrase, and of an n-gram in the graph."""

_TEXTS: Final = ("name", "group", "description")


@dataclass(frozen=True)
class Concept:
    """Something that a posting can mention.

    Attributes
    ----------
    key : str
        Its identifier in the file, such as ``"rag"``.
    name : str
        Its display name.
    group : str
        Its group: ``genai``, ``ml``, ``ai``, ``near``, ``other``, ``verb``, ``section``, ...
    description : str
        One sentence.
    phrases : tuple of tuples of bytes
        The token sequences that mention it; each occurrence counts, also overlapping ones.
    """

    key: str
    name: str
    group: str
    description: str
    phrases: tuple[tuple[bytes, ...], ...]


@cache
def load_lexicon() -> tuple[Concept, ...]:
    """Read the concepts, in the order of the file.

    Returns
    -------
    tuple of Concept

    Raises
    ------
    ValueError
        If a phrase does not consist of one to four tokens of the text contract, or is listed twice in a
        concept; the message names both.

    Examples
    --------
    >>> next(concept.name for concept in load_lexicon() if concept.key == "llm")
    'Large language models'
    """
    return parse_lexicon(files("roleclass").joinpath("lexicon.toml").read_text("utf-8"))


def parse_lexicon(text: str) -> tuple[Concept, ...]:
    """Read concepts from the text of a lexicon file; see `load_lexicon`.

    Examples
    --------
    >>> parse_lexicon('''
    ... [concepts.rag]
    ... name = "Retrieval"
    ... group = "genai"
    ... description = "Looks things up for a language model."
    ... phrases = ["rag", "vector search"]
    ... ''')[0].phrases
    ((b'rag',), (b'vector', b'search'))
    """
    concepts = tomllib.loads(text).get("concepts")
    if not isinstance(concepts, dict):
        raise ValueError("no table [concepts.KEY] in the lexicon; expected one for each concept")  # noqa: TRY004
    return tuple(_concept(key, entry) for key, entry in concepts.items())


def _concept(key: str, entry: Any) -> Concept:
    fields = entry if isinstance(entry, dict) else {}
    texts = {name: fields.get(name) for name in _TEXTS}
    phrases = fields.get("phrases")
    written = [*texts.values(), *(phrases if isinstance(phrases, list) else [None])]
    if not all(isinstance(text, str) for text in written):
        raise ValueError(
            f"concept {key}: expected strings {', '.join(_TEXTS)} and phrases, a list of strings"
        )
    return Concept(key, **texts, phrases=parse_phrases(f"concept {key}", fields["phrases"]))  # type: ignore[arg-type]


def parse_phrases(where: str, written: Iterable[str]) -> tuple[tuple[bytes, ...], ...]:
    """Read phrases as tokens of the text contract; `where` is for the errors' messages.

    Raises
    ------
    ValueError
        As for `load_lexicon`.

    Examples
    --------
    >>> parse_phrases("an example", ["vector search"])
    ((b'vector', b'search'),)
    """
    phrases: dict[tuple[bytes, ...], None] = {}
    for phrase in written:
        tokens = tuple(tokenize(encode(phrase)))
        if b" ".join(tokens).decode() != phrase:
            raise ValueError(
                f"{where}: phrase {phrase!r} is not written in tokens (a-z 0-9 + #, one space "
                f"between); expected {b' '.join(tokens).decode()!r}"
            )
        if not 1 <= len(tokens) <= MAX_PHRASE_WORDS:
            raise ValueError(f"{where}: phrase {phrase!r} has {len(tokens)} words, expected 1 to 4")
        if tokens in phrases:
            raise ValueError(f"{where}: phrase {phrase!r} is listed twice")
        phrases[tokens] = None
    return tuple(phrases)
