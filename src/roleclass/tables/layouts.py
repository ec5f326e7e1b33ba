"""Names of columns, and layouts that are known by their keys: what ``layouts.toml`` says."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout that is known by its keys.

    Attributes
    ----------
    name : str
    keys : tuple of str
        Columns that are all there; of ``"one|other"`` one.
    text : tuple of str
        Paths of the parts of a posting.
    others : dict of str to str
        The paths of its title and of what else a report reads.
    """

    name: str
    keys: tuple[str, ...]
    text: tuple[str, ...]
    others: Mapping[str, str]


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files("roleclass.tables").joinpath("layouts.toml").read_text("utf-8"))


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Return for each thing that a table may hold the usual names of its column, simplified.

    Examples
    --------
    >>> names()["title"][0]
    'jobname'
    """
    return {what: tuple(known) for what, known in _content()["names"].items()}


@cache
def _layouts() -> tuple[Layout, ...]:
    return tuple(
        Layout(
            name=entry.pop("name"),
            keys=tuple(entry.pop("keys")),
            text=tuple(entry.pop("text")),
            others=entry,
        )
        for entry in (dict(entry) for entry in _content()["layout"])
    )


def layout_of(columns: Collection[str]) -> Layout | None:
    """Return the layout that has these columns; None if none is known.

    Examples
    --------
    >>> layout_of(["id", "absolute_url", "title", "content"]).name
    'Greenhouse'
    """
    return next(
        (
            layout
            for layout in _layouts()
            if all(any(key in columns for key in keys.split("|")) for keys in layout.keys)
        ),
        None,
    )


def simplified(name: str) -> str:
    """Return a name in lower case, letters and digits only.

    Examples
    --------
    >>> simplified("Job Title")
    'jobtitle'
    """
    return "".join(filter(str.isalnum, name.lower()))


def is_text_name(name: str) -> bool:
    """Say whether a column of that name is likely to hold the posting.

    Examples
    --------
    >>> is_text_name("Job Description"), is_text_name("company_description")
    (True, False)
    """
    return simplified(name) in names()["text"] + names()["text_variant"]


def is_known_name(name: str) -> bool:
    """Say whether the name is one that columns of postings usually have."""
    return any(simplified(name) in known for known in names().values())
