"""``roleclass train``: train your own model."""

import os
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from roleclass.cli.options import corpus_option
from roleclass.cli.terminal import on_terminal, warn
from roleclass.roles import AnyRole, Role, as_role


def _own_roles(_: click.Context, __: click.Parameter, value: str | None) -> tuple[AnyRole, ...]:
    if value is None:
        return tuple(Role)
    try:
        return tuple(as_role(name.strip()) for name in value.split(","))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(short_help="Train a model, also with your own roles.")
@corpus_option
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for model.onnx, metrics.json and MODEL_CARD.md.",
)
@click.option(
    "--roles",
    callback=_own_roles,
    help="Your own labels, separated by commas: frontend,backend,other.  [default: the package's]",
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
    show_default="2, or 1 on a single core",
    help="Number of folds to fit in parallel; affects only time and memory.",
)
def train(
    folder: Path,
    output: Path,
    roles: tuple[AnyRole, ...],
    about: TextIO | None,
    skip_bad_rows: bool,
    jobs: int,
) -> None:
    """Train, calibrate, export, check and evaluate a model.

    Everything is fitted on the split "train", out of fold where it matters; "dev" is only for evaluation. The
    line model is trained on lines.parquet in the same folder; without it the package's line model is used.

    \b
    Examples:
      roleclass train --corpus corpus --output runs/first
      roleclass train --corpus webjobs --roles frontend,backend,other --output runs/web
    """
    from roleclass.training.corpus import load_corpus
    from roleclass.training.run import train as run

    corpus = load_corpus(folder, warn=warn, skip_bad_rows=skip_bad_rows, roles=roles)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=Console(stderr=True))
    with on_terminal(bars):
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
