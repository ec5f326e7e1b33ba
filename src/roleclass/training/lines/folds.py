"""Cross-fitting of line models: each fold is read by a model that has not seen it."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.training.cut.cutter import Cut
from roleclass.training.lines.context import HEADS
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
        found = self.model.read(rows)
        of_line = fold[found.lines.row]
        return _merge(
            [(m.decide(found, m.logits(found)), of_line == k) for k, m in enumerate(self.by_fold)]
        )


def _merge(scores: Sequence[tuple[LineScores, _Bools]]) -> LineScores:
    first = scores[0][0]
    part, work, areas = first.part.copy(), first.work.copy(), first.areas.copy()
    for of, at in scores:
        part[at], work[at], areas[at] = of.part[at], of.work[at], of.areas[at]
    return LineScores(first.cut, part, work, areas)


def cross_fit(
    model: LineModel, found: Cut, labels: LineLabels, fold: _Ints, own: int
) -> Iterator[CrossFit | None]:
    """Fit a line model and one for each fold; second stages use only out-of-fold first-stage logits.

    Parameters
    ----------
    model : LineModel
        Not fitted.
    found : Cut
        What the model reads in N postings.
    labels : LineLabels
        Of their lines.
    fold : int64 array of shape (N,)
        The fold of each posting, 0 to K - 1.
    own : int
        The first stage is fitted on so many of the first postings, the second on all: the others are
        changed copies.

    Yields
    ------
    CrossFit or None
        None after each fit, so that progress can be shown; the result at the end.
    """
    of_line, original = fold[found.lines.row], found.lines.row < own
    models = []
    logits = np.zeros((len(of_line), sum(size for _, size in HEADS)))
    for k in range(int(fold.max()) + 1):
        one = copy(model).fit_words(found, labels.where(original & (of_line != k)))
        models.append(one)
        logits[of_line == k] = one.logits(found)[of_line == k]
        yield None
    whole = copy(model).fit_words(found, labels.where(original))
    yield None
    for k, one in enumerate(models):
        one.fit_context(found.lines, logits, labels.where(of_line != k))
        yield None
    yield CrossFit(whole.fit_context(found.lines, logits, labels), models)
