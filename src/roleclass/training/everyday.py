"""Written postings of everyday jobs, and pages that are no posting: ``everyday.toml``, laid out in many ways.

The boards of the corpus are of technology companies. What a plumber or a teacher does must be known
as a duty, too, and a cookie notice as none.
"""

import tomllib
from importlib.resources import files
from typing import Final

import numpy as np

from roleclass.roles import Role
from roleclass.training.corpus import Posting
from roleclass.training.lines.spans import LineSpan

PER_JOB: Final = 3
STUBS: Final = 60

_DUTIES: Final = (
    "What you will do",
    "Your tasks:",
    "The job",
    "Your work",
    "RESPONSIBILITIES",
    "Duties:",
)
_NEEDS: Final = (
    "What you bring",
    "You have",
    "Requirements:",
    "Your profile",
    "We expect",
    "QUALIFICATIONS",
)
_PROSE: Final = ("You {}.", "In this job you {}.", "You will {}.")


def everyday_postings(seed: int = 0) -> list[Posting]:
    """Return the postings, the same for the same seed.

    Returns
    -------
    list of Posting
        Of the split ``train``, with labelled lines: jobs have the role `Role.OTHER`, pages `Role.UNCLEAR`.

    Examples
    --------
    >>> sorted({str(posting.role) for posting in everyday_postings()})
    ['other', 'unclear']
    """
    data = tomllib.loads(files("roleclass.training").joinpath("everyday.toml").read_text("utf-8"))
    postings = []
    for k, (title, (duties, needs)) in enumerate(data["jobs"].items()):
        for n in range(PER_JOB):
            rng = np.random.default_rng([seed, k, n])
            lines = _job(duties, needs, rng)
            named = title if rng.random() < 0.7 else None
            postings.append(_posting(f"job-{k}", n, named, lines, Role.OTHER))
    for n in range(STUBS):
        rng = np.random.default_rng([seed, n])
        chosen = rng.choice(data["stubs"]["lines"], size=int(rng.integers(2, 9)), replace=False)
        lines = [(str(line), "other", "\n" if rng.random() < 0.5 else ". ") for line in chosen]
        postings.append(_posting("stubs", n, None, lines, Role.UNCLEAR))
    return postings


_Line = tuple[str, str, str]  # text, part, what stands behind it


def _job(duties: list[str], needs: list[str], rng: np.random.Generator) -> list[_Line]:
    few = rng.permutation(duties)[: int(rng.integers(1, len(duties) + 1))].tolist()
    needed = needs[: int(rng.integers(0, len(needs) + 1))]
    if rng.random() < 0.4:  # prose, without headings
        frame = _PROSE[rng.integers(len(_PROSE))]
        said = [frame.format(duty[0].lower() + duty[1:]) for duty in few]
        return [
            *((line, "duty", " ") for line in said),
            *((f"You need: {need[0].lower()}{need[1:]}.", "requirement", "\n") for need in needed),
        ]
    mark = ("", "- ", "\u2022 ", "* ")[rng.integers(4)]
    headed = rng.random() < 0.8
    lines: list[_Line] = []
    for heading, part, items in ((_DUTIES, "duty", few), (_NEEDS, "requirement", needed)):
        if headed and items:
            lines.append((heading[rng.integers(len(heading))], "other", "\n"))
        lines += [(mark + item, part, "\n") for item in items]
    return lines


def _posting(group: str, number: int, title: str | None, lines: list[_Line], role: Role) -> Posting:
    text, spans = "", []
    for line, part, behind in lines:
        spans.append(
            LineSpan(
                len(text), len(text) + len(line), part, "none", ("none",) if part == "duty" else ()
            )
        )
        text += line + behind
    return Posting(
        id=f"everyday-{group}-{number}",
        part="everyday",
        group=f"everyday/{group}",
        title=title,
        text=text,
        role=role,
        lines=tuple(spans),
    )
