"""Postings from files, from standard input and from the command line; answers as a terminal shows them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from roleclass.cli.terminal import warn
from roleclass.colours import colour_of
from roleclass.errors import InputError
from roleclass.prediction import Prediction
from roleclass.tables.dialect import encoding_of
from roleclass.tables.formats import no_text

_NO_TABLES = ("a PDF document", "a binary file")


class PostingPath(click.Path):
    """A file or folder. An empty name, of a variable of the shell that is not set, is not the folder here."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; an empty name is an error of the command line."""
        if value == "":
            self.fail("an empty name names no file", param, ctx)
        return super().convert(value, param, ctx)


_OPTIONS = (
    click.argument("files", nargs=-1, metavar="FILE...", type=PostingPath()),
    click.option("--text", help="Read this text instead of files."),
    click.option("--title", help="The job title, where the text does not hold it."),
)


def posting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments that name postings; `gather` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def gather(files: Iterable[Path], text: str | None) -> tuple[list[tuple[str, str]], bool]:
    """Return the name and the text of each posting, and whether all could be read.

    What could not is said on standard error.

    Raises
    ------
    click.UsageError
        If there are both files and a text, or none.
    """
    files = list(files)
    if (text is None) == (not files):
        raise click.UsageError("give either FILE... (- for standard input) or --text TEXT")
    postings = [] if text is None else [("--text", text)]
    complete = True
    for file in postings_in(files):
        try:
            postings.append((str(file), read_posting(file)))
        except InputError as error:
            complete = False
            warn(str(error))
        except OSError as error:
            complete = False
            warn(f"{file}: cannot be read: {error.strerror or error}")
    return postings, complete


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


def postings_in(files: Iterable[Path]) -> Iterator[Path]:
    """Give files, and in the place of a folder those in it and below, hidden ones left out."""
    for file in files:
        if not file.is_dir():
            yield file
            continue
        for path in sorted(file.rglob("*")):
            within = path.relative_to(file).parts
            if path.is_file() and not any(part.startswith(".") for part in within):
                yield path


def read_posting(file: Path) -> str:
    """Return the text of a file, ``-`` for standard input.

    Bytes that cannot be decoded are said on standard error and passed over.

    Raises
    ------
    InputError
        If it is a table or a binary file; the message says what reads tables, or what is expected.
    OSError
        If the file cannot be read.
    """
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
