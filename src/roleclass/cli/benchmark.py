"""``roleclass benchmark``: measure the speed of the model on this machine."""

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from roleclass.cli.options import model_option
from roleclass.cli.terminal import plain_table
from roleclass.whole import write_whole


@click.command(short_help="Measure the speed on this machine.")
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--postings", "count", type=click.IntRange(10), default=10_000, show_default=True,
              help="Largest number of postings to stream.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True,
              help="Number of rounds; medians are reported.")  # fmt: skip
@click.option(
    "--json",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all figures to this file as JSON.",
)
@model_option
def benchmark(
    *, inputs: tuple[str, ...], count: int, rounds: int, output: Path | None, model: Path | None
) -> None:
    """Measure latency, throughput, cold start, memory, and time by length and count.

    An INPUT is a table of postings, as for roleclass score: the first ones are measured with, 512 of them
    at most. Without it, postings are generated.

    \b
    Examples:
      roleclass benchmark
      roleclass benchmark postings.parquet --postings 1000000 --json figures.json
    """
    from roleclass.benchmark import TEXTS, generated
    from roleclass.benchmark import benchmark as measure

    number = min(TEXTS, count)
    given = generated(number)
    if inputs:
        from roleclass.report.source import PostingTables

        given = (posting.text for posting in PostingTables(inputs) if posting.text)
    texts = list(islice(given, number))
    if not texts:
        raise click.ClickException(f"{', '.join(inputs)}: no posting has a text")
    figures = measure(model, texts, count=count, rounds=rounds)
    figures["postings"]["source"] = "a table" if inputs else "generated"
    if output is not None:
        write_whole(output, json.dumps(figures, indent=2) + "\n")
    Console().print(_table(figures))


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
