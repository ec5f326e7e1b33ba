"""The taxonomy: problem areas, sub-patterns and what mentions them: ``problems.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from roleclass.market.patterns import Pattern, parse_pattern

KINDS: Final = ("problem", "core", "modern", "specialisation")
TIERS: Final = ("very common", "common", "uncommon", "rare")
"""From most to least frequent; ``roleclass.market.statistics`` holds the cut-offs."""


@dataclass(frozen=True)
class Part:
    """A problem area or one of its sub-patterns.

    Attributes
    ----------
    key : str
        ``"rag"`` for an area, ``"rag.vector"`` for a sub-pattern of it.
    name : str
        Its name, as in its source.
    description : str
        One sentence.
    patterns, unless : tuple of Pattern
        What mentions it, and what does not count although it looks so.
    like : tuple of str
        Keys of others whose mentions count for this one too.
    """

    key: str
    name: str
    description: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    like: tuple[str, ...]


@dataclass(frozen=True)
class Area(Part):
    """A problem area: what `Part` has, and its sub-patterns.

    Attributes
    ----------
    kind : str
        One of `KINDS`: one of the sixteen problem areas, or an area of the older list.
    tier : str or None
        How common its source calls it; one of `TIERS` for a problem area, None for the others.
    parts : tuple of Part
        Its sub-patterns; may be empty.
    """

    kind: str
    tier: str | None
    parts: tuple[Part, ...]


@cache
def load_taxonomy() -> tuple[Area, ...]:
    """Read the areas, in the order of the file.

    Raises
    ------
    ValueError
        If a pattern, a tier, a kind or a reference is not one; the message names its place.

    Examples
    --------
    >>> [part.name for part in load_taxonomy()[5].parts]
    ['Data Ingestion', 'Data Transformation', 'Dataset Management', 'Data Quality']
    """
    return parse_taxonomy(files("roleclass.market").joinpath("problems.toml").read_text("utf-8"))


def parse_taxonomy(text: str) -> tuple[Area, ...]:
    """Read areas from the text of a taxonomy file; see `load_taxonomy`.

    Examples
    --------
    >>> parse_taxonomy('''
    ... [areas.rag]
    ... name = "Retrieval"
    ... kind = "problem"
    ... tier = "common"
    ... description = "Looks things up."
    ... patterns = ["vector search"]
    ... ''')[0].tier
    'common'
    """
    read = tomllib.loads(text)
    sets = read.get("sets", {})
    areas = tuple(_area(key, entry, sets) for key, entry in read["areas"].items())
    known = {part.key for part in walk(areas)}
    for part in walk(areas):
        for other in part.like:
            if other not in known:
                raise ValueError(f"{part.key}: like {other!r}, which is no area or sub-pattern")
    return areas


def walk(areas: tuple[Area, ...]) -> Iterator[Part]:
    """Yield each area and, after it, its sub-patterns."""
    for area in areas:
        yield area
        yield from area.parts


def _area(key: str, entry: Mapping[str, Any], sets: Mapping[str, list[str]]) -> Area:
    kind, tier = entry["kind"], entry.get("tier")
    if kind not in KINDS:
        raise ValueError(f"{key}: kind {kind!r}, expected one of {', '.join(KINDS)}")
    if (tier in TIERS) != (kind == "problem"):
        raise ValueError(
            f"{key}: tier {tier!r}; a problem has one of {', '.join(TIERS)}, others none"
        )
    parts = tuple(
        Part(**_common(f"{key}.{name}", part, sets))
        for name, part in entry.get("parts", {}).items()
    )
    return Area(**_common(key, entry, sets), kind=kind, tier=tier, parts=parts)


def _common(key: str, entry: Mapping[str, Any], sets: Mapping[str, list[str]]) -> dict[str, Any]:
    def patterns(field: str) -> tuple[Pattern, ...]:
        try:
            return tuple(parse_pattern(written, sets) for written in entry.get(field, ()))
        except ValueError as error:
            raise ValueError(f"{key}, {field}: {error}") from error

    return {
        "key": key,
        "name": entry["name"],
        "description": entry["description"],
        "patterns": patterns("patterns"),
        "unless": patterns("unless"),
        "like": tuple(entry.get("like", ())),
    }
