"""`Rows`: the batches of rows that the readers of all formats yield."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from sys import getsizeof
from typing import Any, Final, TypeVar

import pyarrow as pa

from roleclass.errors import InputError

MAX_BYTES: Final = 16 * 2**20
"""Bytes of rows that are read and scored together."""

MAX_CELL: Final = 16 * 2**20
"""A longer cell, record or line is not a posting: a quote is not closed, or the file is not a table."""

_VALUE: Final = 64
"""Bytes that a value takes in Python, without its text."""

MAX_COLUMNS: Final = 10_000
"""A file with more columns has data instead of column names."""


def check_width(columns: int) -> None:
    """Raise an `InputError` if there are too many columns.

    Examples
    --------
    >>> check_width(12)
    """
    if columns > MAX_COLUMNS:
        raise InputError(
            f"more than {MAX_COLUMNS:,} columns; expected the same few column names in all rows, "
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


def memory_of(*cells: object) -> int:
    """Return the approximate size of cells in memory, in bytes.

    Examples
    --------
    >>> memory_of("Build agents.", None) < 100
    True
    """
    return sum(map(getsizeof, cells))


def memory_of_json(source: str | bytes, start: int = 0, end: int | None = None) -> int:
    """Return the approximate size in memory of parsed JSON, in bytes: large if it has many small lists.

    Examples
    --------
    >>> memory_of_json("[1, 2, 3]"), memory_of_json(b"[[], [], []]")
    (73, 268)
    """
    end = len(source) if end is None else end
    # Commas, frequent in prose, would take longer to count than the text takes to parse.
    marks: Any = b"[{:" if isinstance(source, bytes) else "[{:"
    return (
        end
        - start
        + _VALUE * sum(source.count(marks[k : k + 1], start, end) for k in range(len(marks)))
    )


Rows = tuple[pa.Table, dict[int, str]]
"""Rows that were read together, and the faults of some, by their index in the table."""

Source = tuple[pa.Schema, Callable[[int], Iterator[Rows]]]
"""The columns of a file, and a function that reads its rows, at most so many at a time."""

_Row = TypeVar("_Row")


def batched(
    rows: Iterable[tuple[_Row, int, str | None]],
    most: int,
    together: Callable[[list[_Row], dict[int, str]], Rows],
) -> Iterator[Rows]:
    """Yield rows in batches of at most `most` rows, fewer if they are very long.

    Parameters
    ----------
    rows : iterable of (row, int, str or None)
        Each with its approximate size in memory, and its fault or None.
    most : int
    together : callable
        Makes a table from rows and their faults by index.

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
        del row  # it may be long; free it before the next is read
        size += held_by_row
        if len(batch) >= most or size > MAX_BYTES:
            full = together(batch, faults)
            batch, faults, size = [], {}, 0
            yield full
            del full
    if batch:
        yield together(batch, faults)


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def has_surrogate(text: object) -> bool:
    """Return whether a text contains a lone surrogate, which UTF-8 and Arrow cannot hold."""
    return isinstance(text, str) and _SURROGATE.search(text) is not None


def to_table(
    columns: Iterable[Sequence[Any]],
    schema: pa.Schema,
    faults: dict[int, str],
    surrogate: Callable[[str], str],
) -> Rows:
    """Make a table from columns; lone surrogates are replaced, and their rows marked.

    Parameters
    ----------
    columns : iterable of sequences
        The values of each column of `schema`.
    schema : pyarrow.Schema
    faults : dict of int to str
        The faults of rows so far.
    surrogate : callable
        Returns the fault of a row with a lone surrogate, given the name of the column.
    """
    arrays = []
    for values, column in zip(columns, schema, strict=True):
        try:
            arrays.append(pa.array(values, column.type))
        except UnicodeEncodeError:
            faults |= {
                i: surrogate(column.name) for i, value in enumerate(values) if has_surrogate(value)
            }
            whole = [
                value and _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value) for value in values
            ]
            arrays.append(pa.array(whole, column.type))
    return pa.Table.from_arrays(arrays, schema=schema), faults
