"""A corpus is read whole or refused by name, row by row."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass import Role
from roleclass.errors import CorpusError
from roleclass.training.corpus import Corpus, load_corpus
from tests.written import corpus_rows


def write(folder: Path, rows: list[dict[str, Any]], name: str = "jobs.parquet") -> None:
    pq.write_table(pa.Table.from_pylist(rows), folder / name)


def load(folder: Path, **options: Any) -> tuple[Corpus, list[str]]:
    messages: list[str] = []
    return load_corpus(folder, warn=messages.append, **options), messages


def test_all_rows_are_read_with_their_part_and_group(tmp_path: Path) -> None:
    write(tmp_path, list(corpus_rows(4)))
    corpus, messages = load(tmp_path)
    assert len(corpus) == 16
    assert messages == []
    assert set(corpus.column("part")) == {"jobs"}
    assert corpus[0].group == "jobs/company 0"
    assert corpus[0].year == "2020"


def test_optional_columns_may_be_missing(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "1", "description": "Sells shoes.", "role": "other"}])
    corpus, _ = load(tmp_path)
    assert corpus[0].role is Role.OTHER
    assert (corpus[0].title, corpus[0].split, corpus[0].confidence) == (None, "train", 3)


def test_a_file_without_labels_is_passed_over_and_said(tmp_path: Path) -> None:
    write(tmp_path, list(corpus_rows(1)))
    write(tmp_path, [{"id": "1", "description": "x"}], "more.parquet")
    corpus, messages = load(tmp_path)
    assert len(corpus) == 4
    assert ["more.parquet: " in line and "column role" in line for line in messages] == [True]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("role", "ai", "expected one of ai-first, ai-support, ml-first, other, unclear, got 'ai'"),
        ("description", None, "expected a string, got None"),
        ("confidence", 4, "expected one of 1, 2, 3, got 4"),
        ("split", "test", "expected one of train, dev, got 'test'"),
        (
            "runner_up",
            "both",
            "expected one of ai-first, ai-support, ml-first, other, unclear, got 'both'",
        ),
        ("id", "", "empty, expected a unique string"),
    ],
)
def test_a_bad_row_is_named_with_its_file_number_column_and_value(
    tmp_path: Path, column: str, value: object, expected: str
) -> None:
    rows = list(corpus_rows(1))
    rows[2][column] = value
    write(tmp_path, rows)
    with pytest.raises(CorpusError) as raised:
        load(tmp_path)
    assert f"jobs.parquet row 2: column {column}: {expected}" in str(raised.value)
    corpus, messages = load(tmp_path, skip_bad_rows=True)
    assert len(corpus) == 3
    assert len(messages) == 1


def test_the_same_id_twice_is_named_with_both_files(tmp_path: Path) -> None:
    rows = list(corpus_rows(1))
    rows[3]["id"] = rows[0]["id"]
    write(tmp_path, rows)
    with pytest.raises(CorpusError, match=r"row 3: .*jobs\.parquet"):
        load(tmp_path)


def test_many_bad_rows_are_counted_and_the_first_are_listed(tmp_path: Path) -> None:
    write(tmp_path, [{**row, "role": "x"} for row in corpus_rows(10)])
    with pytest.raises(CorpusError, match=r"^40 (.|\n)*\b20 more"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PAR1 no more", b"id,role\n"])
def test_a_file_that_is_not_parquet_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.parquet").write_bytes(content)
    with pytest.raises(CorpusError, match=r"bad\.parquet "):
        load(tmp_path)


def test_an_empty_folder_and_one_without_labels_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \.parquet file"):
        load(tmp_path)
    write(tmp_path, [{"id": "1", "description": "x"}])
    with pytest.raises(CorpusError, match="no labelled posting"):
        load(tmp_path)


def test_a_split_leaves_out_what_cannot_be_learnt_or_scored(tmp_path: Path) -> None:
    rows = list(corpus_rows(4))
    rows[0]["role"] = "unclear"
    rows[1]["agreed"] = False
    for row in rows:
        row["split"] = "train"
    write(tmp_path, rows)
    corpus, _ = load(tmp_path)
    assert len(corpus.split("train")) == 14
    assert [posting.id for posting in corpus.unclear("train")] == [rows[0]["id"]]
    assert len(corpus.split("dev")) == 0
