"""The plots of README and docs, as SVG files that are the same in every run."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from benchmarks.seed_figures import PROBLEMS
from benchmarks.seed_page import cell
from roleclass.report.statistics import CUTOFFS, share
from roleclass.roles import Role
from roleclass.taxonomy import TIERS

INK: Final = "#22303c"
QUIET: Final = "#9fb0bd"
FAINT: Final = "#e6ebef"
OURS: Final = "#0f7b6c"
OTHER: Final = "#7a6fb0"
WRONG: Final = "#b5566a"

STYLE: Final[Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
    "legend.frameon": False,
    "svg.hashsalt": "roleclass",  # the same names of elements in every run
}


def draw(figures: Mapping[str, Any], folder: Path) -> None:
    """Draw the plots of README and docs, of what `benchmarks.docs` knows, to files of their names."""
    dev, behaviour = figures["metrics"]["dev"], figures["behaviour"]
    rows = len(behaviour["invariance"])
    plots: dict[str, tuple[tuple[float, float], Callable[[Figure], None]]] = {
        "peers": ((7.2, 4.4), lambda on: _frontier(on.subplots(), figures["peers"]["rows"])),
        "reliability": ((4.8, 4.6), lambda on: _reliability(on.subplots(), dev["calibration"])),
        "confusion": ((5.4, 4.6), lambda on: _confusion(on.subplots(), dev["confusion"])),
        "behaviour": ((9.6, 0.9 + 0.27 * rows), lambda on: _behaviour(on, behaviour)),
        "seed_areas": ((8.4, 5.6), lambda on: draw_areas(on.subplots(), figures["seeds"])),
    }
    with mpl.rc_context(STYLE):
        for name, (size, plot) in plots.items():
            figure = Figure(figsize=size, layout="constrained", facecolor="white")
            plot(figure)
            # No date: the same figures give the same bytes.
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _frontier(axes: Axes, rows: Mapping[str, Mapping[str, Any]], ours: str = "roleclass") -> None:
    """Accuracy against speed; a line joins the Pareto frontier."""
    at = {name: (row["postings_per_second"], row["accuracy"]) for name, row in rows.items()}
    best = sorted(
        (x, y) for x, y in at.values() if not any(a > x and b > y for a, b in at.values())
    )
    axes.plot(*zip(*best, strict=True), color=OURS, linewidth=1.2, alpha=0.5, zorder=1)
    labels: list[tuple[float, float]] = []
    for name, (x, y) in sorted(at.items(), key=lambda item: -item[1][1]):
        mine = name == ours
        low, high = rows[name]["interval"]
        axes.plot([x, x], [low, high], color=OURS if mine else QUIET, linewidth=1.4, zorder=2)
        axes.plot(x, y, "o", color=OURS if mine else INK, markersize=9 if mine else 6, zorder=3)
        height, left = y, any(1.2 * x < a < 2 * x and abs(y - b) < 0.02 for a, b in at.values())
        while not left and any(height > other - 0.03 and x < 20 * a for a, other in labels):
            height -= 0.005  # below the labels of its neighbours
        if not left:
            labels.append((x, height))
        axes.annotate(
            name, (x, y), (x / 1.4 if left else 1.4 * x, height), fontsize=9, va="center",
            ha="right" if left else "left", weight="bold" if mine else "normal",
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.7, "relpos": (left, 0.5)},
        )  # fmt: skip
    axes.set_xscale("log")
    axes.margins(x=0.16)
    axes.set_xlim(right=axes.get_xlim()[1] * 2)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid()
    axes.set_xlabel("postings a second, one thread")
    axes.set_ylabel("accuracy, with its 95 % interval")
    axes.set_title("How right, how fast: up and to the right is better")


def _behaviour(figure: Figure, result: Mapping[str, Any]) -> None:
    """The loss by change, and how many written texts are answered correctly."""
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    _lost(left, list(result["invariance"].items())[::-1])
    _met(right, result["minimum_functionality"])


def _lost(axes: Axes, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    for y, (_, row) in enumerate(rows):
        lost, forgiven = row["lost"], row.get("lost_forgiven", row["lost"])
        axes.barh(y, lost, color=QUIET, height=0.62)
        axes.barh(y, forgiven, color=OURS, height=0.62)
        axes.text(max(lost, forgiven, 0), y, f"  {100 * lost:.1f}", va="center", fontsize=8)
    axes.barh(0, 0, color=OURS, label="lost")
    axes.barh(0, 0, color=QUIET, label="lost, but forgiven: Other to AI-Support")
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.margins(y=0.01)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.05), ncols=2, fontsize=8)
    axes.set_title("Accuracy lost by what should cost none")


def _met(axes: Axes, files: Mapping[str, Any]) -> None:
    kinds = sorted({kind for row in files.values() for kind in row["kinds"]}, reverse=True)
    none = {"n": 0, "met": 0}
    for y, kind in enumerate(kinds):
        counts = [row["kinds"].get(kind, none) for row in files.values()]
        n, met = (sum(count[name] for count in counts) for name in ("n", "met"))
        axes.barh(y, 1, color=FAINT, height=0.62)
        axes.barh(y, met / n, color=OURS, height=0.62)
        axes.text(1, y, f"  {met} of {n}", va="center", fontsize=8)
    axes.set_yticks(range(len(kinds)), kinds, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1.22)
    axes.set_xticks([0, 0.5, 1])
    axes.margins(y=0.01)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.spines["left"].set_visible(False)
    axes.set_title("Written texts, right")


def _reliability(axes: Axes, calibration: Mapping[str, Any]) -> None:
    bins = calibration["reliability_diagram"]
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    for row in bins:
        at, n, right = row["confidence"], row["n"], row["accuracy"]
        interval = share(round(right * n), n)
        low, high = interval["low"], interval["high"]
        axes.plot([at, at], [low, high], color=OURS, linewidth=1.4, alpha=0.55)
        axes.plot(
            at, right, "o", markersize=(12 + 2.2 * n) ** 0.5, color=OURS, mec="white", zorder=3
        )
        axes.annotate(str(n), (at, right), (11, -11), textcoords="offset points", fontsize=8)
    axes.set_xlim(0.2, 1.04)
    axes.set_ylim(0, 1.04)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    axes.grid()
    axes.set_xlabel("stated confidence")
    axes.set_ylabel("share that is right")
    error = calibration["expected_calibration_error"]
    axes.set_title(f"Does 80 % mean 80 %? (error {100 * error:.1f} points)")


def _confusion(axes: Axes, confusion: Mapping[str, Mapping[str, int]]) -> None:
    names = list(confusion)
    for y, truth in enumerate(names):
        total = max(1, sum(confusion[truth].values()))
        for x, answer in enumerate(names):
            n = confusion[truth][answer]
            share_of = n / total
            strength = share_of if x == y else min(1.0, 3 * share_of)
            axes.fill([x, x + 1, x + 1, x], [y, y, y + 1, y + 1], color=OURS if x == y else WRONG,
                      alpha=strength, linewidth=0)  # fmt: skip
            for down, said, size in ((0.44, str(n), 13), (0.70, f"{share_of:.0%}", 8)):
                axes.text(x + 0.5, y + down, said, ha="center", va="center", fontsize=size,
                          color="white" if strength > 0.6 else INK)  # fmt: skip
    labels = [Role(name).label for name in names]
    middles = [k + 0.5 for k in range(len(names))]
    axes.set_xticks(middles, labels)
    axes.set_yticks(middles, labels)
    axes.set_xlim(0, len(names))
    axes.set_ylim(len(names), 0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.hlines(range(len(names) + 1), 0, len(names), color="white", linewidth=2)
    axes.vlines(range(len(names) + 1), 0, len(names), color="white", linewidth=2)
    axes.set_xlabel("roleclass answers")
    axes.set_ylabel("readers say")
    axes.set_title("Which roles are mistaken for which")


_SERIES: Final = (
    ("guide", "published responsibilities", "o", 30, OURS),
    ("text", "duties read in the texts", "D", 30, WRONG),
    ("labelled", "duties that readers labelled", "|", 90, INK),
)


def draw_areas(axes: Axes, figures: Mapping[str, Any]) -> None:
    """Draw the share of postings of the first batch in each area, and a band where its tier would put it."""
    limits = dict(
        zip(TIERS, zip(CUTOFFS.values(), (1.0, *CUTOFFS.values()), strict=False), strict=True)
    )
    first = next(iter(figures["postings"]))
    for y, area in enumerate(PROBLEMS):
        low, high = limits[area.tier or ""]
        axes.barh(y, high - low, left=low, height=0.86, color=FAINT, zorder=1)
    for way, name, marker, size, colour in _SERIES:
        found = [cell(figures, f"{area.key} by postings", first, way) for area in PROBLEMS]
        axes.scatter([n / max(1, of) for n, of in found], range(16), marker=marker, s=size,
                     color=colour, zorder=3, label=name, clip_on=False)  # fmt: skip
    axes.set_yticks(range(16), [area.name for area in PROBLEMS])
    axes.tick_params(axis="y", length=0, pad=10)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.spines["left"].set_visible(False)
    axes.legend(loc="lower right", fontsize=9)
    axes.set_title("Postings with a duty in each area; grey: the seed's tier")
