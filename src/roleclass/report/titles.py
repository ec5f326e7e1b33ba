"""Job titles: without seniority, in one spelling; their level; the role that they suggest."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from roleclass.lexicon import parse_phrases
from roleclass.report.data import read_data
from roleclass.report.places import countries
from roleclass.roles import Role
from roleclass.taxonomy.phrases import PhraseFinder, words

_CUT = re.compile(r"\s[-–—|:]+\s|[|@•,]|\s{3,}")  # noqa: RUF001  (dashes)
# Bounded: a title of only opening brackets would take quadratic time.
_BRACKETS = re.compile(r"\([^)]{0,200}\)|\[[^\]]{0,200}\]")


@lru_cache(maxsize=2**16)
def normalize_title(title: str, company: str | None = None) -> str:
    """Return a title without seniority, place, brackets, slogans and the company's name.

    Examples
    --------
    >>> normalize_title("Sr. AI Engineer II (Remote) - Berlin")
    'AI Engineer'
    >>> normalize_title("Boats & Sons | Staff software engineer, AI", "Boats & Sons")
    'Software Engineer, AI'
    >>> normalize_title("Lead Engineer, AI/ML"), normalize_title("Boats | San Francisco", "Boats")
    ('AI/ML Engineer', '')
    """
    title = _BRACKETS.sub(" ", title)
    parts = [
        part
        for part in map(str.strip, _CUT.split(title))
        if part.lower() not in ("", (company or "").lower()) and part.lower() not in countries()
    ]
    if not parts:
        return ""
    nouns = _known("nouns")
    at = next((i for i, part in enumerate(parts) if _singular(part) & nouns), 0)
    kept = [parts[at], *(part for part in parts[at + 1 :] if _words_of(part) <= _known("fields"))]
    plain = [part for part in map(_without_seniority, kept) if part]
    if len(plain) > 1 and plain[0].lower() in nouns:  # "Engineer, AI/ML"
        plain = [f"{plain[1]} {plain[0]}", *plain[2:]]
    return ", ".join(plain) or _spell(parts[at].split())


@lru_cache(maxsize=2**16)
def title_key(normal: str) -> str:
    """Return a key that is equal for different spellings of a normalized title; "" for a bare word.

    Titles that say only "Engineer", or name a field without an occupation, are bare words.

    Examples
    --------
    >>> title_key("AI/ML Engineer") == title_key("ML & AI Engineer") == title_key("Ai Ml Engineer")
    True
    >>> title_key("Engineer"), title_key("Data Science")
    ('', '')
    """
    text = normal.lower().replace("-", " ")
    for written, meant in read_data("titles")["same"].items():
        text = re.sub(rf"\b{written}\b", meant, text)
    found = [word.decode() for word in words(text)]
    key = " ".join(found).replace("ml ai", "ai ml")
    occupation = {word.removesuffix("s") for word in found} & _known("nouns")
    said = set(found) - _known("bare") - _known("seniority")
    if not said or (len(found) < 2 and occupation):
        return ""
    return key if occupation or not said <= _known("fields") else ""


@lru_cache(maxsize=2**16)
def title_level(title: str) -> str:
    """Return the career level that a title names.

    Examples
    --------
    >>> [title_level(title) for title in ("AI Engineer II", "Sr. AI Engineer", "Director of AI")]
    ['no level named', 'senior', 'director']
    """
    if title.lower().rstrip().endswith("technical staff"):
        return "no level named"
    found = set(re.findall(r"[a-z]+", title.lower()))
    named = [name for name, rung in rungs().items() if not found.isdisjoint(rung["words"])]
    return named[-1] if named else "no level named"


def rungs() -> dict[str, dict[str, Any]]:
    """Return the career levels from the lowest, each with its path and its group.

    Examples
    --------
    >>> rungs()["architect"]["path"], list(rungs())[-1]
    ('specialist', 'vice-president')
    """
    levels: dict[str, dict[str, Any]] = read_data("titles")["levels"]
    return levels


def _words_of(part: str) -> set[str]:
    return set(re.findall(r"\w+", part.lower()))


def _singular(part: str) -> set[str]:
    return {word.removesuffix("s") for word in _words_of(part)}


def _without_seniority(part: str) -> str:
    if part.lower().endswith("technical staff"):  # here "staff" is not a level
        return _spell(part.split())
    kept = [w for w in part.split() if w.lower().strip(".,&/()-") not in _known("seniority")]
    if kept and kept[-1].lower().removesuffix("s") in _known("nouns"):
        kept[-1] = kept[-1].removesuffix("s")
    return _spell([word for word in kept if re.search(r"\w", word) or word in "&/"]).strip(" &/-")


def _spell(words: Sequence[str]) -> str:
    return " ".join(_spelling().get(word.lower(), _capitalize(word)) for word in words)


def _capitalize(word: str) -> str:
    return word.capitalize() if word in (word.lower(), word.upper()) else word


def promised_role(title: str | None) -> Role | None:
    """Return the role that a title suggests, or None.

    Examples
    --------
    >>> promised_role("AI Platform Engineer"), promised_role("Gardener")
    (<Role.AI_SUPPORT: 'ai-support'>, None)
    """
    finder, rules = _rules()
    found = finder.find(title or "")
    return next((role for role, all_of in rules if all_of <= found), None)


@cache
def _rules() -> tuple[PhraseFinder, list[tuple[Role, set[str]]]]:
    """Return a finder of phrases in titles, and the roles by the phrases that suggest them."""
    data = read_data("titles")
    phrases = {name: parse_phrases(name, of) for name, of in data["phrases"].items()}
    rules = [(Role(rule["role"]), set(rule["all"])) for rule in data["rules"]]
    return PhraseFinder(phrases), rules


@cache
def _known(kind: str) -> frozenset[str]:
    return frozenset(read_data("titles")["words"][kind])


@cache
def _spelling() -> dict[str, str]:
    return {word.lower(): word for word in _known("spelling")}
