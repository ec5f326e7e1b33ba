"""Check what a caller hands over as postings, and encode it."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from roleclass.text import encode


def encode_one(text: str, title: str | None) -> bytes:
    """Encode one posting; a TypeError says what to pass instead of what is no text."""
    if not isinstance(text, str):
        raise not_text("text", text)
    if not isinstance(title, str | None):
        raise not_text("title", title)
    return encode(text, title)


def encode_many(texts: Iterable[str], titles: Iterable[str | None] | None) -> Iterator[bytes]:
    """Encode postings as they come; errors name the item. A single string is refused at once."""
    for name, value in (("texts", texts), ("titles", titles)):
        if isinstance(value, str | bytes):
            raise TypeError(
                f"{name} must be an iterable of strings, got a single {type(value).__name__}; "
                "call predict for one posting"
            )
    pairs = ((text, None) for text in texts) if titles is None else _pairs(texts, titles)
    return (_encode_item(i, text, title) for i, (text, title) in enumerate(pairs))


def _pairs(texts: Iterable[str], titles: Iterable[str | None]) -> Iterator[tuple[Any, Any]]:
    missing = object()
    for i, (text, title) in enumerate(zip_longest(texts, titles, fillvalue=missing)):
        if text is missing or title is missing:
            ended = "texts" if text is missing else "titles"
            raise ValueError(f"titles and texts differ in length: {ended} end after {i}")
        yield text, title


def _encode_item(i: int, text: object, title: object) -> bytes:
    if not isinstance(text, str):
        raise not_text(f"texts[{i}]", text)
    if not isinstance(title, str | None):
        raise not_text(f"titles[{i}]", title)
    return encode(text, title)


def not_text(name: str, value: object) -> TypeError:
    """Return the error that says what to pass instead of `value`."""
    if isinstance(value, bytes | bytearray):
        advice = "decode it first, for example with .decode('utf-8', errors='replace')"
    elif value is None or isinstance(value, float):
        advice = (
            "a missing value is not a posting: drop it, or pass an empty string to get 'unclear'"
        )
    elif isinstance(value, Iterable):
        advice = "call predict_many for several postings"
    else:
        advice = "convert it with str() if that is what the posting says"
    return TypeError(f"{name} must be a string, got {type(value).__name__}; {advice}")
