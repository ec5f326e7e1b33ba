"""Datasets and data frames come back with the same rows and the added columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import polars as pl
import pytest

import roleclass
from roleclass import RoleClassifier, ScoringError
from tests.tables import files

ROWS = [*files.rows(25), {**files.rows(1)[0], "description": None}]
ANSWERS = [
    answer.role
    for answer in RoleClassifier().predict_many(
        [row["description"] or "" for row in ROWS], [row["title"] for row in ROWS]
    )
]


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    datasets.disable_progress_bars()
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    yield
    datasets.enable_progress_bars()


def check(scored: list[dict[str, Any]]) -> None:
    assert [{key: row[key] for key in ROWS[0]} for row in scored] == ROWS
    assert [row["role"] for row in scored] == ANSWERS
    assert scored[-1]["reason"] == "error: no text"
    assert scored[-1]["probability_other"] is None


def test_dataset() -> None:
    dataset = datasets.Dataset.from_list(ROWS)
    scored = roleclass.score_dataset(dataset, batch_size=7, threads=2)
    assert isinstance(scored, datasets.Dataset)
    check(scored.to_list())
    assert scored.features["confidence"] == datasets.Value("float32")
    assert scored.features["reason"] == datasets.Value("string")


def test_dataset_without_rows() -> None:
    scored = roleclass.score_dataset(datasets.Dataset.from_list(ROWS).select([]))
    assert len(scored) == 0
    assert scored.column_names[-1] == "reason"


def test_dataset_dict() -> None:
    dataset = datasets.Dataset.from_list(ROWS)
    scored = roleclass.score_dataset(datasets.DatasetDict(a=dataset, b=dataset.select(range(3))))
    assert isinstance(scored, datasets.DatasetDict)
    check(scored["a"].to_list())
    assert scored["b"]["role"][:] == ANSWERS[:3]


def test_iterable_dataset_is_scored_when_it_is_read() -> None:
    read = 0

    def generate() -> Iterator[dict[str, Any]]:
        nonlocal read
        for row in ROWS:
            read += 1
            yield row

    dataset = datasets.IterableDataset.from_generator(generate)
    scored = roleclass.score_dataset(dataset, "description", title_column="title", batch_size=4)
    assert read <= 1
    check(list(scored))


def test_iterable_dataset_with_features_keeps_them() -> None:
    scored = roleclass.score_dataset(datasets.Dataset.from_list(ROWS).to_iterable_dataset())
    assert scored.features["probability_other"] == datasets.Value("float32")
    check(list(scored))


def test_pandas() -> None:
    frame = pd.DataFrame(ROWS, index=[3] * len(ROWS))
    before = frame.copy()
    scored = roleclass.score_dataset(frame, batch_size=7)
    pd.testing.assert_frame_equal(scored[list(ROWS[0])], before)
    pd.testing.assert_frame_equal(frame, before)
    assert scored["role"].tolist() == ANSWERS
    assert scored["confidence"].dtype == "float32"
    assert scored["reason"].tolist()[-1] == "error: no text"


def test_pandas_with_texts_that_are_none() -> None:
    frame = pd.DataFrame(
        {"text": pd.Series(["", None, float("nan"), pd.NA, pd.NaT, 5], dtype=object)}
    )
    reasons = roleclass.score_dataset(frame)["reason"].tolist()
    assert reasons[1:] == ["error: no text"] * 4 + ["error: the text is int, expected a string"]


def test_polars() -> None:
    frame = pl.DataFrame(ROWS)
    scored = roleclass.score_dataset(frame, batch_size=7)
    assert scored.select(frame.columns).equals(frame)
    check(scored.to_dicts())


def test_the_guess_is_said_and_doubt_is_an_error() -> None:
    said: list[str] = []
    roleclass.score_dataset(pd.DataFrame({"text": ["x"]}), warn=said.append)
    assert said == ["text column: text (guessed); no title column found"]
    with pytest.raises(ScoringError, match="text column text holds int64, expected text"):
        roleclass.score_dataset(pd.DataFrame({"text": [1]}))
    with pytest.raises(ScoringError, match="would be added: role"):
        roleclass.score_dataset(pd.DataFrame({"text": ["x"], "role": ["y"]}))


@pytest.mark.parametrize("thing", [["a"], "text", pl.DataFrame({"text": ["a"]}).lazy()])
def test_other_types_are_refused_by_name(thing: object) -> None:
    with pytest.raises(TypeError, match=f"dataset must be a Dataset.*got .*{type(thing).__name__}"):
        roleclass.score_dataset(thing)
