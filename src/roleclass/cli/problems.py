"""``roleclass problems``: the problem areas of a posting's duties."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.reading import gathered, posting_options, print_name
from roleclass.cli.terminal import printable
from roleclass.reading import Reading
from roleclass.taxonomy.problem_areas import Problem, Span, find_problems


@click.command(short_help="Show the problem areas of a posting's duties.")
@posting_options
def problems(
    files: tuple[str, ...], text: str | None, title: str | None, as_json: bool, model: Path | None
) -> None:
    """Show the problem areas of a posting's duties. A FILE contains one posting; - is standard input.

    Each area is shown with its published tier (how common it is among all postings), the
    sub-patterns that are mentioned, and the duties. Requirements, benefits and text about the company
    do not count.

    \b
    Examples:
      roleclass problems posting.txt
      roleclass problems --json postings/*.txt | jq .problems[].name
    """
    with gathered(files, text) as postings:
        readings = RoleClassifier(model).read_many(
            [posting for _, posting in postings], [title] * len(postings)
        )
        for (name, _), reading in zip(postings, readings, strict=True):
            found = find_problems(reading)
            if as_json:
                records = [
                    {**one.to_dict(), "text": [_said(reading, span) for span in one.sentences]}
                    for one in found
                ]
                click.echo(json.dumps({"source": name, "problems": records}))
            else:
                _print(name if len(postings) > 1 else None, reading, found)


def _print(name: str | None, reading: Reading, found: list[Problem]) -> None:
    console = Console()
    print_name(console, name)
    if not found:
        console.print("No duty is in a problem area.")
    for problem in found:
        source = f"published as {problem.tier}" if problem.tier else f"older list: {problem.kind}"
        heading = Text.assemble((problem.name, "bold"), (f"  {source}", "bright_black"))
        console.print(heading)
        if problem.parts:
            console.print(Padding(", ".join(part.name for part in problem.parts), (0, 0, 0, 2)))
        for span in problem.sentences:
            said = Text(printable(_said(reading, span)), style="bright_black")
            console.print(Padding(said, (0, 0, 0, 4)))
    console.print()


def _said(reading: Reading, span: Span) -> str:
    start, end = span
    return " ".join(reading.text[start:end].split())
