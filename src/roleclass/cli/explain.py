"""``roleclass explain``: the evidence for and against the role of a posting."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import page_options, write_page
from roleclass.cli.reading import gathered, posting_options, print_name
from roleclass.cli.terminal import plain_table, printable
from roleclass.engine.answers import TOO_LARGE
from roleclass.evidence.explanation import Explanation
from roleclass.evidence.page import marks, posting_page
from roleclass.prediction import Prediction
from roleclass.roles import as_role


@click.command(short_help="Show why a posting gets its role.")
@posting_options
@click.option("--role", metavar="ROLE", help="Role to explain.  [default: the most likely]")
@click.option(
    "--against", metavar="ROLE", help="Role to compare it with.  [default: the most likely other]"
)
@click.option("--top", type=click.IntRange(1), default=15, show_default=True, help="Rows to show.")
@page_options
def explain(
    files: tuple[str, ...],
    text: str | None,
    title: str | None,
    as_json: bool,
    role: str | None,
    against: str | None,
    top: int,
    page: Path | None,
    overwrite: bool,
    model: Path | None,
) -> None:
    """Show why a posting gets its role. A FILE contains one posting; - is standard input.

    Weights are log-odds of the role against the most likely other one.

    \b
    Examples:
      roleclass explain posting.txt
      roleclass explain --role ai-first --against ai-support posting.txt
      roleclass explain --html why.html posting.txt
    """
    with gathered(files, text, page) as postings:
        classifier = RoleClassifier(model)
        for name, posting in postings:
            prediction = classifier.predict(posting, title)
            why = None
            if prediction.reason != TOO_LARGE:  # then nothing was read that could be explained
                try:
                    why = classifier.explain(
                        posting,
                        title,
                        role=None if role is None else as_role(role),
                        against=None if against is None else as_role(against),
                    )
                except ValueError as error:
                    raise click.UsageError(str(error)) from error
            if page is not None:
                content = posting_page(classifier.read(posting, title), why, top)
                write_page(page, content, overwrite=overwrite)
            if as_json:
                told = {"source": name, "prediction": prediction.to_dict()}
                click.echo(json.dumps(told | why.to_dict() if why else told))
            elif page is None:
                _print(name if len(postings) > 1 else None, why, prediction, top)


def _print(name: str | None, why: Explanation | None, prediction: Prediction, top: int) -> None:
    console = Console()
    print_name(console, name)
    if why is None:
        console.print(Text(f"Unclear: {prediction.reason}."))
        return
    if prediction.reason is not None:
        console.print(Text(f"Unclear: {prediction.reason}. Without this rule, the model says:"))
    document = Text(printable(why.document))
    for start, end, weight in marks(why, top):
        document.stylize("bold green" if weight > 0 else "bold red", start, end)
    console.print(document)
    console.print()
    odds = f"{why.role.label} against {why.against.label}: log-odds {why.log_odds:+.2f}"
    console.print(Text(odds, style="bold"))
    lines = plain_table("weight", "part", "work", "line", right=("weight",))
    room = max(20, console.width - 32)  # what the other columns leave
    for line, weight in why.lines:
        said = " ".join(printable(why.document[line.start : line.end]).split())
        said = said if len(said) <= room else f"{said[: room - 1]}\u2026"
        lines.add_row(_weight(weight), line.part, line.work, Text(said))
    console.print(lines)
    console.print()
    table = plain_table("weight", "evidence", "count", right=("weight", "count"))
    for item in why.evidence[:top]:
        table.add_row(_weight(item.weight), Text(printable(item.name)), str(len(item.spans) or ""))
    rest = sum(item.weight for item in why.evidence[top:])
    table.add_row(f"{rest:+.2f}", f"{len(why.evidence[top:])} more", "", style="bright_black")
    table.add_row(f"{why.prior:+.2f}", "before reading", "", style="bright_black")
    console.print(table)


def _weight(weight: float) -> Text:
    return Text(f"{weight:+.2f}", style="green" if weight > 0 else "red")
