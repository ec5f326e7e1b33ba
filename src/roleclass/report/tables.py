"""Write every table of a report as CSV, and one row per posting or duty while postings are read.

People open these files: cells that a spreadsheet would take for a formula get an apostrophe.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
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
    found = {name: list(map(flat, rows)) for name, rows in _tables(report).items()}
    return {name: rows for name, rows in found.items() if rows}


def _tables(report: Mapping[str, Any]) -> dict[str, list[Row]]:
    batches, words = report["batches"], report["words"]
    areas = report["problems"]["areas"]
    return {
        "roles": report["roles"],
        "areas": [_alone(area) for area in areas],
        "sub_patterns": [
            {"area": area["key"], **_alone(part)} for area in areas for part in area["parts"]
        ],
        "areas_by_role": list(_grouped(areas, "roles", "role")),
        "areas_by_level": list(_grouped(areas, "levels", "level")),
        "areas_together": report["together"]["pairs"],
        "responsibilities": [
            {"source": source, "role": role, **row}
            for source in ("found", "listed")
            for role, row in _spread(report["responsibilities"][source])
        ],
        "outline": list(_outline(report["outline"])),
        "career": report["ladder"]["rungs"],
        "titles": report["titles"]["most_frequent"],
        "titles_by_role": _by_role(report["titles"]["by_role"]),
        "skills": report["skills"]["tools"],
        "skills_by_role": _by_role(report["skills"]["roles"]),
        "concepts": _by_role(report["concepts"]),
        "words": words["words"],
        "words_published": _named("word", (words["published"] or {}).get("words", {})),
        **{f"by_{name}": rows for name, rows in report["groups"].items()},
        "change_of_roles": batches["roles"],
        "change_of_labels": batches["published"],
        "change_of_areas": [
            {"area": area["key"], **area["batches"]} for area in areas if "batches" in area
        ],
        "published_labels": _named("label", (report["published"] or {}).get("table", {})),
        "title_promises": _named("promise", report["atypical"]["table"]),
        "atypical": report["atypical"]["surest"],
    }


def _alone(part: Row) -> Row:
    return {key: value for key, value in part.items() if key not in ("roles", "levels", "batches")}


def _grouped(areas: Iterable[Row], groups: str, what: str) -> Iterator[Row]:
    for area in areas:
        for part in (area, *area["parts"]):
            for group, share in part[groups].items():
                yield {"key": part["key"], what: group, **share}


def _by_role(rows: Mapping[str, list[dict[str, Any]]]) -> list[Row]:
    return [{"role": role, **row} for role, of_role in rows.items() for row in of_role]


def _named(what: str, rows: Mapping[str, Row]) -> list[Row]:
    return [{what: name, **row} for name, row in rows.items()]


def _spread(of: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
    for role, row in {"all": of, **of["roles"]}.items():
        if row["postings"]:
            first, median, third = row["quartiles"]
            yield (
                role,
                {
                    "postings": row["postings"],
                    "mean": row["mean"],
                    "quartile_1": first,
                    "median": median,
                    "quartile_3": third,
                },
            )


def _outline(outline: Mapping[str, Any]) -> Iterator[Row]:
    for chapter in outline["chapters"]:
        for group in chapter["groups"]:
            for row in ({**group, "name": ""}, *group["items"]):
                yield {"chapter": chapter["name"], "group": group["name"], "item": row["name"]} | {
                    key: value for key, value in row.items() if key not in ("name", "items")
                }


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
