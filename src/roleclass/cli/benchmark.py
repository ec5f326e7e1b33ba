"""``roleclass benchmark``: measure the speed of the model on this machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from roleclass.cli.options import model_option
from roleclass.cli.terminal import plain_table, warn
from roleclass.whole import write_whole


@click.command(short_help="Measure the speed on this machine.")
@click.option(
    "--corpus",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of labelled Parquet files, or a text file with one posting per line; "
    "without it, postings are generated.",
)
@model_option
@click.option("--postings", "number", type=click.IntRange(1), default=512, show_default=True,
              help="Number of postings to measure with.")  # fmt: skip
@click.option("--length", type=click.IntRange(20), default=4000, show_default=True,
              help="Median length of generated postings, in bytes.")  # fmt: skip
@click.option("--top-count", type=click.IntRange(10), default=10_000, show_default=True,
              help="Largest number of postings to stream.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True,
              help="Number of rounds; medians are reported.")  # fmt: skip
@click.option(
    "--json",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all figures to this file as JSON.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Plot time by length and count to this file (needs the extra 'bench').",
)
def benchmark(
    *,
    corpus: Path | None,
    model: Path | None,
    number: int,
    length: int,
    top_count: int,
    rounds: int,
    output: Path | None,
    plot: Path | None,
) -> None:
    """Measure latency, throughput, cold start, memory, and time by length and count.

    \b
    Examples:
      roleclass benchmark
      roleclass benchmark --corpus corpus --top-count 1000000 --json figures.json --plot growth.png
    """
    from roleclass.benchmark import benchmark as measure
    from roleclass.benchmark import generated

    texts = list(generated(number, length)) if corpus is None else _read(corpus)[:number]
    if not texts:
        raise click.ClickException(
            f"{corpus} contains no posting; expected one posting per line, or labelled Parquet files"
        )
    figures = measure(model, texts, top=top_count, rounds=rounds)
    figures["postings"]["source"] = "generated" if corpus is None else "a corpus"
    if output is not None:
        write_whole(output, json.dumps(figures, indent=2) + "\n")
    Console().print(_table(figures))
    if plot is not None:
        draw(figures, plot)


def _read(corpus: Path) -> list[str]:
    if corpus.is_file():
        return [line for line in corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
    from roleclass.training.corpus import load_corpus

    found = load_corpus(corpus, warn=warn)
    return [posting.encode().decode() for posting in found]


def _table(figures: Mapping[str, Any]) -> Table:
    table = plain_table("", "here", right=("here",))
    table.show_header = False
    postings, latency = figures["postings"], figures["latency_us"]
    table.add_row("postings", f"{postings['number']}, median {postings['median_bytes']:,} bytes")
    for name in ("p50", "p95", "p99"):
        table.add_row(
            f"one posting of {latency['bytes']:,} bytes, {name}", f"{latency[name]:,.0f} us"
        )
    why = figures["explaining_us"]
    table.add_row("explaining one", f"{why['explain']:,.0f} us, {why['ratio']:.1f} predictions")
    for name, rate in figures["throughput"]["by_batch"].items():
        table.add_row(name, f"{rate:,} postings/s")
    for name, rate in figures["throughput"]["by_threads"].items():
        table.add_row(f"{name} thread{'s' * (name != '1')}", f"{rate:,} postings/s")
    table.add_row("two threads to one", f"{figures['throughput']['two_threads_to_one']:.2f}")
    cold = figures["cold_start"]
    table.add_row("import to first answer", f"{cold['seconds']:.3f} s")
    table.add_row("memory then", _megabytes(cold["megabytes"]))
    for length, us in figures["us_by_length"].items():
        table.add_row(f"a posting of {int(length):,} bytes", f"{us:,.0f} us")
    for count, row in figures["by_count"].items():
        table.add_row(
            f"{int(count):,} postings", f"{row['seconds']:.3f} s, {_megabytes(row['megabytes'])}"
        )
    return table


def _megabytes(held: float | None) -> str:
    return "memory: needs psutil" if held is None else f"{held:.0f} MB"


def draw(figures: Mapping[str, Any], path: Path) -> None:
    """Plot time by length and by count, and memory by count."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise click.ClickException(
            "plots need matplotlib, which is not installed: pip install 'roleclass[bench]'"
        ) from error
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    by_length, by_count, held = figure.subplots(1, 3)
    lengths = [int(n) for n in figures["us_by_length"]]
    by_length.loglog(lengths, [us / 1e3 for us in figures["us_by_length"].values()], "o-")
    by_length.set(title="One posting", xlabel="bytes", ylabel="milliseconds")
    counts = [int(n) for n in figures["by_count"]]
    by_count.loglog(counts, [row["seconds"] for row in figures["by_count"].values()], "o-")
    by_count.set(title="A stream", xlabel="postings", ylabel="seconds")
    megabytes = [row["megabytes"] or 0 for row in figures["by_count"].values()]
    held.semilogx(counts, megabytes, "o-")
    held.set(title="Memory of the stream", xlabel="postings", ylabel="MB")
    held.set_ylim(bottom=0)
    for axes in (by_length, by_count, held):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
