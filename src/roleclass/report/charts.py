"""Small charts as inline SVG: widths in per cent, to fit any screen; colours of the page."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, Literal

from roleclass.report.statistics import Share

_BAR: Final[tuple[Literal["share", "low", "high"], ...]] = ("share", "low", "high")


def percent(p: float) -> str:
    """Return a share for a person.

    Examples
    --------
    >>> percent(0.694), percent(0.0023), percent(0.0)
    ('69 %', '0.2 %', '0 %')
    """
    return f"{p:.1%}"[:-1] + " %" if 0 < p < 0.0995 else f"{p:.0%}"[:-1] + " %"


def bar(
    share: Share,
    label: str,
    colour: str = "accent",
    *,
    mark: float | None = None,
    scale: float = 1.0,
) -> str:
    """Draw a share as a bar with its interval.

    Parameters
    ----------
    share : Share
    label : str
        What it is a share of, for those who cannot see the chart.
    colour : str
        The name of one of the page's colours.
    mark : float or None
        Another share, drawn as a line across.
    scale : float
        The share that fills the whole width.
    """
    told = (
        f"{label}: {percent(share['share'])} ({share['n']} of {share['of']}), "
        f"95 % interval {percent(share['low'])} to {percent(share['high'])}"
    )
    full, low, high = (min(1.0, share[key] / scale) for key in _BAR)
    line = (
        "" if mark is None else f'<rect class="mark" x="{_p(mark)}" y="1" width="2" height="18"/>'
    )
    return (
        f'<svg class="bar" role="img" aria-label="{escape(told)}"><title>{escape(told)}</title>'
        f'<rect class="track" width="100%" height="12" y="4" rx="3"/>'
        f'<rect class="fill {colour}" width="{_p(full)}" height="12" y="4" rx="3"/>'
        f'<rect class="whisker" x="{_p(low)}" width="{_p(high - low)}" '
        f'y="9" height="2"/>{line}</svg>'
    )


def stack(counts: Mapping[str, int], label: str) -> str:
    """Draw how a whole is made up, as one bar; the keys are names of the page's colours."""
    total = sum(counts.values()) or 1
    told = f"{label}: " + ", ".join(
        f"{name} {percent(n / total)}" for name, n in counts.items() if n
    )
    parts = []
    x = 0.0
    for name, n in counts.items():
        if n:
            parts.append(
                f'<rect class="fill {name}" x="{_p(x)}" width="{_p(n / total)}" y="3" height="14"/>'
            )
        x += n / total
    return (
        f'<svg class="bar" role="img" aria-label="{escape(told)}"><title>{escape(told)}</title>'
        f"{''.join(parts)}</svg>"
    )


def columns(groups: Sequence[tuple[str, Mapping[str, int]]], label: str) -> str:
    """Draw stacked columns side by side: one for each group, all of one height."""
    width = 1 / max(1, len(groups))
    every = -(-len(groups) // 5)  # room for five labels on a phone
    parts = []
    for i, (name, counts) in enumerate(groups):
        total = sum(counts.values()) or 1
        y = 0.0
        told = f"{name}, {total} postings: " + ", ".join(
            f"{key} {percent(n / total)}" for key, n in counts.items() if n
        )
        cells = []
        for key, n in counts.items():
            height = 200 * n / total
            if n:
                cells.append(
                    f'<rect class="fill {key}" x="{_p(i * width)}" width="{_p(width * 0.86)}" '
                    f'y="{y:.1f}" height="{height:.1f}"/>'
                )
            y += height
        parts.append(f"<g><title>{escape(told)}</title>{''.join(cells)}</g>")
        if i % every == 0:
            # The outer labels must not stand out of the chart.
            last = i == len(groups) - 1
            at, anchor = (0.0, "start") if i == 0 else (0.86, "end") if last else (0.43, "middle")
            x = _p((i + at) * width)
            parts.append(f'<text x="{x}" y="217" text-anchor="{anchor}">{escape(name)}</text>')
    return f'<svg class="columns" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _p(share: float) -> str:
    return f"{100 * share:.2f}%"
