"""Columns from the lines of postings: counts, duties, or all lines."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

from roleclass.reading import AREAS, PARTS, WORKS, Line, Reading
from roleclass.scoring.options import ScoreOptions

Readings = Sequence[Reading | None]
"""The readings of rows; None for a row that could not be scored."""


@dataclass(frozen=True)
class Extra:
    """Columns that come from readings.

    Attributes
    ----------
    fields : tuple of pyarrow.Field
        Without the user's prefix.
    columns : callable
        Given the readings of N rows, returns the N values of each field; null without a reading.
    """

    fields: tuple[pa.Field, ...]
    columns: Callable[[Readings], Sequence[Any]]


def _counts(readings: Readings) -> Sequence[Sequence[int | None]]:
    nothing = (None,) * len(COUNTS.fields)
    rows = (nothing if reading is None else _count(reading.lines) for reading in readings)
    return list(zip(*rows, strict=True)) or [()] * len(nothing)


def _count(lines: Sequence[Line]) -> tuple[int, ...]:
    parts, works = Counter([line.part for line in lines]), Counter([line.work for line in lines])
    areas = Counter([area for line in lines for area in line.areas])
    return (
        *map(parts.__getitem__, PARTS),
        *map(works.__getitem__, WORKS),
        *map(areas.__getitem__, _AREAS),
    )


_AREAS: Final = tuple(area for area in AREAS if area != "none")

COUNTS: Final = Extra(
    tuple(
        pa.field(f"{kind}_{name.replace('-', '_')}", pa.int32())
        for kind, names in (("part", PARTS), ("work", WORKS), ("area", _AREAS))
        for name in names
    ),
    _counts,
)
"""The numbers of lines of each part and work, and of duties in each area."""


def line_text(reading: Reading, line: Line) -> str:
    r"""Return the text of a line, without its line breaks.

    Examples
    --------
    >>> import roleclass
    >>> reading = roleclass.read("You will bake\nbread.")
    >>> [line_text(reading, line) for line in reading.lines]
    ['You will bake bread.']
    """
    return " ".join(reading.text[line.start : line.end].split())


def _duties(readings: Readings) -> Sequence[Sequence[list[str] | None]]:
    return [
        [
            None if reading is None else [line_text(reading, line) for line in reading.duties]
            for reading in readings
        ]
    ]


DUTIES: Final = Extra((pa.field("duties", pa.list_(pa.string())),), _duties)
"""What the person will do: the text of each duty."""


ALL_LINES: Final = "lines"
"""A column with all lines of a posting, as a list of structs."""

_LINE_FIELDS: Final = (
    pa.field("start", pa.int32()),
    pa.field("end", pa.int32()),
    pa.field("part", pa.string()),
    pa.field("work", pa.string()),
    pa.field("areas", pa.list_(pa.string())),
    pa.field("part_probability", pa.float32()),
    pa.field("work_probability", pa.float32()),
    pa.field("area_probabilities", pa.list_(pa.float32())),
    pa.field("text", pa.string()),
)


def _line_columns(fields: tuple[pa.Field, ...], readings: Readings) -> list[pa.Array]:
    numbers = [len(reading.lines) if reading else 0 for reading in readings]
    offsets = np.cumsum([0, *numbers], dtype=np.int32)
    lines = [line for reading in readings if reading for line in reading.lines]
    start, end, part, work, areas, packed = zip(*lines, strict=True) if lines else ((),) * 6
    p = np.frombuffer(b"".join(packed), np.float32).reshape(-1, _WIDTH)
    values = {
        "start": start,
        "end": end,
        "part": part,
        "work": work,
        "areas": areas,
        "part_probability": p[:, : len(PARTS)].max(axis=1, initial=0),
        "work_probability": p[:, len(PARTS) : -len(AREAS)].max(axis=1, initial=0),
        "area_probabilities": [
            [of_line[_PLACE[area]] for area in named] if named else []
            for named, of_line in zip(areas, packed, strict=True)
        ],
    }
    if "text" in (field.name for field in fields):
        values["text"] = [
            line_text(reading, line) for reading in readings if reading for line in reading.lines
        ]
    arrays = [pa.array(values[field.name], field.type) for field in fields]
    structs = pa.StructArray.from_arrays(arrays, fields=fields)
    return [pa.ListArray.from_arrays(pa.array(offsets), structs)]


_WIDTH: Final = len(PARTS) + len(WORKS) + len(AREAS)
_PLACE: Final = {area: i - len(AREAS) for i, area in enumerate(AREAS)}
"""The index of the probability of an area, from the end."""


def extras_of(options: ScoreOptions) -> tuple[Extra, ...]:
    """Return the extra columns that `options` ask for.

    Examples
    --------
    >>> [len(extra.fields) for extra in extras_of(ScoreOptions(areas=True, lines=True))]
    [28, 1]
    """
    if options.each_line:
        fields = _LINE_FIELDS[: None if options.line_text else -1]
        column = pa.field(ALL_LINES, pa.list_(pa.struct(fields)))
        return (Extra((column,), partial(_line_columns, fields)),)
    return (*(COUNTS,) * options.areas, *(DUTIES,) * options.lines)
