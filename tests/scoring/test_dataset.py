"""Datasets and data frames come back with the same rows and the added columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
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
    assert ["text column: text " in line for line in said] == [True]
    with pytest.raises(ScoringError, match=r"column text .*int64"):
        roleclass.score_dataset(pd.DataFrame({"text": [1]}))
    with pytest.raises(ScoringError, match="added: role"):
        roleclass.score_dataset(pd.DataFrame({"text": ["x"], "role": ["y"]}))


TEXT = ["Prepares the payroll of the company and files the taxes.", None]

PANDAS: dict[str, pd.DataFrame] = {
    "integer names": pd.DataFrame({0: [1, 2], "text": TEXT, 7: [3, 4]}),
    "several levels": pd.DataFrame(
        [[1, TEXT[0]], [2, None]], columns=pd.MultiIndex.from_tuples([("a", "id"), ("text", "")])
    ),
    "no titles": pd.DataFrame({"text": TEXT, "title": [float("nan")] * 2}),
    "complex": pd.DataFrame({"text": TEXT, "z": [1j, 2j]}),
    "longdouble": pd.DataFrame({"text": TEXT, "z": np.array([1, 2], np.longdouble)}),
    "sparse": pd.DataFrame({"text": TEXT, "z": pd.arrays.SparseArray([0, 1])}),
    "sparse text": pd.DataFrame({"text": pd.arrays.SparseArray(TEXT, dtype=object)}),
    "category": pd.DataFrame({"text": pd.Series(TEXT, dtype="category")}),
    "string": pd.DataFrame({"text": pd.Series(TEXT, dtype="string")}),
    "arrow": pd.DataFrame({"text": pd.Series(TEXT, dtype=pd.ArrowDtype(pa.large_string()))}),
    "periods": pd.DataFrame({"text": TEXT, "z": pd.period_range("2026", periods=2)}),
    "objects": pd.DataFrame({"text": TEXT, "z": [object(), {1}]}),
    "twice the same index": pd.DataFrame({"text": TEXT}, index=["a", "a"]),
    "no rows": pd.DataFrame({"text": pd.Series([], dtype=object)}),
}


@pytest.mark.parametrize("name", PANDAS)
def test_pandas_frames_of_every_kind_pass_through(name: str) -> None:
    frame = PANDAS[name]
    scored = roleclass.score_dataset(frame)
    pd.testing.assert_frame_equal(scored[list(frame.columns)], frame)
    roles = [list(of) for of in scored.filter(regex="role").to_numpy()]
    assert roles == [["other"], ["unclear"]][: len(frame)]


def test_pandas_columns_that_are_called_the_same_are_named() -> None:
    frame = pd.DataFrame([[1, 2, "x"]], columns=["1", 1, "text"])  # type: ignore[list-item]
    with pytest.raises(ScoringError, match="column '1'"):
        roleclass.score_dataset(frame)
    with pytest.raises(ScoringError, match=r"column text .*complex128"):
        roleclass.score_dataset(pd.DataFrame({"text": [1j]}))


_LONGEST = getattr(pl, "Int128", pl.Int64)  # polars 1.18 brought the former

POLARS: dict[str, pl.DataFrame] = {
    "int128": pl.DataFrame({"text": TEXT, "z": pl.Series([1, 2], dtype=_LONGEST)}),
    "objects": pl.DataFrame({"text": TEXT, "z": pl.Series([object(), object()], dtype=pl.Object)}),
    "category": pl.DataFrame({"text": pl.Series(TEXT, dtype=pl.Categorical)}),
    "enum": pl.DataFrame({"text": pl.Series(TEXT, dtype=pl.Enum(TEXT[:1]))}),
    "no titles": pl.DataFrame({"text": TEXT, "title": pl.Series([None, None])}),
    "nan titles": pl.DataFrame({"text": TEXT, "title": [float("nan")] * 2}),
    "no rows": pl.DataFrame({"text": pl.Series([], dtype=pl.String)}),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_frames_of_every_kind_pass_through(name: str) -> None:
    frame = POLARS[name]
    scored = roleclass.score_dataset(frame)
    assert scored.columns[: len(frame.columns)] == frame.columns
    assert scored["role"].to_list() == ["other", "unclear"][: len(frame)]


def test_a_table_of_arrow_comes_back_as_one() -> None:
    table = pa.table({"text": pa.array(TEXT, pa.string_view()), "n": [1, 2]})
    scored = roleclass.score_dataset(table, batch_size=1)
    assert scored.select(table.column_names).equals(table)
    assert scored["role"].to_pylist() == ["other", "unclear"]


def test_columns_of_an_arrow_table_that_are_called_the_same_are_named() -> None:
    table = pa.Table.from_arrays([pa.array(TEXT), pa.array(TEXT)], names=["text", "text"])
    with pytest.raises(ScoringError, match="column 'text'"):
        roleclass.score_dataset(table)


def test_the_format_of_a_dataset_stays() -> None:
    dataset = datasets.Dataset.from_list(ROWS).with_format("numpy", columns=["id"])
    scored = roleclass.score_dataset(dataset)
    assert scored.format["type"] == "numpy"
    assert scored.format["columns"] == ["id"]
    whole = roleclass.score_dataset(datasets.Dataset.from_list(ROWS).with_format("pandas"))
    assert whole.format["type"] == "pandas"
    assert whole.format["columns"] == whole.column_names


def test_several_text_columns_are_joined() -> None:
    frame = pd.DataFrame({"a": ["Prepares the payroll", "x"], "b": ["and files the taxes.", None]})
    scored = roleclass.score_dataset(frame, ("a", "b"))
    (joined,) = RoleClassifier().predict_many(["Prepares the payroll\nand files the taxes."])
    assert scored["confidence"][0] == np.float32(joined.confidence)


def test_the_model_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"text": TEXT})
    roleclass.score_dataset(frame)
    classifier = RoleClassifier()
    classifier.predict("x")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("roleclass.engine.model_file.load_model", refuse)
    assert roleclass.score_dataset(frame)["role"][0] == "other"
    assert classifier.score_dataset(frame)["role"][0] == "other"


@pytest.mark.parametrize("thing", [["a"], "text", pl.DataFrame({"text": ["a"]}).lazy()])
def test_other_types_are_refused_by_name(thing: object) -> None:
    with pytest.raises(TypeError, match=f"Dataset.*{type(thing).__name__}"):
        roleclass.score_dataset(thing)
