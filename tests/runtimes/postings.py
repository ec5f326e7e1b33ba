"""Postings of all shapes, written by a seeded generator, for holding the page against Python."""

import random
from collections.abc import Iterator
from itertools import islice

from roleclass.benchmark import generated
from tests.duties import DUTIES
from tests.written import OPENING, TITLES

TextAndTitle = tuple[str, str | None]

HEADINGS = (
    "What you will do",
    "Responsibilities:",
    "KEY RESPONSIBILITIES",
    "About us",
    "Who we are:",
    "Requirements",
    "What you bring",
    "Nice to have:",
    "Benefits",
    "About the role",
    "In this role, you will:",
    "Your \u00efmpact",
)
MARKS = (
    "- ",
    "* ",
    "\u2022 ",
    "\u2022",
    "\u25aa ",
    "  - ",
    "1. ",
    "12) ",
    "\u2013 ",
    "\u00b7 ",
    "",
    "\t\u2714 ",
    "--- ",
)
ENDS = (
    "\n",
    "\n",
    "\n\n",
    "\n \n",
    " ",
    "\x0b\n",
    " \u2022 ",
    "\n\u3000",
    ". ",
    "",
    "\x85",
    "\u2028",
    "\x1c",
)
ODD = (
    "",
    "?!",
    "\0",
    "\ufeff",
    "\ud83d",
    "\udc00",
    "\U0001f600",
    "\U0001f469\u200d\U0001f4bb ",
    "e\u0301",
    "\u212a8s ",
    "\u0130stanbul ",
    "C++/C# ",
    "GPT-4o ",
    "e.g. Python ",
    "Acme Inc. Builds agents. ",
    "U.S. Teams ",
    "approx.\n\u2022x ",
    "etc.\n \u2022Build agents. ",
    "a" * 300,
    "\u4f60\u597d\u3002",
    "Wij zoeken een collega. ",
    "x\u00e9Benefits: All ",
    "Ben\nefits ",
    " Key Responsibilities: Build agents ",
    "LLM",
    "agents",
    "\u201cYou will\u201d ",
    "(You will train models.) ",
)


def postings(number: int, seed: int, length: int = 1500) -> Iterator[TextAndTitle]:
    """Write postings: of plain words, in sections with lists, and of odd pieces, in turn."""
    rng = random.Random(seed)
    plain = generated(number, length, seed)
    for i, text in enumerate(islice(plain, number)):
        title = rng.choice(
            [None, rng.choice(rng.choice([*TITLES.values()])), " Staff \u00a0 Engineer "]
        )
        yield (text, sectioned(rng), odd(rng))[i % 3], title


def sectioned(rng: random.Random) -> str:
    """Headings and lists, some hard-wrapped, some on one line."""
    sentences = [*DUTIES.values(), *OPENING, "You need five years of experience with agents."]
    parts = []
    for _ in range(rng.randint(1, 5)):
        mark, end = rng.choice(MARKS), rng.choice(ENDS)
        items = [mark + rng.choice(sentences) for _ in range(rng.randint(1, 6))]
        parts.append(f"{rng.choice(HEADINGS)}{rng.choice(ENDS)}{end.join(items)}")
    text = rng.choice(["\n", "\n\n", " "]).join(parts)
    return wrapped(text, rng.randint(38, 102)) if rng.random() < 0.4 else text


def wrapped(text: str, width: int) -> str:
    """Break lines as a mail program does."""
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
    return "\n".join(lines)


def odd(rng: random.Random) -> str:
    """Pieces that programs trip over, between duties."""
    pieces = [
        rng.choice([rng.choice(ODD), rng.choice([*DUTIES.values()]), rng.choice(HEADINGS)])
        + rng.choice(ENDS)
        for _ in range(rng.randint(0, 25))
    ]
    return "".join(pieces)
