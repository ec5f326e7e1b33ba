"""Job titles: without seniority and trimmings; what role they promise; where the duties disagree."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.market.patterns import Pattern, SentenceIndex, parse_pattern
from roleclass.market.read import Posting
from roleclass.market.statistics import share
from roleclass.roles import Role

_SENIORITY: Final = frozenset(
    "senior sr snr staff principal lead leading junior jr mid midlevel entry level intermediate associate intern "
    "internship graduate grad trainee distinguished expert experienced early career fellow i ii iii iv v vi 1 2 3 4 5 "
    "ic3 ic4 ic5 l3 l4 l5 l6 l7 founding remote hybrid onsite contract contractor fulltime full-time part-time "
    "temporary permanent freelance urgent hiring new job jobs".split()
)
_NOUN = re.compile(
    r"(?i)\b(engineer|developer|scientist|architect|manager|analyst|researcher|designer|consultant|specialist|"
    r"programmer|director|lead|head|technologist|strategist|administrator|advocate|officer|intern|staff|fellow)"
)
_CUT = re.compile(r"\s[-–—|:]+\s|[|@•,]|\s{3,}")
# What may follow a comma and still be part of the title: "Software Engineer, AI".
_FIELD = re.compile(
    r"(?i)(?:(?:ai|ml|gen|genai|generative|agentic|agents?|llms?|applied|machine|learning|nlp|platform|infrastructure|"
    r"data|deep|artificial|intelligence|computer|vision|products?|systems|and|&|/|-|\s)+)"
)
_SPELLINGS: Final = {
    word.lower(): word
    for word in "AI ML NLP LLM LLMs LLMOps GenAI MLOps QA UI UX AWS GCP SRE API RAG DevOps AIOps CV IT R&D BI SQL "
    ".NET iOS AI/ML ML/AI II III PhD GPU HPC SDET SaaS".split()
} | {word: word for word in ("and", "of", "for", "the", "in", "to", "with", "on", "or")}

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
    title = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", title)
    parts = [part for part in map(str.strip, _CUT.split(title)) if part]
    if not parts:
        return ""
    at = next((i for i, part in enumerate(parts) if _NOUN.search(part)), 0)
    kept = [parts[at], *(part for part in parts[at + 1 :] if _FIELD.fullmatch(part))]
    plain = (_without_seniority(part) for part in kept)
    return ", ".join(part for part in plain if part) or _spell(parts[at].split())


def _without_seniority(part: str) -> str:
    if part.lower().endswith("technical staff"):  # its "staff" is no rank
        return _spell(part.split())
    words = [word for word in part.split() if word.lower().strip(".,&/()-") not in _SENIORITY]
    if words:
        words[-1] = re.sub(r"(?i)(engineer|developer|scientist|analyst|architect)s$", r"\1", words[-1])
    return _spell([word for word in words if re.search(r"\w", word) or word in "&/"]).strip(" &/-")


def _spell(words: Sequence[str]) -> str:
    return " ".join(
        _SPELLINGS.get(word.lower(), word if word != word.lower() and word != word.upper() else word.capitalize())
        for word in words
    )


def promised_roles(titles: Sequence[str | None]) -> list[Role | None]:
    """Say which role each title promises; None where it promises none.

    Examples
    --------
    >>> promised_roles(["AI Platform Engineer", "Machine Learning Engineer, Gen AI", "Gardener", None])
    [<Role.AI_SUPPORT: 'ai-support'>, <Role.AI_FIRST: 'ai-first'>, None, None]
    """
    index = SentenceIndex(title or "" for title in titles)
    promised: list[Role | None] = [None] * len(titles)
    for role, patterns in reversed(_rules()):  # the first rule has the last word
        for i in index.search(patterns).tolist():
            promised[i] = role
    return promised


@cache
def _rules() -> tuple[tuple[Role, tuple[Pattern, ...]], ...]:
    read = tomllib.loads(files("roleclass.market").joinpath("titles.toml").read_text("utf-8"))
    return tuple(
        (Role(rule["role"]), tuple(parse_pattern(p, read["sets"]) for p in rule["patterns"]))
        for rule in read["rules"]
    )


def measure_titles(postings: Sequence[Posting], roles: Sequence[Role], top: int = 25) -> dict[str, Any]:
    """Count titles: the most frequent ones with their share of AI-First, and the first ones of each role."""
    normal = [normalize_title(posting.title) if posting.title else "" for posting in postings]
    together: dict[str, Counter[Role]] = {}
    spelling: dict[str, Counter[str]] = {}
    for title, role in zip(normal, roles, strict=True):
        if title:
            together.setdefault(title.lower(), Counter())[role] += 1
            spelling.setdefault(title.lower(), Counter())[title] += 1
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
        "most_frequent": [row(key) for key in frequent[:top] if together[key].total() >= MIN_POSTINGS],
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
    postings: Sequence[Posting], roles: Sequence[Role], confidence: Sequence[float | None], top: int = 25
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
