"""``roleclass report``: what a pile of postings says, as a page and as JSON."""

from pathlib import Path
from typing import Any

import click

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import model_option, table_options
from roleclass.cli.terminal import printable, warn
from roleclass.whole import write_whole


@click.command(short_help="Measure a pile of postings, as a page.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html and report.json.",
)
@click.option("--overwrite", is_flag=True, help="Replace a report that is there.")
@table_options
@model_option
def report(
    inputs: tuple[str, ...], output: Path, overwrite: bool, model: Path | None, **table: Any
) -> None:
    """Measure postings: roles, titles, problems, skills, words, and what is atypical.

    An INPUT is a table of postings, scored or not, as for roleclass score; - is standard input.
    Rows with the same id and the same text are one posting. Postings without a role are
    classified first.

    \b
    Examples:
      roleclass report postings.csv -o market
      roleclass report january.parquet february.parquet -o market
    """
    from roleclass.report.page import render
    from roleclass.report.postings import read_postings
    from roleclass.report.report import build_report
    from roleclass.tables.options import ReadOptions
    from roleclass.tables.plain import to_json

    try:
        options = ReadOptions(**table)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    pages = [output / "report.html", output / "report.json"]
    there = [str(page) for page in pages if page.exists()]
    if there and not overwrite:
        raise click.ClickException(
            f"{' and '.join(there)} exist; name another folder, or replace with --overwrite"
        )
    postings = read_postings(inputs, options, warn=warn)
    if not postings:
        raise click.ClickException(
            f"{', '.join(inputs)}: there is no posting; expected a row for each"
        )
    figures = build_report(postings, RoleClassifier(model))
    contents = (
        render(figures, [printable(Path(name).name) for name in inputs]),
        to_json(figures, indent=2) + "\n",
    )
    try:
        output.mkdir(parents=True, exist_ok=True)
        for page, content in zip(pages, contents, strict=True):
            write_whole(page, content)
            click.echo(page)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written: {error.strerror or error}"
        ) from error
