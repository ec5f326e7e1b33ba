"""What a worker of a cluster does with a piece; no cluster is needed for that."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring.cluster import score_piece
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.pieces import plan
from roleclass.scoring.run import score_files
from roleclass.scoring.scorer import Scorer
from roleclass.scoring.summary import Summary
from roleclass.tables.columns import Field, Selection
from tests.tables import files


def score(tmp_path: Path, source: Path, **options: Any) -> Summary:
    [piece], _ = plan([str(source)], str(tmp_path / "out"))
    selection = Selection((Field((("description",),)),), Field((("title",),)))
    asked = ScoreOptions(batch_size=7, **options)
    return score_piece(piece, selection, asked, None, Scorer().model_sha256)


@pytest.mark.parametrize("added", [{}, {"areas": True, "lines": True}])
def test_a_piece_is_written_as_the_local_engine_writes_it_and_not_written_twice(
    tmp_path: Path, added: dict[str, bool]
) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(30))
    (tmp_path / "out").mkdir()
    assert score(tmp_path, source, **added).rows == 30
    again = score(tmp_path, source, **added)
    assert (again.rows, again.resumed) == (30, 30)
    score_files([source], tmp_path / "local.parquet", ScoreOptions(**added))
    (part,) = (tmp_path / "out").iterdir()
    assert pq.read_table(part).equals(pq.read_table(tmp_path / "local.parquet"))


def test_what_goes_wrong_with_a_piece_is_told(tmp_path: Path) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(500))
    with pytest.raises(ScoringError, match="cannot write"):  # there is no folder
        score(tmp_path, source)
    [piece], _ = plan([str(source)], str(tmp_path / "out"))
    what = (Selection((Field((("description",),)),)), ScoreOptions(), None, Scorer().model_sha256)
    (tmp_path / "out").mkdir()
    data = bytearray(source.read_bytes())
    data[4000:9000] = b"\xff" * 5000
    source.write_bytes(data)
    with pytest.raises(ScoringError, match=r"in\.parquet: damaged"):
        score_piece(piece, *what)
    source.unlink()
    with pytest.raises(ScoringError, match=r"in\.parquet: truncated, damaged or not"):
        score_piece(piece, *what)
    assert not list((tmp_path / "out").glob("part-*"))


def test_a_row_that_cannot_be_scored_stops_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [*files.rows(3), {**files.rows(1)[0], "description": None}]
    source = files.write_parquet(tmp_path / "in.parquet", rows)
    (tmp_path / "out").mkdir()
    expected = r"in\.parquet: .*no text; .*--on-error mark"
    with pytest.raises(ScoringError, match=expected):
        score(tmp_path, source, on_error="stop")
    assert not list((tmp_path / "out").glob("part-*"))
    assert score(tmp_path, source).errors == 1


def test_a_worker_with_another_model_refuses(tmp_path: Path) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(3))
    [piece], _ = plan([str(source)], str(tmp_path / "out"))
    with pytest.raises(ScoringError, match="another model"):
        score_piece(piece, Selection(()), ScoreOptions(), None, "0")
