"""What readings add to the rows of postings: counts, duties, and a row for each line."""

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import roleclass
from roleclass import ScoringError
from roleclass.reading import AREAS, PARTS, WORKS, Reading
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.readings import COUNTS, line_text
from roleclass.scoring.run import score_files
from roleclass.scoring.scorer import Scorer
from tests.tables import files

TEXT = (
    "What you will do\n- Build LLM agents that answer our\n  customers.\n"
    "- Tune the retrieval of our RAG pipeline.\n\nRequirements\n- Five years of Python.\n"
)
BOTH = ScoreOptions(areas=True, lines=True, batch_size=7)
EACH_LINE = ScoreOptions(each_line=True)
COUNTED = [field.name for field in COUNTS.fields]


def readings_of(rows: list[dict[str, Any]]) -> list[Reading]:
    return list(
        roleclass.read_many([row["description"] for row in rows], [row["title"] for row in rows])
    )


def counts_of(reading: Reading) -> dict[str, int]:
    lines = reading.lines
    counts = {f"part_{part}": sum(line.part == part for line in lines) for part in PARTS}
    counts |= {f"work_{work}": sum(line.work == work for line in lines) for work in WORKS}
    counts |= {f"area_{a}": sum(a in line.areas for line in lines) for a in AREAS if a != "none"}
    return {name.replace("-", "_"): count for name, count in counts.items()}


def duties_of(reading: Reading) -> list[str]:
    return [" ".join(reading.text[d.start : d.end].split()) for d in reading.duties]


def test_there_is_a_column_for_each_part_work_and_area() -> None:
    assert list(counts_of(roleclass.read(""))) == COUNTED


@pytest.mark.parametrize("ending", ["parquet", "arrow", "jsonl"])
def test_counts_and_duties_stand_beside_each_row(tmp_path: Path, ending: str) -> None:
    rows = files.rows(40)
    source = files.write_parquet(tmp_path / "in.parquet", rows)
    output = tmp_path / f"out.{ending}"
    score_files([source], output, BOTH)
    if ending == "jsonl":
        found = files.read_jsonl(output)
    else:
        read = {"parquet": pq.read_table, "arrow": pa.ipc.open_file}[ending](str(output))
        found = (read if ending == "parquet" else read.read_all()).to_pylist()
    assert list(found[0])[-1] == "reason"
    for row, before, reading in zip(found, rows, readings_of(rows), strict=True):
        assert {name: row[name] for name in before} == before
        assert row["role"] == reading.prediction.role
        assert {name: row[name] for name in COUNTED} == counts_of(reading)
        assert row["duties"] == duties_of(reading)


def test_in_csv_each_duty_is_a_line_of_its_cell(tmp_path: Path) -> None:
    source = files.write_jsonl(
        tmp_path / "in.jsonl", [{"text": TEXT}, {"text": ""}, {"text": None}]
    )
    score_files([source], tmp_path / "out.csv", ScoreOptions(lines=True, areas=True))
    one, empty, wrong = files.read_csv(tmp_path / "out.csv")
    assert one["duties"] == (
        "Build LLM agents that answer our customers.\nTune the retrieval of our RAG pipeline."
    )
    assert (one["area_rag"], one["area_data"], one["part_duty"]) == ("1", "0", "2")
    assert (empty["duties"], empty["area_rag"], empty["part_duty"]) == ("", "0", "0")
    assert (wrong["duties"], wrong["area_rag"], wrong["part_duty"]) == ("", "", "")


def test_formulas_among_duties_are_disarmed_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [{"text": "You will do:\n+SUM(A1) build agents for our customers."}]
    source = files.write_jsonl(tmp_path / "in.jsonl", rows)
    options = ScoreOptions(lines=True, safe_csv=True)
    score_files([source], tmp_path / "out.csv", options)
    score_files([source], tmp_path / "plain.csv", ScoreOptions(lines=True))
    [plain], [safe] = (files.read_csv(tmp_path / name) for name in ("plain.csv", "out.csv"))
    assert plain["duties"].startswith("+SUM")
    assert safe["duties"] == f"'{plain['duties']}"


def test_a_row_that_cannot_be_scored_has_no_counts_and_one_without_lines_has_zeros() -> None:
    scores = Scorer(options=BOTH).score([None, "", 7, TEXT], None).to_pylist()
    for row in (scores[0], scores[2]):
        assert {row[name] for name in (*COUNTED, "duties")} == {None}
        assert row["reason"].startswith("error: ")
    assert {scores[1][name] for name in COUNTED} == {0}
    assert scores[1]["duties"] == []
    assert scores[3]["part_duty"] == 2


def test_the_prefix_stands_before_all_added_names_and_their_collision_is_refused(
    tmp_path: Path,
) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"text": TEXT, "duties": "bake"}])
    with pytest.raises(ScoringError, match="duties"):
        score_files([source], tmp_path / "out.jsonl", ScoreOptions(lines=True))
    score_files([source], tmp_path / "out.jsonl", ScoreOptions(lines=True, areas=True, prefix="r_"))
    [row] = files.read_jsonl(tmp_path / "out.jsonl")
    assert row["duties"] == "bake"
    assert len(row["r_duties"]) == 2
    assert all(name.startswith("r_") for name in list(row)[2:])


def test_a_dataset_of_any_kind_gets_the_same_columns() -> None:
    rows = files.rows(9)
    scored = [
        roleclass.score_dataset(datasets.Dataset.from_list(rows), areas=True, lines=True).to_list(),
        list(
            roleclass.score_dataset(
                datasets.Dataset.from_list(rows).to_iterable_dataset(), areas=True, lines=True
            )
        ),
        roleclass.score_dataset(pl.DataFrame(rows), areas=True, lines=True).to_dicts(),
        roleclass.score_dataset(pa.Table.from_pylist(rows), areas=True, lines=True).to_pylist(),
        roleclass.score_dataset(pd.DataFrame(rows), areas=True, lines=True).to_dict("records"),
    ]
    for found in scored:
        for row, reading in zip(found, readings_of(rows), strict=True):
            assert {name: row[name] for name in COUNTED} == counts_of(reading)
            assert list(row["duties"]) == duties_of(reading)


def test_a_scorer_can_be_sent_to_another_process_with_what_it_adds() -> None:
    for options in (BOTH, EACH_LINE):
        scorer = Scorer(options=options)
        again = pickle.loads(pickle.dumps(scorer))
        assert again.score([TEXT], None).equals(scorer.score([TEXT], None))


# A row for each line.


def lines_of(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    source = files.write_jsonl(tmp_path / "in.jsonl", rows)
    output = tmp_path / "lines.parquet"
    output.unlink(missing_ok=True)
    score_files([source], output, ScoreOptions(each_line=True, **options))
    return pq.read_table(output).to_pylist()


def test_each_line_is_a_row_with_the_id_of_its_posting(tmp_path: Path) -> None:
    rows = files.rows(30)
    found = lines_of(tmp_path, rows, batch_size=7, threads=2)
    expected = [
        {
            "id": row["id"],
            "file": str(tmp_path / "in.jsonl"),
            "row": row["id"] + 1,
            "line": number,
            "start": line.start,
            "end": line.end,
            "part": line.part,
            "work": line.work,
            "areas": list(line.areas),
            "text": line_text(reading, line),
            "role": reading.prediction.role,
            "reason": None,
        }
        for row, reading in zip(rows, readings_of(rows), strict=True)
        for number, line in enumerate(reading.lines, 1)
    ]
    probabilities = [
        {name: line.pop(name) for name in list(line) if "probabilit" in name} for line in found
    ]
    assert found == expected
    lines = [line for reading in readings_of(rows) for line in reading.lines]
    for line, of in zip(lines, probabilities, strict=True):
        assert of["part_probability"] == line.part_probabilities[line.part]
        assert of["work_probability"] == line.work_probabilities[line.work]
        assert of["area_probabilities"] == [line.area_probabilities[area] for area in line.areas]


def test_a_posting_without_lines_has_one_row_with_nothing_but_its_reason(tmp_path: Path) -> None:
    given = [{"id": "a", "text": None}, {"id": "b", "text": TEXT}, {"id": "c", "text": "?!"}]
    found = lines_of(tmp_path, given)
    assert [row["id"] for row in found] == ["a", *"b" * 5, "c"]
    for row, reason in ((found[0], "error: no text"), (found[-1], "no readable words")):
        assert row["reason"] == reason
        assert row["role"] == "unclear"
        named = ("line", "start", "end", "part", "work", "areas", "text", "part_probability")
        assert {row[name] for name in named} == {None}
    assert lines_of(tmp_path, [{"text": ""}])[0]["row"] == 1


def test_an_id_keeps_its_type_and_one_of_several_types_is_text(tmp_path: Path) -> None:
    assert [row["id"] for row in lines_of(tmp_path, [{"id": 7, "text": "Bake."}])] == [7]
    mixed = [{"id": 7, "text": "Bake."}, {"id": "x", "text": "Bake."}, {"text": "Bake."}]
    assert [row["id"] for row in lines_of(tmp_path, mixed)] == ["7", "x", None]
    rows = [{"url": "https://a.example/1", "text": "Bake."}]
    assert [row["id"] for row in lines_of(tmp_path, rows, id_column="url")] == [rows[0]["url"]]
    assert "id" not in lines_of(tmp_path, [{"nr": 3, "text": "Bake."}])[0]
    nested = [{"job": {"id": {"x": 1}}, "text": "Bake."}]
    assert [row["id"] for row in lines_of(tmp_path, nested, id_column="job")] == [
        '{"id": {"x": 1}}'
    ]


def test_every_row_of_the_input_is_there_whatever_the_batch_size(tmp_path: Path) -> None:
    rows = [{"text": row["description"] if i % 3 else None} for i, row in enumerate(files.rows(20))]
    whole = lines_of(tmp_path, rows)
    assert sorted({row["row"] for row in whole}) == list(range(1, 21))
    assert lines_of(tmp_path, rows, batch_size=1, threads=3) == whole


def test_an_input_without_rows_gives_no_lines(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n")
    summary = score_files([tmp_path / "in.csv"], tmp_path / "out.parquet", EACH_LINE)
    assert (summary.rows, summary.lines) == (0, 0)
    table = pq.read_table(tmp_path / "out.parquet")
    assert len(table) == 0
    assert table.column_names[:4] == ["id", "file", "row", "line"]


def test_in_csv_areas_are_words_between_commas(tmp_path: Path) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"text": TEXT}])
    options = ScoreOptions(each_line=True, line_text=False)
    score_files([source], tmp_path / "out.csv", options)
    found = files.read_csv(tmp_path / "out.csv")
    assert "text" not in found[0]
    assert [row["areas"] for row in found if row["part"] == "duty"] == ["agents", "rag"]
    assert [row["areas"] for row in found if row["part"] != "duty"] == ["", "", ""]
    assert all(0 <= float(row["part_probability"]) <= 1 for row in found)


def test_json_lines_have_lists_and_numbers_without_digits_that_float32_lacks(
    tmp_path: Path,
) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"text": TEXT}])
    score_files([source], tmp_path / "out.jsonl", EACH_LINE)
    found = files.read_jsonl(tmp_path / "out.jsonl")
    [duty] = [row for row in found if row["areas"] == ["rag"]]
    assert len(str(duty["area_probabilities"][0])) <= 12


def test_the_summary_counts_postings_and_lines(tmp_path: Path) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"text": TEXT}, {"text": None}])
    summary = score_files([source], tmp_path / "out.jsonl", EACH_LINE)
    assert (summary.rows, summary.errors, summary.lines) == (2, 1, 5)
    assert summary.to_dict()["lines"] == 5
    assert "lines" not in score_files([source], tmp_path / "roles.jsonl").to_dict()


KILLED = """
import os, signal, sys
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring import run

def die(summary):
    if summary.rows >= 12:
        os.kill(os.getpid(), signal.SIGKILL)

of_lines = sys.argv[3] == "lines"
options = ScoreOptions(areas=not of_lines, lines=not of_lines, each_line=of_lines, batch_size=3)
run.score_files([sys.argv[1]], sys.argv[2], options, progress=die)
"""


@pytest.mark.parametrize("what", ["score", "lines"])
def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_happened(
    tmp_path: Path, what: str
) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", files.rows(30))
    of_lines = what == "lines"
    options = ScoreOptions(areas=not of_lines, lines=not of_lines, each_line=of_lines, batch_size=3)
    output, whole = tmp_path / "out.parquet", tmp_path / "whole.parquet"
    killed = subprocess.run([sys.executable, "-c", KILLED, source, output, what], check=False)
    assert killed.returncode == -9
    assert not output.exists()
    with pytest.raises(ScoringError, match=r"out\.parquet.* --resume"):
        score_files([source], output, options)
    summary = score_files([source], output, options, resume=True)
    assert summary.resumed >= 12
    score_files([source], whole, options)
    assert output.read_bytes() == whole.read_bytes()
    with pytest.raises(ScoringError, match="exists"):
        score_files([source], output, options)


def test_what_was_begun_as_one_kind_of_output_is_not_ended_as_another(tmp_path: Path) -> None:
    source = files.write_jsonl(tmp_path / "in.jsonl", files.rows(30))
    output = tmp_path / "out.parquet"
    subprocess.run([sys.executable, "-c", KILLED, source, output, "lines"], check=False)
    for options in (ScoreOptions(batch_size=3), ScoreOptions(batch_size=3, areas=True)):
        with pytest.raises(ScoringError, match="other columns"):
            score_files([source], output, options, resume=True)
    options = ScoreOptions(batch_size=3, each_line=True, line_text=False)
    with pytest.raises(ScoringError, match="other columns"):
        score_files([source], output, options, resume=True)


def test_long_postings_with_many_lines_are_all_there(tmp_path: Path) -> None:
    text = "You will build LLM agents for our customers.\n" * 20_000
    source = files.write_jsonl(tmp_path / "in.jsonl", [{"id": i, "text": text} for i in range(3)])
    summary = score_files([source], tmp_path / "out.parquet", EACH_LINE)
    assert summary.lines == 60_000
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 60_000
    assert json.loads(json.dumps(summary.to_dict()))["lines"] == 60_000
