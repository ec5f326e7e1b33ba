"""One run at a time; killed at any moment and resumed, it ends as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring.checkpoint import Checkpoint
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.scoring.summary import Summary
from tests.patience import wait_until
from tests.tables import files

OPTIONS = ScoreOptions(batch_size=10)


class KilledError(Exception):
    pass


def interrupt(source: Path, output: Path, *, after: int = 35) -> None:
    """Run until `after` rows are written, then fail."""

    def progress(summary: Summary) -> None:
        if summary.rows >= after:
            raise KilledError

    with pytest.raises(KilledError):
        score_files([source], output, OPTIONS, progress=progress)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return files.write_parquet(tmp_path / "in.parquet", files.rows(100))


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl.gz"])
def test_a_resumed_run_gives_the_bytes_of_an_undisturbed_one(
    source: Path, tmp_path: Path, ending: str
) -> None:
    score_files([source], tmp_path / f"whole.{ending}", OPTIONS)
    output = tmp_path / f"out.{ending}"
    interrupt(source, output)
    assert not output.exists()
    summary = score_files([source], output, OPTIONS, resume=True)
    assert output.read_bytes() == (tmp_path / f"whole.{ending}").read_bytes()
    assert 40 <= summary.resumed < summary.rows == 100
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_finished_parts_are_not_scored_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(source, tmp_path / "out.csv", after=100)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("roleclass.scoring.scorer.Scorer.score", refuse)
    assert score_files([source], tmp_path / "out.csv", OPTIONS, resume=True).resumed == 100


def _parts(output: Path) -> list[Path]:
    return sorted(output.with_name(f".{output.name}.parts").glob("part-*.parquet"))


def _torn(parts: list[Path]) -> None:
    parts[1].write_bytes(parts[1].read_bytes()[:50])


def _emptied(parts: list[Path]) -> None:
    parts[1].write_bytes(b"")


def _zeroed(parts: list[Path]) -> None:
    data = bytearray(parts[1].read_bytes())
    data[512:1024] = bytes(512)
    parts[1].write_bytes(data)


def _flipped(parts: list[Path]) -> None:
    data = bytearray(parts[1].read_bytes())
    data[len(data) // 3] ^= 4
    parts[1].write_bytes(data)


def _swapped(parts: list[Path]) -> None:
    one, other = parts[1].read_bytes(), parts[2].read_bytes()
    parts[1].write_bytes(other)
    parts[2].write_bytes(one)


def _foreign(parts: list[Path]) -> None:
    pq.write_table(pa.table({"role": ["other"] * 10}), parts[1])


def _gone(parts: list[Path]) -> None:
    parts[1].unlink()


@pytest.mark.parametrize("damage", [_torn, _emptied, _zeroed, _flipped, _swapped, _foreign, _gone])
def test_a_part_that_is_not_as_it_was_saved_is_scored_again(
    source: Path, tmp_path: Path, damage: Callable[[list[Path]], None]
) -> None:
    score_files([source], tmp_path / "whole.csv", OPTIONS)
    interrupt(source, tmp_path / "out.csv", after=100)
    damage(_parts(tmp_path / "out.csv"))
    summary = score_files([source], tmp_path / "out.csv", OPTIONS, resume=True)
    assert summary.resumed == (80 if damage is _swapped else 90)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_every_bit_of_a_part_counts(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "out.csv", {"a": 1}, resume=False)
    scores = pa.table({"role": ["other", "ai-first"]})
    checkpoint.save(3, scores)
    [part] = _parts(tmp_path / "out.csv")
    whole = part.read_bytes()
    assert checkpoint.load(3, 2, scores.schema) == scores
    for place in range(len(whole)):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert checkpoint.load(3, 2, scores.schema) is None
    checkpoint.release()


def test_parts_of_another_run_are_never_used(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "out.csv", {"inputs": "a"}, resume=False)
    scores = pa.table({"role": ["other"]})
    first.save(0, scores)
    old = _parts(tmp_path / "out.csv")[0].read_bytes()
    first.release()
    # What a kill leaves that comes while a folder is deleted.
    (tmp_path / ".out.csv.parts" / "run.json").unlink()
    second = Checkpoint(tmp_path / "out.csv", {"inputs": "b"}, resume=False)
    assert _parts(tmp_path / "out.csv") == []
    (tmp_path / ".out.csv.parts" / "part-0000000.parquet").write_bytes(old)
    assert second.load(0, 1, scores.schema) is None
    second.release()


@pytest.mark.parametrize("resume", [False, True])
def test_without_its_description_a_run_starts_afresh(
    source: Path, tmp_path: Path, resume: bool
) -> None:
    output = tmp_path / "out.csv"
    interrupt(source, output, after=100)
    (tmp_path / ".out.csv.parts" / "run.json").unlink()
    other = files.write_parquet(tmp_path / "other.parquet", files.rows(100)[::-1])
    assert score_files([other], output, OPTIONS, resume=resume).resumed == 0
    score_files([other], tmp_path / "whole.csv", OPTIONS)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("step", ["rename", "remove"])
def test_a_run_that_was_killed_after_the_rename_has_finished(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KilledError

    output = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "_remove", killed)
        with pytest.raises(KilledError):
            score_files([source], output, OPTIONS)
    if step == "remove":  # the kill came while the folder was deleted, out of the way
        folder = tmp_path / ".out.csv.parts"
        shutil.copytree(folder, tmp_path / ".out.csv.parts.old")
    with pytest.raises(ScoringError, match=r"out\.csv exists"):
        score_files([source], output, OPTIONS)
    written = output.stat()
    summary = score_files([source], output, OPTIONS, resume=True)
    assert (summary.rows, sum(summary.roles.values())) == (100, 100)
    assert output.stat() == written
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_a_file_that_the_run_did_not_write_is_no_finished_output(
    source: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    interrupt(source, output, after=100)
    output.write_text("mine")
    note = tmp_path / ".out.csv.parts" / "finished.json"
    for content in ("", "[" * 100_000, "{}", '{"file": [1, 2, 3, 4], "summary": {}}'):
        note.write_text(content)
        with pytest.raises(ScoringError, match=r"out\.csv exists"):
            score_files([source], output, OPTIONS, resume=True)
    assert output.read_text() == "mine"


def test_a_part_is_on_the_disk_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (done.append("sync"), sync(file))[1])
    monkeypatch.setattr(
        Path, "replace", lambda path, target: (done.append("rename"), replace(path, target))[1]
    )
    checkpoint = Checkpoint(tmp_path / "out.csv", {}, resume=False)
    done.clear()
    checkpoint.save(0, pa.table({"role": ["other"]}))
    assert done == ["sync", "rename", "sync"]  # the file, its name, the folder
    checkpoint.release()


def test_an_output_that_exists_is_refused_and_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")
    for resume in (False, True):
        with pytest.raises(ScoringError, match=r"out\.csv exists"):
            score_files([source], tmp_path / "out.csv", OPTIONS, resume=resume)
    assert (tmp_path / "out.csv").read_text() == "mine"


def test_an_unfinished_run_is_not_overwritten_unasked(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv")
    with pytest.raises(ScoringError, match=r"out\.csv.* --resume"):
        score_files([source], tmp_path / "out.csv", OPTIONS)


def test_a_run_with_another_input_or_options_is_not_resumed(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv")
    with pytest.raises(ScoringError, match="batch size"):
        score_files([source], tmp_path / "out.csv", ScoreOptions(batch_size=11), resume=True)
    os.utime(source, (1, 1))
    with pytest.raises(ScoringError, match="inputs"):
        score_files([source], tmp_path / "out.csv", OPTIONS, resume=True)


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "out.csv", {}, resume=False)
    for resume in (False, True):
        with pytest.raises(ScoringError, match=r"another run .*out\.csv"):
            Checkpoint(tmp_path / "out.csv", {}, resume=resume)
    first.release()
    Checkpoint(tmp_path / "out.csv", {}, resume=True).release()


def test_a_run_that_was_killed_after_its_last_part_ends_when_resumed(
    source: Path, tmp_path: Path
) -> None:
    interrupt(source, tmp_path / "out.csv", after=100)
    assert score_files([source], tmp_path / "out.csv", OPTIONS, resume=True).rows == 100


@pytest.fixture
def slow_command(tmp_path: Path) -> list[str]:
    """The command, so slow that it can be killed half way."""
    script = tmp_path / "slow.py"
    script.write_text(
        "import time\n"
        "from roleclass.scoring.scorer import Scorer\n"
        "score = Scorer.score\n"
        "def slow(*a, **k):\n"
        "    time.sleep(0.03)\n"
        "    return score(*a, **k)\n"
        "Scorer.score = slow\n"
        "from roleclass.cli import main\n"
        "main()\n"
    )
    return [sys.executable, str(script), "score", "in.parquet", "-o", "out.parquet"]


def _has_parts(folder: Path, count: int) -> bool:
    return len(list(folder.glob("part-*.parquet"))) >= count


def test_kill_9_twice_and_resume_gives_every_row_once(
    tmp_path: Path, slow_command: list[str]
) -> None:
    files.write_parquet(tmp_path / "in.parquet", files.rows(1000))
    command = [*slow_command, "--batch-size", "10", "--threads", "2"]
    parts = tmp_path / ".out.parquet.parts"
    for attempt in (1, 2):
        run = subprocess.Popen(
            [*command, *["--resume"] * (attempt > 1)],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(partial(_has_parts, parts, 20 * attempt))
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert not (tmp_path / "out.parquet").exists()
    done = subprocess.run(
        [*command, "--resume", "--json"], cwd=tmp_path, capture_output=True, check=True
    )
    summary = json.loads(done.stdout)
    assert summary["rows"] == 1000
    assert summary["resumed"] >= 390
    score_files([tmp_path / "in.parquet"], tmp_path / "whole.parquet", OPTIONS)
    assert (tmp_path / "out.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert not parts.exists()


@pytest.mark.parametrize("content", ["", "{", "[1]", "7", "[" * 100_000])
def test_a_damaged_note_of_the_run_is_said(source: Path, tmp_path: Path, content: str) -> None:
    output = tmp_path / "out.csv"
    interrupt(source, output)
    (tmp_path / ".out.csv.parts" / "run.json").write_text(content)
    with pytest.raises(ScoringError, match=r"run\.json is damaged; delete"):
        score_files([source], output, OPTIONS, resume=True)
