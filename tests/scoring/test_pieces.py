"""Pieces cover every row group once, here and in a store."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring import pieces
from tests.tables import files


def test_pieces_cover_every_row_group_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_PIECE_ROWS", 20)
    files.write_parquet(tmp_path / "a.parquet", files.rows(55), row_group_size=10)
    files.write_parquet(tmp_path / "b.parquet", files.rows(5))
    found, schema = pieces.plan([str(tmp_path / "*.parquet")], "out")
    assert [(Path(p.source).name, p.row_groups, p.rows) for p in found] == [
        ("a.parquet", (0, 1), 20),
        ("a.parquet", (2, 3), 20),
        ("a.parquet", (4, 5), 15),
        ("b.parquet", (0,), 5),
    ]
    assert found[3].output == "out/part-0000003.parquet"
    assert schema.names == list(files.rows(1)[0])


def test_addresses_name_files_or_folders(tmp_path: Path) -> None:
    files.write_parquet(tmp_path / "a.parquet", files.rows(5))
    (tmp_path / "notes.txt").write_text("x")
    for address in (f"file://{tmp_path}", f"file://{tmp_path}/a.parquet"):
        found, _ = pieces.plan([address], "out")
        assert [p.rows for p in found] == [5]


def test_files_that_are_not_alike_are_refused(tmp_path: Path) -> None:
    files.write_parquet(tmp_path / "a.parquet", [{"text": "x"}])
    files.write_parquet(tmp_path / "b.parquet", [{"text": "x", "n": 1}])
    with pytest.raises(ScoringError, match=r"b\.parquet: .*columns"):
        pieces.plan([str(tmp_path / "*.parquet")], "out")
    twice = pa.Table.from_arrays([pa.array(["x"])] * 2, names=["text", "text"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(ScoringError, match=r"twice\.parquet: more than one column 'text'"):
        pieces.plan([str(tmp_path / "twice.parquet")], "out")


def test_other_formats_damage_and_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nx\n")
    with pytest.raises(ScoringError, match=r"a\.csv: .*Parquet"):
        pieces.plan([str(tmp_path / "a.csv")], "out")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(ScoringError, match=r"b\.parquet: .*damaged"):
        pieces.plan([str(tmp_path / "b.parquet")], "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScoringError, match="no Parquet file"):
        pieces.plan([f"file://{tmp_path}/empty"], "out")
