"""Read CSV and TSV files: every cell unchanged, including ragged, damaged and undecodable rows.

The reader of the standard library is used, because it continues after a bad row and knows the line.
Types are not guessed: every column is text, and an empty cell is an empty string.

If quotes are damaged (a stray one opens a cell that swallows the rows below), the first line of the row
becomes a marked row with its cells unchanged, quotes included; reading continues with the next line.
From then on rows are marked until one is well-formed again.
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
    Source,
    batched,
    check_width,
    has_surrogate,
    memory_of,
    to_table,
)

_USUAL: Final = {"csv": ",", "tsv": "\t"}

_STRAY: Final = "a quote in this row is never closed, or closes within a cell"
_AFTER_STRAY: Final = "may belong to the row above, whose quotes are damaged"
_SHAPES: Final = 20  # with this many shapes of first cells, they do not identify rows
_ENCODING_ADVICE: Final = "name the right encoding with --encoding"

MAX_RECORD: Final = 2 * MAX_CELL
"""Characters of all lines of a row."""

_Record = tuple[list[str], str | None]
"""The cells of a row, and its fault or None."""


def separated_values(file: InputFile, options: ReadOptions, notes: list[str]) -> Source:
    """Find the columns of a file of separated values; append guesses to `notes`.

    Raises
    ------
    InputError
        If the header is missing, has a duplicate name or damaged quotes, or cannot be decoded.
    """
    with file.open() as content:
        dialect = detect(
            content.read(SAMPLE),
            encoding=options.encoding,
            delimiter=options.delimiter,
            usual=_USUAL[file.format.kind],
            rest=iter(partial(content.read, SAMPLE), b""),
        )
    notes += dialect.notes
    with file.open() as content:
        schema = pa.schema([(name, pa.string()) for name in _header(content, dialect, notes)])

    def rows(most: int) -> Iterator[Rows]:
        with file.open() as content:
            records = _Records(content, dialect).read()
            next(records)  # the header
            fit = partial(_fit, width=len(schema), delimiter=dialect.delimiter)
            yield from batched(map(fit, records), most, partial(_table, schema, dialect))

    return schema, rows


def _header(content: io.BufferedReader, dialect: Dialect, notes: list[str]) -> list[str]:
    header, fault = next(_Records(content, dialect).read(), ([], None))
    if not header:
        raise InputError("the file is empty; expected a line with the names of the columns")
    if fault is not None:
        raise InputError("line 1: a quote in the header is never closed; close it")
    check_width(len(header))
    if any(map(has_surrogate, header)):
        raise InputError(f"the header is not {dialect.encoding}; {_ENCODING_ADVICE}")
    if header.count("") > 1:  # those of an index, or of a spreadsheet's empty columns
        header = [name or f"unnamed_{place}" for place, name in enumerate(header, 1)]
        notes.append("columns without a name: called unnamed_ plus their position")
    return header


def _fit(record: _Record, width: int, delimiter: str) -> tuple[list[str], int, str | None]:
    """Fill a short row with empty cells; join the surplus cells of a long row into its last one."""
    cells, fault = record
    found = len(cells)
    if found != width:
        fault = fault or f"{found} cells where the header has {width}"
        rest = [delimiter.join(cells[width - 1 :])]
        cells = cells + [""] * (width - found) if found < width else cells[: width - 1] + rest
    return cells, memory_of(*cells), fault


def _table(
    schema: pa.Schema, dialect: Dialect, rows: list[list[str]], faults: dict[int, str]
) -> Rows:
    advice = f"not {dialect.encoding.removesuffix('-sig')}; {_ENCODING_ADVICE}"
    return to_table(zip(*rows, strict=True), schema, faults, lambda _: advice)


class _Records:
    """The records of a stream, the header first."""

    def __init__(self, content: io.BufferedReader, dialect: Dialect) -> None:
        self._content = content
        self._dialect = dialect
        # Bytes that cannot be decoded become lone surrogates here, which Arrow will refuse.
        self._text = io.TextIOWrapper(
            content, dialect.encoding, errors="surrogateescape", newline=""
        )
        self._again: deque[str] = deque()  # lines to read again after damage
        self._lines: list[str] = []  # of the current record
        self._number = 0  # of the last line read
        self._width = 0
        self._shapes: set[str] = set()  # of the first cells of rows
        cell = rf'(?:"[^"]*(?:""[^"]*)*"|[^"{re.escape(dialect.delimiter)}\r\n]*)'
        self._clean = re.compile(rf"{cell}(?:{re.escape(dialect.delimiter)}{cell})*[\r\n]*")

    def read(self) -> Iterator[_Record]:
        """Yield records with their faults; blank lines are skipped."""
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
                reader = self._reader()  # the old one may have reached the end
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
        """Yield lines, and keep them until their record is complete."""
        keep, again, read = self._lines.append, self._again, self._text.readline
        backslash = self._dialect.backslash
        room = MAX_RECORD
        while line := again.popleft() if again else read(MAX_CELL):
            if len(line) == MAX_CELL and not line.endswith(("\r", "\n")):
                raise InputError(
                    f"line {self._number + 1} is longer than {MAX_CELL >> 20} Mi characters; "
                    "check that it is a CSV file"
                )
            self._number += 1
            room = (room if self._lines else MAX_RECORD) - len(line)
            keep(line)
            if room < 0:
                raise csv.Error("field limit: of all cells of a row")
            yield self._dialect.unescape(line) if backslash else line

    def _unread(self) -> list[str]:
        """Return the first line of a damaged record as a row, and push the others back."""
        first, *others = self._lines
        self._again.extendleft(reversed(others))
        self._number -= len(others)
        return first.rstrip("\r\n").split(self._dialect.delimiter)

    def _swallowed(self, cells: list[str]) -> bool:
        """Return whether a record of several lines contains lines that look like rows."""
        split = self._dialect.delimiter
        if self._width == 0:
            return any(
                line.count(split) >= max(len(cells) - 1, 1)
                for cell in cells
                for line in cell.splitlines()[1:]
            )
        # Swallowed rows rarely contain quotes, so each is a line; in prose, rarely all lines look like rows.
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
        """Return whether a record after damage is a well-formed row."""
        raw = "".join(map(self._dialect.unescape, self._lines))
        tells = 0 < len(self._shapes) < _SHAPES
        return (
            len(cells) == self._width
            and (not tells or _shape(cells[0]) in self._shapes)
            and self._clean.fullmatch(raw) is not None
        )


def _shape(cell: str) -> str:
    """Return the shape of a cell: each run of letters or digits as one character.

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
    """Return a match function for lines that begin with one of these shapes, if these identify rows."""
    told = sorted(shape for shape in shapes if "9" in shape)
    if not told or len(shapes) >= _SHAPES:
        return None
    cells = "|".join(
        re.escape(shape).replace("9", r"\d+").replace("a", r"[^\W\d_]+") for shape in told
    )
    thousands = r"(?!\d{1,3},\d{3}(?!\d))" if delimiter == "," else ""  # of a number in prose
    return re.compile(rf"{thousands}(?:{cells}){re.escape(delimiter)}").match
