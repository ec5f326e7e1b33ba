"""`Rows`: what the readers of all formats give, and when they give it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, Final, Protocol

import pyarrow as pa

from roleclass.errors import InputError

MAX_BYTES: Final = 16 * 2**20
"""So many bytes of rows are enough to be read and scored together."""

MAX_CELL: Final = 16 * 2**20
"""A longer cell, record or line is no posting: a quote that was never closed, or no table."""

_VALUE: Final = 64
"""Bytes that a value takes in Python, beside its text."""

MAX_COLUMNS: Final = 10_000
"""A file with more has data where the names of columns should be."""


def check_width(columns: int) -> None:
    """Raise an `InputError` if these are too many columns.

    Examples
    --------
    >>> check_width(12)
    """
    if columns > MAX_COLUMNS:
        raise InputError(
            f"more than {MAX_COLUMNS:,} columns; expected the same few names of columns for all rows, "
            "such as id, title and text"
        )


def held(*cells: object) -> int:
    """Return about how many bytes these cells take in memory.

    Examples
    --------
    >>> held("Build agents.", None) < 100
    True
    """
    return sum(map(getsizeof, cells))


def held_json(source: str | bytes, start: int = 0, end: int | None = None) -> int:
    """Return about how many bytes a stretch of JSON takes once it is read: many, if it is small lists.

    Examples
    --------
    >>> held_json("[1, 2, 3]"), held_json(b"[[], [], []]")
    (73, 268)
    """
    end = len(source) if end is None else end
    # Commas, which prose is full of, would take longer to count than the text to read.
    marks: Any = b"[{:" if isinstance(source, bytes) else "[{:"
    return (
        end
        - start
        + _VALUE * sum(source.count(marks[k : k + 1], start, end) for k in range(len(marks)))
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that were read together.

    Attributes
    ----------
    table : pyarrow.Table
    faults : dict of int to str
        What is wrong with a row, by its place in `table`.
    """

    table: pa.Table
    faults: dict[int, str]


@dataclass(slots=True)
class Batch:
    """Collects rows until there are enough: so many, fewer where they are very long.

    Attributes
    ----------
    most : int
        Rows.
    rows : list
    faults : dict of int to str

    Examples
    --------
    >>> batch = Batch(most=2)
    >>> batch.add("a", 1), batch.add("b", 1)
    (False, True)
    """

    most: int
    rows: list[Any] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    size: int = 0

    def add(self, row: Any, size: int, fault: str | None = None) -> bool:
        """Take a row of `size` bytes; say whether these are enough."""
        if fault is not None:
            self.faults[len(self.rows)] = fault
        self.rows.append(row)
        self.size += size
        return len(self.rows) >= self.most or self.size > MAX_BYTES


class Source(Protocol):
    """The rows of one file.

    Attributes
    ----------
    schema : pyarrow.Schema
    notes : list of str
        What was guessed about the file.
    """

    schema: pa.Schema
    notes: list[str]

    def rows(self, schema: pa.Schema, most: int) -> Iterator[Rows]:
        """Read all rows, at most so many at a time; `schema` is that of all files together."""
