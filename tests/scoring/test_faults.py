"""Every fault is caused here: a clear message, or a marked row and everything else scored."""

import gzip
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from tests.tables import files

LONG = "Prepare the payroll and reconcile the accounts and file the tax returns of the company."


def score(source: Path, **options: object) -> tuple[list[dict[str, str]], list[str]]:
    said: list[str] = []
    output = source.with_name(f"{source.name}.out.csv")
    score_files([source], output, ScoreOptions(**options), warn=said.append)  # type: ignore[arg-type]
    return files.read_csv(output), said


def test_rows_with_too_few_or_too_many_cells_are_marked_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(
        f"id,text,place\n1,{LONG},Here\n2,short\n3,{LONG},Rome,Milan\n\n4,{LONG},There\n"
    )
    out, said = score(path)
    assert [row["id"] for row in out] == ["1", "2", "3", "4"]
    assert [row["place"] for row in out] == ["Here", "", "Rome,Milan", "There"]
    for row, cells in zip(out, (None, 2, 4, None), strict=True):
        assert re.fullmatch(rf"error: {cells} cells .*\b3" if cells else "", row["reason"])
        assert (row["role"] == "unclear") == bool(cells)
    assert said[1].startswith(f"{path}: row 2: 2 cells ")


def test_rows_in_another_encoding_are_marked_and_the_rest_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    rows = f"id,text\n1,{LONG}\n2,Köchin {LONG}\n".encode("latin-1")
    path.write_bytes(rows + f"3,Köchin {LONG}\n".encode())
    out, said = score(path)
    assert [row["role"] == "unclear" for row in out] == [False, True, False]
    assert re.match("error: not utf-8.*--encoding", out[1]["reason"])
    assert "--encoding" in said[1]
    path.with_name("latin.csv.out.csv").unlink()
    out, _ = score(path, encoding="latin-1")
    assert "unclear" not in [row["role"] for row in out]
    assert out[1]["text"].startswith("Köchin")


@pytest.mark.parametrize("line", ['{"text": ', "[1]", "7", '"x"', "\\xff"])
def test_a_line_that_is_no_json_object_is_marked(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    good = f'{{"text": "{LONG}"}}\n'.encode()
    path.write_bytes(good + line.encode().replace(b"\\xff", b"\xff") + b"\n" + good)
    out, _ = score(path)
    assert [row["role"] == "unclear" for row in out] == [False, True, False]
    assert out[1]["reason"].startswith("error: line 2 is not ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no row .*empty"),
        ("[1,\n2]\n", "no row .*record 1 "),
        ("7\n", "no row .*line 1 "),
    ],
)
def test_json_lines_without_a_row_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(content)
    with pytest.raises(ScoringError, match=rf"in\.jsonl: {message}"):
        score(path)


def test_a_line_without_end_is_no_json_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roleclass.tables.jsonfile.MAX_CELL", 2**20)
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "' + "x" * 2**21 + '"}')
    with pytest.raises(ScoringError, match=r"in\.jsonl: line 1 .*1 MiB"):
        score(path)


def test_half_a_character_in_json_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text(f'{{"text": "{LONG} \\ud800"}}\n{{"text": "{LONG}"}}\n')
    out, _ = score(path)
    assert [row["role"] == "unclear" for row in out] == [True, False]
    assert "lone surrogate" in out[0]["reason"]


def test_half_a_character_in_a_column_name_marks_its_row_and_makes_no_column(
    tmp_path: Path,
) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text(f'{{"text": "{LONG}"}}\n{{"text": "{LONG}", "x\\ud800": 1}}\n')
    out, _ = score(path)
    assert out[0]["reason"] == ""
    assert re.match("error: line 2 .*lone surrogate.*column", out[1]["reason"])
    assert not any(name.startswith("x") for name in out[0])


def test_null_and_numeric_texts_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(f'{{"text": "{LONG}"}}\n{{"text": null}}\n{{"text": 12}}\n{{"text": ["a"]}}\n')
    out, said = score(path)
    for row, expected in zip(out, ("", "no text", "int, .*string", "list, .*string"), strict=True):
        assert re.match(f"error: .*{expected}" if expected else "$", row["reason"])
    assert [row["probability_other"] == "" for row in out] == [False, True, True, True]
    assert said[1] == f"{path}: row 2, column text: no text"


def test_a_column_of_nothing_but_nulls_is_marked(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": pa.nulls(3)}), tmp_path / "null.parquet")
    out, said = score(tmp_path / "null.parquet")
    assert [row["reason"] for row in out] == ["error: no text"] * 3
    assert re.search("text.*--text-column", said[-1])


def test_on_error_stop_names_file_row_id_column_and_what_to_do(tmp_path: Path) -> None:
    rows = files.rows(5)
    rows[3]["description"] = None
    path = files.write_parquet(tmp_path / "in.parquet", rows)
    expected = r"in\.parquet: row 4 \(id 3\), column description: no text; .*--on-error mark"
    with pytest.raises(ScoringError, match=expected):
        score(path, on_error="stop", id_column="id", batch_size=2)


def test_messages_about_bad_rows_stop_after_a_few(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "1\n" * 100)
    _, said = score(path, batch_size=3)
    assert len(said) == 7
    assert re.search("rows .*reason", said[-1])


def truncated(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def test_a_truncated_parquet_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    good = files.write_parquet(tmp_path / "a.parquet", files.rows(5))
    bad = files.write_parquet(tmp_path / "b.parquet", files.rows(500))
    truncated(bad)
    with pytest.raises(ScoringError, match=r"b\.parquet: .*damaged"):
        score_files([good, bad], tmp_path / "out.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_parquet_that_is_damaged_inside_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = files.write_parquet(tmp_path / "in.parquet", files.rows(500))
    data = bytearray(path.read_bytes())
    data[4000:9000] = b"\xff" * 5000
    path.write_bytes(data)
    with pytest.raises(ScoringError, match=r"in\.parquet: after row 0: .*damaged"):
        score(path)


@pytest.mark.parametrize("ending", ["csv.gz", "jsonl.zst"])
def test_truncated_compression_is_an_error_that_names_the_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"in.{ending}"
    score_files(
        [files.write_parquet(tmp_path / "in.parquet", files.rows(300))],
        path,
        ScoreOptions(prefix="x_"),
    )
    truncated(path)
    with pytest.raises(ScoringError, match=rf"in.{ending}: .*truncated"):
        score(path)


def removed(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (removed, "no such file"),
        (folder, "is a folder "),
        (empty, "empty; "),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, fault: Callable[[Path], None], message: str
) -> None:
    path = files.write_csv(tmp_path / "in.csv", files.rows(2))
    fault(path)
    with pytest.raises(ScoringError, match=rf"in\.csv.*{message}"):
        score(path)


def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.write_csv(tmp_path / "in.csv", files.rows(2))

    as_ever = Path.open

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return as_ever(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ScoringError, match=r"in\.csv: cannot be read: Permission denied"):
        score_files([path], tmp_path / "out.csv")


def test_a_name_that_tells_no_format_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text(f"text\n{LONG}\n")
    with pytest.raises(ScoringError, match=r"in\.txt: .*--format"):
        score(path)
    out, _ = score(path, format="csv")
    assert out[0]["reason"] == ""


def test_columns_of_different_types_in_two_files_are_refused(tmp_path: Path) -> None:
    a = files.write_parquet(tmp_path / "a.parquet", [{"text": "x", "n": 1}])
    b = files.write_parquet(tmp_path / "b.parquet", [{"text": "x", "n": "1"}])
    with pytest.raises(ScoringError, match=r"column n .*int64 .*a\.parquet .*string .*b\.parquet"):
        score_files([a, b], tmp_path / "out.parquet")


def test_a_header_that_repeats_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("text,id,id\na,b,c\n")
    with pytest.raises(ScoringError, match="column 'id'"):
        score(path)


def test_an_input_that_has_an_added_column_is_refused_unless_there_is_a_prefix(
    tmp_path: Path,
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"text,role,reason\n{LONG},mine,mine\n")
    with pytest.raises(ScoringError, match=r"added: role, reason; .*--prefix"):
        score(path)
    out, _ = score(path, prefix="rc_")
    assert (out[0]["role"], out[0]["reason"], out[0]["rc_reason"]) == ("mine", "mine", "")


def limited(tmp_path: Path, limit: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where no file may grow above `limit` bytes, as on a disk that is full."""

    def limit_files() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        )

    command = [sys.executable, "-m", "roleclass", "score", *arguments]
    # A measurement of coverage could not write its file either.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        preexec_fn=limit_files,
    )


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl.gz"])
def test_a_full_disk_is_said_and_the_run_can_go_on(tmp_path: Path, ending: str) -> None:
    files.write_parquet(tmp_path / "in.parquet", files.rows(3000))
    arguments = ["in.parquet", "-o", f"out.{ending}", "--batch-size", "200"]
    done = limited(tmp_path, 30_000, *arguments)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert f"cannot write out.{ending}: " in done.stderr
    assert "--resume" in done.stderr
    assert not (tmp_path / f"out.{ending}").exists()
    summary = score_files(
        [tmp_path / "in.parquet"],
        tmp_path / f"out.{ending}",
        ScoreOptions(batch_size=200),
        resume=True,
    )
    assert summary.rows == 3000


def test_an_output_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = files.write_csv(tmp_path / "in.csv", files.rows(2))
    with pytest.raises(ScoringError, match=r"no.where.out.csv: cannot be written: No such file"):
        score_files([path], tmp_path / "no" / "where" / "out.csv")


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_line_of_csv_without_end_is_refused_and_not_cut_into_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr("roleclass.tables.csvfile.MAX_CELL", 2**20)
    path = tmp_path / f"in.{ending}"
    data = b"text\n" + b"\0" * 3 * 2**20
    path.write_bytes(gzip.compress(data) if ending == "csv.gz" else data)
    with pytest.raises(ScoringError, match=r"line 2 .*1 Mi "):
        score(path)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_data_in_the_place_of_names_of_columns_is_refused_at_once(
    tmp_path: Path, ending: str
) -> None:
    names = [f"posting {i}" for i in range(20_000)]
    path = tmp_path / f"in.{ending}"
    path.write_text(
        ",".join(["text", *names]) + "\n"
        if ending == "csv"
        else "".join(json.dumps({"text": "x", name: 1}) + "\n" for name in names)
    )
    with pytest.raises(ScoringError, match=rf"in\.{ending}: .*10,000 columns"):
        score(path)


@pytest.mark.parametrize("depth", [50, 900, *range(960, 1000, 3), 100_000])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_deep_json_is_kept_or_marked(tmp_path: Path, depth: int, ending: str) -> None:
    path = tmp_path / "deep.jsonl"
    deep = "[" * depth + "]" * depth
    path.write_text(f'{{"text": "{LONG}"}}\n{{"text": "{LONG}", "x": {deep}}}\n')
    output = tmp_path / f"out.{ending}"
    assert score_files([path], output).rows == 2
    assert (deep in output.read_text()) != ("is not JSON" in output.read_text())


@pytest.mark.parametrize("where", ["text", "name"])
def test_parquet_that_holds_no_utf_8_is_an_error_that_names_the_file(
    tmp_path: Path, where: str
) -> None:
    path = tmp_path / "in.parquet"
    mark = "zqzqzqzq"
    row = {"text": f"{LONG} {mark}"} if where == "text" else {"text": LONG, mark: "x"}
    pq.write_table(
        pa.table({name: [cell] for name, cell in row.items()}),
        path,
        compression="none",
        store_schema=False,
        write_statistics=False,
    )
    path.write_bytes(path.read_bytes().replace(mark.encode(), b"\xff" * len(mark)))
    with pytest.raises(ScoringError, match=r"in.parquet: .*damaged"):
        score(path)
