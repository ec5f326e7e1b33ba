"""Names of columns, and layouts that are recognised by their keys, from ``layouts.toml``."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Layout = Mapping[str, Any]
"""An entry of ``layouts.toml``: the name of a layout, the keys that identify it, and the paths of the parts
of a posting (``text``), its title and the other values that a report reads."""


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files("roleclass.tables").joinpath("layouts.toml").read_text("utf-8"))


def names() -> Mapping[str, Sequence[str]]:
    """Return the usual column names of each value, simplified.

    Examples
    --------
    >>> names()["title"][0]
    'jobname'
    """
    known: Mapping[str, Sequence[str]] = _content()["names"]
    return known


def layout_of(columns: Collection[str]) -> Layout | None:
    """Return the layout of these columns: all its keys are among them; of ``"one|other"``, one is.

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
    """Return whether a column of this name is likely to contain the posting.

    Examples
    --------
    >>> is_text_name("Job Description"), is_text_name("company_description")
    (True, False)
    """
    return simplified(name) in (*names()["text"], *names()["text_variant"])


def is_known_name(name: str) -> bool:
    """Return whether a name is a usual column name in tables of postings."""
    return any(simplified(name) in known for known in names().values())
