"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from roleclass.cli.terminal import message
from roleclass.whole import write_whole


def together(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decorator that adds several options to a command, in their order."""

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
    help="Model file.  [default: the one in the package]",
)

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Number of threads.  [default: the number of cores, at most 4]",
)

page_options = together(
    click.option(
        "--html",
        "page",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write a self-contained page to this file.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace an existing page."),
)
"""The options for writing a page, for `write_page`."""


def write_page(page: Path, content: str, *, overwrite: bool) -> None:
    """Write a page; raise a `click.ClickException` if the file exists."""
    if page.is_file() and not overwrite:
        raise click.ClickException(
            f"{page} exists; name another file, or replace it with --overwrite"
        )
    try:
        write_whole(page, content)
    except OSError as error:  # it names the temporary file
        raise click.ClickException(message(f"{page}: {error.strerror or error}")) from error


table_options = together(
    click.option(
        "--text-column",
        multiple=True,
        help="Column with the posting; several are joined.  [default: guessed]",
    ),
    click.option("--title-column", help="Column with the title.  [default: guessed]"),
    click.option(
        "--format",
        metavar="FORMAT",
        help="Format of - and of files without a known extension: csv, tsv, jsonl, json, parquet, arrow, "
        "excel, sqlite, html, yaml, csv.gz, jsonl.zst.",
    ),
    click.option("--encoding", help="Encoding of CSV and TSV input.  [default: utf-8]"),
    click.option("--delimiter", help="Delimiter of CSV and TSV input.  [default: detected]"),
    click.option(
        "--records", metavar="PATH", help="The list of postings in JSON, such as data.jobs."
    ),
    click.option("--table", help="Table of a database, or sheet of a workbook."),
)
"""The options for reading tables."""

_T = TypeVar("_T")


def checked(options: Callable[..., _T], **values: Any) -> _T:
    """Build options from the command line; raise a `click.UsageError` if a value is invalid."""
    try:
        return options(**values)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
