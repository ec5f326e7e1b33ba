"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from roleclass.cli.terminal import message
from roleclass.whole import write_whole


def together(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Return what adds several options to a command, in their order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


corpus_option = click.option(
    "--corpus",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of labelled Parquet files (columns id, description, role, and more).",
)

model_option = click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another model file than the one in the package.",
)

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Threads that classify.  [default: the cores, at most 4]",
)

page_options = together(
    click.option(
        "--html",
        "page",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write a self-contained page to this file.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace a page that is there."),
)
"""The options that ask for a page; `write_page` takes them."""


def write_page(page: Path, content: str, *, overwrite: bool) -> None:
    """Write a page; a `click.ClickException` says that there is a file by its name."""
    if page.is_file() and not overwrite:
        raise click.ClickException(
            f"{page} exists; name another file, or replace it with --overwrite"
        )
    try:
        write_whole(page, content)
    except OSError as error:  # it names the file beside the page that was to become it
        raise click.ClickException(message(f"{page}: {error.strerror or error}")) from error


table_options = together(
    click.option(
        "--text-column",
        multiple=True,
        help="Column with the posting; several are joined.  [default: guessed]",
    ),
    click.option("--title-column", help="Column with its title.  [default: guessed]"),
    click.option(
        "--format",
        metavar="FORMAT",
        help="Of - and of files whose names do not tell: csv, tsv, jsonl, json, parquet, arrow, "
        "excel, sqlite, html, yaml, csv.gz, jsonl.zst.",
    ),
    click.option("--encoding", help="Of CSV and TSV input.  [default: utf-8]"),
    click.option("--delimiter", help="Of CSV and TSV input.  [default: found]"),
    click.option("--records", metavar="PATH", help="The list of postings in JSON, as data.jobs."),
    click.option("--table", help="The table of a database, the sheet of a workbook."),
)
"""The options that say how a table is read."""

_T = TypeVar("_T")


def checked(options: Callable[..., _T], **values: Any) -> _T:
    """Make options of what the command line says; what is wrong with them is told as click tells it."""
    try:
        return options(**values)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
