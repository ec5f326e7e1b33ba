"""What the commands share that read tables and write one: options, progress, how to go on."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from roleclass.cli.memory import return_freed_memory
from roleclass.cli.options import checked, model_option, table_options, threads_option, together
from roleclass.cli.terminal import end_in_order, on_terminal, warn

if TYPE_CHECKING:
    from roleclass.scoring.options import ScoreOptions
    from roleclass.scoring.summary import Summary

run_options = together(
    click.argument("inputs", nargs=-1, required=True, metavar="INPUT..."),
    click.option(
        "-o",
        "--output",
        required=True,
        help="File to write; it must not exist. - is standard output.",
    ),
    table_options,
    click.option("--id-column", help="Column that names a row in messages and in lines."),
    click.option(
        "--batch-size",
        type=click.IntRange(min=1),
        default=2048,
        show_default=True,
        help="Rows that are scored and checkpointed together.",
    ),
    threads_option,
    click.option("--resume", is_flag=True, help="Go on with a run that was cut off."),
    click.option(
        "--on-error",
        type=click.Choice(["mark", "stop"]),
        default="mark",
        show_default=True,
        help="Rows that cannot be scored: say so in their reason, or stop.",
    ),
    click.option(
        "--safe-csv",
        is_flag=True,
        help="Put ' before cells of CSV and TSV that a spreadsheet would take for formulas.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
    model_option,
)
"""The options of a run that reads tables and writes one."""


def asked(*, threads: int | None, **others: Any) -> "ScoreOptions":
    """Return what the user asked for; a `click.UsageError` says what is out of range."""
    return_freed_memory()
    from roleclass.scoring.options import ScoreOptions
    from roleclass.tables.options import default_threads

    return checked(ScoreOptions, threads=threads or default_threads(), **others)


def run(
    score: Callable[..., "Summary"],
    output: str,
    sentence: Callable[["Summary"], str],
    *,
    as_json: bool,
    **arguments: Any,
) -> None:
    """Show how far a run is, on a terminal, and at last what it has done.

    That is said on standard error where rows went to standard output. Whoever interrupts the run is told how
    to go on.
    """
    end_in_order()
    try:
        with _progress() as progress:
            summary = score(output=output, warn=warn, progress=progress, **arguments)
    except KeyboardInterrupt:
        kept = f"what was scored of {output} is kept: repeat the command with --resume"
        warn(f"interrupted; {'nothing is kept of standard output' if output == '-' else kept}")
        sys.exit(_INTERRUPTED)
    pace = (
        f"errors {summary.errors:,}; {summary.seconds:.1f} s, "
        f"{summary.rows_per_second:,.0f} postings per second"
    )
    said = json.dumps(summary.to_dict()) if as_json else f"{sentence(summary)}, {pace}"
    click.echo(said, err=output == "-")


_INTERRUPTED = 130  # as shells say it: 128 and the number of the signal


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


def counted(number: int, what: str) -> str:
    """Say a number of things.

    Examples
    --------
    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def earlier(summary: "Summary") -> str:
    """Say how many rows an earlier run had scored, if any."""
    return f", {summary.resumed:,} of them from an earlier run" if summary.resumed else ""
