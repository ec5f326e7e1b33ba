"""`score_dataset`: add the roles to a dataset or a data frame.

A table library is imported only when one of its objects is given.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from roleclass.engine.model_file import ModelFile
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.scorer import Scorer
from roleclass.tables.columns import Column, Selection, columns_of, kinds_of, select
from roleclass.tables.rows import check_names

_T = TypeVar("_T")
_Choose = Callable[[dict[str, str | None]], Selection]


def score_dataset(
    dataset: _T, model: ModelFile, options: ScoreOptions, warn: Callable[[str], None]
) -> _T:
    """Return `dataset` with the role of each posting in added columns.

    See `roleclass.score_dataset` for the types, the result and the errors.
    """
    scorer = Scorer(model, options)

    def choose(columns: dict[str, str | None]) -> Selection:
        """Choose the columns to read, and check that the names of added ones are free."""
        selection = select(columns, options, warn=warn)
        scorer.check_names(list(columns))
        return selection

    scored: _T = _adapter(dataset)(dataset, scorer, choose)
    return scored


def _score_rows(rows: dict[str, list[Any]], selection: Selection, scorer: Scorer) -> dict[str, Any]:
    """Score rows in the format of `datasets`, whose caches depend on the pickled arguments."""
    columns: dict[str, Any] = scorer.score_columns(rows.__getitem__, selection).to_pydict()
    return columns


def _in_slices(
    rows: int, selection: Selection, scorer: Scorer, column_of: Callable[[slice], Column]
) -> pa.Table:
    """Score `rows` rows slice by slice, so that only one slice exists as Python objects."""
    step = scorer.options.batch_size * scorer.options.threads
    parts = (slice(start, start + step) for start in range(0, max(rows, 1), step))
    return pa.concat_tables(scorer.score_columns(column_of(part), selection) for part in parts)


def _adapter(dataset: object) -> Callable[[Any, Scorer, _Choose], Any]:
    for base in type(dataset).__mro__:
        adapter = _ADAPTERS.get((base.__module__.partition(".")[0], base.__name__))
        if adapter is not None:
            return adapter
    kind = f"{type(dataset).__module__}.{type(dataset).__qualname__}"
    advice = "; collect() it first" if type(dataset).__name__ == "LazyFrame" else ""
    raise TypeError(
        "dataset must be a Dataset, IterableDataset, DatasetDict or IterableDatasetDict of "
        f"datasets, a DataFrame of pandas or polars, or a Table of pyarrow, got {kind}{advice}"
    )


def _map_dataset(dataset: Any, scorer: Scorer, choose: _Choose) -> Any:
    import datasets

    if not len(dataset):  # `map` would not add the columns
        _, features = _features(dataset, scorer, choose)
        scored = datasets.Dataset.from_dict({name: [] for name in features}, features)
    else:
        scored = _map_iterable(dataset.with_format(None), scorer, choose, desc="roleclass")
    given = dataset.format
    if given["columns"] == dataset.column_names:
        given["columns"] = None  # all of them, including the added ones
    return scored.with_format(given["type"], given["columns"], **given["format_kwargs"])


def _map_iterable(dataset: Any, scorer: Scorer, choose: _Choose, **more: Any) -> Any:
    selection, features = _features(dataset, scorer, choose)
    return dataset.map(
        _score_rows,
        batched=True,
        batch_size=scorer.options.batch_size,
        fn_kwargs={"selection": selection, "scorer": scorer},
        features=features,
        **more,
    )


def _features(dataset: Any, scorer: Scorer, choose: _Choose) -> tuple[Selection, Any]:
    """Return the columns to read, and the types of all; None if they are unknown before reading."""
    import datasets

    if dataset.features is None:  # the names are those of the first row
        return choose(dict.fromkeys(next(iter(dataset), {}))), None
    added = datasets.Features.from_arrow_schema(scorer.schema)
    selection = choose(kinds_of(dataset.features.arrow_schema))
    return selection, datasets.Features({**dataset.features, **added})


def _map_splits(splits: Any, scorer: Scorer, choose: _Choose) -> Any:
    return type(splits)(
        {name: _adapter(split)(split, scorer, choose) for name, split in splits.items()}
    )


def _add_to_pandas(frame: Any, scorer: Scorer, choose: _Choose) -> Any:
    import pandas as pd

    by_name = _by_name(list(frame.columns))
    selection = choose({name: _pandas_kind(frame[label]) for name, label in by_name.items()})
    scores = _in_slices(
        len(frame),
        selection,
        scorer,
        lambda part: lambda name: frame[by_name[name]].iloc[part].tolist(),
    )
    added = scores.to_pandas()
    added.index = frame.index
    if frame.columns.nlevels > 1:
        levels = [""] * (frame.columns.nlevels - 1)
        added.columns = pd.MultiIndex.from_tuples([(name, *levels) for name in added.columns])
    return pd.concat([frame, added], axis=1)


def _by_name(labels: Sequence[Hashable]) -> dict[str, Hashable]:
    """Return the labels of columns, which need not be strings, by their names here."""
    named = [
        ".".join(str(level) for level in label if level != "")
        if isinstance(label, tuple)
        else str(label)
        for label in labels
    ]
    check_names(named)
    return dict(zip(named, labels, strict=True))


def _pandas_kind(column: Any) -> str | None:
    """Return None for a column that may hold text, including objects and empty columns."""
    kind = column.dtype
    arrow = pa.schema([("", getattr(kind, "pyarrow_dtype", pa.int64()))])
    textual = kind.kind == "O" or str(kind).startswith(("str", "category"))
    # pandas turns a column of missing values into numbers.
    return None if textual or kinds_of(arrow)[""] is None or column.isna().all() else str(kind)


def _add_to_polars(frame: Any, scorer: Scorer, choose: _Choose) -> Any:
    import polars as pl

    textual = (pl.String, pl.Categorical, pl.Enum, pl.Null, pl.Object, pl.Binary)
    selection = choose(
        {
            name: None if kind.base_type() in textual else str(kind)
            for name, kind in frame.schema.items()
        }
    )
    scores = _in_slices(
        len(frame), selection, scorer, lambda part: lambda name: frame[name][part].to_list()
    )
    return frame.hstack(pl.DataFrame(scores).get_columns())


def _add_to_arrow(table: pa.Table, scorer: Scorer, choose: _Choose) -> pa.Table:
    check_names(table.column_names)
    selection = choose(kinds_of(table.schema))
    scores = _in_slices(len(table), selection, scorer, lambda part: columns_of(table[part]))
    for name, column in zip(scores.column_names, scores.columns, strict=True):
        table = table.append_column(name, column)
    return table


_ADAPTERS: dict[tuple[str, str], Callable[[Any, Scorer, _Choose], Any]] = {
    ("datasets", "Dataset"): _map_dataset,
    ("datasets", "IterableDataset"): _map_iterable,
    ("datasets", "DatasetDict"): _map_splits,
    ("datasets", "IterableDatasetDict"): _map_splits,
    ("pandas", "DataFrame"): _add_to_pandas,
    ("polars", "DataFrame"): _add_to_polars,
    ("pyarrow", "Table"): _add_to_arrow,
}
