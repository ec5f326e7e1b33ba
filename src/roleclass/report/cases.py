"""`Case`: a posting with its role and its lines; the model reads each posting once."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from roleclass.classifier import RoleClassifier
from roleclass.engine.batches import windows
from roleclass.errors import InputError
from roleclass.reading import Line, Reading, likely_areas
from roleclass.report.postings import Posting
from roleclass.roles import Role
from roleclass.taxonomy.phrases import words
from roleclass.taxonomy.problem_areas import find_keys
from roleclass.text.markup import plain

AI_ROLES: Final = (Role.AI_FIRST, Role.AI_SUPPORT, Role.ML_FIRST)
"""The roles whose postings the problem areas are measured on."""

READ_AT_MOST: Final = 100_000
"""How many postings are read line by line; of more, a random sample of about this size."""


@dataclass(frozen=True)
class CaseLine:
    """A line of a posting.

    Attributes
    ----------
    text : str
    part : str
        One of `roleclass.reading.PARTS`.
    areas : tuple of str
        The problem areas of a duty, most likely first.
    """

    text: str
    part: str
    areas: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> list[bytes]:
        """Its tokens, from `roleclass.taxonomy.phrases.words`."""
        return words(self.text)

    @cached_property
    def keys(self) -> set[str]:
        """Areas and sub-patterns that a duty mentions; see `roleclass.taxonomy.problem_areas.find_keys`."""
        return find_keys(self.tokens, self.areas)


@dataclass(frozen=True, slots=True)
class Case:
    """A posting, its role, and its lines.

    Attributes
    ----------
    posting : Posting
    role : Role
        From the table, otherwise from the model.
    confidence : float or None
    was_read : bool
        Whether its lines were read; if not, the rest is empty.
    lines : tuple of CaseLine
        Those of its text, or the responsibilities of a posting without a text.
    duties : tuple of CaseLine
        The responsibilities that its table lists, otherwise those found in its text.
    """

    posting: Posting
    role: Role
    confidence: float | None = None
    was_read: bool = False
    lines: tuple[CaseLine, ...] = ()
    duties: tuple[CaseLine, ...] = ()


def read_cases(
    postings: Iterable[Posting],
    classifier: RoleClassifier,
    *,
    read_at_most: int = READ_AT_MOST,
    threads: int = 1,
) -> Iterator[Case]:
    r"""Read a stream of postings in bounded memory; those without a role are classified.

    Parameters
    ----------
    postings : iterable of Posting
    classifier : RoleClassifier
    read_at_most : int
        Of more postings than this, lines are read only for a random sample of about this size. The sample is
        the same each time, and needs an input with a known length; otherwise all are read.
    threads : int

    Yields
    ------
    Case
        One for each posting, in their order.

    Raises
    ------
    InputError
        If a posting has to be classified and the model knows other roles than the package's.

    Examples
    --------
    >>> posting = Posting(text="What you will do\n- Build LLM agents.", role=Role.AI_FIRST)
    >>> [case] = read_cases([posting], RoleClassifier())
    >>> [duty.text for duty in case.duties], case.duties[0].areas[0]
    (['Build LLM agents.'], 'agents')
    """
    total = len(postings) if isinstance(postings, Sized) else 0
    drawn = Random(0)  # noqa: S311  (a sample, no secret)
    for chunk in windows(postings, _length):
        sampled = [total <= read_at_most or drawn.random() * total < read_at_most for _ in chunk]
        asked = [
            _documents(posting, sampled=was) for posting, was in zip(chunk, sampled, strict=True)
        ]
        if any(posting.role is None for posting in chunk):
            _check_roles(classifier)
        flat = [document for documents in asked for document in documents]
        readings = classifier.read_many(*_columns(flat), threads=threads)
        for posting, was, documents in zip(chunk, sampled, asked, strict=True):
            yield _case(posting, [next(readings) for _ in documents], sampled=was)


def _length(posting: Posting) -> int:
    return len(posting.text or "") + sum(map(len, posting.responsibilities))


def _columns(documents: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [text for text, _ in documents], [title for _, title in documents]


def _documents(posting: Posting, *, sampled: bool) -> list[tuple[str, str]]:
    """Return the text that the model reads of a posting: its text, its responsibilities, or both."""
    listed = _list(posting.responsibilities)
    text = posting.text or listed
    texts = [text] if (sampled and text) or posting.role is None else []
    texts += [listed] if sampled and listed and posting.text else []
    return [(text, posting.title or "") for text in texts]


def _case(posting: Posting, readings: Sequence[Reading], *, sampled: bool) -> Case:
    role, confidence = posting.role, posting.confidence
    if role is None:
        answer = readings[0].prediction
        role, confidence = Role(answer.role), answer.confidence
    if not sampled or not readings:
        return Case(posting, role, confidence)
    lines = tuple(_line(line, readings[0].text) for line in readings[0].lines)
    if not posting.responsibilities:
        duties = tuple(line for line in lines if line.part == "duty")
    else:
        # A responsibility in the table is a duty, whatever the model says.
        listed = readings[-1]
        start = max(0, listed.text.find(_LISTED)) + len(_LISTED)
        found = [line for line in listed.lines if line.start >= start]
        areas = (likely_areas(line.area_probabilities) for line in found)
        duties = tuple(
            CaseLine(listed.text[line.start : line.end], "duty", of)
            for line, of in zip(found, areas, strict=True)
        )
        lines = lines if posting.text else duties
    return Case(posting, role, confidence, was_read=True, lines=lines, duties=duties)


def _line(line: Line, text: str) -> CaseLine:
    return CaseLine(text[line.start : line.end], line.part, line.areas)


_LISTED = "Responsibilities:\n"


def _list(responsibilities: Sequence[str]) -> str:
    if not responsibilities:
        return ""
    return _LISTED + "\n".join(f"- {plain(duty)}" for duty in responsibilities)


def _check_roles(classifier: RoleClassifier) -> None:
    if not all(isinstance(role, Role) for role in classifier.roles):
        raise InputError(
            f"{classifier!r} knows {', '.join(classifier.roles)}; a report needs the roles "
            f"{', '.join(Role)}: use a model that was trained on these"
        )
