"""Rows of CSV and TSV files: every cell as it stands, ragged and undecodable rows included.

The reader of the standard library is used, because it goes on after a bad row and knows the line.
Nothing is guessed about types: every column is text, and an empty cell is an empty text.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from roleclass.errors import ScoringError
from roleclass.scoring.rows import Limits, Rows, check_width

MAX_CELL: Final = 64 * 2**20
"""A longer cell is a quote that was never closed: it would take the rest of the file."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _records(
    content: io.BufferedReader, delimiter: str, encoding: str
) -> Iterator[tuple[list[str], str | None]]:
    """Give records, the header first, each with what is wrong with it or None."""
    start = content.peek(4)[:4]
    encoding = next((by_mark for mark, by_mark in _MARKS if start.startswith(mark)), encoding)
    # Bytes that cannot be decoded become lone surrogates here; Arrow will refuse them.
    text = io.TextIOWrapper(content, encoding, errors="surrogateescape", newline="")
    csv.field_size_limit(MAX_CELL)
    at_end = False

    def lines() -> Iterator[str]:
        nonlocal at_end
        while line := text.readline(MAX_CELL):
            if len(line) == MAX_CELL and not line.endswith(("\r", "\n")):
                raise ScoringError(
                    f"line {reader.line_num + 1} is longer than {MAX_CELL >> 20} Mi characters; "
                    "expected lines of cells: is it a CSV file?"
                )
            yield line
        at_end = True

    reader = csv.reader(lines(), delimiter=delimiter)
    try:
        for record in reader:
            # The lines ran out while a record was being read: it ended within quotes.
            fault = "a quote in this row is never closed" if at_end else None
            if record:  # a blank line is no row
                yield record, fault
    except csv.Error as error:
        raise ScoringError(
            f"line {reader.line_num}: {error}; look for a quote that is not closed"
        ) from error
    except UnicodeError as error:
        raise ScoringError(f"after line {reader.line_num}: {error}; {_ENCODING_ADVICE}") from error
    finally:
        if not content.closed:
            text.detach()  # the stream is the caller's to close


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file of separated values.

    Attributes
    ----------
    delimiter, encoding : str
        A byte order mark overrules the encoding.
    """

    delimiter: str
    encoding: str

    def header(self, content: io.BufferedReader) -> list[str]:
        """Return the names of the columns.

        Raises
        ------
        ScoringError
            If there is no header, it repeats a name, or it cannot be decoded.
        """
        records = _records(content, self.delimiter, self.encoding)
        header = next((cells for cells, _ in records), None)
        if header is None:
            raise ScoringError("the file is empty; expected a line with the names of the columns")
        check_width(len(header))
        twice = sorted(name for name, count in Counter(header).items() if count > 1)
        if twice:
            raise ScoringError(
                f"the header has more than one column {', '.join(map(repr, twice))}; rename them"
            )
        if any(map(_undecoded, header)):
            raise ScoringError(f"the header is not {self.encoding}; {_ENCODING_ADVICE}")
        return header

    def rows(self, content: io.BufferedReader, limits: Limits) -> Iterator[Rows]:
        """Read the rows below the header."""
        records = _records(content, self.delimiter, self.encoding)
        header, _ = next(records)
        batch: list[list[str]] = []
        faults: dict[int, str] = {}
        size = 0
        for cells, fault in records:
            if len(cells) != len(header):
                ragged = f"{len(cells)} cells where the header has {len(header)}"
                faults[len(batch)] = fault or ragged
                batch.append(_fit(cells, len(header), self.delimiter))
            else:
                if fault is not None:
                    faults[len(batch)] = fault
                batch.append(cells)
            size += sum(map(len, cells))
            if limits.reached(len(batch), size):
                yield self._table(header, batch, faults)
                batch, faults, size = [], {}, 0
        if batch:
            yield self._table(header, batch, faults)

    def _table(self, header: list[str], batch: list[list[str]], faults: dict[int, str]) -> Rows:
        columns = []
        for cells in zip(*batch, strict=True):
            try:
                columns.append(pa.array(cells, pa.string()))
            except UnicodeEncodeError:
                bad = [i for i, cell in enumerate(cells) if _undecoded(cell)]
                faults |= dict.fromkeys(bad, f"not {self.encoding}; {_ENCODING_ADVICE}")
                columns.append(pa.array(map(_replace, cells), pa.string()))
        return Rows(pa.Table.from_arrays(columns, names=header), faults)


_ENCODING_ADVICE: Final = "name the right encoding with --encoding"


def _fit(cells: list[str], width: int, delimiter: str) -> list[str]:
    """Fill a short row with empty cells; keep what a long one has too many in its last cell."""
    if len(cells) < width:
        return cells + [""] * (width - len(cells))
    return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]


def _undecoded(cell: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in cell)


def _replace(cell: str) -> str:
    return "".join("\N{REPLACEMENT CHARACTER}" if _undecoded(c) else c for c in cell)
