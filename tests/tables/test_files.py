"""Which files are meant: folders, patterns, pipes by name; one file by two names; a file that changes."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from roleclass import InputError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.tables import files as tables_files
from roleclass.tables.files import expand
from roleclass.tables.options import ReadOptions
from roleclass.tables.reader import Reader
from tests.patience import grows_with_length
from tests.tables import files


def test_a_folder_is_its_tables_and_those_below_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.jsonl", "below/c.csv.gz", "notes.txt", ".hidden/d.csv", ".e.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    expected = [str(tmp_path / name) for name in ("a.jsonl", "b.csv", "below/c.csv.gz")]
    said: list[str] = []
    assert expand([str(tmp_path)], said.append) == expected
    [passed] = said
    assert passed.startswith(f"{tmp_path}: ")
    assert "notes.txt" in passed
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        InputError,
        match=r"empty is a folder .*roleclass predict",
    ):
        expand([str(tmp_path / "empty")])


def test_a_folder_takes_time_by_the_number_of_its_files_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(files: str) -> None:
        below = [Path(f"{number}.csv") for number in range(len(files))]
        monkeypatch.setattr(tables_files, "files_below", lambda _: below)
        assert len(tables_files._in_folder("jobs", print)) == len(files)

    assert grows_with_length(work, "f", 4_000)


def test_an_empty_name_is_not_the_folder_here() -> None:
    with pytest.raises(InputError, match="empty name"):
        expand([""])


def test_a_folder_of_pages_is_scored_page_by_page(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.html").write_text(f"<title>Cook {i}</title><p>Cooks soup number {i}.")
    assert score_files([folder], tmp_path / "out.csv").rows == 3
    rows = files.read_csv(tmp_path / "out.csv")
    assert [(row["file"], row["title"]) for row in rows] == [
        (f"{i}.html", f"Cook {i}") for i in range(3)
    ]


def test_no_file_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="standard input"):
        score_files([], tmp_path / "out.csv")


def spelt_otherwise(path: Path) -> str:
    return f"{path.parent}/./{path.name}"


def linked(path: Path) -> str:
    path.with_name("link.csv").symlink_to(path)
    return str(path.with_name("link.csv"))


def linked_hard(path: Path) -> str:
    os.link(path, path.with_name("hard.csv"))
    return str(path.with_name("hard.csv"))


@pytest.mark.parametrize("other", [str, spelt_otherwise, linked, linked_hard])
def test_one_file_by_two_names_is_refused(tmp_path: Path, other: object) -> None:
    path = files.write_csv(tmp_path / "in.csv", files.rows(2))
    assert callable(other)
    with pytest.raises(InputError, match="twice"):
        expand([str(path), other(path)])


def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match=r"/dev/null .*device"):
        expand(["/dev/null"])


@pytest.mark.parametrize("format_", ["csv", "jsonl", "json", "parquet"])
def test_a_named_pipe_is_read_once_and_whole(tmp_path: Path, format_: str) -> None:
    rows = files.rows(30)
    source = files.write_parquet(tmp_path / "in.parquet", rows)
    if format_ != "parquet":
        score_files([source], tmp_path / f"in.{format_}", ScoreOptions(prefix="x_"))
        source = tmp_path / f"in.{format_}"
    os.mkfifo(tmp_path / "pipe")
    data = source.read_bytes()
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(data))
    writer.start()
    options = ScoreOptions(format=format_)
    assert score_files([tmp_path / "pipe"], tmp_path / "out.csv", options).rows == 30
    writer.join()
    score_files([source], tmp_path / "expected.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_a_pipe_that_there_is_no_room_for_says_where_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(_: object, into: BinaryIO) -> None:
        into.write(b"id,text")
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "kept"))
    monkeypatch.setattr(shutil, "copyfileobj", copy)
    os.mkfifo(tmp_path / "pipe.csv")

    def write() -> None:
        with suppress(BrokenPipeError):  # where the reader has left already
            (tmp_path / "pipe.csv").write_bytes(b"id,text\n")

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(InputError, match=r"pipe\.csv .*/kept: No space left .*TMPDIR"):
        Reader([str(tmp_path / "pipe.csv")], ReadOptions())
    writer.join()
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("name", ["<(cat in.jsonl)", "/dev/stdin"])
def test_a_pipe_of_the_shell_is_read(tmp_path: Path, name: str) -> None:
    files.write_jsonl(tmp_path / "in.jsonl", files.rows(20))
    command = (
        f"cat in.jsonl | {sys.executable} -m roleclass score {name} --format jsonl -o out.jsonl"
    )
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert [row["id"] for row in files.read_jsonl(tmp_path / "out.jsonl")] == list(range(20))


def test_a_pipe_cannot_be_resumed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Exception, match="pipe"):
        score_files([tmp_path / "pipe.csv"], tmp_path / "out.csv", resume=True)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path, ending: str) -> None:
    write = {"csv": files.write_csv, "jsonl": files.write_jsonl, "parquet": files.write_parquet}
    path = write[ending](tmp_path / f"in.{ending}", files.rows(60))
    reader = Reader([str(path)], ReadOptions(batch_size=10))
    chunks = iter(reader)
    next(chunks)
    with path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(InputError, match=rf"in\.{ending}: changed"):
        list(chunks)


def test_an_input_that_is_cut_off_while_it_is_scored_gives_no_output(tmp_path: Path) -> None:
    path = files.write_csv(tmp_path / "in.csv", files.rows(3000))

    def cut(_: object) -> None:
        os.truncate(path, 500_000)

    with pytest.raises(InputError, match=r"in\.csv: .*changed"):
        score_files([path], tmp_path / "out.csv", ScoreOptions(batch_size=50), progress=cut)
    assert not (tmp_path / "out.csv").exists()


def test_what_is_kept_of_a_pipe_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "kept"))
    (tmp_path / "kept").mkdir()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"text\nx\n"))
    writer.start()
    reader = Reader([str(tmp_path / "pipe")], ReadOptions(format="csv"))
    assert len(list((tmp_path / "kept").iterdir())) == 1
    assert [chunk.table["text"].to_pylist() for chunk in reader] == [["x"]]
    writer.join()
    del reader
    assert list((tmp_path / "kept").iterdir()) == []
