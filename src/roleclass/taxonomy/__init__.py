"""The taxonomy: problem areas, sub-patterns and the phrases that mention them: ``taxonomy.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.lexicon import parse_phrases

KINDS: Final = ("problem", "core", "modern", "specialisation")
TIERS: Final = ("very common", "common", "uncommon", "rare")
"""From most to least frequent; ``roleclass.report.statistics`` has the cut-offs."""


@dataclass(frozen=True)
class Part:
    """A sub-pattern of a problem area.

    Attributes
    ----------
    key : str
        ``"rag.vector"``: its area's key and its own.
    name : str
        Its name, as in its source.
    description : str
        One sentence.
    phrases : tuple of tuples of bytes
        The token sequences that mention it.
    """

    key: str
    name: str
    description: str
    phrases: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True)
class Area:
    """A problem area.

    Attributes
    ----------
    key, name, description : str
        As for `Part`; the key of a problem is one of `roleclass.reading.AREAS`.
    kind : str
        One of `KINDS`: one of the sixteen problem areas, or an area of the older list.
    tier : str or None
        How common it is, according to its source; one of `TIERS` for a problem area, None for the others.
    parts : tuple of Part
        Its sub-patterns; a problem may have none.
    """

    key: str
    name: str
    description: str
    kind: str
    tier: str | None
    parts: tuple[Part, ...]


@cache
def load_taxonomy() -> Mapping[str, Area]:
    """Read the areas by their keys, in the order of the file.

    Examples
    --------
    >>> [part.name for part in load_taxonomy()["data"].parts]
    ['Data Ingestion', 'Data Transformation', 'Dataset Management', 'Data Quality']
    """
    text = files("roleclass.taxonomy").joinpath("taxonomy.toml").read_text("utf-8")
    return {key: _area(key, entry) for key, entry in tomllib.loads(text)["areas"].items()}


def _area(key: str, entry: Mapping[str, Any]) -> Area:
    parts = tuple(
        Part(
            f"{key}.{name}",
            part["name"],
            part["description"],
            parse_phrases(f"{key}.{name}", part["phrases"]),
        )
        for name, part in entry.get("parts", {}).items()
    )
    return Area(key, entry["name"], entry["description"], entry["kind"], entry.get("tier"), parts)
