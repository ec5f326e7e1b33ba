"""Read tables of SQLite databases."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

from roleclass.errors import InputError
from roleclass.tables.files import InputFile
from roleclass.tables.layouts import is_text_name
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record, simple
from roleclass.tables.rows import MAX_CELL, memory_of


def read_database(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Yield the rows of a table or view, in the order of the database.

    Raises
    ------
    InputError
        If the file is not a database, or the table is ambiguous.
    """
    uri = f"file:{quote(str(file.path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.text_factory = _text
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
            table = _choose(database, options.table, notes)
            cursor = database.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608  (quoted)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, map(simple, row), strict=True)), memory_of(*row), None
    except sqlite3.DataError as error:
        raise InputError(
            f"a row of more than {MAX_CELL >> 20} MiB, too long for a posting"
        ) from error
    except sqlite3.Error as error:
        raise InputError(f"not an SQLite database that can be read: {error}") from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")  # invalid UTF-8 marks its row


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _choose(database: sqlite3.Connection, wanted: str | None, notes: list[str]) -> str:
    """Return the named table, otherwise the only one, otherwise the only one with a text column."""
    tables: list[str] = [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    if wanted is not None:
        if wanted not in tables:
            raise InputError(f"no table {wanted}; the tables are: {', '.join(tables)}")
        return wanted
    likely = [
        name
        for name in tables
        if any(
            is_text_name(column[1])
            for column in database.execute(f"PRAGMA table_info({_quoted(name)})")
        )
    ]
    found = tables if len(tables) == 1 else likely
    if len(found) != 1:
        raise InputError(
            f"ambiguous table; choose with --table: {', '.join(likely or tables)}"
            if tables
            else "the database has no table"
        )
    if len(tables) > 1:
        notes.append(f"table: {found[0]} (detected; --table names another)")
    return found[0]
