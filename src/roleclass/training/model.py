"""The linear model on top of the features: fitting and cross-validation."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from roleclass.roles import AnyRole, Role
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.features import PostingFeatures, Scales
from roleclass.training.lines.model import LineModel
from roleclass.training.measures import Measures


@dataclass(frozen=True)
class Settings:
    """The settings of the model; ``docs/quality.md`` says what else was tried out of fold.

    Attributes
    ----------
    scales : Scales
        See `PostingFeatures`.
    regularisation : float
        C of scikit-learn's `LogisticRegression`: larger is weaker regularisation.
    runner_up_share : tuple of float
        The share of a posting's weight for the runner-up, at confidence 1, 2 and 3.
    untitled_share, copy_share : float
        Weight of a second copy of each posting without its title, and of a changed copy
        (`roleclass.training.copies`), relative to the unchanged posting.
    """

    scales: Scales = Scales()  # noqa: RUF009  (immutable)
    regularisation: float = 1.8
    runner_up_share: tuple[float, float, float] = (0.4, 0.25, 0.0)
    untitled_share: float = 0.4
    copy_share: float = 0.2

    def to_dict(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {**asdict(self), "scales": self.scales._asdict()}


class TrainingSet(NamedTuple):
    """Postings for training roles, with measures by line models that have not seen them.

    Attributes
    ----------
    corpus : Corpus
        N postings that have a role.
    titled, untitled, changed : Measures
        Of the postings as they are, without their titles, and of their changed copies.
    lines : LineModel
        The line model for new postings.
    """

    corpus: Corpus
    titled: Measures
    untitled: Measures
    changed: Measures
    lines: LineModel

    def at(self, index: NDArray[np.integer]) -> "TrainingSet":
        """Return some of the postings."""
        titled, untitled, changed = (
            of.at(index) for of in (self.titled, self.untitled, self.changed)
        )
        return TrainingSet(self.corpus.at(index), titled, untitled, changed, self.lines)


class RoleRegression(LogisticRegression):  # type: ignore[misc]
    """Multinomial logistic regression that is exported as ``Softmax(x @ coef + intercept)``.

    A separate class, so that the ONNX graph uses only standard operators: skl2onnx turns the base
    class into one of the ``ai.onnx.ml`` domain.
    """

    def with_temperature(self, temperature: float) -> Self:
        """Divide all logits by `temperature`, which is exact, and return the model itself."""
        for name in ("coef_", "intercept_"):
            setattr(self, name, getattr(self, name) / temperature)
        return self


def softmax_weights(
    regression: LogisticRegression,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights of shape (F, K) and a bias of shape (K,) for a softmax, also for two roles.

    Examples
    --------
    >>> regression = LogisticRegression().fit([[0.0], [1.0]], ["other", "ai-first"])
    >>> weights, bias = softmax_weights(regression)
    >>> weights.shape, bias.shape
    ((1, 2), (2,))
    """
    weights, bias = regression.coef_.T, regression.intercept_
    if len(regression.classes_) == 2:  # scikit-learn keeps only the second class
        weights, bias = (np.concatenate([-x / 2, x / 2], axis=-1) for x in (weights, bias))
    return weights, bias


def fit(training: TrainingSet, settings: Settings) -> Pipeline:
    """Fit features and model.

    Parameters
    ----------
    training : TrainingSet
    settings : Settings
        What to fit.

    Returns
    -------
    Pipeline
        Steps ``features`` and ``role``: from postings as bytes to a role. Not yet calibrated.
    """
    features = PostingFeatures(training.lines, scales=settings.scales).fit(training.titled)
    of = [training.titled, training.untitled, training.changed]
    shares = [1.0, settings.untitled_share, settings.copy_share]
    index, labels, weights = soft_labels(training.corpus, settings.runner_up_share)
    role = RoleRegression(C=settings.regularisation, tol=1e-4, max_iter=5000)
    # One BLAS thread: with short vectors, threads only wait for each other, and sums
    # are the same on any number of cores.
    with threadpool_limits(1):
        role.fit(
            sp.vstack([features.columns(measures)[index] for measures in of], format="csr"),
            np.tile(labels, len(of)),
            # Shares are relative: each posting has a total weight of 1, so that C keeps its meaning.
            np.concatenate([weights * share for share in shares]) / sum(shares),
        )
    return Pipeline([("features", features), ("role", role)])


def soft_labels(
    corpus: Sequence[LabelledPosting], runner_up_share: Sequence[float]
) -> tuple[NDArray[np.int64], NDArray[np.str_], NDArray[np.float64]]:
    """Split the weight of an unsure posting between its label and the runner-up.

    Parameters
    ----------
    corpus : sequence of N LabelledPosting
    runner_up_share : sequence of three floats
        Share of the runner-up at confidence 1, 2 and 3.

    Returns
    -------
    index : int64 array of shape (M,)
        The posting of each row; M >= N.
    labels : str array of shape (M,)
    weights : float64 array of shape (M,)
        They sum to 1 for each posting.

    Examples
    --------
    >>> unsure = LabelledPosting("1", "jobs", "acme", None, "", Role.OTHER, 1, "ai-support")
    >>> [column.tolist() for column in soft_labels([unsure], (0.4, 0.2, 0.0))]
    [[0, 0], ['other', 'ai-support'], [0.6, 0.4]]
    """
    rows: list[tuple[int, str, float]] = []
    for i, posting in enumerate(corpus):
        share = runner_up_share[posting.confidence - 1]
        known = posting.runner_up not in {None, str(Role.UNCLEAR), str(posting.role)}
        if not (share and known):
            share = 0.0
        rows.append((i, str(posting.role), 1 - share))
        if share:
            rows.append((i, str(posting.runner_up), share))
    index, labels, weights = zip(*rows, strict=True)
    return np.array(index), np.array(labels), np.array(weights)


def folds(
    corpus: Corpus, number: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split a corpus so that no group (a board, a company) is on both sides.

    Parameters
    ----------
    corpus : Corpus
    number : int
        The number of folds; fewer if there are fewer groups, or fewer postings of each role.
    seed : int
        Determines which groups share a fold.

    Yields
    ------
    training, held out : int64 arrays
        Indices into `corpus`.
    """
    groups = corpus.column("group")
    most = max(Counter(corpus.column("role").tolist()).values())
    number = min(number, len(set(groups.tolist())), most)
    # Stratified, because boards differ in size and roles: it makes folds of whole boards as even as possible.
    splitter = StratifiedGroupKFold(number, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A role may have fewer postings than there are folds.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        yield from list(splitter.split(groups, corpus.column("role"), groups))


def logits(pipeline: Pipeline, measures: Measures, roles: Sequence[AnyRole]) -> NDArray[np.float64]:
    """Return the logits of postings from their measures, of shape (N, len(roles)).

    A role that the pipeline never saw has the lowest of the row's logits, less 10.
    """
    features, regression = pipeline[0], pipeline[-1]
    known = regression.decision_function(features.columns(measures))
    classes = list(regression.classes_)
    if known.ndim == 1:  # scikit-learn's shape for two classes
        known = np.column_stack([-known / 2, known / 2])
    values = np.tile(known.min(axis=1, keepdims=True) - 10, (1, len(roles)))
    for column, role in enumerate(roles):
        if role in classes:
            values[:, column] = known[:, classes.index(role)]
    return values
