"""Postings for a report, from tables of any format: rows flattened, and those that are one put together."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from html import unescape
from os import PathLike, fspath
from typing import Any, Final

from roleclass.errors import InputError, require_extra
from roleclass.roles import Role

# The import of what needs an extra waits for the first table: `Posting` needs none.
_CHAPTERS: Final = {
    "title": "titles, atypical postings",
    "batch": "what changed",
    "published_label": "published labels",
    "date": "time",
    "level": "level",
    "place": "place",
}
"""What a report lacks where a table has no such column."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting, as far as its table tells; what is missing is None or empty.

    Attributes
    ----------
    role : Role or None
        None where nobody has said it yet.
    confidence : float or None
        How sure that role is, where the table says so.
    responsibilities : tuple of str
        The duties, where the table lists them apart from the text.
    skills : tuple of str
    """

    id: str | None = None
    title: str | None = None
    company: str | None = None
    text: str | None = None
    responsibilities: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    role: Role | None = None
    confidence: float | None = None
    published_label: str | None = None
    batch: str | None = None
    level: str | None = None
    place: str | None = None
    date: str | None = None


def read_postings(
    inputs: Iterable[str | PathLike[str]],
    options: Any = None,
    *,
    warn: Callable[[str], None] = lambda _: None,
) -> list[Posting]:
    """Read tables of postings; rows with the same id and the same text are one posting.

    Parameters
    ----------
    inputs : iterable of path
        As for `roleclass.scoring.run.score_files`.
    options : ReadOptions or None
        How to read them; the same for all.
    warn : callable
        Is told which columns are read, what is missing for a chapter, and what was left out.

    Returns
    -------
    list of Posting
        In the order in which they first occur. Where several rows are one posting, the first value of
        each column counts; a text that is missing agrees with any.

    Raises
    ------
    InputError
        If a file cannot be read or has no column to work with; the message names it.
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> [posting.title for posting in read_postings(["examples/jobs.csv"])][:2]
    ['AI Engineer', 'AI Platform Engineer']
    """
    require_extra("report", "pyarrow")
    from roleclass.tables.files import expand, said_once
    from roleclass.tables.options import ReadOptions

    files = expand([fspath(name) for name in inputs])
    options = options or ReadOptions()
    pile = _Pile()
    about: dict[str, list[str]] = {}
    try:
        for file in files:
            for posting in _read_file(file, options, about):
                pile.add(posting)
    finally:
        for message in said_once(about, len(files)):
            warn(message)
    if pile.again:
        warn(f"{pile.again:,} rows repeat the id and the text of another and are counted with it")
    return pile.postings


class _Pile:
    """Postings, rows with the same id and the same text put together; no text agrees with any."""

    def __init__(self) -> None:
        self.postings: list[Posting] = []
        self.again = 0
        self._at: dict[tuple[str, str | None], int] = {}  # by id and text
        self._first: dict[str, int] = {}  # by id

    def add(self, posting: Posting) -> None:
        if posting.id is None:
            self.postings.append(posting)
            return
        at = (
            self._first.get(posting.id)
            if posting.text is None
            else self._at.get((posting.id, posting.text), self._at.pop((posting.id, None), None))
        )
        if at is None:
            at = len(self.postings)
            self._first.setdefault(posting.id, at)
            self.postings.append(posting)
        else:
            self.again += 1
            self.postings[at] = _merge(self.postings[at], posting)
        self._at[posting.id, self.postings[at].text] = at


def _merge(first: Posting, second: Posting) -> Posting:
    missing = [field.name for field in fields(first) if getattr(first, field.name) in (None, ())]
    return replace(first, **{name: getattr(second, name) for name in missing})


def _read_file(file: str, options: Any, about: dict[str, list[str]]) -> list[Posting]:
    """Read the postings of a file; what is to be said of it is noted in `about`."""
    from roleclass.tables.columns import columns_of, kinds_of, select
    from roleclass.tables.reader import Reader

    def warn(message: str) -> None:
        about.setdefault(message, []).append(file)

    rows: list[dict[str, Any]] = []
    damaged: list[str] = []
    with Reader([file], options) as reader:
        for note in reader.notes:
            warn(note)
        kinds = kinds_of(reader.schema)
        try:
            found = select(kinds, options, warn=warn, need_text=not _has_other(kinds))
        except InputError as error:
            raise InputError(f"{file}: {error}") from error
        _say_what_is_read(found.others, title=found.title is not None, warn=warn)
        for chunk in reader:
            column = columns_of(chunk.table)
            values = {name: field.values(column) for name, field in found.others.items()}
            values["title"] = found.titles(column) or [None] * len(chunk.table)
            values["text"] = found.texts(column) if found.text else [None] * len(chunk.table)
            for i in range(len(chunk.table)):
                if i in chunk.faults:
                    damaged.append(f"row {chunk.first_row + i}: {chunk.faults[i]}")
                else:
                    rows.append({name: of_rows[i] for name, of_rows in values.items()})
    if damaged:
        warn(f"{len(damaged):,} rows are damaged and left out; the first is {damaged[0]}")
    roles = _roles([row.get("role") for row in rows], warn)
    postings = [_posting(row, role) for row, role in zip(rows, roles, strict=True)]
    if rows and not any(p.text or p.responsibilities or p.role for p in postings):
        texts = ", ".join(map(str, found.text)) or "none"
        raise InputError(
            f"{file}: no row has a text, responsibilities or a role (text column: {texts}); the "
            "columns are there but empty: name another with --text-column"
        )
    return postings


def _has_other(kinds: Iterable[str]) -> bool:
    """Say whether there may be postings without a text: with duties or a role alone."""
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


def _roles(values: Sequence[Any], warn: Callable[[str], None]) -> list[Role | None]:
    """Return roles, if all values are; a column may be called so and hold something else."""
    roles: list[Role | None] = []
    for value in values:
        flat = _flat(value) or ""
        try:
            roles.append(Role(flat.lower()) if flat else None)
        except ValueError:
            warn(
                f"the column of roles holds {flat[:40]!r}, none of {', '.join(Role)}; it is not "
                "read, and all postings are classified"
            )
            return [None] * len(values)
    return roles


def _posting(row: dict[str, Any], role: Role | None) -> Posting:
    plain = ("id", "title", "company", "published_label", "batch", "level", "place")
    text = row.get("text")
    return Posting(
        **{name: _flat(row.get(name)) for name in plain},
        text=_clean(text) or None if isinstance(text, str) else None,
        date=_date(row.get("date")),
        responsibilities=_items(row.get("responsibilities")),
        skills=_items(row.get("skills")),
        role=role,
        confidence=None if role is None else _number(row.get("confidence")),
    )


def _flat(value: Any) -> str | None:
    """Return a value as one text: the name of what has one, else what there is in it.

    Examples
    --------
    >>> _flat({"name": "Boats &amp; Sons", "id": 7}), _flat([{"city": "Oslo", "country": "NO"}, "Rome"])
    ('Boats & Sons', 'Oslo, NO; Rome')
    """
    from roleclass.tables.columns import given
    from roleclass.tables.plain import said

    value = _parsed(value)
    if isinstance(value, dict):
        named = next((value[key] for key in _NAMES if given(value.get(key))), None)
        inner = [item for key, item in value.items() if not key.startswith("@")]
        value = named if named is not None else ", ".join(filter(None, map(_flat, inner)))
        value = _flat(value) if isinstance(value, dict | list) else value
    elif isinstance(value, list | tuple):
        value = "; ".join(filter(None, map(_flat, value)))
    if not given(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # an id that a gap in its column made a fraction
    return (
        _clean(unescape(str(value) if isinstance(value, str | int | float) else said(value)))
        or None
    )


_NAMES: Final = ("name", "display_name", "displayName", "title", "label", "text", "location_str")


def _parsed(value: Any) -> Any:
    """Return what JSON says, where a text is that of a list or an object."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _date(value: Any) -> str | None:
    """Return a date as text; of a number, seconds or milliseconds since 1970, the day."""
    flat = _flat(value)
    if flat is not None and flat.isascii() and flat.isdigit() and len(flat) in (10, 13):
        seconds = int(flat) / (1000 if len(flat) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    return flat


def _items(value: Any) -> tuple[str, ...]:
    """Read a list: one, JSON of one, JSON of lists by kind, or one item a line."""
    value = _parsed(value)
    if isinstance(value, str):
        value = value.split("\n")
    if isinstance(value, dict):
        value = [item for items in value.values() for item in _listed(items)]
    return tuple(text for item in _listed(value) if (text := _flat(item)))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else () if value is None else (value,)


def _clean(text: str) -> str:
    # JSON can spell half of a character (a lone surrogate), which no file can hold.
    return text.encode("utf-8", errors="replace").decode().strip()


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < float("inf") else None
