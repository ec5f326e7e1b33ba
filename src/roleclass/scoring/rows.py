"""`Rows`: what the readers of all formats give, and when they give it."""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from roleclass.errors import ScoringError

_MAX_BYTES: Final = 32 * 2**20

MAX_COLUMNS: Final = 10_000
"""A file with more has data where the names of columns should be."""


def check_width(columns: int) -> None:
    """Raise a `ScoringError` if these are too many columns.

    Examples
    --------
    >>> check_width(12)
    """
    if columns > MAX_COLUMNS:
        raise ScoringError(
            f"more than {MAX_COLUMNS:,} columns; expected the same few names of columns for all rows, "
            "such as id, title and text"
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


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read together: so many rows, fewer where they are very long."""

    rows: int

    def reached(self, rows: int, size: int) -> bool:
        """Say whether so many rows, of so many bytes together, are enough.

        Examples
        --------
        >>> Limits(2).reached(1, 100), Limits(2).reached(2, 100), Limits(2).reached(1, 10**9)
        (False, True, True)
        """
        return rows >= self.rows or size > _MAX_BYTES
