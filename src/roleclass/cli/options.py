"""Options that several commands share."""

from pathlib import Path

import click

corpus_option = click.option(
    "--corpus",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of labelled Parquet files.",
)

model_option = click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another model file than the one in the package.",
)
