"""`Posting`: a posting as a report reads it from the row of a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final

from roleclass.roles import Role


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting from a table; missing values are None or empty.

    Attributes
    ----------
    role : Role or None
        None if it is not in the table.
    confidence : float or None
        The confidence of the role, if it is in the table.
    responsibilities : tuple of str
        The duties, if the table lists them separately from the text.
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


def as_posting(row: Mapping[str, Any], role: Role | None) -> Posting:
    """Make a posting from the values of a row, by the names of `Posting`'s attributes.

    Examples
    --------
    >>> as_posting({"id": 7.0, "company": {"name": "Boats &amp; Sons"}, "date": 1735689600}, None)
    Posting(id='7', title=None, company='Boats & Sons', ... date='2025-01-01')
    """
    plain = ("id", "title", "company", "published_label", "batch", "level", "place")
    text = row.get("text")
    return Posting(
        **{name: flat(row.get(name)) for name in plain},
        text=_clean(text) or None if isinstance(text, str) else None,
        date=_date(row.get("date")),
        responsibilities=_items(row.get("responsibilities")),
        skills=_items(row.get("skills")),
        role=role,
        confidence=None if role is None else _number(row.get("confidence")),
    )


def flat(value: Any) -> str | None:
    """Return a value as one string: the name of an object that has one, otherwise its values.

    Examples
    --------
    >>> flat({"name": "Boats &amp; Sons", "id": 7}), flat([{"city": "Oslo", "country": "NO"}, "Rome"])
    ('Boats & Sons', 'Oslo, NO; Rome')
    """
    if (
        isinstance(value, str) and value[:1] not in "[{"
    ):  # the most frequent case; "" is in any string
        return _clean(unescape(value)) or None
    from roleclass.tables.columns import given
    from roleclass.tables.plain import to_text

    value = _parsed(value)
    if isinstance(value, dict):
        named = next((value[key] for key in _NAMES if given(value.get(key))), None)
        inner = [item for key, item in value.items() if not key.startswith("@")]
        value = named if named is not None else ", ".join(filter(None, map(flat, inner)))
        value = flat(value) if isinstance(value, dict | list) else value
    elif isinstance(value, list | tuple):
        value = "; ".join(filter(None, map(flat, value)))
    if not given(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # an id that became a float because of gaps in its column
    return (
        _clean(unescape(str(value) if isinstance(value, str | int | float) else to_text(value)))
        or None
    )


_NAMES: Final = ("name", "display_name", "displayName", "title", "label", "text", "location_str")


def _parsed(value: Any) -> Any:
    """Return the parsed value if a string is a JSON list or object."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _date(value: Any) -> str | None:
    """Return a date as text; for a number, seconds or milliseconds since 1970, the day."""
    text = flat(value)
    if text is not None and text.isascii() and text.isdigit() and len(text) in (10, 13):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    return text


def _items(value: Any) -> tuple[str, ...]:
    """Read a list: a list, JSON of one, JSON of lists by kind, or one item per line."""
    value = _parsed(value)
    if isinstance(value, str):
        value = value.split("\n")
    if isinstance(value, dict):
        value = [item for items in value.values() for item in _listed(items)]
    return tuple(text for item in _listed(value) if (text := flat(item)))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else () if value is None else (value,)


def _clean(text: str) -> str:
    # JSON can encode a lone surrogate, which cannot be written to a file.
    return text.encode("utf-8", errors="replace").decode().strip()


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < float("inf") else None
