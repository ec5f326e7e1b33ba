"""Tables of SQLite databases, which are only read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

from roleclass.errors import InputError
from roleclass.tables.files import InputFile
from roleclass.tables.layouts import is_text_name
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record, simple
from roleclass.tables.rows import MAX_CELL, held


def read_database(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Give the rows of a table or view, in the order in which the database keeps them.

    Raises
    ------
    InputError
        If the file is no database, or it cannot be told which table is meant.
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
                yield (
                    dict(zip(names, map(simple, row), strict=True)),
                    held(*row),
                )
    except sqlite3.DataError as error:
        raise InputError(f"a row of more than {MAX_CELL >> 20} MiB, which is no posting") from error
    except sqlite3.Error as error:
        raise InputError(f"not an SQLite database that can be read: {error}") from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")  # what is no UTF-8 marks its row


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _choose(database: sqlite3.Connection, wanted: str | None, notes: list[str]) -> str:
    """Return the table that was named, else the only one, else the only one with a text column."""
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
            f"which table? choose with --table: {', '.join(likely or tables) or 'there is none'}"
        )
    if len(tables) > 1:
        notes.append(f"table: {found[0]} (found; --table names another)")
    return found[0]
