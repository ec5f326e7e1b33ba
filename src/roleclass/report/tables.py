"""Write every table of a report as CSV, and one row per posting or duty while postings are read.

People open these files: cells that a spreadsheet would take for a formula get an apostrophe.
"""

import csv
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from roleclass.report.behind import DUTY_COLUMNS, POSTING_COLUMNS, duty_rows, posting_row
from roleclass.report.cases import Case
from roleclass.tables.writers import disarm
from roleclass.whole import whole_text

FOLDER: Final = "tables"
"""The folder of the tables, within that of the report."""

Row = Mapping[str, Any]


def tables(report: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a report that are not empty: their names, and rows of plain values.

    Parameters
    ----------
    report : mapping
        From `roleclass.report.report.build_report`.

    Examples
    --------
    >>> from roleclass.report.report import build_report
    >>> tables(build_report([]))["roles"][0]
    {'role': 'ai-first', 'n': 0, 'of': 0, 'share': 0.0, 'low': 0.0, 'high': 1.0}
    """
    batches, areas = report["batches"], report["problems"]["areas"]
    parts = [part for area in areas for part in (area, *area["parts"])]
    own = ("roles", "levels")  # tables of their own
    found: dict[str, list[Row]] = {
        "roles": report["roles"],
        "areas": [_without(area, *own) for area in areas],
        "sub_patterns": [
            {"area": area["key"], **_without(part, *own)}
            for area in areas
            for part in area["parts"]
        ],
        "areas_by_role": [
            row for part in parts for row in _grouped(part["roles"], key=part["key"])
        ],
        "areas_by_level": [
            row for part in parts for row in _grouped(part["levels"], "level", key=part["key"])
        ],
        "areas_together": report["together"]["pairs"],
        "responsibilities": [
            row
            for source in ("found", "listed")
            for row in _grouped(report["responsibilities"][source], source=source)
        ],
        "outline": [
            {
                "chapter": chapter["name"],
                "group": group["name"],
                "item": item,
                **_without(row, "name"),
            }
            for chapter in report["outline"]["chapters"]
            for group in chapter["groups"]
            for row in (group, *group["items"])
            for item in ["" if row is group else row["name"]]
        ],
        "career": report["ladder"]["rungs"],
        "titles": report["titles"]["most_frequent"],
        "titles_by_role": _grouped(report["titles"]["by_role"]),
        "skills": report["skills"]["tools"],
        "skills_by_role": _grouped(report["skills"]["roles"]),
        "concepts": _grouped(report["concepts"]),
        "words": report["words"]["words"],
        **{f"by_{name}": rows for name, rows in report["groups"].items()},
        "change_of_roles": batches["roles"],
        "change_of_labels": batches["published"],
        "change_of_areas": batches["areas"],
        "published_labels": _grouped((report["published"] or {}).get("table", {}), "label"),
        "title_promises": _grouped(report["atypical"]["table"], "promise"),
        "atypical": report["atypical"]["surest"],
    }
    return {name: list(map(flat, rows)) for name, rows in found.items() if rows}


def _grouped(groups: Mapping[str, Any], what: str = "role", **more: str) -> list[Row]:
    """Return the rows of all groups, or the one row of each, with the name of the group."""
    return [
        {**more, what: name, **row}
        for name, of in groups.items()
        for row in (of if isinstance(of, list) else [of])
    ]


def _without(row: Row, *names: str) -> Row:
    return {key: value for key, value in row.items() if key not in names}


def flat(row: Row) -> dict[str, Any]:
    """Flatten a row: nested names are joined, lists of rows are left out.

    Examples
    --------
    >>> flat({"name": "RAG", "roles": {"ai-first": {"n": 2}}, "parts": [{}], "names": ["a", "b"]})
    {'name': 'RAG', 'roles_ai-first_n': 2, 'names': 'a; b'}
    """
    found: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            found |= {f"{key}_{inner}": item for inner, item in flat(value).items()}
        elif not isinstance(value, list):
            found[key] = value
        elif value and not any(isinstance(item, Mapping) for item in value):
            found[key] = "; ".join(map(str, value))
    return found


def write_tables(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write each table of a report into a folder, and return the files."""
    written = []
    for name, rows in tables(report).items():
        columns = dict.fromkeys(key for row in rows for key in row)
        path = folder / f"{name}.csv"
        with whole_text(path) as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows({key: disarm(cell) for key, cell in row.items()} for row in rows)
        written.append(path)
    return written


class Listing(ExitStack):
    """Writes ``postings.csv``, and ``duties.csv`` if `with_text`, case by case.

    The files get their names when the context ends without error, and are removed otherwise.

    Parameters
    ----------
    folder : Path
    with_text : bool
        Whether to write duties, which are text of postings.
    """

    def __init__(self, folder: Path, *, with_text: bool = False) -> None:
        super().__init__()
        self._n = 0
        self._folder = folder
        self._columns: dict[str, tuple[str, ...]] = {"postings.csv": POSTING_COLUMNS}
        if with_text:
            self._columns["duties.csv"] = DUTY_COLUMNS

    def __enter__(self) -> Self:
        self._writers = {
            name: csv.writer(self.enter_context(whole_text(self._folder / name)))
            for name in self._columns
        }
        for name, writer in self._writers.items():
            writer.writerow(self._columns[name])
        return self

    def __call__(self, case: Case) -> None:
        """Write the rows of a case."""
        self._n += 1
        rows = {
            "postings.csv": [posting_row(case, self._n)],
            "duties.csv": duty_rows(case, self._n),
        }
        for name, writer in self._writers.items():
            writer.writerows(map(disarm, row) for row in rows[name])

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return list(self._columns)
