"""Shares with intervals; comparisons with correction; tiers; ranks."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from math import erfc, sqrt
from statistics import StatisticsError, correlation
from typing import Any, Final, TypedDict

Z: Final = 1.959963984540054
"""The quantile of the normal distribution for intervals of 95 %."""

CUTOFFS: Final = {"very common": 0.5, "common": 0.2, "uncommon": 0.05, "rare": 0.0}
"""The smallest share of postings of each tier: a majority, one in five, one in twenty."""

DUTY_CUTOFFS: Final = {"very common": 0.1, "common": 0.05, "uncommon": 0.02, "rare": 0.0}
"""The smallest share of duties of each tier: one in ten, one in twenty, one in fifty."""

FALSE_DISCOVERIES: Final = 0.05
"""The false discovery rate: the share of reported differences that may be chance (see `adjusted`)."""


class Share(TypedDict):
    """A share of postings with its 95 % interval."""

    n: int
    of: int
    share: float
    low: float
    high: float


def share(n: int, of: int) -> Share:
    """Return a share with its Wilson score interval (Wilson, 1927).

    Parameters
    ----------
    n, of : int
        The count and the total; with a total of 0 the share is 0, with an interval from 0 to 1.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in share(621, 895).items()}
    {'n': 621, 'of': 895, 'share': 0.694, 'low': 0.663, 'high': 0.723}
    """
    if of == 0:
        return Share(n=0, of=0, share=0.0, low=0.0, high=1.0)
    p = n / of
    middle = (p + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z * sqrt(p * (1 - p) / of + Z**2 / (4 * of**2)) / (1 + Z**2 / of)
    # Rounding must not exclude the share itself.
    low, high = min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))
    return Share(n=n, of=of, share=p, low=low, high=high)


def change(before: Share, after: Share) -> dict[str, float]:
    """Return the difference of two shares with Newcombe's hybrid score interval (1998) of 95 %.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in change(share(50, 100), share(60, 100)).items()}
    {'change': 0.1, 'low': -0.037, 'high': 0.232}
    """
    p, q = before["share"], after["share"]
    down = sqrt((q - after["low"]) ** 2 + (before["high"] - p) ** 2)
    up = sqrt((after["high"] - q) ** 2 + (p - before["low"]) ** 2)
    return {"change": q - p, "low": q - p - down, "high": q - p + up}


def difference_p(before: Share, after: Share) -> float:
    """Return the p-value of a difference of two shares: the pooled z-test, two-sided.

    Examples
    --------
    >>> round(difference_p(share(30, 100), share(60, 100)), 6), difference_p(share(0, 9), share(0, 9))
    (2e-05, 1.0)
    """
    n = before["of"] + after["of"]
    pooled = (before["n"] + after["n"]) / n if n else 0.0
    if not before["of"] or not after["of"] or pooled in (0.0, 1.0):
        return 1.0
    error = sqrt(pooled * (1 - pooled) * (1 / before["of"] + 1 / after["of"]))
    return two_sided((after["share"] - before["share"]) / error)


def two_sided(z: float) -> float:
    """Return the two-sided p-value of `z`, a value of the standard normal distribution."""
    return erfc(abs(z) / sqrt(2))


def adjusted(p: Sequence[float]) -> list[float]:
    """Correct p-values for multiple comparisons (Benjamini and Hochberg, 1995).

    If those below `FALSE_DISCOVERIES` are called differences, at most this share of them is
    chance, on average.

    Parameters
    ----------
    p : sequence of N floats

    Returns
    -------
    list of N floats

    Examples
    --------
    >>> [round(q, 3) for q in adjusted([0.01, 0.5, 0.02, 0.03])]
    [0.04, 0.5, 0.04, 0.04]
    """
    least = 1.0
    found = [1.0] * len(p)
    for rank, i in reversed(list(enumerate(sorted(range(len(p)), key=p.__getitem__), start=1))):
        least = found[i] = min(least, p[i] * len(p) / rank)
    return found


class Tally:
    """The number of postings in each group, and of those with each key.

    Examples
    --------
    >>> tally = Tally()
    >>> for role in ("ai-first", "ml-first", "ai-first"):
    ...     tally.add([role], ["all", "May", None])
    >>> tally.share("ai-first", "May")["n"], tally.of["all"], tally.counts("May", ["other", "ml-first"])
    (2, 3, {'other': 0, 'ml-first': 1})
    """

    def __init__(self) -> None:
        self.of: Counter[Any] = Counter()
        """The postings of each group."""
        self.n: Counter[tuple[Any, Any]] = Counter()
        """The postings of a group with a key, by ``(key, group)``."""

    def add(self, keys: Collection[Hashable], groups: Iterable[Hashable]) -> None:
        """Count a posting with these keys in these groups; None is ignored."""
        for group in groups:
            if group is not None:
                self.of[group] += 1
                self.n.update((key, group) for key in keys)

    def share(self, key: Hashable, group: Hashable) -> Share:
        """Return the share of a group's postings that have a key."""
        return share(self.n[key, group], self.of[group])

    def counts(self, group: Hashable, keys: Iterable[Hashable]) -> dict[str, int]:
        """Return the number of postings of a group with each of these keys."""
        return {str(key): self.n[key, group] for key in keys}


class GroupedShares:
    """Shares of items in groups, such as duties in postings, added group by group.

    Items of a group are alike, so an interval that treats them as independent is too narrow.
    Here the sampling unit is the group (Taylor linearization of a ratio).

    Examples
    --------
    >>> counts = GroupedShares()
    >>> for n, of in ((3, 4), (0, 4), (1, 2)):
    ...     counts.add({"rag": n}, of)
    >>> {name: round(value, 2) for name, value in counts.share("rag").items()}
    {'n': 4, 'of': 10, 'share': 0.4, 'low': 0.0, 'high': 0.91}
    """

    def __init__(self) -> None:
        self.groups = self.of = self._of_of = 0
        self._sums: dict[str, list[int]] = {}

    def add(self, counts: Mapping[str, int], of: int) -> None:
        """Add a group of `of` items; `counts` are the numbers of items of each kind."""
        self.groups += 1
        self.of += of
        self._of_of += of * of
        for key, n in counts.items():
            sums = self._sums.setdefault(key, [0, 0, 0])
            sums[0] += n
            sums[1] += n * n
            sums[2] += n * of

    def share(self, key: str) -> Share:
        """Return the share of items of a kind, with its 95 % interval."""
        n, n_n, n_of = self._sums.get(key, (0, 0, 0))
        if self.groups < 2 or n in (0, self.of):
            return share(n, self.of)
        p = n / self.of
        squares = max(0.0, n_n - 2 * p * n_of + p * p * self._of_of)
        half = Z * sqrt(squares * self.groups / (self.groups - 1)) / self.of
        return Share(n=n, of=self.of, share=p, low=max(0.0, p - half), high=min(1.0, p + half))


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None if one of the two is constant.

    Examples
    --------
    >>> rank_correlation([1, 2, 3, 4], [10, 30, 20, 40]), rank_correlation([1, 1], [1, 2])
    (0.8, None)
    """
    try:
        return correlation(ranks(x), ranks(y))
    except StatisticsError:
        return None


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, from 1 for the smallest; ties get their mean rank.

    Examples
    --------
    >>> ranks([0.3, 0.1, 0.3])
    [2.5, 1.0, 2.5]
    """
    order = sorted(values)
    first = {value: order.index(value) for value in set(values)}
    return [first[value] + (order.count(value) + 1) / 2 for value in values]


def tier(share: float, cutoffs: Mapping[str, float] = CUTOFFS) -> str:
    """Return the frequency tier of a share of postings, or by other cut-offs.

    Examples
    --------
    >>> [tier(p) for p in (0.7, 0.5, 0.2, 0.05, 0.01)]
    ['very common', 'very common', 'common', 'uncommon', 'rare']
    """
    return next(name for name, least in cutoffs.items() if share >= least)
