"""`score_dataset`: the roles beside the rows of a dataset or a data frame.

No library of tables is imported here before one of its objects comes in.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from roleclass.scoring.columns import Selection, select
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.scorer import Scorer

_T = TypeVar("_T")


def score_dataset(
    dataset: _T,
    text_column: str | None = None,
    *,
    title_column: str | None = None,
    model: str | os.PathLike[str] | None = None,
    prefix: str = "",
    batch_size: int = 2048,
    threads: int = 1,
    warn: Callable[[str], None] = lambda _: None,
) -> _T:
    """Return `dataset` with the columns that say which role each posting describes.

    Parameters
    ----------
    dataset : Dataset, IterableDataset, DatasetDict or IterableDatasetDict of datasets; DataFrame of
        pandas or polars
        Is not changed. An iterable dataset is scored when it is read.
    text_column, title_column : str or None
        The columns that hold the posting and its title; None: guess from their names.
    model : path or None
        As for `RoleClassifier`.
    prefix : str
        Put before the names of the added columns.
    batch_size : int
        Rows that are scored together.
    threads : int
        Threads that score.
    warn : callable
        Is told which columns were guessed.

    Returns
    -------
    object
        Of the type of `dataset`: the same rows in the same order, all columns, and ``role``,
        ``confidence``, ``reliable``, ``probability_<role>`` for each role and ``reason``. Where the
        text is missing or no string, the role is ``unclear`` and the reason begins with "error: ".

    Raises
    ------
    TypeError
        If `dataset` is of another type.
    ScoringError
        If a column is missing or not clear, or an added column is there already.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"text": ["Prepares the payroll.", None]})
    >>> score_dataset(frame)["reason"].tolist()
    ['too few words', 'error: no text']
    """
    options = ScoreOptions(
        text_column=text_column,
        title_column=title_column,
        prefix=prefix,
        batch_size=batch_size,
        threads=threads,
    )
    scored: _T = _adapter(dataset)(dataset, _Batch(Scorer(model, prefix), options, warn))
    return scored


class _Batch:
    """Scores lists of texts and titles; its pickled state is what caches of `datasets` go by."""

    def __init__(self, scorer: Scorer, options: ScoreOptions, warn: Callable[[str], None]) -> None:
        self.scorer = scorer
        self.options = options
        self._warn = warn

    def __getstate__(self) -> dict[str, Any]:
        # What is said of guesses makes no difference to the answers.
        return {"scorer": self.scorer, "options": self.options}

    def select(self, schema: pa.Schema) -> Selection:
        """Choose the columns to read, and check that the added ones find their names free."""
        selection = select(schema, self.options, warn=self._warn)
        self.scorer.check_names(schema.names)
        return selection

    def table(self, texts: Sequence[object], titles: Sequence[object] | None = None) -> pa.Table:
        """Return the added columns."""
        return self.scorer.score(texts, titles, threads=self.options.threads)

    def __call__(
        self, texts: Sequence[object], titles: Sequence[object] | None = None
    ) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = self.table(texts, titles).to_pydict()
        return columns

    def in_slices(
        self, rows: int, values: Callable[[str, slice], list[Any]], of: Selection
    ) -> pa.Table:
        """Score `rows` rows slice by slice, so that only one slice is held as Python objects."""
        step = self.options.batch_size * self.options.threads
        slices = [slice(start, start + step) for start in range(0, rows, step)]
        tables = [
            self.table(values(of.text, part), values(of.title, part) if of.title else None)
            for part in slices
        ]
        return pa.concat_tables(tables) if tables else self.table([])


def _adapter(dataset: object) -> Callable[[Any, _Batch], Any]:
    for base in type(dataset).__mro__:
        adapter = _ADAPTERS.get((base.__module__.partition(".")[0], base.__name__))
        if adapter is not None:
            return adapter
    kind = f"{type(dataset).__module__}.{type(dataset).__qualname__}"
    advice = "; collect() it first" if type(dataset).__name__ == "LazyFrame" else ""
    raise TypeError(
        "dataset must be a Dataset, IterableDataset, DatasetDict or IterableDatasetDict of "
        f"datasets, or a DataFrame of pandas or polars, got {kind}{advice}"
    )


def _map_dataset(dataset: Any, batch: _Batch) -> Any:
    import datasets

    selection = batch.select(dataset.features.arrow_schema)
    added = datasets.Features.from_arrow_schema(batch.scorer.schema)
    features = datasets.Features({**dataset.features, **added})
    if not len(dataset):  # `map` would not add the columns
        return datasets.Dataset.from_dict({name: [] for name in features}, features)
    return dataset.with_format(None).map(
        batch,
        batched=True,
        batch_size=batch.options.batch_size,
        input_columns=[selection.text, *[selection.title] * (selection.title is not None)],
        features=features,
        desc="roleclass",
    )


def _map_iterable(dataset: Any, batch: _Batch) -> Any:
    import datasets

    features = dataset.features
    if features is None:
        # The types are not known without reading; the names are those of the first row.
        names = list(next(iter(dataset), {}))
        selection = batch.select(pa.schema([(name, pa.null()) for name in names]))
    else:
        selection = batch.select(features.arrow_schema)
        added = datasets.Features.from_arrow_schema(batch.scorer.schema)
        features = datasets.Features({**features, **added})
    return dataset.map(
        batch,
        batched=True,
        batch_size=batch.options.batch_size,
        input_columns=[selection.text, *[selection.title] * (selection.title is not None)],
        features=features,
    )


def _map_splits(splits: Any, batch: _Batch) -> Any:
    return type(splits)({name: _adapter(split)(split, batch) for name, split in splits.items()})


def _add_to_pandas(frame: Any, batch: _Batch) -> Any:
    import pandas as pd

    # Only the types of columns that may be text matter, and objects may be text.
    fields = [(str(name), pa.array(frame[name].iloc[:0]).type) for name in frame.columns]
    selection = batch.select(pa.schema(fields))
    scores = batch.in_slices(
        len(frame), lambda name, part: frame[name].iloc[part].tolist(), selection
    )
    added = scores.to_pandas()
    added.index = frame.index
    return pd.concat([frame, added], axis=1)


def _add_to_polars(frame: Any, batch: _Batch) -> Any:
    import polars as pl

    selection = batch.select(frame.head(0).to_arrow().schema)
    scores = batch.in_slices(len(frame), lambda name, part: frame[name][part].to_list(), selection)
    return frame.hstack(pl.DataFrame(scores).get_columns())


_ADAPTERS: dict[tuple[str, str], Callable[[Any, _Batch], Any]] = {
    ("datasets", "Dataset"): _map_dataset,
    ("datasets", "IterableDataset"): _map_iterable,
    ("datasets", "DatasetDict"): _map_splits,
    ("datasets", "IterableDatasetDict"): _map_splits,
    ("pandas", "DataFrame"): _add_to_pandas,
    ("polars", "DataFrame"): _add_to_polars,
}
