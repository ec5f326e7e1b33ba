"""Cross-fitting of line models: each fold is read by a model that has not seen it."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.training.lines.context import HEADS
from roleclass.training.lines.cut import Lines
from roleclass.training.lines.model import LineLabels, LineModel, LineScores

_Bools = NDArray[np.bool_]
_Ints = NDArray[np.int64]


class CrossFit(NamedTuple):
    """A line model, and for each fold of the groups one that has not seen it.

    Attributes
    ----------
    model : LineModel
        Fitted on all.
    by_fold : list of LineModel
    """

    model: LineModel
    by_fold: list[LineModel]

    def predict(self, rows: Sequence[bytes], fold: _Ints) -> LineScores:
        """Classify the lines of postings, with the model that has not seen their fold.

        Parameters
        ----------
        rows : sequence of N bytes
        fold : int64 array of shape (N,)
        """
        words = self.model.read(rows)
        of_line = fold[words.lines.row]
        return _merge(
            [(m.decide(words, m.logits(words)), of_line == k) for k, m in enumerate(self.by_fold)]
        )


def _merge(scores: Sequence[tuple[LineScores, _Bools]]) -> LineScores:
    first = scores[0][0]
    part, work, areas = first.part.copy(), first.work.copy(), first.areas.copy()
    for of, at in scores:
        part[at], work[at], areas[at] = of.part[at], of.work[at], of.areas[at]
    return LineScores(first.words, part, work, areas)


def cross_fit(
    model: LineModel,
    rows: Sequence[bytes],
    labels: LineLabels,
    fold: _Ints,
    further: tuple[Sequence[bytes], LineLabels, _Ints] | None = None,
) -> Iterator[CrossFit | None]:
    """Fit a line model and one for each fold; second stages use only out-of-fold first-stage logits.

    Parameters
    ----------
    model : LineModel
        Not fitted.
    rows : sequence of N bytes
    labels : LineLabels
        Of the lines of `rows`.
    fold : int64 array of shape (N,)
        The fold of each posting, 0 to K - 1.
    further : rows, labels and folds, or None
        Of changed copies of `rows`, which the second stage is also fitted on.

    Yields
    ------
    CrossFit or None
        None after each fit, so that progress can be shown; the result at the end.
    """
    sets = [(rows, labels, fold), *([further] if further else [])]
    words = [model.read(of) for of, _, _ in sets]
    of_line = [of[read.lines.row] for read, (_, _, of) in zip(words, sets, strict=True)]
    models = []
    logits = [np.zeros((len(read.lines.row), len(model_columns()))) for read in words]
    for k in range(int(fold.max()) + 1):
        one = copy(model).fit_words(words[0], labels.where(of_line[0] != k))
        models.append(one)
        for read, at, values in zip(words, of_line, logits, strict=True):
            values[at == k] = one.logits(read)[at == k]
        yield None
    whole = copy(model).fit_words(words[0], labels)
    yield None
    lines = (
        words[0].lines if further is None else _joined([read.lines for read in words], len(rows))
    )
    joined = LineLabels(
        *(np.concatenate(of) for of in zip(*(of for _, of, _ in sets), strict=True))
    )
    everything, folds = np.concatenate(logits), np.concatenate(of_line)
    for k, one in enumerate(models):
        one.fit_context(lines, everything, joined.where(folds != k))
        yield None
    yield CrossFit(whole.fit_context(lines, everything, joined), models)


def model_columns() -> list[str]:
    """Return a name for each column of the first stage."""
    return [f"{head} {k}" for head, size in HEADS for k in range(size)]


def _joined(of: Sequence[Lines], rows: int) -> Lines:
    """Concatenate the lines of several sets of postings."""
    words = np.cumsum([0, *(len(lines.word_row) for lines in of)])
    number = np.cumsum([0, *(len(lines.row) for lines in of)])
    add = {"word_row": rows, "row": rows}
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in Lines.__dataclass_fields__}
    for k, lines in enumerate(of):
        shift = {name: k * by for name, by in add.items()}
        shift |= {"first": words[k], "last": words[k], "word_line": number[k]}
        for name, values in parts.items():
            values.append(
                getattr(lines, name) + shift[name] if name in shift else getattr(lines, name)
            )
    return Lines(**{name: np.concatenate(values) for name, values in parts.items()})
