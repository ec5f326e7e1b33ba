"""``roleclass corpus``: build the labelled postings that a model is trained on."""

from pathlib import Path

import click

from roleclass.cli.terminal import warn


@click.group()
def corpus() -> None:
    """Build a corpus of labelled postings."""


@corpus.command()
@click.option(
    "--fieldguide",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The job-market folder of a copy of the AI Engineering Field Guide.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write the Parquet files to.",
)
def build(folder: Path, output: Path) -> None:
    """Read the field guide's YAML files, add our labels by id, and write Parquet.

    Malformed files are reported, and still read if their text can be recovered.

    \b
    Example:
      roleclass corpus build --fieldguide ai-engineering-field-guide/job-market --output corpus
    """
    from roleclass.training.fieldguide import build_corpus

    written = build_corpus(folder, output, warn=warn)
    for name, rows in written.items():
        click.echo(f"{output / name}: {rows} rows")
