"""Plots of the seed documents beside what is measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from benchmarks.plots import FAINT, INK, OURS, STYLE, WRONG
from benchmarks.seed_areas import PROBLEMS, shares
from roleclass.report.statistics import CUTOFFS
from roleclass.taxonomy import TIERS

_SERIES: Final = (
    ("guide", "published responsibilities", "o", OURS),
    ("text", "duties read in the texts", "D", WRONG),
    ("labelled", "duties that readers labelled", "|", INK),
)


def save_areas(counts: Mapping[str, Any], path: Path) -> None:
    """Draw the areas of one batch to an SVG file, the same bytes from the same figures."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 5.6), layout="constrained", facecolor="white")
        draw_areas(figure.subplots(), counts)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=100)


def draw_areas(axes: Axes, counts: Mapping[str, Any]) -> None:
    """Draw the share of postings in each area, in the seed's order; a band is where its tier would put it.

    Parameters
    ----------
    axes : Axes
    counts : mapping
        ``areas`` of one batch, as stored in ``results/seeds.json``.
    """
    limits = dict(
        zip(TIERS, zip(CUTOFFS.values(), (1.0, *CUTOFFS.values()), strict=False), strict=True)
    )
    found = {where: shares(counts[where], "postings") for where, *_ in _SERIES}
    for y, area in enumerate(PROBLEMS):
        low, high = limits[area.tier or ""]
        axes.barh(y, high - low, left=low, height=0.86, color=FAINT, zorder=1)
    for where, name, marker, colour in _SERIES:
        values = [found[where][area.key] for area in PROBLEMS]
        size = 90 if marker == "|" else 30
        axes.scatter(
            values,
            range(16),
            marker=marker,
            s=size,
            color=colour,
            zorder=3,
            label=name,
            clip_on=False,
        )
    axes.set_yticks(range(16), [area.name for area in PROBLEMS])
    axes.tick_params(axis="y", length=0, pad=10)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.spines["left"].set_visible(False)
    axes.legend(loc="lower right", fontsize=9)
    axes.set_title("Postings with a duty in each area; grey: the seed's tier")
