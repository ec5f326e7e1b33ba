"""``roleclass train``: a model of one's own."""

import os
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from roleclass.cli.terminal import warn


@click.command()
@click.option(
    "--corpus",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of labelled Parquet files (columns id, description, role, and more).",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for model.onnx, metrics.json and MODEL_CARD.md.",
)
@click.option(
    "--about",
    type=click.File(encoding="utf-8"),
    help="Markdown for the card: where the data came from, who labelled it, how the model fails.",
)
@click.option("--skip-bad-rows", is_flag=True, help="Leave bad rows out instead of stopping.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: min(2, os.cpu_count() or 1),
    show_default="2, or the cores there are",
    help="Folds to fit at the same time; changes nothing but the time and the memory.",
)
def train(folder: Path, output: Path, about: TextIO | None, skip_bad_rows: bool, jobs: int) -> None:
    r"""Train, calibrate, export, check and evaluate a model.

    Everything is chosen by cross-validation on the split "train"; "dev" is only reported. If it is
    interrupted, the same command goes on where it stopped.

    \b
    Example:
      roleclass train --corpus corpus --output runs/first
    """
    from roleclass.training.corpus import load_corpus
    from roleclass.training.run import train as run

    corpus = load_corpus(folder, warn=warn, skip_bad_rows=skip_bad_rows)
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, int] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(bars.task_ids[tasks[what]], completed=done)

        figures = run(
            corpus,
            output,
            warn=warn,
            progress=progress,
            jobs=jobs,
            about=about.read() if about else None,
        )
    click.echo(f"{output / 'model.onnx'}: {figures['model']['bytes']:,} bytes")
    for name, part in (("cross-validation", figures["cross_validation"]), ("dev", figures["dev"])):
        if part:
            scores = part["all"]
            click.echo(
                f"{name}: accuracy {scores['accuracy']:.3f}, macro-F1 {scores['macro_f1']:.3f}"
            )
