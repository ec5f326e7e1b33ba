"""``roleclass predict``: print the roles of a few postings as a table, as JSON, or as bare labels."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.reading import doubt_of, gathered, posting_options, role_of, runner_up_of
from roleclass.cli.terminal import plain_table, printable
from roleclass.prediction import Prediction


@click.command(short_help="Print the role of each posting.")
@posting_options
@click.option("--label", "bare", is_flag=True, help="Print only the role, one per line.")
def predict(
    files: tuple[str, ...],
    text: str | None,
    title: str | None,
    as_json: bool,
    bare: bool,
    model: Path | None,
) -> None:
    """Print the role of each posting. A FILE contains one posting; - is standard input.

    All files in a folder are read, each as one posting.

    \b
    Examples:
      roleclass predict posting.txt
      roleclass predict --title "AI Engineer" - < posting.txt
      roleclass predict --text "Build agents and evaluate LLMs with the team."
      roleclass predict --label posting.txt
      roleclass predict --json postings/*.txt | jq .role
    """
    if as_json and bare:
        raise click.UsageError("give either --json or --label")
    with gathered(files, text) as postings:
        predictions = RoleClassifier(model).predict_many(
            [posting for _, posting in postings], [title] * len(postings)
        )
        answers = list(zip([name for name, _ in postings], predictions, strict=True))
        if bare or as_json:
            for name, answer in answers:
                record = {"source": name, **answer.to_dict()}
                click.echo(answer.role if bare else json.dumps(record))
        elif answers:
            Console().print(_table(answers))


def _table(answers: list[tuple[str, Prediction]]) -> Table:
    table = plain_table()
    table.add_column("posting", overflow="fold")
    for column in ("role", "confidence", "runner-up"):
        table.add_column(column, no_wrap=True)
    for name, answer in answers:
        # A Text, so that brackets in a file's name are not read as markup.
        table.add_row(
            Text(printable(name)), role_of(answer), doubt_of(answer), runner_up_of(answer)
        )
    return table
