"""Find the columns with the posting, its title and the rest: named, known by a layout, or guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, Final, Self

import pyarrow as pa

from roleclass.errors import InputError
from roleclass.tables.files import some
from roleclass.tables.layouts import Layout, layout_of, names, simplified
from roleclass.tables.options import ReadOptions
from roleclass.tables.records import values_of

_MISSING: Final = frozenset({"n/a", "na", "nan", "<na>", "nat", "none", "null"})
"""How other programs write a missing text."""

OTHERS: Final = (
    *("id", "company", "responsibilities", "skills", "role", "confidence"),
    *("published_label", "batch", "level", "place", "date"),
)
"""What a report reads in addition to text and title."""


Column = Callable[[str], list[Any]]
"""Returns the values of a column by its name."""


def columns_of(table: pa.Table) -> Column:
    """Return a function that returns the values of a table's columns.

    Examples
    --------
    >>> columns_of(pa.table({"text": ["Build agents."]}))("text")
    ['Build agents.']
    """
    return lambda name: values_of(table[name], table.schema.field(name))


def kinds_of(schema: pa.Schema) -> dict[str, str | None]:
    """Return for each column None if it may hold text, otherwise its type.

    Examples
    --------
    >>> kinds_of(pa.schema([("id", pa.int64()), ("text", pa.string())]))
    {'id': 'int64', 'text': None}
    """
    return {column.name: None if _may_hold_text(column) else str(column.type) for column in schema}


@dataclass(frozen=True, slots=True)
class Field:
    """The location of a value: a column, or a path into its values.

    Attributes
    ----------
    paths : tuple of tuple of str
        Each a column and the keys into its values; the first with a value counts.

    Examples
    --------
    >>> one = Field.parse("job.title|title", ["job", "title"])
    >>> one.paths, str(one)
    ((('job', 'title'), ('title',)), 'job.title|title')
    >>> one.values({"job": [{"title": "Cook"}, None], "title": [None, "Nurse"]}.__getitem__)
    ['Cook', 'Nurse']
    """

    paths: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, text: str, columns: Sequence[str]) -> Self | None:
        """Parse a field in the syntax of ``layouts.toml``; None if there is no such column."""
        found = []
        for path in [text] if text in columns else text.split("|"):
            steps = (path,) if path in columns else tuple(path.replace("[]", ".[]").split("."))
            if steps[0] in columns:
                found.append(steps)
        return cls(tuple(found)) if found else None

    def __str__(self) -> str:
        return "|".join(".".join(path).replace(".[]", "[]") for path in self.paths)

    def values(self, column: Column) -> list[Any]:
        """Return the value of each row; None if it is missing."""
        found = [
            [_walk(value, steps) for value in column(name)] if steps else column(name)
            for name, *steps in self.paths
        ]
        if len(found) == 1:
            return found[0]
        return [next(filter(given, row), None) for row in zip(*found, strict=True)]


def _walk(value: Any, steps: Sequence[str]) -> Any:
    for place, step in enumerate(steps):
        if step == "[]":
            return (
                _joined(_walk(item, steps[place + 1 :]) for item in value or ())
                if isinstance(value, list)
                else None
            )
        if not isinstance(value, dict):
            return None
        parts = step.split("+")
        value = value.get(step) if len(parts) == 1 else _joined(value.get(part) for part in parts)
    return value


def _joined(parts: Any) -> str | None:
    """Join the strings among `parts` by line breaks."""
    return "\n".join(part for part in parts if isinstance(part, str) and given(part)) or None


def given(value: Any) -> bool:
    """Return whether a value is present: not None, NaN or empty.

    Examples
    --------
    >>> given("Oslo"), given(float("nan")), given("")
    (True, False, False)
    """
    missing = value is None or (isinstance(value, str) and value == "")
    return not (missing or (isinstance(value, float) and isnan(value)))


def as_text(value: object) -> object:
    """Return text as a string, missing text as None, and anything else unchanged.

    Examples
    --------
    >>> as_text(b"Build agents."), as_text("nan"), as_text(7)
    ('Build agents.', None, 7)
    """
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return value
    return None if isinstance(value, str) and value.strip().lower() in _MISSING else value


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns to read.

    Attributes
    ----------
    text : tuple of Field
        The parts of a posting, in order.
    title : Field or None
    id : str or None
        A column that identifies rows in messages.
    others : dict of str to Field
        Which of `OTHERS` were found.
    """

    text: tuple[Field, ...]
    title: Field | None = None
    id: str | None = None
    others: Mapping[str, Field] = field(default_factory=dict)

    def texts(self, column: Column) -> list[object]:
        """Return the text of each row: None if it is missing; a value that is not a string unchanged."""
        columns = [list(map(as_text, part.values(column))) for part in self.text]
        return columns[0] if len(columns) == 1 else list(map(_joined, zip(*columns, strict=True)))

    def titles(self, column: Column) -> list[object] | None:
        """Return the title of each row; None if there are none."""
        return None if self.title is None else list(map(as_text, self.title.values(column)))

    def described(self) -> dict[str, Any]:
        """Return the columns that determine the answers, ready for JSON."""
        return {"text": [str(part) for part in self.text], "title": self.title and str(self.title)}


def select(
    columns: Mapping[str, str | None],
    options: ReadOptions,
    *,
    warn: Callable[[str], None],
    need_text: bool = True,
) -> Selection:
    """Choose the columns: named by `options`, known by a layout, or guessed.

    Parameters
    ----------
    columns : dict of str to str or None
        See `kinds_of`.
    options : ReadOptions
    warn : callable
        Called with a message about the chosen columns, and about columns that may be missing.
    need_text : bool
        Whether a table without a text column is an error.

    Raises
    ------
    InputError
        If a named column is missing or does not hold strings, or the guess is ambiguous; the message
        lists the columns.

    Examples
    --------
    >>> columns = {"id": "int64", "Job Title": None, "text": None}
    >>> selection = select(columns, ReadOptions(), warn=print)
    text column: text (guessed); title column: Job Title (guessed)
    >>> selection.text, selection.title
    ((Field(paths=(('text',),)),), Field(paths=(('Job Title',),)))
    """
    listed = list(columns)
    layout = layout_of(listed)
    if options.id_column is not None and options.id_column not in columns:
        raise InputError(f"no id column {options.id_column}; the columns are: {some(listed)}")
    said = [f"layout: {layout['name']}"] if layout and not options.text_columns else []
    if options.text_columns:
        text = tuple(_named("text", name, columns) for name in options.text_columns)
    elif layout:
        parts = (Field.parse(part, listed) for part in layout["text"])
        text = tuple(part for part in parts if part)
        said.append(f"text column: {' + '.join(map(str, text))}")
    else:
        text = _guess_text(columns, need_text=need_text)
        said += [f"text column: {part} (guessed)" for part in text]
    for part in text:
        _check_kind("text", part, columns)
    if options.title_column is not None:
        title: Field | None = _named("title", options.title_column, columns)
    elif layout and "title" in layout:
        title = Field.parse(layout["title"], listed)
        said.append(f"title column: {title}")
    else:
        title = _guess("title", names()["title"], columns)
        said.append(f"title column: {title} (guessed)" if title else "no title column found")
    if said:
        warn("; ".join(said))
    if not options.text_columns and not layout:
        _warn_of_unread(listed, text, warn)
    others = {what: found for what in OTHERS if (found := _other(what, listed, layout))}
    return Selection(text, title, options.id_column, others)


def _other(what: str, columns: Sequence[str], layout: Layout | None) -> Field | None:
    if layout and what in layout:
        return Field.parse(layout[what], columns)
    known = names()[what]
    found = [name for name in columns if simplified(name) in known]
    found.sort(key=lambda name: known.index(simplified(name)))
    return Field(tuple((name,) for name in found)) if found else None


def _named(what: str, name: str, columns: Mapping[str, str | None]) -> Field:
    found = Field.parse(name, list(columns))
    if found is None:
        raise InputError(f"no {what} column {name}; the columns are: {some(list(columns))}")
    _check_kind(what, found, columns)
    return found


def _guess_text(columns: Mapping[str, str | None], *, need_text: bool) -> tuple[Field, ...]:
    known = names()
    guess = _guess("text", known["text"], columns) or _guess("text", known["text_variant"], columns)
    if guess is None and need_text:
        raise InputError(
            "no column looks like the text of a posting; name it with --text-column. "
            f"The columns are: {some(list(columns))}"
        )
    return () if guess is None else (guess,)


def _guess(what: str, known: Sequence[str], columns: Mapping[str, str | None]) -> Field | None:
    candidates = [name for name in columns if simplified(name) in known]
    textual = [name for name in candidates if columns[name] is None]
    # Columns of numbers count only if there is no textual one, and never as a title.
    candidates = textual if textual or what == "title" else candidates
    if len(candidates) > 1:
        several = ": one, or several, which are joined" if what == "text" else ""
        raise InputError(
            f"more than one column may be the {what}: {', '.join(candidates)}; "
            f"choose with --{what}-column{several}. The columns are: {some(list(columns))}"
        )
    return Field(((candidates[0],),)) if candidates else None


def _warn_of_unread(
    columns: Sequence[str], text: tuple[Field, ...], warn: Callable[[str], None]
) -> None:
    read = [path[0] for part in text for path in part.paths]
    left = [name for name in columns if simplified(name) in names()["beside"] and name not in read]
    if left:
        named = " ".join(f"--text-column '{name}'" for name in (*read, *left))
        warn(f"not part of the text: {', '.join(left)}; to include them: {named}")


def _check_kind(what: str, part: Field, columns: Mapping[str, str | None]) -> None:
    for name, *steps in part.paths:
        if not steps and columns[name] is not None:
            raise InputError(
                f"the {what} column {name} holds {columns[name]}, expected text; "
                f"name another with --{what}-column. The columns are: {some(list(columns))}"
            )


_TEXTUAL: Final = frozenset(
    ["string", "large_string", "string_view", "binary", "large_binary", "binary_view", "null"]
)
"""Arrow types that may hold text; if all values are null, every row will be marked."""


def _may_hold_text(column: pa.Field) -> bool:
    type_ = column.type
    while pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
        type_ = type_.value_type
    return str(type_) in _TEXTUAL
