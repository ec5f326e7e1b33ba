"""Write the page docs/seeds.md: the verdict of the stored figures on each claim."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks import seed_figures
from benchmarks.results import markdown, percent
from benchmarks.seed_figures import PROBLEMS
from roleclass.report.statistics import share

FEWEST: Final = 5
"""A share of fewer postings is not judged."""

AGREES, PARTLY, DIFFERS, UNTOLD = "agrees", "partly", "differs", "cannot be told"
VERDICTS: Final = (AGREES, PARTLY, DIFFERS, UNTOLD)

WHERE: Final = {"guide": "as published", "text": "as read"}
_MARKS: Final = {True: " ✓", False: " ✗", None: ""}
OCCURS: Final = 0.01
"""The smallest share of postings for a claim that only names something."""

_RARE: Final = {
    DIFFERS: "rarer than one posting in a hundred",
    PARTLY: "about one posting in a hundred: more by one way of counting, fewer by the other",
}

Figures = Mapping[str, Any]
Claim = Mapping[str, Any]
Section = Mapping[str, Any]


def holds(claim: Claim, cell: Sequence[int] | None, *, first: bool = True) -> bool | None:
    """Return whether a claim holds by one figure; None if the figure does not decide.

    Parameters
    ----------
    claim : mapping
        With what ``seeds.toml`` says of when it holds.
    cell : (n, of) or None
    first : bool
        Whether these are the postings that the seed counted: a number of them is not judged on others.

    Examples
    --------
    >>> holds({"least": 0.5}, (6, 10)), holds({"share": 0.97}, (50, 100)), holds({"least": 0.5}, (1, 2))
    (True, False, None)
    """
    if cell is None or claim.get("untold"):
        return None
    n, of = cell
    if "value" in claim:
        return bool(n == claim["value"]) if first else None
    if "ratio" in claim:
        return bool(round(n / of, 1) == claim["ratio"])
    if of < FEWEST:
        return None
    found = share(n, of)
    if "share" in claim:
        return bool(found["low"] <= claim["share"] <= found["high"])
    return bool(claim.get("least", 0) <= found["share"] < claim.get("below", 2))


def verdict(told: Iterable[bool | None]) -> str:
    """Combine the verdicts of several figures on one claim.

    Examples
    --------
    >>> verdict([True, None]), verdict([True, False]), verdict([None])
    ('agrees', 'partly', 'cannot be told')
    """
    known = set(told) - {None}
    if len(known) == 1:
        return AGREES if True in known else DIFFERS
    return PARTLY if known else UNTOLD


def verdicts(sections: Sequence[Section], figures: Figures) -> dict[str, str]:
    """Return the verdict on every claim and area, by id, on the postings that the seed counted."""
    batch = next(iter(figures["postings"]))
    found = {
        claim["id"]: verdict(
            holds(claim, figures["claims"][claim["id"]][batch].get(where)) for where in WHERE
        )
        for section in sections
        for claim in section["claims"]
    }
    counts = figures["areas"][batch]
    told = [
        seed_figures.tiers(counts[where], by) for where in WHERE for by in ("duties", "postings")
    ]
    return found | {
        area.key: verdict(of[area.key] == area.tier for of in told) for area in PROBLEMS
    }


def reason(claim: Claim, said: str) -> str:
    """Return why a claim does not hold, holds in part or cannot be decided; empty if it holds."""
    if said == AGREES:
        return ""
    few = f"fewer than {FEWEST} postings" if said == UNTOLD else ""
    occurs = _RARE.get(said, "") if claim.get("least") == OCCURS else ""
    return str(claim.get("why") or few or occurs)


def _cell(claim: Claim, cell: Sequence[int] | None, *, first: bool) -> str:
    if cell is None:
        return ""
    n, of = cell
    mark = _MARKS[holds(claim, cell, first=first)]
    if "value" in claim:
        return f"{n:,}{mark}"
    if "ratio" in claim:
        return f"{n / of:.1f}{mark}"
    if of == 0:
        return "none"
    few = claim.get("measure") == "titled" or {"title", "role"} <= claim.keys()
    return f"{n:,} of {of:,}{mark}" if few else f"{percent(n / of)}{mark}"


def _table(section: Section, figures: Figures, found: Mapping[str, str]) -> str:
    """Return the claims of a section as a table, without its empty columns."""
    batches = figures["postings"]
    first = next(iter(batches))
    columns = [f"{n} {what}" for n in batches.values() for what in WHERE.values()]
    rows = [[*section.get("head", ("claim", "seed")), *columns, "on the 895"]]
    for claim in section["claims"]:
        cells = figures["claims"][claim["id"]]
        said = found[claim["id"]]
        why = reason(claim, said)
        rows.append(
            [
                claim["says"],
                claim.get("figure", ""),
                *(
                    _cell(claim, cells[batch].get(where), first=batch == first)
                    for batch in batches
                    for where in WHERE
                ),
                f"**{said}**: {why}" if why else f"**{said}**",
            ]
        )
    kept = [column for column in zip(*rows, strict=True) if any(column[1:])]
    lines = list(zip(*kept, strict=True))
    lines.insert(1, ("---", *["--:"] * (len(kept) - 2), "---"))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(sections: Sequence[Section], figures: Figures, why: Mapping[str, str]) -> str:
    """Return the page.

    Parameters
    ----------
    sections, why
        As ``benchmarks.seeds`` loads them.
    figures : mapping
        As stored in ``results/seeds.json``.
    """
    found = verdicts(sections, figures)
    first, later = figures["postings"]
    return markdown("seeds.md.jinja").render(
        figures=figures,
        first=first,
        later=later,
        found=found,
        why=why,
        sections=sections,
        verdicts=VERDICTS,
        counted=Counter(found.values()),
        area_verdicts=Counter(found[area.key] for area in PROBLEMS),
        of=seed_figures,
        mark=lambda area, tier: _MARKS[tier == area.tier],
        share=share,
        table=lambda section: _table(section, figures, found),
    )
