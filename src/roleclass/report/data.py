"""The data files of the report, each read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_data(name: str) -> dict[str, Any]:
    """Return the content of a data file of this folder.

    Examples
    --------
    >>> read_data("published")["postings"]
    895
    """
    return tomllib.loads(files("roleclass.report").joinpath(f"{name}.toml").read_text("utf-8"))
