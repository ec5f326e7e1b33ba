"""Workbooks of spreadsheet programs. Needs ``roleclass[excel]``."""

from collections.abc import Iterator, Sequence
from typing import Any

from roleclass.errors import InputError, require_extra
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record, simple
from roleclass.tables.rows import check_width


def read_workbook(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Give the rows of a sheet below its header; a blank row is none.

    Raises
    ------
    InputError
        If the file is no workbook, or the sheet is not there or empty.
    MissingExtraError
        If no reader of workbooks is installed.
    """
    require_extra("excel", "python_calamine")
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(file.path)
        name, rows = _sheet(book, options.table, notes)
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"not a workbook that can be read: {error}") from error
    header, *below = rows
    names = [str(_plain(cell)).strip() for cell in header]
    names = [name or f"unnamed_{place}" for place, name in enumerate(names, 1)]
    check_width(len(names))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"sheet {name}: more than one column {twice}; rename them")
    for number, row in enumerate(below, 1):
        cells = [None if cell == "" else _plain(cell) for cell in row]
        if any(cell is not None for cell in cells):
            file.share = number / len(below)
            yield dict(zip(names, cells, strict=True)), sum(len(str(cell)) for cell in cells)


def _sheet(book: Any, wanted: str | None, notes: list[str]) -> tuple[str, Sequence[list[Any]]]:
    """Return a sheet's name and its rows from the header on: the one that was named, else the first."""
    names = book.sheet_names
    if wanted is not None and wanted not in names:
        raise InputError(f"no sheet {wanted}; the sheets are: {', '.join(names)}")
    found = {}
    for name in names if wanted is None else [wanted]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        above = _above_header(rows)
        if above < len(rows):
            found[name] = rows[above:]
    if not found:
        raise InputError("the workbook is empty; expected a row with the names of the columns")
    name = next(iter(found))
    if len(found) > 1:
        notes.append(f"sheet: {name}, the first of {', '.join(found)} (--table names another)")
    return name, found[name]


def _above_header(rows: Sequence[list[Any]]) -> int:
    """Count the rows above the header: blank ones, and those of one cell where there are more columns."""
    least = min(2, max(map(len, rows), default=0))
    return next(
        (k for k, row in enumerate(rows) if sum(cell != "" for cell in row) >= least), len(rows)
    )


def _plain(cell: Any) -> Any:
    """Return whole numbers as such: a workbook keeps all numbers as fractions."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else simple(cell)
