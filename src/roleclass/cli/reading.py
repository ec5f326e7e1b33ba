"""Read postings from files, standard input and the command line; format answers for a terminal."""

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
from roleclass.tables.formats import non_text_kind

_NO_TABLES = ("a PDF document", "a binary file")


posting_options = together(
    click.argument("files", nargs=-1, metavar="FILE..."),
    click.option("--text", help="Read this text instead of files."),
    click.option("--title", help="The job title, if it is not part of the text."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line."),
    model_option,
)
"""The options of commands that read single postings; see `gathered`."""


@contextmanager
def gathered(
    files: Sequence[str], text: str | None, page: Path | None = None
) -> Iterator[list[tuple[str, str]]]:
    """Yield the name and text of each posting; warn of unreadable files, and exit with 1 at the end.

    Raises
    ------
    click.UsageError
        If there are both files and a text, or neither; or if a page is to be written for several postings.
    """
    if (text is None) == (not files):
        raise click.UsageError("give either FILE... (- for standard input) or --text TEXT")
    if "" in files:  # from an unset shell variable; Path("") is the working folder
        raise click.UsageError("an empty name is not a file; expected a file, a folder or -")
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
    """Print the name of a posting above it, if there is one."""
    if name is not None:
        console.print(Text(printable(name), style="underline"))


def role_of(answer: Prediction) -> Text:
    """Return the role in its colour."""
    return Text(answer.role.label, style=f"bold {colour_of(answer.role).terminal}")


def doubt_of(answer: Prediction) -> Text:
    """Return the confidence of an answer, or the reason why it is unclear."""
    said = answer.reason or percent(answer.confidence) + ("" if answer.reliable else ", unsure")
    return Text(said, style="" if answer.reliable else "bright_black")


def runner_up_of(answer: Prediction) -> Text:
    """Return the runner-up and its probability; nothing if the answer is unclear."""
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
    """Yield files, and those in and below folders except hidden ones; a folder without files as itself."""
    for name in names:
        yield from files_below(Path(name)) or [Path(name)]


def _read(file: Path) -> str:
    """Return the text of a file, ``-`` for standard input.

    Bytes that cannot be decoded are replaced, with a warning.

    Raises
    ------
    InputError
        If it is a folder, a table or a binary file; the message names what reads tables, or what is expected.
    OSError
        If the file cannot be read.
    """
    if file.is_dir():
        raise InputError(f"{file}: a folder without files")
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    what = non_text_kind(str(file), data[:4096])
    if what is not None:
        advice = (
            "expected plain text, HTML or Markdown"
            if what in _NO_TABLES
            else f"for tables use roleclass score {file} -o roles.csv or roleclass lines {file} "
            "-o lines.csv"
        )
        raise InputError(f"{file}: {what}, not the text of one posting; {advice}")
    encoding = encoding_of(data) or "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        warn(
            f"{file}: not {encoding} (byte {error.start}); bytes that cannot be decoded are replaced"
        )
        return data.decode(encoding, errors="replace")
