"""What postings are about: problem areas, concepts, skills, words."""

import heapq
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from roleclass.lexicon import load_lexicon
from roleclass.report.postings import Posting
from roleclass.report.statistics import change, share, tier
from roleclass.roles import Role
from roleclass.taxonomy import Area, Part, load_taxonomy
from roleclass.taxonomy.phrases import Phrase, PhraseFinder, words
from roleclass.taxonomy.problem_areas import find_keys

AI_ROLES: Final = (Role.AI_FIRST, Role.AI_SUPPORT, Role.ML_FIRST)
"""The roles whose postings the problem areas are measured on: the others solve other problems."""

MIN_IN_ROLE: Final = 10
"""A role with fewer postings gets no list of concepts and skills."""

_CONCEPT_GROUPS = ("genai", "ml", "near")
# Concepts of the lexicon that are a title, a degree or a turn of phrase, not a subject of the work.
_NO_SUBJECT = re.compile(r"^x_|title$|^ml_engineer$|^quantfield$")
# Concepts whose phrases are names of tools.
_SKILL_CONCEPTS = frozenset(
    (
        *("provider", "frameworks", "hf", "vector", "cloud", "k8s", "dlframe"),
        *("mllib", "database", "dataeng", "devops", "frontend", "backend", "mlops"),
    )
)


class Duty(NamedTuple):
    """What a duty says, and the problem areas that it is in."""

    text: str
    areas: tuple[str, ...]


def measure_problems(
    duties: Sequence[Sequence[Duty]], postings: Sequence[Posting], roles: Sequence[Role]
) -> dict[str, Any]:
    """Measure how many postings of AI roles mention each area and sub-pattern in their duties.

    Parameters
    ----------
    duties : sequence of sequences of Duty
        The duties of each posting. A posting without any is not counted.
    """
    counted = [i for i, role in enumerate(roles) if role in AI_ROLES and duties[i]]
    mentioning: dict[str, set[int]] = {}
    for i in counted:
        for key in set().union(*(find_keys(*duty) for duty in duties[i])):
            mentioning.setdefault(key, set()).add(i)
    members = {role: {i for i in counted if roles[i] is role} for role in AI_ROLES}
    batches = sorted({batch for i in counted if (batch := postings[i].batch)})
    in_batch = [{i for i in counted if postings[i].batch == batch} for batch in batches]

    def measure(part: Area | Part) -> dict[str, Any]:
        rows = mentioning.get(part.key, set())
        measured = share(len(rows), len(counted))
        return {
            "key": part.key,
            "name": part.name,
            **measured,
            "tier": tier(measured["share"]),
            "roles": {str(role): share(len(rows & of), len(of)) for role, of in members.items()},
        }

    areas = []
    for area in load_taxonomy():
        entry = measure(area) | {"kind": area.kind, "published_tier": area.tier}
        entry["description"] = area.description
        entry["parts"] = [measure(part) for part in area.parts]
        if len(batches) > 1:
            first, last = (
                share(len(mentioning.get(area.key, set()) & in_batch[at]), len(in_batch[at]))
                for at in (0, -1)
            )
            entry["batches"] = {"before": first, "after": last, **change(first, last)}
        areas.append(entry)
    return {
        "postings": len(counted),
        "sentences": sum(len(duties[i]) for i in counted),
        "areas": areas,
    }


def measure_concepts(
    texts: Sequence[str], roles: Sequence[Role], top: int = 12
) -> dict[str, list[dict[str, Any]]]:
    """Find the concepts of the lexicon that set each role apart from the other postings."""
    concepts = {
        concept.name: concept.phrases
        for concept in load_lexicon()
        if concept.group in _CONCEPT_GROUPS and not _NO_SUBJECT.search(concept.key)
    }
    return _characteristic(_mentions(texts, concepts), list(range(len(texts))), roles, top)


def measure_skills(
    postings: Sequence[Posting], texts: Sequence[str], roles: Sequence[Role], top: int = 12
) -> dict[str, Any]:
    """Find the most frequent skills of each role.

    From the column of skills where there is one, else the tools of the lexicon that texts name.
    """
    listed = [i for i, posting in enumerate(postings) if posting.skills]
    rows_of: dict[str, list[int]] = {}
    if listed:
        spelling: dict[str, Counter[str]] = {}
        for i in listed:
            for skill in {skill.lower(): skill for skill in postings[i].skills}.items():
                rows_of.setdefault(skill[0], []).append(i)
                spelling.setdefault(skill[0], Counter())[skill[1]] += 1
        names = {key: counts.most_common(1)[0][0] for key, counts in spelling.items()}
        mentions = {names[key]: rows for key, rows in rows_of.items()}
    else:
        listed = list(range(len(texts)))
        tools = {
            b" ".join(phrase).decode(): [phrase]
            for concept in load_lexicon()
            if concept.key in _SKILL_CONCEPTS
            for phrase in concept.phrases
        }
        mentions = _mentions(texts, tools)
    return {
        "postings": len(listed),
        "source": "column skills" if rows_of else "lexicon",
        "roles": _frequent(mentions, listed, roles, top),
    }


def _mentions(texts: Iterable[str], names: Mapping[str, Iterable[Phrase]]) -> dict[str, list[int]]:
    """Return, for each name, the numbers of the texts that mention it."""
    finder = PhraseFinder(names)
    found: dict[str, list[int]] = {name: [] for name in names}
    for i, text in enumerate(texts):
        for name in finder.find(text):
            found[name].append(i)
    return found


def _rows_by_role(rows: Sequence[int], roles: Sequence[Role]) -> dict[Role, set[int]]:
    of = {role: {i for i in rows if roles[i] is role} for role in Role if role is not Role.UNCLEAR}
    return {role: members for role, members in of.items() if len(members) >= MIN_IN_ROLE}


def _frequent(
    mentions: Mapping[str, Sequence[int]], rows: Sequence[int], roles: Sequence[Role], top: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the most frequent of `mentions` in each role."""
    found = {}
    for role, members in _rows_by_role(rows, roles).items():
        counts = {name: len(members.intersection(at)) for name, at in mentions.items()}
        first = heapq.nsmallest(top, counts, key=lambda name: (-counts[name], name))
        found[str(role)] = [{"name": name, **share(counts[name], len(members))} for name in first]
    return found


def _characteristic(
    mentions: Mapping[str, Sequence[int]], rows: Sequence[int], roles: Sequence[Role], top: int
) -> dict[str, list[dict[str, Any]]]:
    """Return those of `mentions` whose share in a role is furthest above that elsewhere."""
    found = {}
    for role, members in _rows_by_role(rows, roles).items():
        entries: list[dict[str, Any]] = []
        for name, at in mentions.items():
            inside = len(members.intersection(at))
            rest = share(len(at) - inside, len(rows) - len(members))
            here = share(inside, len(members))
            if here["share"] > rest["share"]:
                entries.append({"name": name, **here, "elsewhere": rest["share"]})
        entries.sort(key=lambda entry: entry["elsewhere"] - entry["share"])
        found[str(role)] = entries[:top]
    return found


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("roleclass.report").joinpath("words.toml").read_text("utf-8"))


def measure_words(duties: Sequence[Sequence[str]], top: int = 40) -> dict[str, Any]:
    """Count in how many duties each word occurs, small words apart.

    Examples
    --------
    >>> measure_words([["Build the agents", "Build and test"], ["Testing"]])["words"][0]
    {'word': 'build', 'n': 2, 'of': 3, 'share': 0.666..., 'low': 0.207..., 'high': 0.938...}
    """
    sentences = [sentence for posting in duties for sentence in posting]
    counts = _count_words(sentences)
    stop = set(_words()["stop"])
    frequent = sorted(
        (word for word in counts if word not in stop and len(word) > 1),
        key=lambda w: (-counts[w], w),
    )
    return {
        "duties": len(sentences),
        "words": [{"word": word, **share(counts[word], len(sentences))} for word in frequent[:top]],
    }


def _count_words(sentences: Iterable[str]) -> Counter[str]:
    """Count in how many sentences each word occurs."""
    counts = Counter(word for sentence in sentences for word in set(words(sentence)))
    return Counter({word.decode(): n for word, n in counts.items()})


def published_words(postings: Sequence[Posting]) -> dict[str, Any] | None:
    """Set the published counts of one batch beside ours; None where it is not in the input."""
    published = _words()["published"]
    rows = [posting for posting in postings if posting.batch == published["batch"]]
    if not any(posting.responsibilities for posting in rows):
        return None
    duties = [duty.lower() for posting in rows for duty in posting.responsibilities]
    whole = _count_words(duties)
    labels = Counter(posting.published_label for posting in rows)
    return {
        "batch": published["batch"],
        "postings": {"measured": len(rows), "published": published["postings"]},
        "responsibilities": {"measured": len(duties), "published": published["responsibilities"]},
        "labels": {
            label: {"measured": labels[label], "published": n}
            for label, n in published["labels"].items()
        },
        "words": {
            word: {
                "contained": sum(word in duty for duty in duties),
                "whole_word": whole[word],
                "published": n,
            }
            for word, n in published["contained"].items()
        },
    }
