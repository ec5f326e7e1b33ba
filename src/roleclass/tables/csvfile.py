"""Rows of CSV and TSV files: every cell as it stands, ragged, damaged and undecodable rows included.

The reader of the standard library is used, because it goes on after a bad row and knows the line.
Nothing is guessed about types: every column is text, and an empty cell is an empty text.

Where quotes break the rules (a stray one opens a cell that swallows the rows below), the line with
which the row begins is a row by itself, cells as they stand, quotes included, and marked; reading
goes on with the next line. From then on rows are marked until one is in order again.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Final

import pyarrow as pa

from roleclass.errors import InputError
from roleclass.tables.dialect import SAMPLE, Dialect, detect
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.rows import (
    MAX_CELL,
    Rows,
    batched,
    check_width,
    has_half,
    held,
    to_table,
)

_USUAL: Final = {"csv": ",", "tsv": "\t"}

_STRAY: Final = "a quote in this row is never closed, or closes within a cell"
_AFTER_STRAY: Final = "may belong to the row above, whose quotes are damaged"
_SHAPES: Final = 20  # so many ways in which rows begin tell nothing
_ENCODING_ADVICE: Final = "name the right encoding with --encoding"

MAX_RECORD: Final = 2 * MAX_CELL
"""Characters of all lines of a row."""

_Record = tuple[list[str], str | None]
"""The cells of a row, and what is wrong with it."""


class CsvFile:
    """A file of separated values; see `Source`.

    Raises
    ------
    InputError
        If there is no header, it repeats a name, its quotes are damaged, or it cannot be decoded.
    """

    def __init__(self, file: InputFile, options: ReadOptions) -> None:
        self._file = file
        with file.open() as content:
            self._dialect = detect(
                content.read(SAMPLE),
                encoding=options.encoding,
                delimiter=options.delimiter,
                usual=_USUAL[file.format.kind],
                rest=iter(partial(content.read, SAMPLE), b""),
            )
        self.notes = list(self._dialect.notes)
        with file.open() as content:
            self.schema = pa.schema([(name, pa.string()) for name in self._header(content)])

    def _header(self, content: io.BufferedReader) -> list[str]:
        header, fault = next(_Records(content, self._dialect).read(), ([], None))
        if not header:
            raise InputError("the file is empty; expected a line with the names of the columns")
        if fault is not None:
            raise InputError("line 1: a quote in the header is never closed; close it")
        check_width(len(header))
        if any(map(has_half, header)):
            raise InputError(f"the header is not {self._dialect.encoding}; {_ENCODING_ADVICE}")
        if header.count("") > 1:  # those of an index, or of a spreadsheet's empty columns
            header = [name or f"unnamed_{place}" for place, name in enumerate(header, 1)]
            self.notes.append("columns without a name: called unnamed_ and their place")
        return header

    def rows(self, schema: pa.Schema, most: int) -> Iterator[Rows]:  # noqa: ARG002  (all is text)
        """Read the rows below the header."""
        with self._file.open() as content:
            records = _Records(content, self._dialect).read()
            next(records)
            yield from batched(map(self._fit, records), most, self._table)

    def _fit(self, record: _Record) -> tuple[list[str], int, str | None]:
        """Fill a short row with empty cells; keep what a long one has too many in its last cell."""
        cells, fault = record
        width, found = len(self.schema), len(cells)
        if found != width:
            fault = fault or f"{found} cells where the header has {width}"
            rest = [self._dialect.delimiter.join(cells[width - 1 :])]
            cells = cells + [""] * (width - found) if found < width else cells[: width - 1] + rest
        return cells, held(*cells), fault

    def _table(self, rows: list[list[str]], faults: dict[int, str]) -> Rows:
        advice = f"not {self._dialect.encoding.removesuffix('-sig')}; {_ENCODING_ADVICE}"
        return to_table(zip(*rows, strict=True), self.schema, faults, lambda _: advice)


class _Records:
    """The records of a stream, the header first."""

    def __init__(self, content: io.BufferedReader, dialect: Dialect) -> None:
        self._content = content
        self._dialect = dialect
        # Bytes that cannot be decoded become lone surrogates here; Arrow will refuse them.
        self._text = io.TextIOWrapper(
            content, dialect.encoding, errors="surrogateescape", newline=""
        )
        self._again: deque[str] = deque()  # lines that are read once more, after damage
        self._lines: list[str] = []  # those of the record that is being read
        self._number = 0  # of the last line read
        self._width = 0
        self._shapes: set[str] = set()  # what the first cells of rows look like
        cell = rf'(?:"[^"]*(?:""[^"]*)*"|[^"{re.escape(dialect.delimiter)}\r\n]*)'
        self._clean = re.compile(rf"{cell}(?:{re.escape(dialect.delimiter)}{cell})*[\r\n]*")

    def read(self) -> Iterator[_Record]:
        """Give records, each with what is wrong with it or None; blank lines are none."""
        csv.field_size_limit(MAX_CELL)
        try:
            if self._dialect.sep_line:
                next(self._feed(), None)
            yield from self._read()
        except UnicodeError as error:
            raise InputError(f"after line {self._number}: {error}; {_ENCODING_ADVICE}") from error
        finally:
            if not self._content.closed:
                self._text.detach()  # the stream is the caller's to close

    def _read(self) -> Iterator[_Record]:
        damaged = False
        reader = self._reader()
        while True:
            self._lines.clear()
            fault = _STRAY
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = None
                if "field limit" in str(error):
                    fault = f"a cell of more than {MAX_CELL >> 20} Mi characters, or {_STRAY}"
            if cells is None or (len(self._lines) > 1 and self._swallowed(cells)):
                damaged = True
                yield self._unread(), fault
                reader = self._reader()  # the other may have seen the end
            elif cells:
                damaged = damaged and not self._in_order(cells)
                yield cells, _AFTER_STRAY if damaged else None
                if self._width == 0:
                    self._width = len(cells)
                elif not damaged and len(self._shapes) < _SHAPES:
                    self._shapes.add(_shape(cells[0]))

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._dialect.delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        """Give lines, and keep them until their record is whole."""
        keep, again, read = self._lines.append, self._again, self._text.readline
        backslash = self._dialect.backslash
        room = MAX_RECORD
        while line := again.popleft() if again else read(MAX_CELL):
            if len(line) == MAX_CELL and not line.endswith(("\r", "\n")):
                raise InputError(
                    f"line {self._number + 1} is longer than {MAX_CELL >> 20} Mi characters; "
                    "expected lines of cells: is it a CSV file?"
                )
            self._number += 1
            room = (room if self._lines else MAX_RECORD) - len(line)
            keep(line)
            if room < 0:
                raise csv.Error("field limit: of all cells of a row")
            yield self._dialect.unescape(line) if backslash else line

    def _unread(self) -> list[str]:
        """Take the first line of a damaged record for a row, and give the others back."""
        first, *others = self._lines
        self._again.extendleft(reversed(others))
        self._number -= len(others)
        return first.rstrip("\r\n").split(self._dialect.delimiter)

    def _swallowed(self, cells: list[str]) -> bool:
        """Say whether a record of several lines holds other rows: lines that look like them."""
        split = self._dialect.delimiter
        if self._width == 0:
            return any(
                line.count(split) >= max(len(cells) - 1, 1)
                for cell in cells
                for line in cell.splitlines()[1:]
            )
        # Swallowed rows have hardly a quote, so each is a line; prose seldom has such lines only.
        first = self._lines[0].replace('"', "").split(split)[0]
        begins = _beginnings(frozenset(self._shapes or {_shape(first)}), split)
        inner = filter(str.strip, self._lines[1:])
        return (
            begins is not None
            and self._width > 1
            and all(
                begins(line.replace('"', "")) and line.count(split) == self._width - 1
                for line in inner
            )
        )

    def _in_order(self, cells: list[str]) -> bool:
        """Say whether a record after damage can be believed to be a row."""
        raw = "".join(map(self._dialect.unescape, self._lines))
        tells = 0 < len(self._shapes) < _SHAPES
        return (
            len(cells) == self._width
            and (not tells or _shape(cells[0]) in self._shapes)
            and self._clean.fullmatch(raw) is not None
        )


def _shape(cell: str) -> str:
    """Say what a cell looks like: letters and digits, each run as one.

    Examples
    --------
    >>> _shape("li-4711")
    'a-9'
    """
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell[:40]))


@lru_cache(16)
def _beginnings(
    shapes: frozenset[str], delimiter: str
) -> Callable[[str], re.Match[str] | None] | None:
    """Return what matches lines that begin with a cell of one of these shapes, if that tells rows."""
    told = sorted(shape for shape in shapes if "9" in shape)
    if not told or len(shapes) >= _SHAPES:
        return None
    cells = "|".join(
        re.escape(shape).replace("9", r"\d+").replace("a", r"[^\W\d_]+") for shape in told
    )
    thousands = r"(?!\d{1,3},\d{3}(?!\d))" if delimiter == "," else ""  # of a number in prose
    return re.compile(rf"{thousands}(?:{cells}){re.escape(delimiter)}").match
