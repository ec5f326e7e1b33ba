"""Names of columns, and layouts that are known by their keys: what ``layouts.toml`` says."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Layout = Mapping[str, Any]
"""A layout that is known by its keys: an entry of ``layouts.toml``, with its name, its keys, the paths of the
parts of a posting (``text``), and those of its title and of what else a report reads."""


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files("roleclass.tables").joinpath("layouts.toml").read_text("utf-8"))


def names() -> Mapping[str, Sequence[str]]:
    """Return for each thing that a table may hold the usual names of its column, simplified.

    Examples
    --------
    >>> names()["title"][0]
    'jobname'
    """
    known: Mapping[str, Sequence[str]] = _content()["names"]
    return known


def layout_of(columns: Collection[str]) -> Layout | None:
    """Return the layout that has these columns: all of its keys, of ``"one|other"`` one.

    Examples
    --------
    >>> layout_of(["id", "absolute_url", "title", "content"])["name"]
    'Greenhouse'
    """
    for layout in _content()["layout"]:
        if all(any(key in columns for key in keys.split("|")) for keys in layout["keys"]):
            return layout  # type: ignore[no-any-return]
    return None


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
    return simplified(name) in (*names()["text"], *names()["text_variant"])


def is_known_name(name: str) -> bool:
    """Say whether the name is one that columns of postings usually have."""
    return any(simplified(name) in known for known in names().values())
