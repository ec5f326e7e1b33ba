"""``roleclass lines``: the lines of all postings in files, a row each."""

from pathlib import Path
from typing import Any

import click

from roleclass.cli.runs import (
    counted,
    earlier,
    pace,
    print_summary,
    run_options,
    running,
    score_options,
)
from roleclass.cli.terminal import warn


@click.command(short_help="Write the lines of postings, a row each.")
@run_options
@click.option("--no-text", is_flag=True, help="Leave out what the lines say.")
def lines(
    inputs: tuple[str, ...],
    output: str,
    resume: bool,
    as_json: bool,
    model: Path | None,
    no_text: bool,
    **columns_and_rows: Any,
) -> None:
    """Write each line of the postings of each INPUT as a row; - is standard input.

    INPUTs and formats are those of roleclass score, and so is --resume. Columns: id (where the input has
    one), file and row of the posting, line, start and end (in characters of the posting without markup),
    part, work, areas, their probabilities, text, and the posting's role and reason. A posting without
    lines has one row, with nothing but its reason.

    \b
    Examples:
      roleclass lines jobs.csv -o lines.parquet
      roleclass lines jobs.parquet -o lines.csv --id-column url --no-text
      roleclass lines jobs.csv -o - --format jsonl | jq 'select(.part == "duty") | .text'
    """
    from roleclass.scoring.run import write_lines

    options = score_options(**columns_and_rows)
    with running(output) as progress:
        summary = write_lines(
            inputs,
            output,
            options,
            with_text=not no_text,
            model=model,
            resume=resume,
            warn=warn,
            progress=progress,
        )
    read = f"{counted(summary.read, 'posting')} read{earlier(summary)}"
    sentence = f"{read}: {counted(summary.lines, 'line')}, {pace(summary)}"
    print_summary(summary, sentence, output=output, as_json=as_json)
