"""What postings and files say, as text that a terminal shows and does not obey."""

import signal
from collections.abc import Container
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:  # it takes its time to import, and most commands show no bar
    from rich.progress import Progress
    from rich.table import Table

# Control characters, those that change the direction of writing, and halves of characters. One
# character stands for one, so that places in the text stay what they are.
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
    r"""Replace, one for one, the characters that would steer a terminal.

    Examples
    --------
    >>> printable("AI\x1b[2J Engineer\r\n")
    'AI�[2J Engineer \n'
    """
    return text.translate(_SHOWN)


def message(text: str) -> str:
    r"""Return `text` as a message; lines after the first are set in, so that none can be forged.

    Examples
    --------
    >>> message("no column a\nError: none")
    'no column a\n  Error: none'
    """
    return printable(text).replace("\n", "\n  ")


def on_terminal(bars: "Progress") -> AbstractContextManager[object]:
    """Show progress on a terminal, and nothing in a pipe, while the context lasts."""
    # Not entered there at all: before rich 14.3 a disabled bar leaves an empty line behind.
    return bars if bars.console.is_terminal else nullcontext()


def plain_table(*columns: str, right: Container[str] = ()) -> "Table":
    """Return a table without lines; `right` are the columns whose cells end at the right."""
    from rich.table import Column, Table

    named = [Column(name, justify="right" if name in right else "left") for name in columns]
    return Table(*named, box=None, pad_edge=False, header_style="bold")


def end_in_order() -> None:
    """Let a polite end (SIGTERM) be as Ctrl-C is: what is kept of tables while a command runs is deleted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def warn(text: str) -> None:
    """Say something on standard error."""
    click.echo(message(text), err=True)
