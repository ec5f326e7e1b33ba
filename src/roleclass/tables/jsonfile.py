"""Read JSON Lines, and the rows of a JSON document: a list of objects, wrapped or not, or columns.

=====================================  ===============================================
``[{...}, {...}]``                     a row for each object
``{"jobs": [{...}], "total": 1}``      the one list of objects in it, or ``--records``
``{...}`` and no such list             one row; several in sequence: JSON Lines
``{"title": {"0": ...}, ...}``         columns, as pandas writes them by default
``{"title": [...], ...}``              columns as lists
``{"columns": ..., "data": [[...]]}``  pandas' "split"
``{"id1": {...}, "id2": {...}}``       a row for each object
``[{"board": ..., "jobs": [{...}]}]``  a row for each object of the inner lists
``[["title", "text"], [..., ...]]``    rows below a header, as in a sheet
=====================================  ===============================================
"""

import codecs
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from roleclass.errors import InputError
from roleclass.tables.document import Document, Path, open_document
from roleclass.tables.files import InputFile
from roleclass.tables.layouts import is_text_name, layout_of
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import Record, missing, record_of
from roleclass.tables.rows import MAX_CELL, check_names, memory_of_json

_DEEPEST: Final = 4  # levels of objects around a list of postings
_SKETCHED: Final = 100  # members of an object that are examined
_MOST_COLUMNS: Final = 200  # that are read in parallel

_Read = Callable[[InputFile], Iterator[Record]]


def read_json(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Yield the rows of a document; a value that is not an object is marked.

    Raises
    ------
    InputError
        If the document is not JSON, or the location of its rows is ambiguous.
    """
    outer, _, inner = (options.records or "").partition("[]")
    with open_document(file) as document:
        if options.records is None:
            read, within = _plan(document, notes)
        else:
            read, within = _plan_named(document, _path(outer), within=bool(inner)), _path(inner)
    yield from _flattened(read(file), within)


def read_lines(file: InputFile, options: ReadOptions, notes: list[str]) -> Iterator[Record]:
    """Yield the rows of JSON Lines, also if each line contains several postings.

    A JSON document with the extension of JSON Lines is read as a document.

    Raises
    ------
    InputError
        If a line is too long to be a row; otherwise as `read_json`.
    """
    with file.open() as content:
        is_list = content.peek(100).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")
    if is_list:
        notes.append("a JSON document, not JSON Lines (detected)")
        yield from read_json(file, options, notes)
        return
    within = _path((options.records or "").replace("[]", "")) or _inner(
        next(_lines(file), ({}, 0, None))[0], notes
    )
    yield from _flattened(_lines(file), within)


def _lines(file: InputFile) -> Iterator[Record]:
    """Yield the objects of JSON Lines; blank lines are skipped."""
    with file.open() as content:
        lines = iter(partial(content.readline, MAX_CELL + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_CELL:
                raise InputError(
                    f"line {number} is longer than {MAX_CELL >> 20} MiB; expected one JSON object per line"
                )
            if line.strip():
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line  # noqa: PLW2901
                yield _parse(line, number)


def _parse(line: bytes, number: int) -> Record:
    size = memory_of_json(line)
    try:
        return record_of(json.loads(line, parse_constant=missing), size, f"line {number}")
    except UnicodeDecodeError:
        return {}, size, f"line {number} is not UTF-8"
    except (ValueError, RecursionError) as error:
        return {}, size, f"line {number} is not JSON: {error}"


def _path(text: str) -> Path:
    return tuple(filter(None, text.split(".")))


def _inner(first: Any, notes: list[str]) -> Path:
    """Return the path to the postings in a record that is not itself a posting, such as a board."""
    if not isinstance(first, dict) or _is_posting(first):
        return ()
    lists = [path for path, item in _lists(first, ()) if _is_posting(item)]
    if not lists:
        return ()
    path = _the_one(lists)
    notes.append(f"postings: [].{'.'.join(path)} (detected; --records names another list)")
    return path


def _flattened(records: Iterator[Record], inner: Path) -> Iterator[Record]:
    """Yield the postings within records, each with the other values of its record."""
    if not inner:
        yield from records
        return
    for record, size, fault in records:
        postings: Any = record
        for key in inner:
            postings = postings.get(key) if isinstance(postings, dict) else None
        if not isinstance(postings, list):
            yield {}, size, fault or f"a record without a list {'.'.join(inner)}"
            continue
        outer = {key: v for key, v in record.items() if not isinstance(v, list | dict)}
        for posting in postings:
            found, share, fault = record_of(posting, size // len(postings), "an item")  # noqa: PLW2901
            yield found if fault else {**outer, **found}, share, fault


def _plan_named(document: Document, path: Path, *, within: bool) -> _Read:
    document.lead(path)
    if within and not path and document.peek() == "{":
        return _one_after_another
    if document.peek() not in ("[", "{"):
        named = ".".join(path)
        raise InputError(f"{named} is neither a list nor an object; name another --records")
    return partial(_inside, path=path)


def _plan(document: Document, notes: list[str]) -> tuple[_Read, Path]:
    """Choose how to read a document, after a first pass, and the path to postings within records."""
    kind = document.peek()
    if kind == "[":
        first = next((document.value() for _ in document.entries()), None)
        read = _below_header if _is_header(first) else _inside
        return partial(read, path=()), _inner(first, notes)
    if kind != "{":  # it is empty, or its rows will be marked
        return _one_after_another, ()
    sketch = _sketch(document, _DEEPEST)
    if document.peek() != "":
        return _one_after_another, _inner(sketch, notes)
    return _choose(sketch, notes), ()


def _sketch(document: Document, depth: int) -> Any:
    """Read a value, with only the first item of lists and the first members of long objects."""
    kind = document.peek()
    if kind not in ("[", "{"):
        return document.value()
    found: dict[str, Any] = {}
    for key in document.entries():
        if kind == "[" and not found:
            found[key] = document.value()
        elif kind == "{" and depth > 0 and len(found) < _SKETCHED:
            found[key] = _sketch(document, depth - 1)
        else:
            document.skip()
    return found if kind == "{" else list(found.values())


def _choose(sketch: dict[str, Any], notes: list[str]) -> _Read:
    """Choose how to read a document that is one object."""
    lists = list(_lists(sketch, ()))
    postings = [path for path, first in lists if _is_posting(first)]
    if layout_of(sketch) or (_is_posting(sketch) and not postings):
        return _one_after_another
    if _is_split(sketch):
        return _split
    if lists:
        path = _the_one(postings or [path for path, _ in lists])
        notes.append(f"postings: {'.'.join(path)} (detected; --records names another list)")
        return partial(_inside, path=path)
    for key, value in sketch.items():
        if isinstance(value, list) and value and _is_header(value[0]):
            return partial(_below_header, path=(key,))
    kinds = {type(value) for value in sketch.values()}
    by_id = kinds == {dict} and not any(map(is_text_name, sketch))
    if by_id and _is_posting(next(iter(sketch.values()))):
        return partial(_inside, path=())
    return partial(_columns, names=list(sketch)) if kinds in _ALIKE else _one_after_another


_ALIKE: Final = ({dict}, {list})  # types of columns


def _the_one(lists: list[Path]) -> Path:
    shallowest = [path for path in lists if len(path) == min(map(len, lists))]
    if len(shallowest) > 1:
        named = ", ".join(".".join(path) for path in shallowest)
        raise InputError(f"more than one list of objects: {named}; choose with --records")
    return shallowest[0]


def _lists(sketch: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the path and the first object of each list of objects in an object."""
    for key, value in sketch.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield (*path, key), value[0]
        elif isinstance(value, dict):
            yield from _lists(value, (*path, key))


def _is_posting(value: Any) -> bool:
    return isinstance(value, dict) and bool(
        layout_of(value)
        or any(is_text_name(key) and isinstance(text, str) for key, text in value.items())
    )


def _is_header(value: Any) -> bool:
    """Return whether a list is a header: names of columns."""
    return (
        isinstance(value, list)
        and all(isinstance(name, str) for name in value)
        and any(map(is_text_name, value))
    )


def _is_split(sketch: dict[str, Any]) -> bool:
    rows = sketch.get("data")
    return (
        isinstance(sketch.get("columns"), list)
        and isinstance(rows, list)
        and (rows == [] or isinstance(rows[0], list))
    )


def _one_after_another(file: InputFile) -> Iterator[Record]:
    with open_document(file) as document:
        number = 0
        while document.peek() != "":
            number += 1
            value = document.value()
            yield record_of(value, document.size, f"record {number}")


def _values(file: InputFile, path: Path) -> Iterator[tuple[str, Any, int]]:
    """Yield the values of a list or an object, each with its key (or its position) and its size.

    Several lists may follow each other.
    """
    with open_document(file, path) as document:
        while True:
            for key in document.entries():
                yield key, document.value(), document.size
            if path or document.peek() == "":
                return


def _inside(file: InputFile, path: Path) -> Iterator[Record]:
    """Yield the objects of a list or an object."""
    for number, (_, value, size) in enumerate(_values(file, path), 1):
        yield record_of(value, size, f"record {number}")


def _below_header(file: InputFile, path: Path, names: list[str] | None = None) -> Iterator[Record]:
    """Yield the rows of a sheet: lists, of which the first contains the column names if not given."""
    rows = _values(file, path)
    if names is None:
        _, names, _ = next(rows)
    check_names(names)
    for number, (_, row, size) in enumerate(rows, 1):
        if isinstance(row, list) and len(row) <= len(names):
            yield record_of(dict(zip(names, row, strict=False)), size, f"row {number}")
        else:
            fault = f"row {number} does not have the {len(names)} values of the columns"
            yield {}, size, fault


def _split(file: InputFile) -> Iterator[Record]:
    names = [str(name) for _, name, _ in _values(file, ("columns",))]
    return _below_header(file, ("data",), names)


def _columns(file: InputFile, names: list[str]) -> Iterator[Record]:
    """Read columns in parallel, each from the file opened again."""
    if len(names) > _MOST_COLUMNS:
        raise InputError(
            f"an object of more than {_MOST_COLUMNS} columns; write a list of objects instead "
            '(pandas: to_json(orient="records"))'
        )
    end = ("", None, 0)
    for cells in zip_longest(*(_values(file, (name,)) for name in names), fillvalue=end):
        keys = {key for key, _, _ in cells}
        if len(keys) > 1:
            longer = names[next(k for k, cell in enumerate(cells) if cell[0] != "")]
            raise InputError(
                f"columns with different rows: row {max(keys)} of {longer} is not in all columns"
            )
        row = dict(zip(names, (value for _, value, _ in cells), strict=True))
        yield record_of(row, sum(size for _, _, size in cells), "the object")
