"""Every table of a report is a file that a spreadsheet opens; lines are written as postings pass."""

import csv
from pathlib import Path

import pytest

from roleclass import Role
from roleclass.report.tables import Listing, flat, write_tables
from tests.cases import case
from tests.report.reports import full_report


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_table_is_written_with_its_columns(tmp_path: Path) -> None:
    report = full_report()
    written = {path.stem: rows(path) for path in write_tables(report, tmp_path)}
    assert {
        *("roles", "areas", "sub_patterns", "areas_by_role", "areas_by_level", "areas_together"),
        *("responsibilities", "outline", "career", "titles", "titles_by_role", "skills"),
        *("skills_by_role", "concepts", "words", "by_time", "by_level", "by_title_level"),
        *("by_place", "change_of_roles", "change_of_labels", "change_of_areas"),
        *("published_labels", "title_promises", "atypical"),
    } == set(written)
    assert [int(row["n"]) for row in written["roles"]] == [row["n"] for row in report["roles"]]
    building = written["areas"][0]
    assert float(building["duties_share"]) == report["problems"]["areas"][0]["duties"]["share"]


def test_nested_values_get_names_of_their_own_and_lists_of_rows_are_left_out() -> None:
    row = {"a": {"b": {"c": 1}}, "names": ["x", "y"], "rows": [{"d": 2}], "none": None, "no": []}
    assert flat(row) == {"a_b_c": 1, "names": "x; y", "none": None}


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(tmp_path: Path) -> None:
    with Listing(tmp_path) as listing:
        listing(case(Role.AI_FIRST, id="=1+1"))
    assert rows(tmp_path / "postings.csv")[0]["id"] == "'=1+1"


def test_lines_get_their_names_when_all_went_well(tmp_path: Path) -> None:
    with Listing(tmp_path, with_text=True) as listing:
        listing(case(Role.AI_FIRST, "rag", "data", id="a"))
        assert not (tmp_path / "postings.csv").exists()
    assert len(rows(tmp_path / "postings.csv")) == 1
    assert len(rows(tmp_path / "duties.csv")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["duties.csv", "postings.csv"]


def test_a_failure_leaves_no_half_file_and_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "postings.csv").write_text("precious")
    with pytest.raises(ValueError, match="no"), Listing(tmp_path):
        raise ValueError("no")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]
