"""Postings from files, from standard input and from the command line; answers as a terminal shows them."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from roleclass.cli.options import model_option, together
from roleclass.cli.terminal import printable, warn
from roleclass.colours import colour_of
from roleclass.errors import InputError
from roleclass.prediction import Prediction
from roleclass.tables.dialect import encoding_of
from roleclass.tables.files import files_below
from roleclass.tables.formats import no_text

_NO_TABLES = ("a PDF document", "a binary file")


posting_options = together(
    click.argument("files", nargs=-1, metavar="FILE..."),
    click.option("--text", help="Read this text instead of files."),
    click.option("--title", help="The job title, where the text does not hold it."),
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object a posting, a line each."
    ),
    model_option,
)
"""The arguments that name postings, which `gathered` takes, and how they are shown."""


@contextmanager
def gathered(
    files: Sequence[str], text: str | None, page: Path | None = None
) -> Iterator[list[tuple[str, str]]]:
    """Give the name and the text of each posting; what cannot be read is said, and the command fails at last.

    Raises
    ------
    click.UsageError
        If there are both files and a text, or none; or if there is a page to write, and several postings.
    """
    if (text is None) == (not files):
        raise click.UsageError("give either FILE... (- for standard input) or --text TEXT")
    if "" in files:  # of a variable of the shell that is not set; Path("") is the folder here
        raise click.UsageError("an empty name names no file")
    postings = [] if text is None else [("--text", text)]
    complete = True
    for file in _postings_in(files):
        try:
            postings.append((str(file), _read(file)))
        except InputError as error:
            complete = False
            warn(str(error))
        except OSError as error:
            complete = False
            warn(f"{file}: cannot be read: {error.strerror or error}")
    if page is not None and len(postings) > 1:
        raise click.UsageError(f"--html shows one posting, got {len(postings)}")
    yield postings
    if not complete:
        sys.exit(1)


def print_name(console: Console, name: str | None) -> None:
    """Print a posting's name over it, where there are several."""
    if name is not None:
        console.print(Text(printable(name), style="underline"))


def role_of(answer: Prediction) -> Text:
    """Return the role in its colour."""
    return Text(answer.role.label, style=f"bold {colour_of(answer.role).terminal}")


def doubt_of(answer: Prediction) -> Text:
    """Return how sure an answer is, or why there is none."""
    said = answer.reason or percent(answer.confidence) + ("" if answer.reliable else ", unsure")
    return Text(said, style="" if answer.reliable else "bright_black")


def runner_up_of(answer: Prediction) -> Text:
    """Return what it is if it is not this; nothing where nobody can tell."""
    second, p = sorted(answer.probabilities.items(), key=lambda item: -item[1])[1]
    said = "" if answer.reason is not None else f"{second.label} {percent(p)}"
    return Text(said, style="bright_black")


def percent(p: float) -> str:
    """Return a probability as a whole percentage, never as certainty.

    Examples
    --------
    >>> percent(0.994), percent(0.996), percent(0.001)
    ('99%', '>99%', '<1%')
    """
    if 0.005 <= p < 0.995:
        return f"{p:.0%}"
    return "<1%" if p < 0.5 else ">99%"


def _postings_in(names: Sequence[str]) -> Iterator[Path]:
    """Give files; in the place of a folder those in it and below, hidden ones left out, itself if none."""
    for name in names:
        yield from files_below(Path(name)) or [Path(name)]


def _read(file: Path) -> str:
    """Return the text of a file, ``-`` for standard input.

    Bytes that cannot be decoded are said on standard error and passed over.

    Raises
    ------
    InputError
        If it is a folder, a table or a binary file; the message says what reads tables, or what is expected.
    OSError
        If the file cannot be read.
    """
    if file.is_dir():
        raise InputError(f"{file}: a folder without files")
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    what = no_text(str(file), data[:4096])
    if what is not None:
        advice = (
            "expected plain text, HTML or Markdown"
            if what in _NO_TABLES
            else f"tables are read by roleclass score {file} -o roles.csv and roleclass lines {file} "
            "-o lines.csv"
        )
        raise InputError(f"{file}: {what}, not the text of one posting; {advice}")
    encoding = encoding_of(data) or "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        warn(f"{file}: not {encoding} (byte {error.start}); what cannot be decoded is passed over")
        return data.decode(encoding, errors="replace")
