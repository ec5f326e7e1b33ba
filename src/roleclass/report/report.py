"""A pile of postings, measured: every figure that ``roleclass report`` shows."""

from collections.abc import Iterator, Sequence
from typing import Any

from roleclass._version import __version__
from roleclass.classifier import RoleClassifier
from roleclass.errors import InputError
from roleclass.reading import Line, Reading, likely_areas
from roleclass.report.content import (
    Duty,
    measure_concepts,
    measure_problems,
    measure_skills,
    measure_words,
    published_words,
)
from roleclass.report.postings import Posting
from roleclass.report.shares import batch_change, compare_labels, measure_groups, role_shares
from roleclass.report.statistics import CUTOFFS
from roleclass.report.titles import measure_atypical, measure_titles
from roleclass.roles import Role
from roleclass.text import MAX_BYTES, encode
from roleclass.text.markup import plain


def build_report(
    postings: Sequence[Posting], classifier: RoleClassifier | None = None
) -> dict[str, Any]:
    """Measure a pile of postings.

    Parameters
    ----------
    postings : sequence of Posting
        Those without a role are classified first.
    classifier : RoleClassifier or None
        None for the model that ships with the package.

    Returns
    -------
    dict
        Plain strings, numbers, lists and dicts, ready for JSON; ``docs/report.md`` describes it.

    Raises
    ------
    InputError
        If postings have to be classified and the model knows other roles than the package's.

    Examples
    --------
    >>> posting = Posting(text="You will build LLM agents.", role=Role.AI_FIRST)
    >>> report = build_report([posting])
    >>> report["roles"][0]["share"]
    1.0
    """
    classifier = classifier or RoleClassifier()
    texts = [_text(posting) for posting in postings]
    roles, confidence = _classify(postings, texts, classifier)
    duties = _read_duties(postings, classifier)
    sentences = [
        posting.responsibilities or [duty.text for duty in found]
        for posting, found in zip(postings, duties, strict=True)
    ]
    labels = [posting.published_label or "none" for posting in postings]
    published = compare_labels(postings, roles)
    return {
        "roleclass": __version__,
        "postings": len(postings),
        "classified": sum(posting.role is None for posting in postings),
        "cutoffs": CUTOFFS,
        "roles": role_shares(roles),
        "batches": {
            "roles": batch_change(postings, [str(role) for role in roles]),
            "published": batch_change(postings, labels) if published else [],
        },
        "published": published,
        "titles": measure_titles(postings, roles),
        "problems": measure_problems(duties, postings, roles),
        "concepts": measure_concepts(texts, roles),
        "skills": measure_skills(postings, texts, roles),
        "words": measure_words(sentences) | {"published": published_words(postings)},
        "groups": measure_groups(postings, roles),
        "atypical": measure_atypical(postings, roles, confidence),
    }


def _read_duties(postings: Sequence[Posting], classifier: RoleClassifier) -> list[tuple[Duty, ...]]:
    """Return the duties of each posting: of those that its table lists, else of its text."""
    asked = [(_list(p.responsibilities) or p.text or "", p.title or "") for p in postings]
    asked = [posting if _can_be_read(*posting) else ("", "") for posting in asked]
    readings = classifier.read_many((text for text, _ in asked), (title for _, title in asked))
    return [
        tuple(
            Duty(reading.text[line.start : line.end], likely_areas(line.area_probabilities))
            for line in _duties(posting, reading)
        )
        for posting, reading in zip(postings, readings, strict=True)
    ]


def _duties(posting: Posting, reading: Reading) -> Iterator[Line]:
    if not posting.responsibilities:
        yield from reading.duties
        return
    # What the table calls a responsibility is one, whatever the model thinks of it.
    start = max(0, reading.text.find(_LISTED)) + len(_LISTED)
    yield from (line for line in reading.lines if line.start >= start)


_LISTED = "Responsibilities:\n"


def _list(responsibilities: Sequence[str]) -> str:
    return (
        _LISTED + "\n".join(f"- {plain(duty)}" for duty in responsibilities)
        if responsibilities
        else ""
    )


def _can_be_read(text: str, title: str) -> bool:
    # A character has four bytes at most: short ones need no counting.
    return len(text) + len(title) < MAX_BYTES // 8 or len(encode(text, title)) <= MAX_BYTES


def _text(posting: Posting) -> str:
    return posting.text or "\n".join(posting.responsibilities)


def _classify(
    postings: Sequence[Posting], texts: Sequence[str], classifier: RoleClassifier
) -> tuple[list[Role], list[float | None]]:
    """Return each posting's role and confidence: those of the table, else those of the model."""
    unscored = [i for i, posting in enumerate(postings) if posting.role is None]
    if unscored and not all(isinstance(role, Role) for role in classifier.roles):
        raise InputError(
            f"{classifier!r} gives {', '.join(classifier.roles)}; a report is about the roles "
            f"{', '.join(Role)}: use a model that was trained on these"
        )
    answers = classifier.predict_many(
        [texts[i] for i in unscored], [postings[i].title for i in unscored]
    )
    roles = [posting.role or Role.UNCLEAR for posting in postings]
    confidence = [posting.confidence for posting in postings]
    for i, answer in zip(unscored, answers, strict=True):
        roles[i], confidence[i] = Role(answer.role), answer.confidence
    return roles, confidence
