"""The plots of the comparisons, as SVG files that are the same in every run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from roleclass.roles import Role

INK: Final = "#22303c"
QUIET: Final = "#9fb0bd"
FAINT: Final = "#e6ebef"
OURS: Final = "#0f7b6c"
OTHERS: Final = ("#d08a2e", "#7a6fb0", "#b5566a", "#4f8fc0")

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


def draw(result: Mapping[str, Any], folder: Path, *, ours: str, suffix: str = "svg") -> list[Path]:
    """Draw every plot that the figures allow and return the files."""
    mine = result["peers"][ours]
    plots = {"peers": _peers, "coverage": _coverage}
    written = []
    with mpl.rc_context(STYLE):
        for name, plot in plots.items():
            figure = _figure(7.2, 4.2)
            plot(figure.subplots(), result["peers"], ours)
            written.append(_save(figure, folder / f"{name}.{suffix}"))
        figure = _figure(4.8, 4.6)
        _reliability(figure.subplots(), mine["calibration"])
        written.append(_save(figure, folder / f"reliability.{suffix}"))
        figure = _figure(5.4, 4.6)
        _confusion(figure.subplots(), mine["confusion"])
        written.append(_save(figure, folder / f"confusion.{suffix}"))
    return written


def draw_throughput(
    ways: Mapping[str, Mapping[str, float]], path: Path, *, ours: str, quiet: str = "2 "
) -> Path:
    """Draw postings a second of every way that is compared on one thread, and return the file."""
    rows = sorted(
        ((row["postings_per_second"], name) for name, row in ways.items() if quiet not in name)
    )
    with mpl.rc_context(STYLE):
        figure = _figure(7.2, 0.9 + 0.42 * len(rows))
        axes = figure.subplots()
        for y, (rate, name) in enumerate(rows):
            axes.barh(y, rate, color=OURS if name == ours else QUIET, height=0.62)
            weight = "bold" if name == ours else "normal"
            axes.text(rate, y, f"  {rate:,}", va="center", weight=weight)
        axes.set_yticks(range(len(rows)), [name for _, name in rows])
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, 1.16 * rows[-1][0])
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.set_title("Postings a second, one thread")
        return _save(figure, path)


def draw_behaviour(result: Mapping[str, Any], path: Path) -> Path:
    """Draw what each change costs and how many written texts are answered right; return the file."""
    rows = list(result["invariance"].items())[::-1]
    with mpl.rc_context(STYLE):
        figure = _figure(9.6, 0.9 + 0.27 * len(rows))
        left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
        _lost(left, rows)
        _met(right, result["minimum_functionality"])
        return _save(figure, path)


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


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def _save(figure: Figure, path: Path) -> Path:
    # No date: the same figures give the same bytes.
    metadata = {"Date": None} if path.suffix == ".svg" else None
    figure.savefig(path, metadata=metadata, dpi=144)
    return path


def _peers(axes: Axes, peers: Mapping[str, Any], ours: str) -> None:
    rows = sorted(
        ((name, row) for name, row in peers.items() if "accuracy" in row),
        key=lambda item: item[1]["accuracy"]["value"],
    )
    for y, (name, row) in enumerate(rows):
        accuracy = row["accuracy"]
        colour = OURS if name == ours else QUIET
        value = accuracy["value"]
        reach = [[value - accuracy["low"]], [accuracy["high"] - value]]
        axes.barh(y, value, color=colour, height=0.62)
        axes.errorbar(value, y, xerr=reach, color=INK, linewidth=1.2, capsize=3)
        axes.plot(row["macro_f1"], y, "D", color="white", markeredgecolor=INK, markersize=5)
        axes.text(
            accuracy["high"] + 0.015,
            y,
            f"{value:.1%}",
            va="center",
            weight="bold" if name == ours else "normal",
        )
    axes.plot([], [], "D", color="white", markeredgecolor=INK, markersize=5, label="macro-F1")
    axes.errorbar([], [], xerr=[], color=INK, capsize=3, label="95 % interval of accuracy")
    axes.set_yticks(range(len(rows)), [_broken(name) for name, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.legend(loc="upper right", bbox_to_anchor=(1, -0.08), ncols=2, fontsize=9)
    axes.set_title("Accuracy on postings that no peer learnt from")


def _broken(name: str) -> str:
    """Break a long name where its last part begins."""
    for mark in (" + ", ", "):
        if len(name) > 24 and mark in name:
            head, _, tail = name.rpartition(", ") if ", " in name else name.partition(mark)
            return f"{head}{',' if ', ' in name else ' +'}\n{tail}"
    return name


def _coverage(axes: Axes, peers: Mapping[str, Any], ours: str) -> None:
    curves = {
        name: row["calibration"]["risk_coverage"]
        for name, row in peers.items()
        if "calibration" in row
    }
    colours = iter(OTHERS)
    for name, curve in curves.items():
        mine = name == ours
        axes.plot(
            [float(share) for share in curve],
            list(curve.values()),
            color=OURS if mine else next(colours),
            linewidth=2.4 if mine else 1.3,
            zorder=3 if mine else 2,
            label=name,
        )
    axes.axhline(0.95, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(1.0, 0.955, "95 %", ha="right", va="bottom", fontsize=9)
    axes.set_xlim(0.1, 1)
    axes.set_ylim(top=1.005)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid()
    axes.set_xlabel("most confident share of the postings")
    axes.set_ylabel("accuracy on it")
    axes.legend(loc="lower left", fontsize=9, reverse=True)
    axes.set_title("Fewer answers, more of them right")


def _reliability(axes: Axes, calibration: Mapping[str, Any]) -> None:
    bins = calibration["reliability_diagram"]
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    for row in bins:
        low, high = _wilson(row["accuracy"], row["n"])
        axes.plot([row["confidence"]] * 2, [low, high], color=OURS, linewidth=1.4, alpha=0.55)
    axes.scatter(
        [row["confidence"] for row in bins],
        [row["accuracy"] for row in bins],
        s=[12 + 2.2 * row["n"] for row in bins],
        color=OURS,
        edgecolor="white",
        zorder=3,
    )
    for row in bins:
        axes.annotate(
            str(row["n"]),
            (row["confidence"], row["accuracy"]),
            xytext=(11, -11),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set_xlim(0.2, 1.04)
    axes.set_ylim(0, 1.04)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    axes.grid()
    axes.set_xlabel("stated confidence")
    axes.set_ylabel("share that is right")
    error = calibration["expected_calibration_error"]
    axes.set_title(f"Does 80 % mean 80 %? (error {100 * error:.1f} points)")


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share of n (Wilson's)."""
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return middle - reach, middle + reach


def _confusion(axes: Axes, confusion: Mapping[str, Mapping[str, int]]) -> None:
    names = list(confusion)
    for y, truth in enumerate(names):
        total = max(1, sum(confusion[truth].values()))
        for x, answer in enumerate(names):
            n = confusion[truth][answer]
            share = n / total
            colour = OURS if x == y else "#b5566a"
            strength = share if x == y else min(1.0, 3 * share)
            axes.fill([x, x + 1, x + 1, x], [y, y, y + 1, y + 1], color=colour, alpha=strength,
                      linewidth=0)  # fmt: skip
            axes.text(
                x + 0.5,
                y + 0.44,
                str(n),
                ha="center",
                va="center",
                fontsize=13,
                color="white" if strength > 0.6 else INK,
            )
            axes.text(x + 0.5, y + 0.70, f"{share:.0%}", ha="center", va="center", fontsize=8,
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
