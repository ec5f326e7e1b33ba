"""`score_dataset`: add the roles to a dataset or a data frame.

A table library is imported only when one of its objects is given.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from roleclass.classifier import RoleClassifier
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.scorer import Scorer
from roleclass.tables.columns import Column, Selection, columns_of, kinds_of, select
from roleclass.tables.rows import check_names

_T = TypeVar("_T")


def score_dataset(
    dataset: _T, classifier: RoleClassifier, options: ScoreOptions, warn: Callable[[str], None]
) -> _T:
    """Return `dataset` with the role of each posting in added columns.

    See `roleclass.score_dataset` for the types, the result and the errors.
    """
    scorer = Scorer(classifier, options)
    scored: _T = _adapter(dataset)(dataset, _Batch(scorer, options, warn))
    return scored


class _Batch:
    """Scores lists of texts and titles; caches of `datasets` depend on its pickled state."""

    def __init__(self, scorer: Scorer, options: ScoreOptions, warn: Callable[[str], None]) -> None:
        self.scorer = scorer
        self.options = options
        self._warn = warn

    def __getstate__(self) -> dict[str, Any]:
        # Warnings do not affect the answers.
        return {"scorer": self.scorer, "options": self.options}

    def select(self, columns: dict[str, str | None]) -> Selection:
        """Choose the columns to read, and check that the names of added ones are free."""
        selection = select(columns, self.options, warn=self._warn)
        self.scorer.check_names(list(columns))
        return selection

    def __call__(self, rows: dict[str, list[Any]], selection: Selection) -> dict[str, list[Any]]:
        """Score rows in the format of `datasets`."""
        columns: dict[str, list[Any]] = self._score(rows.__getitem__, selection).to_pydict()
        return columns

    def _score(self, column: Column, selection: Selection) -> pa.Table:
        threads = self.options.threads
        texts, titles = selection.texts(column), selection.titles(column)
        return self.scorer.score(texts, titles, threads=threads)

    def in_slices(
        self, rows: int, selection: Selection, column_of: Callable[[slice], Column]
    ) -> pa.Table:
        """Score `rows` rows slice by slice, so that only one slice exists as Python objects."""
        step = self.options.batch_size * self.options.threads
        slices = [slice(start, start + step) for start in range(0, rows, step)] or [slice(0)]
        return pa.concat_tables(self._score(column_of(part), selection) for part in slices)


def _adapter(dataset: object) -> Callable[[Any, _Batch], Any]:
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


def _map_dataset(dataset: Any, batch: _Batch) -> Any:
    import datasets

    if not len(dataset):  # `map` would not add the columns
        _, features = _features(dataset, batch)
        scored = datasets.Dataset.from_dict({name: [] for name in features}, features)
    else:
        scored = _map_iterable(dataset.with_format(None), batch, desc="roleclass")
    given = dataset.format
    if given["columns"] == dataset.column_names:
        given["columns"] = None  # all of them, including the added ones
    return scored.with_format(given["type"], given["columns"], **given["format_kwargs"])


def _map_iterable(dataset: Any, batch: _Batch, **more: Any) -> Any:
    selection, features = _features(dataset, batch)
    return dataset.map(
        batch,
        batched=True,
        batch_size=batch.options.batch_size,
        fn_kwargs={"selection": selection},
        features=features,
        **more,
    )


def _features(dataset: Any, batch: _Batch) -> tuple[Selection, Any]:
    """Return the columns to read, and the types of all; None if they are unknown before reading."""
    import datasets

    if dataset.features is None:  # the names are those of the first row
        return batch.select(dict.fromkeys(next(iter(dataset), {}))), None
    added = datasets.Features.from_arrow_schema(batch.scorer.schema)
    selection = batch.select(kinds_of(dataset.features.arrow_schema))
    return selection, datasets.Features({**dataset.features, **added})


def _map_splits(splits: Any, batch: _Batch) -> Any:
    return type(splits)({name: _adapter(split)(split, batch) for name, split in splits.items()})


def _add_to_pandas(frame: Any, batch: _Batch) -> Any:
    import pandas as pd

    by_name = _by_name(list(frame.columns))
    selection = batch.select({name: _pandas_kind(frame[label]) for name, label in by_name.items()})
    scores = batch.in_slices(
        len(frame), selection, lambda part: lambda name: frame[by_name[name]].iloc[part].tolist()
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


def _add_to_polars(frame: Any, batch: _Batch) -> Any:
    import polars as pl

    textual = (pl.String, pl.Categorical, pl.Enum, pl.Null, pl.Object, pl.Binary)
    selection = batch.select(
        {
            name: None if kind.base_type() in textual else str(kind)
            for name, kind in frame.schema.items()
        }
    )
    scores = batch.in_slices(
        len(frame), selection, lambda part: lambda name: frame[name][part].to_list()
    )
    return frame.hstack(pl.DataFrame(scores).get_columns())


def _add_to_arrow(table: pa.Table, batch: _Batch) -> pa.Table:
    check_names(table.column_names)
    selection = batch.select(kinds_of(table.schema))
    scores = batch.in_slices(
        len(table),
        selection,
        lambda part: columns_of(table.slice(part.start or 0, part.stop - (part.start or 0))),
    )
    for name, column in zip(scores.column_names, scores.columns, strict=True):
        table = table.append_column(name, column)
    return table


_ADAPTERS: dict[tuple[str, str], Callable[[Any, _Batch], Any]] = {
    ("datasets", "Dataset"): _map_dataset,
    ("datasets", "IterableDataset"): _map_iterable,
    ("datasets", "DatasetDict"): _map_splits,
    ("datasets", "IterableDatasetDict"): _map_splits,
    ("pandas", "DataFrame"): _add_to_pandas,
    ("polars", "DataFrame"): _add_to_polars,
    ("pyarrow", "Table"): _add_to_arrow,
}
