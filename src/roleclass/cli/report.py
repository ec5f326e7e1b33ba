"""``roleclass report``: what a pile of postings says, as a page and as JSON."""

import json
from pathlib import Path

import click

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import model_option
from roleclass.cli.terminal import printable


@click.command(short_help="Measure a pile of postings, as a page.")
@click.argument(
    "inputs",
    nargs=-1,
    required=True,
    metavar="INPUT...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html and report.json.",
)
@model_option
def report(inputs: tuple[Path, ...], output: Path, model: Path | None) -> None:
    """Measure postings: roles, titles, problems, skills, words, and what is atypical.

    An INPUT is a table of postings, scored or not: Parquet, CSV or JSON Lines. Rows of
    several files with the same id are one posting. Postings without a role are classified first.

    \b
    Examples:
      roleclass report postings.csv -o market
      roleclass report january.parquet february.parquet -o market
    """
    from roleclass.market.page import render
    from roleclass.market.read import read_postings
    from roleclass.market.report import build_report

    postings = read_postings(inputs)
    if not postings:
        raise click.ClickException(
            f"{', '.join(map(str, inputs))}: there is no posting; expected a row for each"
        )
    figures = build_report(postings, RoleClassifier(model))
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("report.html", render(figures, [printable(path.name) for path in inputs])),
            ("report.json", json.dumps(figures, indent=2, ensure_ascii=False) + "\n"),
        ):
            (output / name).write_text(text, encoding="utf-8")
            click.echo(output / name)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written: {error.strerror or error}"
        ) from error
