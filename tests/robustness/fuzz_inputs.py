"""What the targets of `tests.robustness.fuzz` share: hostile and damaged input, and how a fault is told."""

import random
from functools import cache
from html.parser import HTMLParser
from typing import Final

from roleclass.lexicon import load_lexicon


class Refused(Exception):  # noqa: N818  (no error: it is what should happen)
    """The input was refused as it should be: by an error of roleclass that says something."""


class WrongError(Exception):
    """An answer that cannot be right."""


def expect(true: bool, what: str) -> None:
    """Raise `WrongError` unless `true`."""
    if not true:
        raise WrongError(what)


_PIECES: Final = (
    *("<script>alert(1)</script>", "</pre>", '" onload="', "&lt;", "<!--", "{css}", "%s", "{0}"),
    *("\0", "\x1b[2J", "\x9b", "\u202e", "\ud800", "\udfff", "\ufeff", "\u2028"),
    *("\r", "\r\n", "\n\n"),
    *("((((", "[[[[", "....", "----", "- ", "\u2022", "1. ", "Requirements:", "You will ", "e.g. "),
    *("\U0001f600", "e\u0301", "\u4f60\u597d", "C++", "c#", "gpt-4", " ", "   ", "\t", "a" * 300),
)


def hostile_text(rng: random.Random, most: int = 300) -> str:
    """Put words of postings, markup, controls and odd characters together."""
    known = phrases()
    parts = []
    for _ in range(rng.randrange(most)):
        kind = rng.random()
        part = (
            rng.choice(known)
            if kind < 0.5
            else rng.choice(_PIECES)
            if kind < 0.95
            else chr(rng.randrange(0x110000))
        )
        parts.append(part * (rng.randrange(1, 200) if rng.random() < 0.02 else 1))
    return rng.choice((" ", "", "\n")).join(parts)


@cache
def phrases() -> list[str]:
    """Return what the lexicon looks for: words of postings."""
    return [b" ".join(phrase).decode() for concept in load_lexicon() for phrase in concept.phrases]


def mutated(rng: random.Random, data: bytes, tokens: tuple[bytes, ...] = ()) -> bytes:
    """Flip bits, set bytes, cut, double and move stretches, put tokens in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        end = min(len(changed), at + rng.choice((1, 2, 8, 100, 10_000)))
        what = rng.randrange(7)
        if what == 0 and at < len(changed):
            changed[at] ^= 1 << rng.randrange(8)
        elif what == 1 and at < len(changed):
            changed[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif what == 2:
            del changed[at:end]
        elif what == 3:
            changed[at:at] = changed[at:end] * rng.choice((1, 2, 50))
        elif what == 4:
            del changed[at : end if rng.random() < 0.8 else len(changed)]
        elif what == 5:
            changed[at:at] = rng.randbytes(rng.choice((1, 4, 64)))
        elif tokens:
            changed[at:at] = rng.choice(tokens) * rng.choice((1, 1, 1, 3, 2000))
    return bytes(changed)


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def check_page(page: str) -> None:
    """See that nothing in a page runs, loads or was brought in by a posting."""
    tags = _Tags(page)
    barred = {"script", "img", "iframe", "object", "embed", "form", "link", "base"}
    expect(not tags.seen & barred, f"tags {tags.seen & barred}")
    on = {name for name in tags.attributes if name.startswith("on")} | (tags.attributes & {"src"})
    expect(not on, f"attributes {on}")
    page.encode()
