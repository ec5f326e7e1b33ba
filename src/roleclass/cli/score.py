"""``roleclass score``: the roles of all postings in files, beside their rows."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from roleclass.cli.options import checked, model_option, table_options
from roleclass.cli.terminal import on_terminal, warn
from roleclass.roles import as_role

if TYPE_CHECKING:
    from roleclass.scoring.summary import Summary


@click.command(short_help="Write files with a role beside each row.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o", "--output", required=True, help="File to write; it must not exist. - is standard output."
)
@table_options
@click.option("--id-column", help="Column that names a row in messages.")
@click.option("--prefix", default="", help="Put before the names of the added columns.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=2048, show_default=True,
    help="Rows that are scored and checkpointed together.",
)  # fmt: skip
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Threads that score.  [default: the cores, at most 4]",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off.")
@click.option(
    "--on-error", type=click.Choice(["mark", "stop"]), default="mark", show_default=True,
    help="Rows that cannot be scored: say so in their reason, or stop.",
)  # fmt: skip
@click.option(
    "--safe-csv", is_flag=True,
    help="Put ' before cells of CSV and TSV that a spreadsheet would take for formulas.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@model_option
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True,
    help="Score here, or on a Ray cluster (Parquet to a folder of Parquet).",
)  # fmt: skip
@click.option(
    "--address", help="Address of the Ray cluster.  [default: the one that runs, else this machine]"
)
def score(
    inputs: tuple[str, ...],
    output: str,
    threads: int | None,
    resume: bool,
    as_json: bool,
    model: Path | None,
    engine: str,
    address: str | None,
    **columns_and_rows: Any,
) -> None:
    """Write the rows of each INPUT with their roles beside them; - is standard input.

    An INPUT is a file, a folder or a pattern: CSV, TSV, JSON, JSON Lines, Parquet, Arrow, workbooks,
    SQLite, saved web pages. Every row and every column is kept, in order. Added: role, confidence,
    reliable, a probability for each role, reason. A run that was cut off goes on with --resume.

    \b
    Examples:
      roleclass score jobs.csv -o jobs.roles.csv
      roleclass score 'lake/*.parquet' -o roles.parquet --text-column body --threads 2
      zcat jobs.jsonl.gz | roleclass score - --format jsonl -o - | jq .role
      roleclass score --engine ray --address auto 'lake/*.parquet' -o roles/
    """
    from roleclass.scoring.options import ScoreOptions, default_threads

    threads = threads or default_threads()
    options = checked(ScoreOptions, threads=threads, **columns_and_rows)
    with _interruption(output, resumable=output != "-"), _progress() as progress:
        if engine == "ray":
            from roleclass.scoring.cluster import score_on_cluster

            summary = score_on_cluster(
                inputs,
                output,
                options,
                model=model,
                resume=resume,
                address=address,
                warn=warn,
                progress=progress,
            )
        else:
            from roleclass.scoring.run import score_files

            summary = score_files(
                inputs, output, options, model=model, resume=resume, warn=warn, progress=progress
            )
    # Where the rows are the result, the summary is a message.
    click.echo(json.dumps(summary.to_dict()) if as_json else _sentence(summary), err=output == "-")


@contextmanager
def _interruption(output: str, *, resumable: bool) -> Iterator[None]:
    """Say, when the user interrupts, how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        kept = f"what was scored of {output} is kept: repeat the command with --resume"
        warn(f"interrupted; {kept if resumable else 'nothing is kept of standard output'}")
        sys.exit(_INTERRUPTED)


_INTERRUPTED = 130  # as shells say it: 128 and the number of the signal


def _sentence(summary: "Summary") -> str:
    counts = ", ".join(f"{as_role(name).label} {count:,}" for name, count in summary.roles.items())
    resumed = f", {summary.resumed:,} of them from an earlier run" if summary.resumed else ""
    return (
        f"{summary.read:,} rows read, {summary.rows:,} written{resumed}: {counts}, "
        f"errors {summary.errors:,}; {summary.seconds:.1f} s, "
        f"{summary.rows_per_second:,.0f} postings per second"
    )


@contextmanager
def _progress() -> Iterator[Callable[["Summary"], None]]:
    # 80 columns are enough for all of it; it goes when the summary comes.
    bar = Progress(
        BarColumn(20),
        TaskProgressColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with on_terminal(bar):
        task = bar.add_task("", total=None, counts="")

        def progress(summary: "Summary") -> None:
            counts = f"{summary.rows:,} rows {summary.rows_per_second:,.0f}/s"
            counts += f" errors {summary.errors:,}"
            bar.update(task, completed=summary.position, total=summary.size, counts=counts)

        yield progress
