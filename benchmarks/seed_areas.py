"""The sixteen problem areas: how often, in which tier and order, and how far any cut-offs could agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations_with_replacement
from typing import Any, Final

from benchmarks.seed_figures import Batch, duties_of
from roleclass.report.data import read_data
from roleclass.report.statistics import CUTOFFS, DUTY_CUTOFFS, rank_correlation, tier
from roleclass.taxonomy import TIERS, load_taxonomy
from roleclass.training.fieldguide import our_lines

PROBLEMS: Final = tuple(load_taxonomy()[key] for key in read_data("published")["order"])
"""The sixteen areas, in the seed's order: most frequent first."""

Counts = dict[str, Any]
"""``duties`` and ``postings`` in all, and ``areas``: for each key, how many of each."""


def count_keys(duties: Sequence[Sequence[AbstractSet[str]]]) -> Counts:
    """Count the areas of duties, by duties and by postings that have any.

    Parameters
    ----------
    duties : sequence of sequences of sets of str
        For each posting, the keys of each duty.

    Examples
    --------
    >>> counts = count_keys([[{"rag"}, {"rag", "data"}], [{"data"}], []])
    >>> counts["duties"], counts["postings"], counts["areas"]["rag"]
    (3, 2, [2, 1])
    """
    by_duty = Counter(key for posting in duties for keys in posting for key in keys)
    by_posting = Counter(key for posting in duties for key in set().union(*posting))
    return {
        "duties": sum(map(len, duties)),
        "postings": sum(map(bool, duties)),
        "areas": {area.key: [by_duty[area.key], by_posting[area.key]] for area in PROBLEMS},
    }


def count_batch(batch: Batch) -> dict[str, Counts]:
    """Count published responsibilities, duties that are read, and the duties that readers labelled."""
    lines = our_lines()
    labelled = [
        [
            set(line["area"].split())
            for line in lines.get(case.posting.id or "", ())
            if line["area_labelled"] and line["part"] == "duty"
        ]
        for case in batch
    ]
    counts = {
        where: count_keys([[duty.keys for duty in duties] for duties in rows])
        for where, rows in duties_of(batch).items()
    }
    return counts | {"labelled": count_keys(labelled)}


def shares(counts: Counts, by: str) -> dict[str, float]:
    """Return the share of each of the sixteen areas, by ``"duties"`` or by ``"postings"``."""
    at, of = ("duties", "postings").index(by), max(1, counts[by])
    return {area.key: counts["areas"][area.key][at] / of for area in PROBLEMS}


def tiers(counts: Counts, by: str) -> dict[str, str]:
    """Return the tier of each area by the report's cut-offs, by ``"duties"`` or by ``"postings"``."""
    cutoffs = DUTY_CUTOFFS if by == "duties" else CUTOFFS
    return {key: tier(value, cutoffs) for key, value in shares(counts, by).items()}


def agreeing(counts: Counts, by: str) -> int:
    """Return how many areas have the seed's tier by the report's cut-offs."""
    found = tiers(counts, by)
    return sum(found[area.key] == area.tier for area in PROBLEMS)


def most_that_agree(of: Mapping[str, float]) -> int:
    """Return in how many areas any three cut-offs at all could agree with the seed's tiers.

    Examples
    --------
    >>> most_that_agree({area.key: -place for place, area in enumerate(PROBLEMS)})
    16
    """
    published = {area.key: area.tier for area in PROBLEMS}
    order = [published[key] for key in sorted(of, key=lambda key: -of[key])]
    return max(
        sum(
            order[a:b].count(tier)
            for tier, a, b in zip(TIERS, (0, *cuts), (*cuts, 16), strict=True)
        )
        for cuts in combinations_with_replacement(range(17), 3)
    )


def order_correlation(of: Mapping[str, float]) -> float | None:
    """Return Spearman's rank correlation with the seed's order; None where all shares are the same.

    Examples
    --------
    >>> order_correlation({area.key: -place for place, area in enumerate(PROBLEMS)})
    1.0
    """
    return rank_correlation([of[area.key] for area in PROBLEMS], range(16, 0, -1))
