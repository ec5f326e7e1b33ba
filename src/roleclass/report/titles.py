"""Job titles without their seniority; what role they promise; where the duties disagree."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.lexicon import parse_phrases
from roleclass.report.postings import Posting
from roleclass.report.statistics import share
from roleclass.roles import Role
from roleclass.taxonomy.phrases import PhraseFinder

_CUT = re.compile(r"\s[-–—|:]+\s|[|@•,]|\s{3,}")  # noqa: RUF001  (dashes)
# Bounded, as a title of nothing but opening brackets would take the square of its length.
_BRACKETS = re.compile(r"\([^)]{0,200}\)|\[[^\]]{0,200}\]")

MIN_POSTINGS: Final = 5
"""A title with fewer postings is not listed."""


def normalize_title(title: str) -> str:
    """Return a title without seniority, place, brackets and the company's trimmings.

    Examples
    --------
    >>> normalize_title("Sr. AI Engineer II (Remote) - Berlin")
    'AI Engineer'
    >>> normalize_title("Staff software engineer, AI")
    'Software Engineer, AI'
    """
    title = _BRACKETS.sub(" ", title)
    parts = [part for part in map(str.strip, _CUT.split(title)) if part]
    if not parts:
        return ""
    words = _titles().words
    at = next((i for i, part in enumerate(parts) if _singular(part) & words["nouns"]), 0)
    kept = [parts[at], *(part for part in parts[at + 1 :] if _words_of(part) <= words["fields"])]
    plain = (_without_seniority(part) for part in kept)
    return ", ".join(part for part in plain if part) or _spell(parts[at].split())


def _words_of(part: str) -> set[str]:
    return set(re.findall(r"\w+", part.lower()))


def _singular(part: str) -> set[str]:
    return {word.removesuffix("s") for word in _words_of(part)}


def _without_seniority(part: str) -> str:
    if part.lower().endswith("technical staff"):  # its "staff" is no rank
        return _spell(part.split())
    seniority = _titles().words["seniority"]
    words = [word for word in part.split() if word.lower().strip(".,&/()-") not in seniority]
    if words and words[-1].lower().removesuffix("s") in _titles().words["nouns"]:
        words[-1] = words[-1].removesuffix("s")
    return _spell([word for word in words if re.search(r"\w", word) or word in "&/"]).strip(" &/-")


def _spell(words: Sequence[str]) -> str:
    return " ".join(_titles().spelling.get(word.lower(), _capitalize(word)) for word in words)


def _capitalize(word: str) -> str:
    return word.capitalize() if word in (word.lower(), word.upper()) else word


def promised_roles(titles: Sequence[str | None]) -> list[Role | None]:
    """Say which role each title promises; None where it promises none.

    Examples
    --------
    >>> promised_roles(["AI Platform Engineer", "ML Engineer, Gen AI", "Gardener", None])
    [<Role.AI_SUPPORT: 'ai-support'>, <Role.AI_FIRST: 'ai-first'>, None, None]
    """
    finder, rules = _titles().finder, _titles().rules
    mentioned = (finder.find(title or "") for title in titles)
    return [next((role for role, all_of in rules if all_of <= found), None) for found in mentioned]


@dataclass(frozen=True)
class _Titles:
    finder: PhraseFinder
    rules: tuple[tuple[Role, frozenset[str]], ...]
    words: dict[str, frozenset[str]]
    spelling: dict[str, str]


@cache
def _titles() -> _Titles:
    read = tomllib.loads(files("roleclass.report").joinpath("titles.toml").read_text("utf-8"))
    return _Titles(
        finder=PhraseFinder(
            {name: parse_phrases(name, phrases) for name, phrases in read["phrases"].items()}
        ),
        rules=tuple((Role(rule["role"]), frozenset(rule["all"])) for rule in read["rules"]),
        words={name: frozenset(words) for name, words in read["words"].items()},
        spelling={word.lower(): word for word in read["words"]["spelling"]},
    )


def measure_titles(
    postings: Sequence[Posting], roles: Sequence[Role], top: int = 25
) -> dict[str, Any]:
    """Count titles: the most frequent ones in all, and those of each role."""
    normal = [normalize_title(posting.title) if posting.title else "" for posting in postings]
    together: dict[str, Counter[Role]] = {}
    spelling: dict[str, Counter[str]] = {}
    for title, role in zip(normal, roles, strict=True):
        if title:
            key = title.lower().replace("-", " ")
            together.setdefault(key, Counter())[role] += 1
            spelling.setdefault(key, Counter())[title] += 1
    names = {key: counts.most_common(1)[0][0] for key, counts in spelling.items()}

    def row(key: str) -> dict[str, Any]:
        counts = together[key]
        return {
            "title": names[key],
            "n": counts.total(),
            "ai_first": share(counts[Role.AI_FIRST], counts.total()),
            "roles": {str(role): counts[role] for role in Role},
        }

    frequent = sorted(together, key=lambda key: (-together[key].total(), key))
    return {
        "distinct": len(together),
        "most_frequent": [
            row(key) for key in frequent[:top] if together[key].total() >= MIN_POSTINGS
        ],
        "by_role": {
            str(role): [
                {"title": names[key], "n": together[key][role]}
                for key in sorted(frequent, key=lambda key: -together[key][role])[:8]
                if together[key][role]
            ]
            for role in Role
        },
    }


def measure_atypical(
    postings: Sequence[Posting],
    roles: Sequence[Role],
    confidence: Sequence[float | None],
    top: int = 25,
) -> dict[str, Any]:
    """Set what titles promise against what the postings are, and list the surest contradictions."""
    promised = promised_roles([posting.title for posting in postings])
    table = Counter(zip(promised, roles, strict=True))
    contradicting = [
        i
        for i, (says, role) in enumerate(zip(promised, roles, strict=True))
        if says is not None and role not in (says, Role.UNCLEAR)
    ]
    # sorted is stable: equally sure ones stay in the order of the input.
    contradicting.sort(key=lambda i: -(confidence[i] or 0.0))
    judged = sum(
        n for (says, role), n in table.items() if says is not None and role is not Role.UNCLEAR
    )
    return {
        "contradicting": share(len(contradicting), judged),
        "table": {
            str(says): {str(role): table[says, role] for role in Role}
            for says in (Role.AI_FIRST, Role.AI_SUPPORT, Role.ML_FIRST)
        },
        "surest": [
            {
                "id": postings[i].id,
                "title": postings[i].title,
                "company": postings[i].company,
                "promises": str(promised[i]),
                "role": str(roles[i]),
                "confidence": confidence[i],
            }
            for i in contradicting[:top]
        ],
    }
