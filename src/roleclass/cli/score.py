"""``roleclass score``: add the role of each posting to the rows of files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roleclass.cli.runs import asked, counted, earlier, run, run_options
from roleclass.roles import as_role

if TYPE_CHECKING:
    from roleclass.scoring.summary import Summary


@click.command(short_help="Add a role to each row of files.")
@run_options
@click.option(
    "--areas",
    is_flag=True,
    help="Add the numbers of lines of each part and work, and of duties in each problem area.",
)
@click.option("--lines", is_flag=True, help="Add the duties: a list, in CSV one per line.")
@click.option("--prefix", default="", help="Prefix of the names of the added columns.")
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True,
    help="Score here, or on a Ray cluster (Parquet to a folder of Parquet).",
)  # fmt: skip
@click.option(
    "--address",
    help="Address of the Ray cluster.  [default: the running one, otherwise this machine]",
)
def score(
    inputs: tuple[str, ...],
    output: str,
    resume: bool,
    as_json: bool,
    model: Path | None,
    engine: str,
    address: str | None,
    **columns_and_rows: Any,
) -> None:
    """Write the rows of each INPUT with their roles. - is standard input.

    An INPUT is a file, a folder or a pattern: CSV, TSV, JSON, JSON Lines, Parquet, Arrow, workbooks,
    SQLite, saved web pages. All rows and columns are kept, in order. Added: role, confidence,
    reliable, a probability for each role, reason. Continue an interrupted run with --resume.

    \b
    Examples:
      roleclass score jobs.csv -o jobs.roles.csv
      roleclass score 'lake/*.parquet' -o roles.parquet --text-column body --threads 2
      roleclass score jobs.parquet -o work.parquet --areas --lines
      zcat jobs.jsonl.gz | roleclass score - --format jsonl -o - | jq .role
      roleclass score --engine ray --address auto 'lake/*.parquet' -o roles/
    """
    what = {"inputs": inputs, "options": asked(**columns_and_rows)}
    scorer: Any
    if engine == "ray":
        from roleclass.scoring.cluster import score_on_cluster as scorer

        what["address"] = address
    else:
        from roleclass.scoring.run import score_files as scorer
    run(scorer, output, _sentence, as_json=as_json, model=model, resume=resume, **what)


def _sentence(summary: "Summary") -> str:
    counts = ", ".join(f"{as_role(name).label} {count:,}" for name, count in summary.roles.items())
    written = f"{counted(summary.read, 'row')} read, {summary.rows:,} written{earlier(summary)}"
    return f"{written}: {counts}"
