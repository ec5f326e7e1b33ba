"""``roleclass predict``: the roles of a few postings, as a table or as JSON."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import model_option
from roleclass.cli.reading import postings_in, read_posting
from roleclass.cli.terminal import printable, warn
from roleclass.colours import colour_of
from roleclass.errors import InputError
from roleclass.prediction import Prediction
from roleclass.roles import Role


@click.command(short_help="Print the role of each posting.")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--text", help="Classify this text instead of files.")
@click.option("--title", help="The job title, where the text does not hold it.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a posting, a line each."
)
@model_option
def predict(
    files: tuple[Path, ...], text: str | None, title: str | None, as_json: bool, model: Path | None
) -> None:
    """Print the role of each posting; a FILE holds one posting, - is standard input.

    Of a folder all files are read, each as one posting.

    \b
    Examples:
      roleclass predict posting.txt
      roleclass predict --title "AI Engineer" - < posting.txt
      roleclass predict --text "Build agents and evaluate LLMs with the team."
      roleclass predict --json postings/*.txt | jq .role
    """
    if (text is None) == (not files):
        raise click.UsageError("give either FILE... (- for standard input) or --text TEXT")
    classifier = RoleClassifier(model)
    failed = False
    postings: list[tuple[str, str]] = []
    if text is not None:
        postings.append(("--text", text))
    for file in postings_in(files):
        try:
            postings.append((str(file), read_posting(file)))
        except InputError as error:
            failed = True
            warn(str(error))
        except OSError as error:
            failed = True
            warn(f"{file}: cannot be read: {error.strerror or error}")
    predictions = classifier.predict_many(
        [posting for _, posting in postings], [title] * len(postings)
    )
    answers = list(zip([name for name, _ in postings], predictions, strict=True))
    if as_json:
        for name, answer in answers:
            click.echo(json.dumps({"source": name, **answer.to_dict()}))
    elif answers:
        Console().print(_table(answers))
    if failed:
        sys.exit(1)


def _table(answers: list[tuple[str, Prediction]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("posting", overflow="fold")
    for column in ("role", "confidence", "or else"):
        table.add_column(column, no_wrap=True)
    for name, answer in answers:
        # All probabilities are in the JSON; a person wants to know what else it could be.
        second, p = sorted(answer.probabilities.items(), key=lambda item: -item[1])[1]
        runner_up = "" if answer.role == Role.UNCLEAR else f"{second.label} {_percent(p)}"
        table.add_row(
            # A Text, so that brackets in a file's name are not read as markup.
            Text(printable(name)),
            Text(answer.role.label, style=f"bold {colour_of(answer.role).terminal}"),
            Text(_doubt(answer), style="" if answer.reliable else "bright_black"),
            Text(runner_up, style="bright_black"),
        )
    return table


def _doubt(answer: Prediction) -> str:
    if answer.reason is not None:
        return answer.reason
    return _percent(answer.confidence) + ("" if answer.reliable else ", unsure")


def _percent(p: float) -> str:
    """Return a probability as a whole percentage, never as certainty."""
    if 0.005 <= p < 0.995:
        return f"{p:.0%}"
    return "<1%" if p < 0.5 else ">99%"
