"""Text from postings and files, made safe for a terminal."""

import signal
from collections.abc import Container
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:  # slow to import, and most commands show no progress bar
    from rich.progress import Progress
    from rich.table import Table

# Control characters, those that change the direction of text, and lone surrogates. Each is replaced
# by one character, so that offsets into the text stay valid.
_SHOWN: Final = dict.fromkeys(
    chain(
        range(0x20),
        range(0x7F, 0xA0),
        range(0x202A, 0x202F),
        range(0x2066, 0x206A),
        range(0xD800, 0xE000),
    ),
    "\N{REPLACEMENT CHARACTER}",
) | {ord("\t"): "\t", ord("\n"): "\n", ord("\r"): " "}


def printable(text: str) -> str:
    r"""Replace, one for one, the characters that would control a terminal.

    Examples
    --------
    >>> printable("AI\x1b[2J Engineer\r\n")
    'AI�[2J Engineer \n'
    """
    return text.translate(_SHOWN)


def message(text: str) -> str:
    r"""Return `text` as a message; lines after the first are indented, so that none can be forged.

    Examples
    --------
    >>> message("no column a\nError: none")
    'no column a\n  Error: none'
    """
    return printable(text).replace("\n", "\n  ")


def on_terminal(bars: "Progress") -> AbstractContextManager[object]:
    """Show progress on a terminal, and nothing in a pipe, while the context lasts."""
    # In a pipe the bar is not entered at all: before rich 14.3 a disabled bar left an empty line behind.
    return bars if bars.console.is_terminal else nullcontext()


def plain_table(*columns: str, right: Container[str] = ()) -> "Table":
    """Return a table without borders; the columns in `right` are right-aligned."""
    from rich.table import Column, Table

    named = [Column(name, justify="right" if name in right else "left") for name in columns]
    return Table(*named, box=None, pad_edge=False, header_style="bold")


def end_in_order() -> None:
    """Let a polite end (SIGTERM) be as Ctrl-C is: what is kept of tables while a command runs is deleted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def warn(text: str) -> None:
    """Print a message on standard error."""
    click.echo(message(text), err=True)
