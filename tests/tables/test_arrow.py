"""Parquet and Arrow are read in pieces that are bound by rows and by bytes."""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from roleclass.errors import InputError
from roleclass.tables import arrow_batches, parquet_pages
from roleclass.tables.options import ReadOptions
from roleclass.tables.plain import Pieces, row_sizes
from roleclass.tables.reader import Reader
from roleclass.tables.rows import MAX_BYTES


def write(path: Path, table: pa.Table) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path, write_batch_size=16, use_dictionary=False, compression="zstd")
    else:
        with pa.ipc.new_file(str(path), table.schema) as file:
            file.write_table(table, 500)
    return path


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_long_texts_come_in_small_chunks_whose_memory_is_bound(tmp_path: Path, ending: str) -> None:
    texts = [f"{i} " + "long text " * 40_000 for i in range(10)] * 30
    table = pa.table({"id": list(range(len(texts))), "text": texts})
    path = write(tmp_path / f"in.{ending}", table)
    del table
    ids: list[int] = []
    peak = 0
    reader = Reader([str(path)], ReadOptions())
    before = pa.total_allocated_bytes()
    for chunk in reader:
        ids += chunk.table["id"].to_pylist()
        assert row_sizes(chunk.table["text"]).sum() < MAX_BYTES + 500_000
        peak = max(peak, pa.total_allocated_bytes() - before)
    assert ids == list(range(len(texts)))
    assert peak < 5 * MAX_BYTES


@pytest.mark.parametrize("most", [1, 7, 256, 1000])
def test_chunks_have_as_many_rows_as_asked_for(tmp_path: Path, most: int) -> None:
    path = write(tmp_path / "in.parquet", pa.table({"text": ["x"] * 600}))
    reader = Reader([str(path)], ReadOptions(batch_size=most))
    sizes = [len(chunk.table) for chunk in reader]
    assert sizes == [most] * (600 // most) + [600 % most] * bool(600 % most)


def test_rows_that_are_few_but_long_among_short_ones_are_cut_off(tmp_path: Path) -> None:
    texts = ["x"] * 500 + ["y" * 2**20] * 40 + ["z"] * 500
    path = write(tmp_path / "in.parquet", pa.table({"text": texts}))
    reader = Reader([str(path)], ReadOptions())
    chunks = [chunk.table["text"].to_pylist() for chunk in reader]
    assert [text for chunk in chunks for text in chunk] == texts
    assert [len(chunk) for chunk in chunks] == [516, 16, 508]


@pytest.mark.parametrize(
    ("column", "sizes"),
    [
        (pa.array(["ab", None, "é"]), [2, 0, 2]),
        (pa.array([b"abc"], pa.large_binary()), [3]),
        (pa.array(["ab", None, "é"], pa.string_view()), [2, 0, 2]),
        (pa.array([1, 2]), [8, 8]),
        (pa.array(["ab", "c", "ab"]).dictionary_encode(), [2, 1, 2]),
        (pa.array([["a", "bc"], [], None, ["d"]]), [19, 0, 0, 9]),
        (pa.array([{"a": "xy", "b": 1}]), [10]),
        (pa.array([["a", "bc"], ["d"]]).slice(1), [9]),
        (pa.array([], pa.string()), []),
    ],
)
def test_rows_are_weighed_by_their_texts(column: pa.Array, sizes: list[int]) -> None:
    assert row_sizes(pa.chunked_array([column])).tolist() == sizes


def test_pieces_do_not_depend_on_how_rows_came_together() -> None:
    table = pa.table({"text": ["x" * (i % 7) for i in range(100)]})

    def cut(step: int) -> list[list[str]]:
        pieces = Pieces(10, 20)
        parts = (table.slice(start, step) for start in range(0, 100, step))
        full = [piece for part in parts for piece in pieces.add(part)]
        return [piece["text"].to_pylist() for piece in (*full, *pieces.rest())]

    assert cut(9) == cut(100) == cut(1)
    assert [text for piece in cut(9) for text in piece] == table["text"].to_pylist()
    assert list(Pieces(1000, 10**6).add(table)) == []


@pytest.mark.parametrize("options", [{}, {"compression": "zstd", "data_page_version": "2.0"}])
def test_parquet_whose_pages_are_too_long_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    # A limit of 20 MiB for 40 MB of texts: by default 1,024 rows make a page, whatever their length.
    monkeypatch.setattr(parquet_pages, "MAX_PAGES", 20 * 2**20)
    monkeypatch.setattr(parquet_pages, "_LONG_PAGES", 2**20)
    table = pa.table({"text": [f"{i} " + "long text " * 4_000 for i in range(1000)]})
    pq.write_table(table, tmp_path / "in.parquet", **options)
    with pytest.raises(InputError, match=r"pages .* limit is 20 MiB.*write_batch_size"):
        Reader([str(tmp_path / "in.parquet")], ReadOptions())
    pq.write_table(
        table, tmp_path / "in.parquet", write_batch_size=16, use_dictionary=False, **options
    )
    reader = Reader([str(tmp_path / "in.parquet")], ReadOptions())
    assert sum(len(chunk.table) for chunk in reader) == 1000


def test_a_dictionary_of_long_texts_is_not_written_out_for_many_rows(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays([0] * 200, ["long text " * 400_000])
    pq.write_table(pa.table({"text": texts}), tmp_path / "in.parquet", store_schema=False)
    assert pq.read_schema(tmp_path / "in.parquet").field("text").type == pa.string()
    assert (tmp_path / "in.parquet").stat().st_size < 2**20
    before = pa.total_allocated_bytes()
    reader = Reader([str(tmp_path / "in.parquet")], ReadOptions())
    peak = max(pa.total_allocated_bytes() - before for _ in reader)
    assert peak < 400 * 2**20  # all of them are 800 MB


def test_pages_that_are_damaged_are_an_error_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_pages, "_LONG_PAGES", 1)
    path = write(tmp_path / "in.parquet", pa.table({"text": ["x" * 1000] * 600}))
    data = bytearray(path.read_bytes())
    data[4:60] = b"\xff" * 56
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"in\.parquet: damaged: .*byte 4\b"):
        Reader([str(path)], ReadOptions())


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_compressed_batch_that_is_too_long_is_refused_and_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compression: str
) -> None:
    monkeypatch.setattr(arrow_batches, "MAX_BATCH", 2**20)
    table = pa.table({
        "text": ["long text " * 100] * 3000,
        "kind": pa.array(["a", "b", None] * 1000).dictionary_encode(),
    })  # fmt: skip
    path = tmp_path / "in.feather"
    feather.write_feather(table, path, compression=compression)
    with pytest.raises(InputError, match=r"in\.feather: batch \d .*2 MiB .*chunksize=1000"):
        Reader([str(path)], ReadOptions())
    feather.write_feather(table, path, compression=compression, chunksize=500)
    reader = Reader([str(path)], ReadOptions())
    read = pa.concat_tables([chunk.table for chunk in reader])
    assert read.to_pylist() == table.to_pylist()


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_files_of_polars_are_read(tmp_path: Path, compression: str) -> None:
    kinds = pl.Series(["a", "b"] * 500, dtype=pl.Categorical)
    frame = pl.DataFrame({"text": ["Build agents.", "Bake bread."] * 500, "kind": kinds})
    frame.write_ipc(tmp_path / "in.arrow", compression=compression)  # type: ignore[arg-type]
    reader = Reader([str(tmp_path / "in.arrow")], ReadOptions(batch_size=300))
    assert [row for chunk in reader for row in chunk.table.to_pylist()] == frame.to_dicts()


@pytest.mark.parametrize("compression", [None, "lz4"])
def test_offsets_outside_of_the_data_are_an_error_and_no_crash(
    tmp_path: Path, compression: str | None
) -> None:
    offsets = pa.py_buffer(np.array([0, 2**30, 5], np.int32))
    text = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"Cooks"))
    options = pa.ipc.IpcWriteOptions(compression=compression)
    batch = pa.RecordBatch.from_arrays([text], names=["text"])
    with pa.ipc.new_file(str(tmp_path / "in.arrow"), batch.schema, options=options) as file:
        file.write_batch(batch)
    with pytest.raises(InputError, match=r"in\.arrow: .*offset"):
        list(Reader([str(tmp_path / "in.arrow")], ReadOptions()))
