"""Shared by the commands that score tables: options, progress, interruption."""

import ctypes
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

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
        help="File to write, which must not exist; - is standard output.",
    ),
    table_options,
    click.option("--id-column", help="Column that identifies rows in messages and in lines."),
    click.option(
        "--batch-size",
        type=click.IntRange(min=1),
        default=2048,
        show_default=True,
        help="Number of rows that are scored and checkpointed together.",
    ),
    threads_option,
    click.option("--resume", is_flag=True, help="Continue an interrupted run."),
    click.option(
        "--on-error",
        type=click.Choice(["mark", "stop"]),
        default="mark",
        show_default=True,
        help="What to do with a row that cannot be scored: mark it in its reason, or stop.",
    ),
    click.option(
        "--safe-csv",
        is_flag=True,
        help="Put ' before CSV and TSV cells that a spreadsheet would take for formulas.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
    model_option,
)
"""The options of the commands that score tables."""


def asked(*, threads: int | None, **others: Any) -> "ScoreOptions":
    """Return the options of a run; raise a `click.UsageError` if one is out of range."""
    return_freed_memory()
    from roleclass.scoring.options import ScoreOptions
    from roleclass.tables.options import default_threads

    return checked(ScoreOptions, threads=threads or default_threads(), **others)


_MMAP_THRESHOLD: Final = -3  # of glibc's mallopt
_LONG: Final = 2**18


def return_freed_memory() -> None:
    """Return freed memory to the system at once, instead of keeping it in the arena of each thread.

    Otherwise long texts leave 64 MB behind in each arena, and Arrow keeps as much. Call it
    before Arrow is imported.

    Examples
    --------
    >>> return_freed_memory()
    """
    if "pyarrow" not in sys.modules:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LONG)


def run(
    score: Callable[..., "Summary"],
    output: str,
    sentence: Callable[["Summary"], str],
    *,
    as_json: bool,
    **arguments: Any,
) -> None:
    """Run `score`, show its progress on a terminal, and print its summary.

    The summary goes to standard error if the rows go to standard output. After an interruption, a message
    says how to continue.
    """
    end_in_order()
    try:
        with _progress() as progress:
            summary = score(output=output, warn=warn, progress=progress, **arguments)
    except KeyboardInterrupt:
        kept = f"the scored rows of {output} are kept: repeat the command with --resume"
        lost = "a run to standard output cannot be resumed"
        warn(f"interrupted; {lost if output == '-' else kept}")
        sys.exit(_INTERRUPTED)
    pace = (
        f"errors {summary.errors:,}; {summary.seconds:.1f} s, "
        f"{summary.rows_per_second:,.0f} postings per second"
    )
    said = json.dumps(summary.to_dict()) if as_json else f"{sentence(summary)}, {pace}"
    click.echo(said, err=output == "-")


_INTERRUPTED: Final = 130  # as in shells: 128 plus the number of the signal


@contextmanager
def _progress() -> Iterator[Callable[["Summary"], None]]:
    # It fits into 80 columns, and disappears before the summary is printed.
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
    """Return a number with its noun, in the plural where needed.

    Examples
    --------
    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def earlier(summary: "Summary") -> str:
    """Return how many rows an earlier run had scored, as a clause; empty if none."""
    return f", {summary.resumed:,} of them from an earlier run" if summary.resumed else ""
