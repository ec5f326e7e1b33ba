"""What a worker of a cluster does with a piece; no cluster is needed for that."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring.cluster import PieceScorer
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.pieces import plan
from roleclass.scoring.run import score_files
from roleclass.scoring.scorer import Scorer
from roleclass.tables.columns import Field, Selection
from tests.tables import files


def worker(tmp_path: Path, source: Path, **options: Any) -> PieceScorer:
    found, _ = plan([str(source)], str(tmp_path / "out"))
    return PieceScorer(
        pieces=found,
        selection=Selection((Field((("description",),)),), Field((("title",),))),
        options=ScoreOptions(batch_size=7, **options),
        model=None,
        model_sha256=Scorer().model_sha256,
    )


@pytest.mark.parametrize("added", [{}, {"areas": True, "lines": True}])
def test_a_piece_is_written_as_the_local_engine_writes_it_and_not_written_twice(
    tmp_path: Path, added: dict[str, bool]
) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(30))
    (tmp_path / "out").mkdir()
    score = worker(tmp_path, source, **added)
    first = score({"piece": [0]})
    assert first["error"] == [""]
    assert json.loads(first["summary"][0])["rows"] == 30
    again = json.loads(score({"piece": [0]})["summary"][0])
    assert (again["rows"], again["resumed"]) == (30, 30)
    score_files([source], tmp_path / "local.parquet", ScoreOptions(**added))
    (part,) = (tmp_path / "out").iterdir()
    assert pq.read_table(part).equals(pq.read_table(tmp_path / "local.parquet"))


def test_what_goes_wrong_with_a_piece_is_told(tmp_path: Path) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(500))
    score = worker(tmp_path, source)
    assert "cannot write" in score({"piece": [0]})["error"][0]  # there is no folder
    (tmp_path / "out").mkdir()
    data = bytearray(source.read_bytes())
    data[4000:9000] = b"\xff" * 5000
    source.write_bytes(data)
    assert "in.parquet: damaged" in score({"piece": [0]})["error"][0]
    source.unlink()
    assert "in.parquet: truncated, damaged or not" in score({"piece": [0]})["error"][0]
    assert not list((tmp_path / "out").glob("part-*"))


def test_a_row_that_cannot_be_scored_stops_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [*files.rows(3), {**files.rows(1)[0], "description": None}]
    source = files.write_parquet(tmp_path / "in.parquet", rows)
    (tmp_path / "out").mkdir()
    stopped = worker(tmp_path, source, on_error="stop")({"piece": [0]})["error"][0]
    assert "in.parquet: error: no text; mark such rows with --on-error mark" in stopped
    assert not list((tmp_path / "out").glob("part-*"))
    assert json.loads(worker(tmp_path, source)({"piece": [0]})["summary"][0])["errors"] == 1


def test_a_worker_with_another_model_refuses(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="another model"):
        PieceScorer(
            pieces=[],
            selection=Selection("text", None),
            options=ScoreOptions(),
            model=None,
            model_sha256="0",
        )
