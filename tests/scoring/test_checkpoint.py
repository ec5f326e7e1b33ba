"""One run at a time; killed at any moment and resumed, it ends as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from roleclass import ScoringError
from roleclass.scoring.checkpoint import Checkpoint
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.scoring.summary import Summary
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


def test_a_part_that_is_torn_is_scored_again(source: Path, tmp_path: Path) -> None:
    score_files([source], tmp_path / "whole.csv", OPTIONS)
    interrupt(source, tmp_path / "out.csv")
    part = tmp_path / ".out.csv.parts" / "part-0000001.parquet"
    part.write_bytes(part.read_bytes()[:50])
    score_files([source], tmp_path / "out.csv", OPTIONS, resume=True)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_an_output_that_exists_is_refused_and_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")
    for resume in (False, True):
        with pytest.raises(ScoringError, match=r"out\.csv exists; delete it or choose another"):
            score_files([source], tmp_path / "out.csv", OPTIONS, resume=resume)
    assert (tmp_path / "out.csv").read_text() == "mine"


def test_an_unfinished_run_is_not_overwritten_unasked(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv")
    with pytest.raises(ScoringError, match="did not finish; go on with --resume, or delete"):
        score_files([source], tmp_path / "out.csv", OPTIONS)


def test_a_run_with_another_input_or_options_is_not_resumed(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv")
    with pytest.raises(ScoringError, match="had other batch size; repeat it as it was"):
        score_files([source], tmp_path / "out.csv", ScoreOptions(batch_size=11), resume=True)
    os.utime(source, (1, 1))
    with pytest.raises(ScoringError, match="had other inputs"):
        score_files([source], tmp_path / "out.csv", OPTIONS, resume=True)


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "out.csv", {}, resume=False)
    for resume in (False, True):
        with pytest.raises(ScoringError, match=r"another run is writing .*out\.csv"):
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
        deadline = time.monotonic() + 30
        while len(list(parts.glob("part-*.parquet"))) < 20 * attempt:
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
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
    with pytest.raises(ScoringError, match=r"run.json is damaged; delete .* to start afresh"):
        score_files([source], output, OPTIONS, resume=True)
