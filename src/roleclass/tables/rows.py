"""`Rows`: what the readers of all formats give, and when they give it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from sys import getsizeof
from typing import Any, Final, Protocol, TypeVar

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


def check_names(names: Sequence[str], where: str = "") -> None:
    """Raise an `InputError` if columns have the same name.

    Examples
    --------
    >>> check_names(["id", "text"])
    """
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise InputError(f"{where}more than one column {', '.join(map(repr, twice))}; rename them")


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


Rows = tuple[pa.Table, dict[int, str]]
"""Rows that were read together, and what is wrong with some of them, by their place in the table."""

_Row = TypeVar("_Row")


def batched(
    rows: Iterable[tuple[_Row, int, str | None]],
    most: int,
    together: Callable[[list[_Row], dict[int, str]], Rows],
) -> Iterator[Rows]:
    """Put rows together until there are enough: so many, fewer where they are very long.

    Parameters
    ----------
    rows : iterable of (row, int, str or None)
        Each with the bytes that it takes about, and what is wrong with it.
    most : int
    together : callable
        Given rows, and what is wrong with them by their place, makes a table of them.

    Examples
    --------
    >>> rows = [("a", 1, None), ("b", 1, "damaged"), ("c", 1, None)]
    >>> [faults for _, faults in batched(rows, 2, lambda few, faults: (pa.table({"x": few}), faults))]
    [{1: 'damaged'}, {}]
    """
    batch: list[_Row] = []
    faults: dict[int, str] = {}
    size = 0
    for row, held_by_row, fault in rows:
        if fault is not None:
            faults[len(batch)] = fault
        batch.append(row)
        del row  # it may be long, and is not to be held while the next is read
        size += held_by_row
        if len(batch) >= most or size > MAX_BYTES:
            full = together(batch, faults)
            batch, faults, size = [], {}, 0
            yield full
            del full
    if batch:
        yield together(batch, faults)


_HALF: Final = re.compile("[\ud800-\udfff]")


def has_half(text: object) -> bool:
    """Say whether a text has half of a character (a lone surrogate), which UTF-8 and Arrow cannot hold."""
    return isinstance(text, str) and _HALF.search(text) is not None


def to_table(
    columns: Iterable[Sequence[Any]],
    schema: pa.Schema,
    faults: dict[int, str],
    half: Callable[[str], str],
) -> Rows:
    """Make a table of columns; halves of characters are replaced, and their rows marked.

    Parameters
    ----------
    columns : iterable of sequences
        The values of each column of `schema`.
    schema : pyarrow.Schema
    faults : dict of int to str
        What is wrong with rows already.
    half : callable
        Says of a column, by its name, what it is that it holds half of a character.
    """
    arrays = []
    for values, column in zip(columns, schema, strict=True):
        try:
            arrays.append(pa.array(values, column.type))
        except UnicodeEncodeError:
            faults |= {i: half(column.name) for i, value in enumerate(values) if has_half(value)}
            whole = [value and _HALF.sub("\N{REPLACEMENT CHARACTER}", value) for value in values]
            arrays.append(pa.array(whole, column.type))
    return pa.Table.from_arrays(arrays, schema=schema), faults


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
