"""The page docs/seeds.md, from the claims and the stored figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from benchmarks.seed_areas import PROBLEMS, most_that_agree, order_correlation, shares, tiers
from roleclass.report.statistics import share

FEWEST: Final = 5
"""Of fewer postings a share is not judged."""

AGREES, PARTLY, DIFFERS, UNTOLD = "agrees", "partly", "differs", "cannot be told"
VERDICTS: Final = (AGREES, PARTLY, DIFFERS, UNTOLD)

_WHERE: Final = ("guide", "text")
_MARKS: Final = {True: " ✓", False: " ✗", None: ""}
OCCURS: Final = 0.01
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
        told = _tiers(figures["areas"][batch])
        found[area.key] = verdict(of[area.key] == area.tier for of in told)
        for part in area.parts:
            cells = (_part(figures, batch, where, part.key) for where in _WHERE)
            found[part.key] = verdict(holds({"least": OCCURS}, cell) for cell in cells)
    return found


def _part(figures: Figures, batch: str, where: str, key: str) -> tuple[int, int]:
    counts = figures["areas"][batch][where]
    return counts["areas"][key][1], counts["postings"]


def _tiers(counts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the areas' tiers, of published and of read duties, each by duties and by postings."""
    return [tiers(counts[where], by) for where in _WHERE for by in ("duties", "postings")]


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
    occurs = _RARE.get(said, "") if claim.get("least") == OCCURS else ""
    return str(claim.get("why") or few or occurs)


def _told(said: str, why: str) -> str:
    return f"**{said}**: {why}" if why else f"**{said}**"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """Return a table without its empty columns; all but the first and the last `words` stand to the right."""
    kept = [at for at in range(len(header)) if any(row[at] for row in rows)]
    figures = len(kept) - 1 - words
    lines = [[row[at] for at in kept] for row in (header, *rows)]
    lines.insert(1, ["---", *["--:"] * figures, *["---"] * words])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(first: str, second: str, figures: Figures) -> list[str]:
    columns = [
        f"{n} {what}" for n in figures["postings"].values() for what in ("as published", "as read")
    ]
    return [first, second, *columns, "on the 895"]


def _areas(figures: Figures) -> str:
    counts = figures["areas"][next(iter(figures["postings"]))]
    columns = [(where, by) for where in _WHERE for by in ("duties", "postings")]
    columns.append(("labelled", "postings"))
    told = [(shares(counts[where], by), tiers(counts[where], by)) for where, by in columns]
    rows = [
        [
            area.name,
            area.tier or "",
            *(
                f"{percent(of[area.key])} {called[area.key]}{_MARKS[called[area.key] == area.tier]}"
                for of, called in told
            ),
        ]
        for area in PROBLEMS
    ]
    names = ("published, by duties", "by postings", "read, by duties", "by postings")
    return _table(("area", "seed", *names, "labelled by readers, by postings"), rows, words=0)


def _reasons(figures: Figures, found: Mapping[str, str], why: Mapping[str, str]) -> str:
    later = list(figures["postings"])[-1]
    later_shares = [shares(figures["areas"][later][where], "postings") for where in _WHERE]
    rows = [
        [
            area.name,
            f"**{found[area.key]}**",
            *(percent(of[area.key]) for of in later_shares),
            "" if found[area.key] == AGREES else why.get(area.key, ""),
        ]
        for area in PROBLEMS
    ]
    n = figures["postings"][later]
    return _table(("area", "tier", f"{n} published", f"{n} read", "why"), rows)


def _agreement(figures: Figures) -> str:
    rows = []
    for batch, n in figures["postings"].items():
        for where, name in (("guide", "published"), ("text", "read"), ("labelled", "labelled")):
            counts = figures["areas"][batch][where]
            both = [shares(counts, by) for by in ("duties", "postings")]
            rows.append(
                [
                    f"{n}, {name}",
                    f"{counts['duties']:,} / {counts['postings']:,}",
                    *(
                        str(sum(tiers(counts, by)[area.key] == area.tier for area in PROBLEMS))
                        for by in ("duties", "postings")
                    ),
                    *(str(most_that_agree(of)) for of in both),
                    *(_correlation(order_correlation(of)) for of in both),
                ]
            )
    head = (
        "duties / postings",
        "agree by duties",
        "by postings",
        "with the best cut-offs for duties",
    )
    more = ("for postings", "rank correlation by duties", "by postings")
    return _table(("of 16", *head, *more), rows, words=0)


def _correlation(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _parts(figures: Figures, found: Mapping[str, str]) -> str:
    rows = [
        [
            part.name,
            area.name,
            *(
                _cell({"least": OCCURS}, _part(figures, batch, where, part.key), first=True)
                for batch in figures["postings"]
                for where in _WHERE
            ),
            _told(found[part.key], reason({"least": OCCURS}, found[part.key])),
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
        _table(("published responsibilities that are found", "n", "share", "95 %"), rows, words=0)
        + "\n\n"
        + _table(("where they are, in the first batch", "n", "share"), where, words=0)
    )


def page_values(
    sections: Sequence[Mapping[str, Any]], figures: Figures, why: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the template of the page asks for: tables, and figures within the text.

    Parameters
    ----------
    sections, why
        As ``benchmarks.seeds`` loads them.
    figures : mapping
        As stored in ``results/seeds.json``.
    """
    found = verdicts(sections, figures)
    counted = Counter(found.values())
    overlap = figures["overlap"][next(iter(figures["postings"]))]
    right = share(figures["read"]["duty"], sum(figures["read"].values()))
    return {
        "figures": figures,
        "claims": len(found),
        "summary": _table(
            ("", "claims"), [[name, str(counted[name])] for name in VERDICTS], words=0
        ),
        "area_verdicts": Counter(found[area.key] for area in PROBLEMS),
        "areas": _areas(figures),
        "agreement": _agreement(figures),
        "reasons": _reasons(figures, found, why),
        "parts": _parts(figures, found),
        "sections": [
            dict(section) | {"table": _claims(section, figures, found)} for section in sections
        ],
        "overlap": _overlap(figures),
        "recall": percent(overlap["found"]["all"]["share"]),
        "chance": percent(overlap["chance"]["share"]),
        "right": f"{percent(right['low'])} to {percent(right['high'])}",
    }
