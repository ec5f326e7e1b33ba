"""Cases for the measures of reports, without a model: what was read is said by hand."""

from typing import Any

from roleclass import Role
from roleclass.report.cases import Case, CaseLine
from roleclass.report.postings import Posting


def case(
    role: Role = Role.AI_FIRST,
    *areas: str,
    duties: tuple[CaseLine, ...] = (),
    lines: tuple[CaseLine, ...] = (),
    confidence: float | None = None,
    **posting: Any,
) -> Case:
    """A case with one duty for each of `areas`, several areas joined by "+", besides the `duties`."""
    found = tuple(CaseLine("Do it.", "duty", tuple(area.split("+"))) for area in areas) + duties
    was_read = bool(found or lines)
    return Case(Posting(**posting), role, confidence, was_read, lines or found, found)


def measured(measure: Any, *cases: Case) -> Any:
    """What a measure says of cases."""
    for one in cases:
        measure.add(one)
    return measure.result()
