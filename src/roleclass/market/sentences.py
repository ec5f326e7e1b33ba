"""A posting's sentences, and which of them are duties.

Postings come as prose, as lists with and without marks, hard-wrapped at some width, and as one
line without any break; headings tell the parts apart where there are any (``sections.toml``).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from roleclass.text import FOLD

_BULLET = r"[-*•·▪●◦○■□►▸➢✓✔–—]"  # noqa: RUF001
# Three kinds of places where one sentence ends (at the end of the group) and the next one begins
# (at the end of the match). Three expressions that begin with few characters are faster than one.
_BREAKS = (
    # . ! ? before a capital or the mark of a list; texts glued together lack the space
    re.compile(  # typographic quotes are meant
        rf"""([.!?]["')\]”’]*)(?:\s+(?=["'(\[“‘]?[A-Z0-9]|{_BULLET}\s)|(?<=[a-z)][.!?])(?=[A-Z][a-z]))"""  # noqa: RUF001
    ),
    # a blank line, the mark of a list
    re.compile(
        rf"()(?:\n\s*\n\s*|\n\s*(?={_BULLET}+\s+\S)|\s(?=[•▪●◦○■□►▸➢✓✔]\s*\S)|\s(?=[-*·]\s+[A-Z]))"
    ),
    # a heading within a line
    re.compile(
        r"()[^\S\n](?=(?:(?:Key|Primary|Minimum|Preferred|Required|Basic|Job)[ ])?"
        r"(?:Responsibilities|Requirements|Qualifications|Duties|Benefits)\b:?\s+[A-Z•])"
    ),
)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|Inc|Ltd|Co|Sr|Jr|approx|incl|U\.S|[A-Z])\.)$")
_MARK = re.compile(rf"(?:\s|{_BULLET}+(?=\s)|\d{{1,2}}[.)](?=\s))*")
_HEADING = re.compile(r"[^.:!?\n]{2,70}:\s")
_WRAPS = range(40, 101)  # widths to which people wrap text
_HEADING_WORDS = 8


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, a list item or a heading of a posting.

    Attributes
    ----------
    start, end : int
        Its place: ``text[start:end]``.
    duty : bool
        Whether it says what the person will do.
    """

    start: int
    end: int
    duty: bool


def split_sentences(text: str) -> list[Sentence]:
    r"""Split a posting into sentences and list items, and mark the duties.

    Examples
    --------
    >>> posting = "Needs: Python.\nWhat you will do\n- Build agents.\n- Test\nthem.\n- Have fun"
    >>> [posting[s.start:s.end] for s in split_sentences(posting) if s.duty]
    ['Build agents.', 'Test', 'them.', 'Have fun']
    """
    part = "role"
    sentences = []
    for start, end in _spans(text):
        words = _fold(text[start:end])
        heading = _heading(words) if text[end - 1] not in ".,;" else None
        part = heading or part
        label = heading or (text[end - 1] == ":" and words.count(" ") <= _HEADING_WORDS)
        sentences.append(Sentence(start, end, not label and _is_duty(words, part)))
    return sentences


def duties(text: str) -> list[tuple[int, int]]:
    """Return where the duties of a posting stand: ``text[start:end]`` for each.

    Examples
    --------
    >>> duties("We sell shoes. You will train models.")
    [(15, 37)]
    """
    return [(s.start, s.end) for s in split_sentences(text) if s.duty]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where sentences and headings stand, without the marks of lists."""
    for start, end in _between(sorted(_breaks(text)), len(text)):
        marked = _MARK.match(text, start, end)
        begin = marked.end() if marked else start
        titled = _HEADING.match(text, begin, end)
        if titled and _heading(_fold(titled.group())):
            yield begin, titled.end() - 1
            begin = titled.end()
        stop = begin + len(text[begin:end].rstrip())
        if begin < stop:
            yield begin, stop


def _between(breaks: Iterable[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    start = 0
    for before, after in breaks:
        if start < before:
            yield start, before
        start = max(start, after)
    yield start, end


def _breaks(text: str) -> Iterator[tuple[int, int]]:
    for kind in _BREAKS:
        for match in kind.finditer(text):
            stop = match.end(1)
            if not _ABBREVIATED.search(text, max(0, stop - 8), stop):
                yield stop, match.end()
    lines = text.split("\n")
    lengths = sorted(map(len, filter(str.strip, lines))) or [0]
    width = lengths[int(0.95 * len(lengths))]  # a long address may stand out
    end = -1
    for line, following in pairwise(lines):
        end += len(line) + 1
        # In hard-wrapped text, a line goes on where the next word would not have fitted.
        word = following.split(maxsplit=1)[:1]
        fits = not word or len(line) + 1 + len(word[0]) <= width or len(line) > width + 3
        if width not in _WRAPS or (fits and not line.endswith(("-", ","))):
            yield end, end + 1


def _fold(text: str) -> str:
    """Return the tokens of a text joined, begun and ended by one space."""
    return f" {' '.join(text.encode('utf-8', 'replace').translate(FOLD).decode('ascii').split())} "


def _heading(words: str) -> str | None:
    """Say which part of a posting a heading opens; None if it is no heading."""
    tokens = words.split()
    if len(tokens) > _HEADING_WORDS:
        return None
    headings = _sections().headings
    longest_first = (" ".join(tokens[:n]) for n in range(len(tokens), 1, -1))
    if len(tokens) == 1:
        return headings.get(tokens[0])
    return next((headings[phrase] for phrase in longest_first if phrase in headings), None)


def _is_duty(words: str, part: str) -> bool:
    if part in ("requirements", "benefits"):
        return False
    cues = _sections()
    says_so = _mentions(words, cues.duty)
    if not says_so:
        if part == "duties":
            if words.startswith(cues.not_first):
                return False
        else:
            first = next((word for word in words.split() if not word.endswith("ly")), "")
            if part != "role" or first not in cues.verbs:
                return False
    return not _mentions(words, cues.not_duty)


Cues = dict[str, list[str]]
"""Phrases by their first word, each begun and ended by one space."""


def _mentions(words: str, cues: Cues) -> bool:
    # Nearly every sentence holds none: one look-up a word is much faster than a search for each.
    return any(phrase in words for word in cues.keys() & words.split() for phrase in cues[word])


@dataclass(frozen=True)
class _Sections:
    headings: dict[str, str]
    duty: Cues
    not_duty: Cues
    not_first: tuple[str, ...]
    verbs: frozenset[str]


@cache
def _sections() -> _Sections:
    read = tomllib.loads(files("roleclass.market").joinpath("sections.toml").read_text("utf-8"))
    cues = read["cues"]
    return _Sections(
        headings={phrase: part for part, phrases in read["headings"].items() for phrase in phrases},
        duty=_by_first_word(cues["duty"]),
        not_duty=_by_first_word(cues["not_duty"]),
        not_first=tuple(f" {phrase} " for phrase in cues["not_first"]),
        verbs=frozenset(form for verb in cues["verbs"] for form in _forms(verb)),
    )


def _by_first_word(phrases: Iterable[str]) -> Cues:
    cues: Cues = {}
    for phrase in phrases:
        cues.setdefault(phrase.split()[0], []).append(f" {phrase} ")
    return cues


_VOWELS: Final = "aeiou"


def _forms(verb: str) -> Iterator[str]:
    """Yield a verb, its third person and its gerund: plan, plans, planning."""
    yield verb
    stem = verb.removesuffix("e")
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        yield f"{verb[:-1]}ies"
    else:
        yield f"{verb}{'es' if verb.endswith(('s', 'x', 'ch', 'sh')) else 's'}"
    yield f"{stem}ing"
    yield f"{stem}{stem[-1]}ing"  # run, plan, ship; a form that no verb has does no harm
