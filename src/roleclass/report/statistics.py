"""Shares and how sure they are; tiers of frequency."""

from math import sqrt
from typing import Final, TypedDict

Z: Final = 1.959963984540054
"""The quantile of the normal distribution for intervals of 95 %."""

CUTOFFS: Final = {"very common": 0.5, "common": 0.2, "uncommon": 0.05, "rare": 0.0}
"""The least share of postings of each tier: a majority, one in five, one in twenty."""


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
        So many of so many; a share of nothing is 0, and its interval everything.

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
    # Rounding must not put the share itself outside.
    low, high = min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))
    return Share(n=n, of=of, share=p, low=low, high=high)


class Change(TypedDict):
    """A difference of two shares with its 95 % interval."""

    change: float
    low: float
    high: float


def change(before: Share, after: Share) -> Change:
    """Return the difference of two shares, with Newcombe's hybrid score interval (1998).

    Examples
    --------
    >>> {name: round(value, 3) for name, value in change(share(50, 100), share(60, 100)).items()}
    {'change': 0.1, 'low': -0.037, 'high': 0.232}
    """
    p, q = before["share"], after["share"]
    down = sqrt((q - after["low"]) ** 2 + (before["high"] - p) ** 2)
    up = sqrt((after["high"] - q) ** 2 + (p - before["low"]) ** 2)
    return Change(change=q - p, low=q - p - down, high=q - p + up)


def tier(share: float) -> str:
    """Return the tier of frequency that a share of postings falls in.

    Examples
    --------
    >>> [tier(p) for p in (0.7, 0.5, 0.2, 0.05, 0.01)]
    ['very common', 'very common', 'common', 'uncommon', 'rare']
    """
    return next(name for name, least in CUTOFFS.items() if share >= least)
