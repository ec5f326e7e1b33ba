"""``roleclass report``: report on a set of postings as a page, as JSON and as tables."""

from pathlib import Path
from typing import Any

import click

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import checked, model_option, table_options, threads_option
from roleclass.cli.terminal import end_in_order, printable, warn
from roleclass.errors import require_extra
from roleclass.whole import write_whole


@click.command(short_help="Write a report on a set of postings.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html, report.json and the tables.",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing report.")
@click.option(
    "--with-text", is_flag=True, help="Show the duties behind the figures, not only their ids."
)
@click.option(
    "--read-at-most",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Number of postings whose lines are read; of more, a random sample.",
)
@threads_option
@table_options
@model_option
def report(
    inputs: tuple[str, ...],
    output: Path,
    overwrite: bool,
    with_text: bool,
    read_at_most: int,
    threads: int | None,
    model: Path | None,
    **table: Any,
) -> None:
    """Report on postings: roles, titles, problems, skills, words, and atypical postings.

    An INPUT is a table of postings, scored or not, as for roleclass score; - is standard input.
    Rows with the same id and the same text are one posting. Postings without a role are
    classified. Roles are counted in all postings, lines in 100,000 of them at most.

    \b
    Examples:
      roleclass report postings.csv -o market
      roleclass report january.parquet february.parquet -o market
    """
    require_extra("report", "pyarrow")
    from roleclass.report.page import render
    from roleclass.report.report import build_report
    from roleclass.report.source import PostingTables
    from roleclass.report.tables import FOLDER, Listing, write_tables
    from roleclass.tables.options import ReadOptions, default_threads
    from roleclass.tables.plain import to_json

    options = checked(ReadOptions, **table)
    pages, tables = [output / "report.html", output / "report.json"], output / FOLDER
    there = [str(page) for page in (*pages, tables) if page.exists()]
    if there and not overwrite:
        raise click.ClickException(
            f"{' and '.join(there)} exist; name another folder, or replace with --overwrite"
        )
    end_in_order()
    postings = PostingTables(inputs, options, warn=warn)
    if not len(postings):
        raise click.ClickException(f"{', '.join(inputs)}: no postings; expected one per row")
    try:
        tables.mkdir(parents=True, exist_ok=True)
        with Listing(tables, with_text=with_text) as listing:
            figures = build_report(
                postings,
                RoleClassifier(model),
                with_text=with_text,
                read_at_most=read_at_most,
                threads=threads or default_threads(),
                watch=listing,
            )
        contents = (
            render(figures, [printable(Path(name).name) for name in inputs]),
            to_json(figures, indent=2) + "\n",
        )
        for old in tables.glob("*.csv"):  # of an earlier report, which may contain texts
            if old.name not in listing.names:
                old.unlink()
        write_tables(figures, tables)
        for page, content in zip(pages, contents, strict=True):
            write_whole(page, content)
            click.echo(page)
        click.echo(tables)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written: {error.strerror or error}"
        ) from error
