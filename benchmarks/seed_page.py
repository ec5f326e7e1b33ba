"""Write the page docs/seeds.md: the verdict of the stored figures on each claim."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks.results import markdown
from benchmarks.seed_figures import PROBLEMS, Claim
from roleclass.pages import tenths
from roleclass.report.statistics import rank_correlation, share, tier

FEWEST: Final = 5
"""A share of fewer postings is not judged."""

AGREES, PARTLY, DIFFERS, UNTOLD = "agrees", "partly", "differs", "cannot be told"
VERDICTS: Final = (AGREES, PARTLY, DIFFERS, UNTOLD)
_VERDICT: Final[dict[frozenset[bool | None], str]] = {
    frozenset({True}): AGREES,
    frozenset({True, False}): PARTLY,
    frozenset({False}): DIFFERS,
    frozenset(): UNTOLD,
}
"""By what the figures that decide say."""

WAYS: Final = {"guide": "as published", "text": "as read"}
"""The ways of counting that a verdict rests on."""

_MARKS: Final = {True: " ✓", False: " ✗", None: ""}

Figures = Mapping[str, Any]
Section = Mapping[str, Any]


def cell(figures: Figures, name: str, batch: str, way: str) -> tuple[int, int]:
    """Return a stored figure, so many of so many; 0 of 0 where nothing could be counted."""
    n, of = figures["claims"][name][batch].get(way, (0, 0))
    return n, of


def holds(claim: Claim, found: tuple[int, int], *, first: bool = True) -> bool | None:
    """Return whether a claim holds by one figure; None if the figure does not decide.

    A number of the postings that the seed counted (the `first`) is not judged on others.

    Examples
    --------
    >>> holds({"least": 0.5}, (6, 10)), holds({"share": 0.97}, (50, 100)), holds({"least": 0.5}, (1, 2))
    (True, False, None)
    """
    n, of = found
    if not of or claim.get("untold"):
        return None
    if "value" in claim:
        return bool(n == claim["value"]) if first else None
    if "ratio" in claim:
        return bool(round(n / of, 1) == claim["ratio"])
    if of < FEWEST:
        return None
    if "share" in claim:
        measured = share(n, of)
        return bool(measured["low"] <= claim["share"] <= measured["high"])
    return bool(claim.get("least", 0) <= n / of < claim.get("below", 2))


def verdicts(sections: Iterable[Section], figures: Figures) -> dict[str, str]:
    """Return the verdict on every claim, by id, and on every area, on the postings that the seed counted."""
    first = next(iter(figures["postings"]))
    told: dict[str, set[bool | None]] = {}
    for claim in (claim for section in sections for claim in section["claims"]):
        cells = (cell(figures, claim["id"], first, way) for way in WAYS)
        told.setdefault(key_of(claim), set()).update(holds(claim, found) for found in cells)
    return {key: _VERDICT[frozenset(of - {None})] for key, of in told.items()}


def key_of(claim: Claim) -> str:
    """Return what a claim's verdict is on: its area, if it is one of two on a tier, otherwise itself."""
    return str(claim.get("area", claim["id"]))


def agreement(
    claims: Mapping[str, Claim], figures: Figures, batch: str, way: str, by: str
) -> list[Any]:
    """Compare the sixteen areas with the seed, by duties or by postings.

    Returns their number, how many areas have the seed's tier, and the rank correlation with its order.
    """
    names = [f"{area.key} by {by}" for area in PROBLEMS]
    found = [cell(figures, name, batch, way) for name in names]
    same = [holds(claims[name], figure) for name, figure in zip(names, found, strict=True)]
    order = rank_correlation([n for n, _ in found], range(16, 0, -1))
    return [found[0][1], same.count(True), order]


class _Page:
    """What the template asks for."""

    def __init__(self, sections: Sequence[Section], figures: Figures) -> None:
        self.figures = figures
        self.found = verdicts(sections, figures)
        self.claims = {claim["id"]: claim for section in sections for claim in section["claims"]}
        self.first, self.later = figures["postings"]

    def cell(self, name: str, batch: str, way: str) -> str:
        """Write a figure, with whether the claim holds by it."""
        claim, (n, of) = self.claims[name], cell(self.figures, name, batch, way)
        if not of:
            return ""
        if "value" in claim:
            text = f"{n:,}"
        elif "ratio" in claim:
            text = f"{n / of:.1f}"
        elif claim.get("counts"):
            text = f"{n:,} of {of:,}"
        else:
            text = tenths(n / of)
        if "cutoffs" in claim:
            text += f" {tier(n / of, claim['cutoffs'])}"
        return text + _MARKS[holds(claim, (n, of), first=batch == self.first)]

    def why(self, claim: Claim) -> str:
        """Return why a claim does not hold, holds in part or cannot be decided; empty if it holds."""
        few = f"fewer than {FEWEST} postings"
        return "" if self.found[key_of(claim)] == AGREES else str(claim.get("why", few))

    def table(self, section: Section) -> str:
        """Write the claims of a section as a table, without its empty columns."""
        batches = self.figures["postings"]
        places = [(batch, way) for batch in batches for way in WAYS]
        columns = [f"{batches[batch]} {WAYS[way]}" for batch, way in places]
        rows = [[*section.get("head", ("claim", "seed")), *columns, "on the 895"]]
        for claim in section["claims"]:
            why = self.why(claim)
            said = f"**{self.found[claim['id']]}**{': ' * bool(why)}{why}"
            figure = claim.get("figure", f"{claim['value']:,}" if "value" in claim else "")
            cells = (self.cell(claim["id"], *place) for place in places)
            rows.append([claim["says"], figure, *cells, said])
        kept = [column for column in zip(*rows, strict=True) if any(column[1:])]
        lines = [*zip(*kept, strict=True)]
        lines.insert(1, ("---", *["--:"] * (len(kept) - 2), "---"))
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_page(sections: Sequence[Section], figures: Figures) -> str:
    """Return the page of the figures that are stored in ``results/seeds.json``."""
    page = _Page(sections, figures)
    return markdown("seeds.md.jinja").render(
        page=page,
        figures=figures,
        sections=sections,
        areas=PROBLEMS,
        agreement=agreement,
        verdicts=VERDICTS,
        counted=Counter(page.found.values()),
        tiers=Counter(page.found[area.key] for area in PROBLEMS),
        share=share,
    )
