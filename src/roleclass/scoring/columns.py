"""Which columns hold the posting and its title: named, or guessed and said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from roleclass.errors import ScoringError
from roleclass.scoring.jsonlines import holds_json
from roleclass.scoring.options import ScoreOptions

TEXT_NAMES: Final = frozenset(
    {
        *("body", "content", "description", "fulltext", "jobad", "jobdescription", "jobposting"),
        *("jobtext", "posting", "postingtext", "text"),
    }
)
TITLE_NAMES: Final = frozenset(
    {"jobtitle", "position", "positiontitle", "postingtitle", "roletitle", "title"}
)
"""Compared in lower case, with letters and digits only."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns to read.

    Attributes
    ----------
    text : str
    title : str or None
    id : str or None
    """

    text: str
    title: str | None
    id: str | None = None


def select(schema: pa.Schema, options: ScoreOptions, *, warn: Callable[[str], None]) -> Selection:
    """Choose the columns that `options` name, or guess.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the input.
    options : ScoreOptions
    warn : callable
        Is told what was guessed.

    Raises
    ------
    ScoringError
        If a named column is missing or holds no text, or the guess is not clear; the message lists
        the columns.

    Examples
    --------
    >>> schema = pa.schema([("id", pa.int64()), ("Job Title", pa.string()), ("text", pa.string())])
    >>> select(schema, ScoreOptions(), warn=print)
    text column: text (guessed); title column: Job Title (guessed)
    Selection(text='text', title='Job Title', id=None)
    """
    for option, name in (
        ("text", options.text_column),
        ("title", options.title_column),
        ("id", options.id_column),
    ):
        if name is not None and name not in schema.names:
            raise ScoringError(f"no {option} column {name}; the columns are: {_some(schema.names)}")
    text = options.text_column or _guess("text", TEXT_NAMES, schema)
    if text is None:
        raise ScoringError(
            "no column looks like the text of a posting; name it with --text-column. "
            f"The columns are: {_some(schema.names)}"
        )
    title = options.title_column or _guess("title", TITLE_NAMES, schema)
    for role, name in (("text", text), ("title", title)):
        if name is not None and not _may_hold_text(schema.field(name)):
            raise ScoringError(
                f"the {role} column {name} holds {schema.field(name).type}, expected text; "
                f"name another with --{role}-column. The columns are: {_some(schema.names)}"
            )
    said = [f"text column: {text} (guessed)"] * (options.text_column is None)
    if options.title_column is None:
        said.append(f"title column: {title} (guessed)" if title else "no title column found")
    if said:
        warn("; ".join(said))
    return Selection(text, title, options.id_column)


def _guess(what: str, names: frozenset[str], schema: pa.Schema) -> str | None:
    candidates: Sequence[str] = [
        name for name in schema.names if "".join(filter(str.isalnum, name.lower())) in names
    ]
    if len(candidates) > 1:
        raise ScoringError(
            f"more than one column may be the {what}: {', '.join(candidates)}; "
            f"choose with --{what}-column. The columns are: {_some(schema.names)}"
        )
    return candidates[0] if candidates else None


def _some(names: Sequence[str], shown: int = 30) -> str:
    """List names for a message, not thousands of them.

    Examples
    --------
    >>> _some(["id", "title", "text"], shown=2)
    'id, title and 1 more'
    """
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _may_hold_text(column: pa.Field) -> bool:
    type_ = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return holds_json(column) or any(
        check(type_)
        for check in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_null,  # every row will be marked
        )
    )
