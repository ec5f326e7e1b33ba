"""``roleclass evaluate``: evaluate a model on labelled postings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import corpus_option, model_option
from roleclass.cli.terminal import plain_table, warn
from roleclass.whole import write_whole


@click.command(short_help="Evaluate a model on labelled postings.")
@corpus_option
@click.option("--split", type=click.Choice(["train", "dev"]), default="dev", show_default=True)
@model_option
@click.option(
    "--json",
    "output",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write all figures to this file (- for standard output) as JSON.",
)
@click.option("--skip-bad-rows", is_flag=True, help="Leave bad rows out instead of stopping.")
def evaluate(
    folder: Path, split: str, model: Path | None, output: Path | None, skip_bad_rows: bool
) -> None:
    """Evaluate a model on the postings of one split that have a role and on which annotators agree.

    A clear mistake is an answer that is neither the label nor the runner-up of an unsure annotator.
    Postings labelled unclear count in one figure only: the share of them that is answered unclear.

    \b
    Examples:
      roleclass evaluate --corpus corpus
      roleclass evaluate --corpus corpus --model runs/first/model.onnx --json figures.json
    """
    from roleclass.training.corpus import load_corpus
    from roleclass.training.evaluation import evaluate as score

    classifier = RoleClassifier(model)
    corpus = load_corpus(folder, warn=warn, skip_bad_rows=skip_bad_rows, roles=classifier.roles)
    judged = corpus.split(split)
    if not len(judged):
        raise click.ClickException(
            f"{folder} has no posting of split {split} with a role on which annotators agree; "
            "choose another with --split, or check the columns split, role and agreed"
        )
    figures = score(classifier, judged, corpus.unclear(split))
    text = json.dumps(figures, indent=2)
    if output is not None and str(output) == "-":
        click.echo(text)
        return
    if output is not None:
        write_whole(output, text + "\n")
    for table in _tables(figures):
        Console().print(table)


def _tables(figures: Mapping[str, Any]) -> list[Table]:
    parts = {"all": figures["all"], **figures["by_part"]}
    parts |= {f"confidence {key}": value for key, value in figures["by_confidence"].items()}
    parts["without title"] = figures["without_title"]
    for name, value in figures.get("field_guide_three_roles", {}).items():
        parts[f"field guide, three roles: {name.replace('_', ' ')}"] = value
    of_parts = ("n", "accuracy", "macro-F1")
    overall = plain_table("postings", *of_parts, right=of_parts)
    for name, part in parts.items():
        overall.add_row(
            name, *map(str, (part["n"], f"{part['accuracy']:.3f}", f"{part['macro_f1']:.3f}"))
        )
    of_roles = ("precision", "recall", "F1", "support")
    roles = plain_table("role", *of_roles, right=of_roles)
    for name, row in figures["all"]["roles"].items():
        roles.add_row(
            name,
            *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")),
            str(row["support"]),
        )
    doubt = plain_table("doubt", "", right=("",))
    calibration = figures["calibration"]
    doubt.add_row("expected calibration error", f"{calibration['expected_calibration_error']:.3f}")
    for share, accuracy in calibration["accuracy_at_coverage"].items():
        doubt.add_row(f"accuracy of the most confident {float(share):.0%}", f"{accuracy:.3f}")
    if "reliable" in figures:
        doubt.add_row("share called reliable", f"{figures['reliable']['coverage']:.3f}")
        doubt.add_row("accuracy of reliable answers", f"{figures['reliable']['accuracy']:.3f}")
    for name, share in figures["clear_mistakes"].items():
        doubt.add_row(f"clear mistakes, {name}", f"{share:.3f}")
    for name, row in figures["answered_unclear"].items():
        doubt.add_row(f"answered unclear, of {row['n']} {name}", f"{row['share']:.3f}")
    return [overall, roles, doubt]
