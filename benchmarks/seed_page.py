"""The page docs/seeds.md, from the claims and the stored figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks.results import markdown_table
from benchmarks.seed_areas import PROBLEMS, by_rank, most_that_agree, rank_correlation, shares
from roleclass.report.statistics import share, tier

FEWEST: Final = 5
"""Of fewer postings a share is not judged."""

AGREES, PARTLY, DIFFERS, UNTOLD = "agrees", "partly", "differs", "cannot be told"
VERDICTS: Final = (AGREES, PARTLY, DIFFERS, UNTOLD)

_WHERE: Final = ("guide", "text")
_MARKS: Final = {True: " ✓", False: " ✗", None: ""}
_OCCURS: Final = 0.01
"""The least share of postings of what a seed only names."""

_RARE: Final = {
    DIFFERS: "rarer than one posting in a hundred",
    PARTLY: "about one posting in a hundred: more by one way of counting, fewer by the other",
}

Figures = Mapping[str, Any]
Claim = Mapping[str, Any]


def holds(claim: Claim, cell: Any, *, first: bool = True) -> bool | None:
    """Say whether a claim holds by one figure; None where that figure does not tell.

    Parameters
    ----------
    claim : mapping
        With what ``seeds.toml`` says of when it holds.
    cell : int or (n, of) or None
    first : bool
        Whether these are the postings that the seed counted: a number of them is not judged on others.

    Examples
    --------
    >>> holds({"least": 0.5}, (6, 10)), holds({"share": 0.97}, (50, 100)), holds({"least": 0.5}, (1, 2))
    (True, False, None)
    """
    if cell is None or claim.get("untold"):
        return None
    if isinstance(cell, int):
        return bool(cell == claim["value"]) if first else None
    n, of = cell
    if "ratio" in claim:
        return bool(round(n / of, 1) == claim["ratio"])
    if of < FEWEST:
        return None
    found = share(n, of)
    if "share" in claim:
        return bool(found["low"] <= claim["share"] <= found["high"])
    return bool(claim.get("least", 0) <= found["share"] < claim.get("below", 2))


def verdict(told: Iterable[bool | None]) -> str:
    """Put together what several figures say of one claim.

    Examples
    --------
    >>> verdict([True, None]), verdict([True, False]), verdict([None])
    ('agrees', 'partly', 'cannot be told')
    """
    known = {each for each in told if each is not None}
    return {frozenset({True}): AGREES, frozenset({False}): DIFFERS, frozenset(): UNTOLD}.get(
        frozenset(known), PARTLY
    )


def verdicts(sections: Sequence[Mapping[str, Any]], figures: Figures) -> dict[str, str]:
    """Return the verdict on every claim, by id, on the postings that the seed counted."""
    batch = next(iter(figures["postings"]))
    found = {
        claim["id"]: verdict(
            holds(claim, figures["claims"][claim["id"]][batch].get(where)) for where in _WHERE
        )
        for section in sections
        for claim in section["claims"]
    }
    for area in PROBLEMS:
        found[area.key] = verdict(
            tier == area.tier for tier in _tiers(figures["areas"][batch], area.key)
        )
        for part in area.parts:
            cells = (_part(figures, batch, where, part.key) for where in _WHERE)
            found[part.key] = verdict(holds({"least": _OCCURS}, cell) for cell in cells)
    return found


def _part(figures: Figures, batch: str, where: str, key: str) -> tuple[int, int]:
    counts = figures["areas"][batch][where]
    return counts["areas"][key][1], counts["postings"]


def _tiers(counts: Mapping[str, Any], key: str) -> list[str]:
    """Return an area's tiers: by rank of duties, and by share of postings, listed and in texts."""
    return [
        found
        for where in _WHERE
        for found in (
            by_rank(shares(counts[where], "duties"))[key],
            tier(shares(counts[where], "postings")[key]),
        )
    ]


def percent(value: float) -> str:
    """Return a share as text.

    Examples
    --------
    >>> percent(0.1234), percent(0.0004)
    ('12 %', '0.0 %')
    """
    return f"{100 * value:.0f} %" if value >= 0.095 else f"{100 * value:.1f} %"


def _cell(claim: Claim, cell: Any, *, first: bool) -> str:
    if cell is None:
        return ""
    mark = _MARKS[holds(claim, cell, first=first)]
    if isinstance(cell, int):
        return f"{cell:,}{mark}"
    n, of = cell
    if "ratio" in claim:
        return f"{n / of:.1f}{mark}"
    few = claim.get("measure") in ("title", "titled")
    if of == 0:
        return "none"
    return f"{n:,} of {of:,}{mark}" if few else f"{percent(n / of)}{mark}"


def _claims(section: Mapping[str, Any], figures: Figures, found: Mapping[str, str]) -> str:
    batches = list(figures["postings"])
    rows = []
    for claim in section["claims"]:
        measured = figures["claims"][claim["id"]]
        cells = [
            _cell(claim, measured[batch].get(where), first=batch == batches[0])
            for batch in batches
            for where in _WHERE
        ]
        said = found[claim["id"]]
        rows.append(
            [claim["says"], claim.get("figure", ""), *cells, _told(said, reason(claim, said))]
        )
    return _table(_head("claim", "seed", figures), rows)


def reason(claim: Claim, said: str) -> str:
    """Say why a claim does not hold, holds in part or cannot be told; empty where it holds."""
    if said == AGREES:
        return ""
    few = f"fewer than {FEWEST} postings" if said == UNTOLD else ""
    occurs = _RARE.get(said, "") if claim.get("least") == _OCCURS else ""
    return str(claim.get("why") or few or occurs)


def _told(said: str, why: str) -> str:
    return f"**{said}**: {why}" if why else f"**{said}**"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table without its empty columns, the last column set to the left: it has words."""
    kept = [at for at in range(len(header)) if any(row[at] for row in rows)]
    table = markdown_table([header[at] for at in kept], [[row[at] for at in kept] for row in rows])
    return table.replace("---: |\n", "--- |\n", 1)


def _head(first: str, second: str, figures: Figures) -> list[str]:
    columns = [
        f"{n} {what}" for n in figures["postings"].values() for what in ("as published", "as read")
    ]
    return [first, second, *columns, "on the first"]


def _areas(figures: Figures, found: Mapping[str, str], why: Mapping[str, str]) -> str:
    batch, later = figures["postings"]
    names = {area.key: area.name for area in PROBLEMS}
    rows = []
    for area in PROBLEMS:
        counts = figures["areas"][batch]
        cells = []
        tiers = iter(_tiers(counts, area.key))
        for where in _WHERE:
            for by in ("duties", "postings"):
                told = next(tiers)
                part = percent(shares(counts[where], by)[area.key])
                cells.append(f"{part} {told}{_MARKS[told == area.tier]}")
        value = shares(counts["labelled"], "postings")[area.key]
        cells.append(f"{percent(value)} {tier(value)}{_MARKS[tier(value) == area.tier]}")
        rows.append([names[area.key], area.tier or "", *cells])
    first = markdown_table(
        ("area", "seed", "published, by duties", "by postings", "read, by duties", "by postings",
         "labelled by readers, by postings"), rows,
    )  # fmt: skip
    counts = figures["areas"][later]
    reasons = [
        [
            names[area.key],
            f"**{found[area.key]}**",
            *(percent(shares(counts[where], "postings")[area.key]) for where in _WHERE),
            why.get(area.key, ""),
        ]
        for area in PROBLEMS
    ]
    n = figures["postings"][later]
    second = _table(("area", "tier", f"{n} published", f"{n} read", "why"), reasons)
    return f"{first}\n\n{_agreement(figures)}\n\n{second}"


def _agreement(figures: Figures) -> str:
    rows = []
    published = {area.key: area.tier for area in PROBLEMS}
    for batch, n in figures["postings"].items():
        for where, name in (("guide", "published"), ("text", "read"), ("labelled", "labelled")):
            counts = figures["areas"][batch][where]
            by_duties, by_postings = (shares(counts, by) for by in ("duties", "postings"))
            rank = by_rank(by_duties)
            rows.append(
                [
                    f"{n}, {name}",
                    f"{counts['duties']:,} / {counts['postings']:,}",
                    str(sum(rank[key] == published[key] for key in rank)),
                    str(sum(tier(by_postings[key]) == published[key] for key in rank)),
                    *(str(most_that_agree(of)) for of in (by_duties, by_postings)),
                    *(f"{rank_correlation(of):.2f}" for of in (by_duties, by_postings)),
                ]
            )
    return markdown_table(
        ("of 16 areas, the seed's tier", "duties / postings", "by duties, tiers by rank",
         "by postings, cut-offs", "best cut-offs for duties", "best for postings",
         "rank correlation, duties", "postings"), rows,
    )  # fmt: skip


def _parts(figures: Figures, found: Mapping[str, str]) -> str:
    rows = [
        [
            part.name,
            area.name,
            *(
                _cell({"least": _OCCURS}, _part(figures, batch, where, part.key), first=True)
                for batch in figures["postings"]
                for where in _WHERE
            ),
            _told(found[part.key], reason({"least": _OCCURS}, found[part.key])),
        ]
        for area in PROBLEMS
        for part in area.parts
    ]
    return _table(_head("sub-pattern", "of", figures), rows)


def _overlap(figures: Figures) -> str:
    rows = []
    for batch, overlap in figures["overlap"].items():
        chance = {"by chance: in the duties of another posting": overlap["chance"]}
        for name, row in (overlap["found"] | chance).items():
            interval = f"{percent(row['low'])} to {percent(row['high'])}"
            counts = f"{row['n']:,} of {row['of']:,}"
            rows.append(
                [f"{figures['postings'][batch]}: {name}", counts, percent(row["share"]), interval]
            )
    kinds = figures["overlap"][next(iter(figures["postings"]))]["kinds"]
    total = sum(kinds.values())
    where = [[kind, f"{n:,}", percent(n / total)] for kind, n in kinds.items()]
    return (
        markdown_table(("published responsibilities that are found", "", "", "95 %"), rows)
        + "\n\n"
        + markdown_table(("where they are, in the first batch", "", ""), where)
    )


def render(
    sections: Sequence[Mapping[str, Any]], figures: Figures, why: Mapping[str, str], template: str
) -> str:
    """Return the page: the template, with the tables where it names them.

    Parameters
    ----------
    sections, why, template
        As ``benchmarks.seeds`` loads them.
    figures : mapping
        As stored in ``results/seeds.json``.
    """
    found = verdicts(sections, figures)
    counted = Counter(found.values())
    read = figures["read"]
    right = share(read["duty"], sum(read.values()))
    batch = next(iter(figures["postings"]))
    at_all = sum(found[area.key] in (AGREES, PARTLY) for area in PROBLEMS)
    tables = {
        "claims": str(len(found)),
        "model": figures["model"],
        "version": figures["versions"]["roleclass"],
        "texts": " and ".join(f"{n}" for n in figures["texts"].values()),
        "summary": markdown_table(
            ("claims", "number"), [[name, str(counted[name])] for name in VERDICTS]
        ),
        "areas": _areas(figures, found, why),
        "areas_agree": str(sum(found[area.key] == AGREES for area in PROBLEMS)),
        "areas_at_all": str(at_all),
        "areas_none": str(16 - at_all),
        "parts": _parts(figures, found),
        "overlap": _overlap(figures),
        "recall": percent(figures["overlap"][batch]["found"]["all"]["share"]),
        "chance": percent(figures["overlap"][batch]["chance"]["share"]),
        "right": f"{read['duty']} of {sum(read.values())}",
        "right_interval": f"{percent(right['low'])} to {percent(right['high'])}",
        "debatable": str(read["debatable"]),
        "wrong": str(read["none"]),
        **{
            document: "\n\n".join(
                "\n\n".join(
                    (
                        f"### {section['name']}",
                        *([section["note"]] if "note" in section else []),
                        _claims(section, figures, found),
                    )
                )
                for section in sections
                if section["document"] == document
            )
            for document in ("analysis", "list")
        },
    }
    for name, table in tables.items():
        template = template.replace(f"{{{{{name}}}}}", table)
    return template
