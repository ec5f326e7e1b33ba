"""Check the postings that a caller passes."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

TextAndTitle = tuple[str, str | None]
"""A text, and its title if that is not part of the text."""


def checked(text: object, title: object, place: int | None = None) -> TextAndTitle:
    """Return a posting; raise a TypeError with advice if an argument is not a string.

    Parameters
    ----------
    text, title : object
    place : int or None
        Its index, if there are several.
    """
    if not isinstance(text, str):
        raise not_text("text" if place is None else f"texts[{place}]", text)
    if title is not None and not isinstance(title, str):
        raise not_text("title" if place is None else f"titles[{place}]", title)
    return text, title


def checked_many(
    texts: Iterable[str], titles: Iterable[str | None] | None
) -> Iterator[TextAndTitle]:
    """Yield checked postings; errors name the item. A single string is refused at once."""
    for name, value in (("texts", texts), ("titles", titles)):
        if isinstance(value, str | bytes):
            raise TypeError(
                f"{name} must be an iterable of strings, got a single {type(value).__name__}; put it "
                "into a list, or call predict or read for one posting"
            )
    pairs = ((text, None) for text in texts) if titles is None else _pairs(texts, titles)
    return (checked(text, title, i) for i, (text, title) in enumerate(pairs))


def _pairs(texts: Iterable[str], titles: Iterable[str | None]) -> Iterator[tuple[Any, Any]]:
    missing = object()
    for i, (text, title) in enumerate(zip_longest(texts, titles, fillvalue=missing)):
        if text is missing or title is missing:
            ended = "texts" if text is missing else "titles"
            raise ValueError(f"titles and texts differ in length: {ended} end after {i}")
        yield text, title


def not_text(name: str, value: object) -> TypeError:
    """Return a TypeError for `value`, with advice on what to pass instead."""
    if isinstance(value, bytes | bytearray):
        advice = "decode it first, for example with .decode('utf-8', errors='replace')"
    elif value is None or isinstance(value, float):
        advice = (
            "a missing value is not a posting: drop it, or pass an empty string to get 'unclear'"
        )
    elif isinstance(value, Iterable):
        advice = "call predict_many or read_many for several postings"
    else:
        advice = "if it is the text of the posting, convert it with str()"
    return TypeError(f"{name} must be a string, got {type(value).__name__}; {advice}")
