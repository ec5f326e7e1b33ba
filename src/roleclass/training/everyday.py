"""Written postings: everyday jobs, short texts about AI of every kind, and pages that are not postings.

The corpus consists of long postings by technology companies. The model must also recognise the work of a
plumber or a teacher, and a sentence without a heading, as a duty, and a cookie notice as none.
``everyday.toml`` has the lines; here they are laid out in many ways.
"""

import tomllib
from importlib.resources import files
from typing import Any, Final

import numpy as np

from roleclass.roles import Role
from roleclass.training.corpus import LabelledPosting
from roleclass.training.spans import LineSpan

ROLES: Final = {
    "none": Role.OTHER,
    "ai-user": Role.OTHER,
    "near-ai": Role.AI_SUPPORT,
    "genai": Role.AI_FIRST,
    "ml": Role.ML_FIRST,
}
"""The role of written jobs, by the work of their marked lines."""

PER_JOB: Final = 3
PER_STUB: Final = 16

_MARKED: Final = "!"
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
_PROSE: Final = ("You {}.", "In this job you {}.", "You will {}.", "We seek somebody to {}.")
_Line = tuple[str, str, str, str]  # text, part, work, text after it


def everyday_postings(seed: int = 0) -> list[LabelledPosting]:
    """Return the postings, the same for the same seed.

    Returns
    -------
    list of LabelledPosting
        Of the split ``train``, with labelled lines; pages have the role `Role.UNCLEAR`.

    Examples
    --------
    >>> sorted({str(posting.role) for posting in everyday_postings()})
    ['ai-first', 'ai-support', 'ml-first', 'other', 'unclear']
    """
    data = tomllib.loads(files("roleclass.training").joinpath("everyday.toml").read_text("utf-8"))
    postings = []
    for k, (kind, jobs) in enumerate(data["jobs"].items()):
        for j, (title, of_job) in enumerate(jobs.items()):
            for n in range(PER_JOB):
                rng = np.random.default_rng([seed, k, j, n])
                named = title if rng.random() < 0.7 else None
                duties, needs = (_told(told, kind) for told in of_job)
                lines = _job(duties, needs, rng)
                postings.append(_posting(f"{kind}-{j}", n, named, lines, ROLES[kind]))
    titles = [title for jobs in data["jobs"].values() for title in jobs]
    for k, (kind, stub) in enumerate(data["stubs"].items()):
        for n in range(PER_STUB):
            rng = np.random.default_rng([seed, k, n])
            named = titles[rng.integers(len(titles))] if rng.random() < 0.5 else None
            lines = _stub(stub, rng)
            postings.append(_posting(f"stub-{kind}", n, named, lines, Role.UNCLEAR))
    return postings


def _told(lines: list[str], kind: str) -> list[tuple[str, str]]:
    """Return the text and the work of each line."""
    return [
        (line.removeprefix(_MARKED), kind if line.startswith(_MARKED) else "none") for line in lines
    ]


def _job(
    duties: list[tuple[str, str]], needs: list[tuple[str, str]], rng: np.random.Generator
) -> list[_Line]:
    most = len(duties)
    few = [duties[i] for i in rng.permutation(most)[: int(rng.integers(1, most + 1))]]
    # The lines that define the job stay.
    if any(work != "none" for _, work in duties) and all(work == "none" for _, work in few):
        few.append(next(duty for duty in duties if duty[1] != "none"))
    needed = needs[: int(rng.integers(0, len(needs) + 1))]
    if rng.random() < 0.5:  # prose, without headings
        framed = rng.random() < 0.7
        return [
            *((_sentence(text, rng) if framed else f"{text}.", "duty", work, " ")
              for text, work in few),
            *((f"You need: {text[0].lower()}{text[1:]}.", "requirement", work, "\n")
              for text, work in needed),
        ]  # fmt: skip
    mark = ("", "- ", "\u2022 ", "* ")[rng.integers(4)]
    headed = rng.random() < 0.7
    lines: list[_Line] = []
    for heading, part, items in ((_DUTIES, "duty", few), (_NEEDS, "requirement", needed)):
        if headed and items:
            lines.append((heading[rng.integers(len(heading))], "other", "none", "\n"))
        lines += [(mark + text, part, work, "\n") for text, work in items]
    return lines


def _sentence(text: str, rng: np.random.Generator) -> str:
    return _PROSE[rng.integers(len(_PROSE))].format(text[0].lower() + text[1:])


def _stub(stub: dict[str, Any], rng: np.random.Generator) -> list[_Line]:
    chosen = rng.choice(stub["lines"], size=int(rng.integers(2, 9)), replace=False)
    behind = ("\n", ". ", "\n\n", " | ")[rng.choice(4, p=[0.4, 0.4, 0.1, 0.1])]
    return [(str(line), stub["part"], stub["work"], behind) for line in chosen]


def _posting(
    group: str, number: int, title: str | None, lines: list[_Line], role: Role
) -> LabelledPosting:
    text, spans = "", []
    for line, part, work, behind in lines:
        # The problem areas of ordinary duties are known: there are none.
        areas = ("none",) if part == "duty" and work == "none" else None
        spans.append(LineSpan(len(text), len(text) + len(line), part, work, areas))
        text += line + behind
    return LabelledPosting(
        id=f"everyday-{group}-{number}",
        part="everyday",
        group=f"everyday/{group}",
        title=title,
        text=text,
        role=role,
        lines=tuple(spans),
    )
