"""Compute every figure of ``roleclass report`` in one pass over the postings."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from roleclass._version import __version__
from roleclass.classifier import RoleClassifier
from roleclass.report.areas import ProblemAreas, Responsibilities, Together
from roleclass.report.behind import Behind
from roleclass.report.cases import READ_AT_MOST, Case, read_cases
from roleclass.report.language import Concepts, Words
from roleclass.report.occupations import Atypical, Titles
from roleclass.report.outline import Outline
from roleclass.report.postings import Posting
from roleclass.report.shares import Changes, Roles
from roleclass.report.skills import Skills
from roleclass.report.statistics import CUTOFFS, DUTY_CUTOFFS, FALSE_DISCOVERIES


def build_report(
    postings: Iterable[Posting],
    classifier: RoleClassifier | None = None,
    *,
    with_text: bool = False,
    read_at_most: int = READ_AT_MOST,
    threads: int = 1,
    watch: Callable[[Case], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure a set of postings.

    Parameters
    ----------
    postings : iterable of Posting
        Those without a role are classified. They are read once, in bounded memory.
    classifier : RoleClassifier or None
        None for the model that ships in the package.
    with_text : bool
        Whether to show duties behind the areas, in addition to the ids of postings.
    read_at_most : int
        Of more postings, lines are read only for a random sample; see `roleclass.report.cases.read_cases`.
    threads : int
        As for `RoleClassifier.read_many`.
    watch : callable
        Called with each case.

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
    >>> from roleclass import Role
    >>> report = build_report([Posting(text="You will build LLM agents.", role=Role.AI_FIRST)])
    >>> report["roles"][0]["share"]
    1.0
    """
    counts: Counter[str] = Counter()
    roles, behind = Roles(), Behind(with_text=with_text)
    measures: dict[str, Any] = {
        "batches": Changes(),
        "responsibilities": Responsibilities(),
        "problems": ProblemAreas(),
        "together": Together(),
        "outline": Outline(),
        "titles": Titles(),
        "concepts": Concepts(),
        "skills": Skills(),
        "words": Words(),
        "atypical": Atypical(),
    }
    everything = (roles, behind, *measures.values())
    cases = read_cases(
        postings, classifier or RoleClassifier(), read_at_most=read_at_most, threads=threads
    )
    for case in cases:
        counts.update(_states(case))
        for measure in everything:
            measure.add(case)
        watch(case)
    found = roles.result() | {name: measure.result() for name, measure in measures.items()}
    return {
        "roleclass": __version__,
        **{name: counts[name] for name in ("postings", "classified", "read")},
        "sampled": counts["passed over"] > 0,
        "cutoffs": CUTOFFS,
        "duty_cutoffs": DUTY_CUTOFFS,
        "false_discoveries": FALSE_DISCOVERIES,
        **found,
        "behind": behind.result(row["key"] for row in found["titles"]["most_frequent"]),
    }


def _states(case: Case) -> Iterator[str]:
    """Yield the measures of all postings."""
    yield "postings"
    if case.posting.role is None:
        yield "classified"
    if case.was_read:
        yield "read"
    elif case.posting.text or case.posting.responsibilities:
        yield "passed over"
