"""``roleclass lines``: write each line of each posting as a row."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roleclass.cli.runs import asked, counted, earlier, run, run_options

if TYPE_CHECKING:
    from roleclass.scoring.summary import Summary


@click.command(short_help="Write each line of each posting as a row.")
@run_options
@click.option("--no-text", is_flag=True, help="Leave out the text of the lines.")
def lines(
    inputs: tuple[str, ...],
    output: str,
    no_text: bool,
    resume: bool,
    as_json: bool,
    model: Path | None,
    **columns_and_rows: Any,
) -> None:
    """Write each line of the postings of each INPUT as a row. - is standard input.

    INPUTs, formats and --resume are as for roleclass score. Columns: id (if the input has
    one), file and row of the posting, line, start and end (in characters of the posting without markup),
    part, work, areas, their probabilities, text, and the posting's role and reason. A posting without
    lines has one row, with empty columns for the line.

    \b
    Examples:
      roleclass lines jobs.csv -o lines.parquet
      roleclass lines jobs.parquet -o lines.csv --id-column url --no-text
      roleclass lines jobs.csv -o - --format jsonl | jq 'select(.part == "duty") | .text'
    """
    options = asked(each_line=True, line_text=not no_text, **columns_and_rows)
    from roleclass.scoring.run import score_files

    what = {"inputs": inputs, "options": options}
    run(score_files, output, _sentence, as_json=as_json, model=model, resume=resume, **what)


def _sentence(summary: "Summary") -> str:
    read = f"{counted(summary.read, 'posting')} read{earlier(summary)}"
    return f"{read}: {counted(summary.lines, 'line')}"
