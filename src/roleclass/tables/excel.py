"""Read workbooks of spreadsheet programs. Needs ``roleclass[excel]``."""

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path
from typing import Any, Final

from roleclass.errors import InputError, require_extra
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record, simple
from roleclass.tables.rows import check_names, check_width, memory_of

MAX_UNPACKED: Final = 128 * 2**20
"""Unpacked bytes of a workbook; it is read whole, and takes some four times as much."""

MAX_CELLS: Final = 4_000_000
"""Cells of a sheet, including empty ones up to the last: each takes some 70 bytes."""

_ARCHIVE_ERRORS: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError)
"""Damage; and the last for archives that are encrypted, or of a version or method that is not known."""

_ADVICE: Final = "save the sheet as CSV, which is read row by row"


def read_workbook(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Yield the rows of a sheet below its header, without blank rows.

    Raises
    ------
    InputError
        If the file is not a workbook, or the sheet is missing or empty.
    MissingExtraError
        If the reader of workbooks is not installed.
    """
    require_extra("excel", "python_calamine")
    import python_calamine

    try:
        _check_size(file.path)
        book = python_calamine.CalamineWorkbook.from_path(file.path)
        name, sheet = _sheet(book, options.table, notes)
    except (python_calamine.CalamineError, *_ARCHIVE_ERRORS, OSError) as error:
        raise InputError(f"not a workbook that can be read: {error}") from error
    rows = _from_header(sheet)
    header = next(rows)
    names = [str(_plain(cell)).strip() for cell in header]
    names = [name or f"unnamed_{place}" for place, name in enumerate(names, 1)]
    check_width(len(names))
    check_names(names, f"sheet {name}: ")
    for number, row in enumerate(rows, 1):
        cells = [None if cell == "" else _plain(cell) for cell in row]
        if any(cell is not None for cell in cells):
            file.share = number / sheet.height
            yield dict(zip(names, cells, strict=True)), memory_of(*cells), None


_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE: Final = re.compile(rb"""[ \n]r=["']([A-Z]{1,3})([0-9]{1,7})["']""")


def _check_size(path: Path) -> None:
    """Refuse a workbook that would not fit in memory; the old format (.xls) is not compressed."""
    if not zipfile.is_zipfile(path):
        return
    unpacked = 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            is_sheet = _SHEET.fullmatch(member.filename) is not None
            rows = columns = 0
            rest = b""
            with archive.open(member) as content:
                while read := content.read(2**20):
                    unpacked += len(read)
                    if unpacked > MAX_UNPACKED:
                        raise InputError(
                            f"a workbook of more than {MAX_UNPACKED >> 20} MiB, unpacked; {_ADVICE}"
                        )
                    if is_sheet:
                        places = _PLACE.findall(rest + read)
                        rows = max(rows, *(int(row) for _, row in places), 0)
                        columns = max(
                            columns, *(_number(name) for name in {c for c, _ in places}), 0
                        )
                        rest = read[-16:]
            if rows * columns > MAX_CELLS:
                raise InputError(
                    f"{member.filename} reaches to row {rows:,} of column {columns:,}, more than "
                    f"{MAX_CELLS:,} cells; delete cells beside or below the table, or {_ADVICE}"
                )


def _number(column: bytes) -> int:
    """Return the number of a column from its letters: 1 for A, 27 for AA."""
    number = 0
    for letter in column:
        number = 26 * number + letter - ord("A") + 1
    return number


def _sheet(book: Any, wanted: str | None, notes: list[str]) -> tuple[str, Any]:
    """Return a sheet and its name: the named one, otherwise the first with a header."""
    names = book.sheet_names
    if wanted is not None and wanted not in names:
        raise InputError(f"no sheet {wanted}; the sheets are: {', '.join(names)}")
    found: dict[str, Any] = {}
    for name in names if wanted is None else [wanted]:
        sheet = book.get_sheet_by_name(name)
        if next(_from_header(sheet), None) is not None:
            found[name] = None if found else sheet  # only the first is kept in memory
    if not found:
        raise InputError("the workbook is empty; expected a row with the names of the columns")
    name, sheet = next(iter(found.items()))
    if len(found) > 1:
        notes.append(f"sheet: {name}, the first of {', '.join(found)} (--table names another)")
    return name, sheet


def _from_header(sheet: Any) -> Iterator[list[Any]]:
    """Yield the rows from the header on.

    Above it are blank rows, and rows of one cell if there are more columns.
    """
    if sheet.start is None:  # an empty sheet, which old versions of the reader cannot iterate
        return iter(())
    least = min(2, sheet.width)
    return dropwhile(lambda row: sum(cell != "" for cell in row) < least, sheet.iter_rows())


def _plain(cell: Any) -> Any:
    """Return integers as such: a workbook stores all numbers as floats."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else simple(cell)
