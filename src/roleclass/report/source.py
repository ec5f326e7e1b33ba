"""Stream postings from tables of any format: two passes over the rows, few of them in memory."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from os import PathLike, fspath
from typing import Any, Final

import numpy as np

from roleclass.errors import InputError, require_extra
from roleclass.report.postings import Posting, as_posting, flat
from roleclass.roles import Role

# Modules that need an extra are imported with the first table.
_CHAPTERS: Final = {
    "title": "titles, atypical postings",
    "batch": "what changed",
    "published_label": "published labels",
    "date": "time",
    "level": "level",
    "place": "place",
}
"""The chapters that lack data if a table has no such column."""


_File = tuple[Any, Any, bool]
"""A reader, the columns that are read, and whether all its roles are ours."""


class PostingTables:
    """The postings of tables; rows with the same id and the same text are one posting.

    Iterating reads the tables again, in bounded memory: a row is kept only if its id occurs again,
    until the last row with that id.

    Parameters
    ----------
    inputs : iterable of path
        As for `roleclass.scoring.run.score_files`.
    options : ReadOptions or None
        How to read them; the same for all.
    warn : callable
        Called with each warning: columns that are read, missing columns, rows left out.

    Raises
    ------
    InputError
        If a file cannot be read or has no usable column; the message names it.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> postings = PostingTables(["examples/jobs.csv"])
    >>> len(postings), [posting.title for posting in postings][:2]
    (12, ['AI Engineer', 'AI Platform Engineer'])
    """

    def __init__(
        self,
        inputs: Iterable[str | PathLike[str]],
        options: Any = None,
        *,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        require_extra("report", "pyarrow")
        from roleclass.tables.files import expand, merge_notes
        from roleclass.tables.options import ReadOptions

        self._warn = warn
        self._rows = 0
        ids = array("q")
        about: list[tuple[str, str]] = []
        names = expand([fspath(name) for name in inputs], warn)
        try:
            self._files = [
                self._look_at(name, options or ReadOptions(), ids, about) for name in names
            ]
        finally:
            for message in merge_notes(about, len(names)):
                warn(message)
        known, counts = np.unique(np.frombuffer(ids, np.int64), return_counts=True)
        again = counts > 1
        self._again = dict(zip(known[again].tolist(), counts[again].tolist(), strict=True))

    def __len__(self) -> int:
        """The number of rows, and so of postings at most."""
        return self._rows

    def __iter__(self) -> Iterator[Posting]:
        """Read the tables; postings with the same id and different texts are different postings.

        If several rows are one posting, the first value of each column counts; a missing text
        matches any.
        """
        held: dict[str, list[Posting]] = {}
        to_come = dict(self._again)
        merged = 0
        for posting in self._read():
            at = hash(posting.id)
            if posting.id is None or at not in to_come:
                yield posting
                continue
            merged += _put(posting, held.setdefault(posting.id, []))
            to_come[at] -= 1
            if not to_come[at]:
                yield from held.pop(posting.id)
        for postings in held.values():  # two ids with one hash
            yield from postings
        if merged:
            self._warn(
                f"{merged:,} rows repeat the id and the text of another row and are merged with it"
            )

    def _look_at(
        self, name: str, options: Any, ids: "array[int]", about: list[tuple[str, str]]
    ) -> _File:
        """Scan a file; messages about it are appended to `about`."""
        from roleclass.tables.columns import kinds_of, select
        from roleclass.tables.reader import Reader

        def warn(message: str) -> None:
            about.append((name, message))

        reader = Reader([name], options)
        for note in reader.notes:
            warn(note)
        kinds = kinds_of(reader.schema)
        try:
            found = select(kinds, options, warn=warn, need_text=not _has_other(kinds))
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
        _say_what_is_read(found.others, title=found.title is not None, warn=warn)
        damaged: list[str] = []
        no_role: str | None = None
        rows, usable = 0, False
        for chunk in reader:
            values = _values(found, chunk.table)
            whole = [i for i in range(len(chunk.table)) if i not in chunk.faults]
            rows += len(whole)
            damaged += [f"row {chunk.first_row + i}: {fault}" for i, fault in chunk.faults.items()]
            if "id" in values:
                of_rows = values["id"]
                ids.extend(hash(key) for i in whole if (key := flat(of_rows[i])) is not None)
            if "role" in values and no_role is None:
                said = set(map(flat, values["role"])) - {None}
                no_role = next((value for value in said if value and _role(value) is None), None)
                usable = usable or bool(said)
            usable = usable or any(_usable(values))
        if damaged:
            warn(f"{len(damaged):,} rows are damaged and left out; the first is {damaged[0]}")
        if no_role is not None:
            warn(
                f"the role column contains {no_role[:40]!r}, not one of {', '.join(Role)}; it is not "
                "read, and all postings are classified"
            )
        if rows and not usable:
            texts = ", ".join(map(str, found.text)) or "none"
            raise InputError(
                f"{name}: no row has a text, responsibilities or a role (text column: {texts}); the "
                "columns are empty: name another with --text-column"
            )
        self._rows += rows
        return reader, found, no_role is None

    def _read(self) -> Iterator[Posting]:
        for reader, found, has_roles in self._files:
            for chunk in reader:
                values = _values(found, chunk.table)
                for i in range(len(chunk.table)):
                    if i not in chunk.faults:
                        row = {name: of_rows[i] for name, of_rows in values.items()}
                        said = flat(row.get("role")) if has_roles else None
                        yield as_posting(row, _role(said) if said else None)


def _role(text: str) -> Role | None:
    try:
        return Role(text.lower())
    except ValueError:
        return None


def _values(found: Any, table: Any) -> dict[str, Any]:
    """Return the values of the columns that are read, by the names of `Posting`'s attributes."""
    from roleclass.tables.columns import columns_of

    column = columns_of(table)
    values = {name: field.values(column) for name, field in found.others.items()}
    values["title"] = found.titles(column) or [None] * len(table)
    values["text"] = found.texts(column) if found.text else [None] * len(table)
    return values


def _usable(values: Mapping[str, Any]) -> Iterator[bool]:
    """Return whether there are texts and responsibilities."""
    yield any(isinstance(text, str) and text.strip() for text in values["text"])
    yield any(
        as_posting({"responsibilities": value}, None).responsibilities
        for value in values.get("responsibilities", ())
    )


def _put(posting: Posting, same: list[Posting]) -> bool:
    """Merge a posting into those with its id; return whether it is one of them."""
    texts = [other.text for other in same]
    if posting.text is None:
        at = 0 if same else None
    else:
        at = next((texts.index(text) for text in (posting.text, None) if text in texts), None)
    if at is None:
        same.append(posting)
        return False
    same[at] = _merge(same[at], posting)
    return True


def _merge(first: Posting, second: Posting) -> Posting:
    missing = [field.name for field in fields(first) if getattr(first, field.name) in (None, ())]
    return replace(first, **{name: getattr(second, name) for name in missing})


def _has_other(kinds: Iterable[str]) -> bool:
    """Return whether there may be postings without a text, with only duties or a role."""
    from roleclass.tables.layouts import names, simplified

    enough = {*names()["responsibilities"], *names()["role"]}
    return any(simplified(kind) in enough for kind in kinds)


def _say_what_is_read(others: Any, *, title: bool, warn: Callable[[str], None]) -> None:
    found = [f"{what.replace('_', ' ')} ({field})" for what, field in others.items()]
    there = {*others, *["title"] * title}
    missing = [
        f"{what.replace('_', ' ')} ({chapter})"
        for what, chapter in _CHAPTERS.items()
        if what not in there
    ]
    said = [f"also read: {', '.join(found)}"] * bool(found)
    said += [f"no column for: {', '.join(missing)}"] * bool(missing)
    if said:
        warn("; ".join(said))
