"""``roleclass predict``: the roles of a few postings, as a table or as JSON."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.reading import read_posting
from roleclass.prediction import Prediction
from roleclass.roles import Role

_COLOURS = {
    Role.AI_FIRST: "bright_magenta",
    Role.AI_SUPPORT: "bright_blue",
    Role.ML_FIRST: "bright_green",
    Role.OTHER: "yellow",
    Role.UNCLEAR: "bright_black",
}


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--text", help="Classify this text instead of files.")
@click.option("--title", help="The job title, where the text does not hold it.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a posting, a line each."
)
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another model file than the one in the package.",
)
def predict(
    files: tuple[Path, ...], text: str | None, title: str | None, as_json: bool, model: Path | None
) -> None:
    r"""Print the role of each posting; a FILE holds one posting, - is standard input.

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
    for file in files:
        try:
            postings.append((str(file), read_posting(file)))
        except OSError as error:
            failed = True
            click.echo(f"{file}: cannot be read: {error.strerror or error}", err=True)
    predictions = classifier.predict_many(
        [posting for _, posting in postings], [title] * len(postings)
    )
    answers = list(zip([name for name, _ in postings], predictions, strict=True))
    if as_json:
        for name, answer in answers:
            click.echo(json.dumps({"source": name, **answer.to_dict()}))
    elif answers:
        Console().print(_table(answers, classifier.roles))
    if failed:
        sys.exit(1)


def _table(answers: list[tuple[str, Prediction]], roles: tuple[Role, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("posting", overflow="fold")
    table.add_column("role", no_wrap=True)
    table.add_column("confidence", no_wrap=True)
    for role in roles:
        table.add_column(role.label, justify="right", no_wrap=True)
    for name, answer in answers:
        colour = _COLOURS[answer.role]
        table.add_row(
            Text(name),  # a Text, so that brackets in a file's name are not read as markup
            Text(answer.role.label, style=f"bold {colour}"),
            Text(_doubt(answer), style="" if answer.reliable else "bright_black"),
            *(
                Text(f"{p:.0%}", style=colour if role == answer.role else "bright_black")
                for role, p in answer.probabilities.items()
            ),
        )
    return table


def _doubt(answer: Prediction) -> str:
    if answer.reason is not None:
        return answer.reason
    return f"{answer.confidence:.0%}" + ("" if answer.reliable else ", unsure")
