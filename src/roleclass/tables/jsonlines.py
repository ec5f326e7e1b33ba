"""Read JSON Lines: one object per line; other lines are marked."""

import codecs
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from roleclass.errors import InputError
from roleclass.tables.files import InputFile
from roleclass.tables.records import Record
from roleclass.tables.rows import MAX_CELL, memory_of_json


def read_json_lines(file: InputFile) -> Iterator[Record]:
    """Yield the objects of a file; blank lines are skipped.

    Raises
    ------
    InputError
        If a line is too long to be a row.
    """
    with file.open() as content:
        lines = iter(partial(content.readline, MAX_CELL + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_CELL:
                raise InputError(
                    f"line {number} is longer than {MAX_CELL >> 20} MiB; expected one JSON object per line"
                )
            if line.strip():
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line  # noqa: PLW2901
                yield _parse(line, number), memory_of_json(line)


def _parse(line: bytes, number: int) -> dict[str, Any] | str:
    """Return the row, or the fault of the line."""
    try:
        return check_object(json.loads(line, parse_constant=missing), f"line {number}")
    except UnicodeDecodeError:
        return f"line {number} is not UTF-8"
    except (ValueError, RecursionError) as error:
        return f"line {number} is not JSON: {error}"


def missing(_: str) -> None:
    """Treat NaN and Infinity, which Python writes but JSON does not allow, as missing."""


def check_object(value: object, where: str) -> dict[str, Any] | str:
    """Return an object that can be a row, or the fault of the value.

    Examples
    --------
    >>> check_object({"text": "Build agents."}, "line 1")
    {'text': 'Build agents.'}
    >>> check_object([1], "line 1")
    'line 1 is not a JSON object'
    """
    if not isinstance(value, dict):
        return f"{where} is not a JSON object"
    try:
        "".join(value).encode()
    except UnicodeEncodeError:
        return f"{where} has a lone surrogate in the name of a column"
    return value
