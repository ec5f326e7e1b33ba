"""roleclass reads a job posting and says which kind of AI role it is.

>>> import roleclass
>>> answer = roleclass.predict(
...     "You will design agents and retrieval pipelines around large language models, write the "
...     "prompts, and evaluate the answers.",
...     title="AI Engineer",
... )
>>> answer.role
<Role.AI_FIRST: 'ai-first'>
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from roleclass.classifier import RoleClassifier
from roleclass.errors import (
    CorpusError,
    InputError,
    MissingExtraError,
    ModelError,
    RoleclassError,
    ScoringError,
)
from roleclass.evidence import Evidence, Explanation, explain
from roleclass.market.problems import Mention, Problem, problems
from roleclass.prediction import Prediction
from roleclass.roles import OwnRole, Role

__all__ = [
    "CorpusError",
    "Evidence",
    "Explanation",
    "InputError",
    "Mention",
    "MissingExtraError",
    "ModelError",
    "OwnRole",
    "Prediction",
    "Problem",
    "Role",
    "RoleClassifier",
    "RoleclassError",
    "ScoringError",
    "__version__",
    "explain",
    "predict",
    "predict_many",
    "problems",
    "score_dataset",
]

__version__ = "0.1.0"

_default = RoleClassifier()

_T = TypeVar("_T")


def predict(text: str, title: str | None = None) -> Prediction:
    """Say which role one posting describes, with the model that ships in the package.

    See `RoleClassifier.predict` for the arguments, the result and the errors.

    Examples
    --------
    >>> predict("   ").role
    <Role.UNCLEAR: 'unclear'>
    """
    return _default.predict(text, title)


def predict_many(
    texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
) -> Iterator[Prediction]:
    """Classify postings as they come, with the model that ships in the package.

    See `RoleClassifier.predict_many` for the arguments, the results and the errors.

    Examples
    --------
    >>> [answer.role.label for answer in predict_many(["", "!"])]
    ['Unclear', 'Unclear']
    """
    return _default.predict_many(texts, titles, threads=threads)


def score_dataset(
    dataset: _T,
    text_column: str | tuple[str, ...] | None = None,
    *,
    title_column: str | None = None,
    model: str | os.PathLike[str] | RoleClassifier | None = None,
    prefix: str = "",
    batch_size: int = 2048,
    threads: int = 1,
    warn: Callable[[str], None] = lambda _: None,
) -> _T:
    """Add the roles to a dataset of `datasets` or a data frame; needs ``roleclass[score]``.

    See `roleclass.scoring.dataset.score_dataset` for the arguments, the result and the errors.

    Examples
    --------
    >>> import pandas
    >>> score_dataset(pandas.DataFrame({"text": ["", "!"]}))["role"].tolist()
    ['unclear', 'unclear']
    """
    from roleclass.scoring.dataset import score_dataset as score

    return score(
        dataset,
        text_column,
        title_column=title_column,
        model=_default if model is None else model,
        prefix=prefix,
        batch_size=batch_size,
        threads=threads,
        warn=warn,
    )
