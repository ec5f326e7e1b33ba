"""``roleclass read``: show a posting line by line, with its role and the evidence on top."""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import page_options, write_page
from roleclass.cli.reading import (
    doubt_of,
    gathered,
    posting_options,
    print_name,
    role_of,
    runner_up_of,
)
from roleclass.cli.terminal import printable
from roleclass.colours import colour_of
from roleclass.evidence.explanation import Explanation
from roleclass.evidence.page import Row, posting_page, view_of
from roleclass.reading import Line, Reading
from roleclass.roles import Role

_REASONS = 4  # of each side
_PARTS = {"duty": "bold", "company": "bright_black", "other": "bright_black"}
_WORKS = {"genai": Role.AI_FIRST, "ml": Role.ML_FIRST, "near-ai": Role.AI_SUPPORT}
_NARROW = 72  # columns of a screen that has no room for a margin


@click.command(short_help="Show what each line of a posting is.")
@posting_options
@page_options
def read(
    files: tuple[str, ...],
    text: str | None,
    title: str | None,
    as_json: bool,
    page: Path | None,
    overwrite: bool,
    model: Path | None,
) -> None:
    """Show what each line of a posting is. A FILE contains one posting; - is standard input.

    First the role, and the evidence for and against it. Then each line: its part (company, duty,
    requirement, nice-to-have, other), its work (genai, ml, near-ai, ai-user, ai-topic), and
    the problem areas of a duty. For tables, use roleclass lines.

    \b
    Examples:
      roleclass read posting.txt
      roleclass read --html posting.html posting.txt
      roleclass read --json postings/*.txt | jq '.lines[] | select(.part == "duty") | .text'
    """
    with gathered(files, text, page) as postings:
        classifier = RoleClassifier(model)
        texts = [posting for _, posting in postings]
        readings = classifier.read_many(texts, [title] * len(postings))
        for (name, posting), reading in zip(postings, readings, strict=True):
            if as_json:
                click.echo(json.dumps({"source": name, **reading.to_dict()}))
                continue
            # A posting that is too large has no text, and nothing to explain.
            why = classifier.explain(posting, title) if reading.text else None
            if page is not None:
                write_page(page, posting_page(reading, why), overwrite=overwrite)
            else:
                _print(name if len(postings) > 1 else None, reading, why)


def _print(name: str | None, reading: Reading, why: Explanation | None) -> None:
    console = Console()
    view = view_of(reading, why)
    answer = reading.prediction
    print_name(console, name)
    headline = Text.assemble(role_of(answer), " ", doubt_of(answer))
    if answer.reason is None:
        headline.append_text(
            Text.assemble("   runner-up ", runner_up_of(answer), style="bright_black")
        )
    console.print(headline)
    if view.counts:
        console.print(Text(view.counts))
    if why is not None and answer.reason is None:
        console.print(_reasons(why))
    console.print()
    rows = iter(view.rows)
    # A large table is slow, and shows nothing before it is complete.
    while some := list(islice(rows, 100)):
        console.print(_table(reading, some, console.width))
    console.print()


def _reasons(why: Explanation) -> Table:
    """The evidence for and against the role, largest weights first."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for role, sign in ((why.role, 1), (why.against, -1)):
        items = [item for item in why.evidence if item.weight * sign > 0]
        named = (f"{printable(item.name)} {abs(item.weight):.1f}" for item in items[:_REASONS])
        said = "; ".join(named) or "nothing"
        table.add_row(Text(f"for {role.label}", style=colour_of(role).terminal), Text(said))
    return table


def _table(reading: Reading, rows: Sequence[Row], width: int) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, width=width)
    table.add_column(width=12, overflow="fold")
    table.add_column(width=8, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    margin = width >= _NARROW
    if margin:
        table.add_column(width=15, overflow="fold")
    for row in rows:
        line = row.line
        if row.apart:
            table.add_row()
        style = _PARTS.get(line.part, "")
        said = Text(printable(" ".join(reading.text[line.start : line.end].split())), style=style)
        if line.areas and not margin:
            said.append(f" ({', '.join(line.areas)})", style="not bold")
        cells = (Text(line.part, style=style), _work(line), said)
        table.add_row(*cells, *[Text("\n".join(line.areas))] * margin)
    return table


def _work(line: Line) -> Text:
    if line.work == "none":
        return Text("")
    return Text(line.work, style=colour_of(_WORKS.get(line.work, Role.OTHER)).terminal)
