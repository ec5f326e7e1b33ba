"""The countries of places in postings: ``places.toml``."""

import re
from functools import cache, lru_cache

from roleclass.report.data import read_data


@cache
def countries() -> dict[str, str]:
    """Return the country of each name in ``places.toml``: of countries, their parts and cities."""
    return {name: country for country, names in read_data("places").items() for name in names}


@lru_cache(maxsize=2**16)
def country(place: str | None) -> str | None:
    """Return the country of a place, or the place itself if its country is unknown; None if it is empty.

    Of several places, the first counts.

    Examples
    --------
    >>> [country(place) for place in ("Pune, IND", "Huntsville, AL 35806", "Remote - US", "Oslo, Norway")]
    ['India', 'United States', 'United States', 'Norway']
    """
    first = re.split(r"[;|/]|\s+(?:or|and)\s+", place or "")[0]
    parts = [
        re.sub(r"\s+", " ", part).strip(" .")
        for part in re.split(r",|\s[-–—]\s|[()]", re.sub(r"\b\d[\d-]*\b", "", first))  # noqa: RUF001
    ]
    parts = [part for part in parts if part]
    known = [countries()[part.lower()] for part in parts if part.lower() in countries()]
    real = [name for name in known if name != "Remote"]
    if real or known:
        return (real or known)[-1]
    return parts[-1] if parts and len(parts[-1]) > 3 else None
