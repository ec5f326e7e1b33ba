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

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from roleclass._version import __version__
from roleclass.classifier import RoleClassifier
from roleclass.errors import (
    CorpusError,
    InputError,
    MissingExtraError,
    ModelError,
    RoleclassError,
    ScoringError,
)
from roleclass.evidence.explanation import Evidence, Explanation
from roleclass.prediction import Prediction
from roleclass.reading import Line, Reading
from roleclass.roles import AnyRole, CustomRole, Role
from roleclass.taxonomy.problem_areas import Mention, Problem

__all__ = [
    "CorpusError",
    "CustomRole",
    "Evidence",
    "Explanation",
    "InputError",
    "Line",
    "Mention",
    "MissingExtraError",
    "ModelError",
    "Prediction",
    "Problem",
    "Reading",
    "Role",
    "RoleClassifier",
    "RoleclassError",
    "ScoringError",
    "__version__",
    "explain",
    "predict",
    "predict_many",
    "predict_proba",
    "problems",
    "read",
    "read_many",
    "score_dataset",
]

_default = RoleClassifier()  # shared by the functions below

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
    """Classify a stream of postings, with the model that ships in the package.

    See `RoleClassifier.predict_many` for the arguments, the results and the errors.

    Examples
    --------
    >>> [answer.role.label for answer in predict_many(["", "!"])]
    ['Unclear', 'Unclear']
    """
    return _default.predict_many(texts, titles, threads=threads)


def predict_proba(
    texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
) -> NDArray[np.float32]:
    """Return the probability of each role for each posting, with the model that ships in the package.

    See `RoleClassifier.predict_proba` for the arguments, the result and the errors.

    Examples
    --------
    >>> predict_proba(["Sells shoes.", "Builds agents."]).shape
    (2, 4)
    """
    return _default.predict_proba(texts, titles, threads=threads)


def read(text: str, title: str | None = None) -> Reading:
    r"""Say what each line of a posting is, with the model that ships in the package.

    See `RoleClassifier.read` for the arguments, the result and the errors.

    Examples
    --------
    >>> reading = read("Responsibilities:\n- Build LLM agents for our support team.")
    >>> [reading.text[line.start : line.end] for line in reading.duties]
    ['Build LLM agents for our support team.']
    """
    return _default.read(text, title)


def read_many(
    texts: Iterable[str], titles: Iterable[str | None] | None = None, *, threads: int = 1
) -> Iterator[Reading]:
    """Read a stream of postings, with the model that ships in the package.

    See `RoleClassifier.read_many` for the arguments, the results and the errors.

    Examples
    --------
    >>> [len(reading.lines) for reading in read_many(["", "Bake bread. Sell it."])]
    [0, 2]
    """
    return _default.read_many(texts, titles, threads=threads)


def problems(text: str, title: str | None = None) -> list[Problem]:
    r"""Say which problem areas the duties of a posting are in, with the model that ships in the package.

    See `RoleClassifier.problems` for the arguments, the result and the errors.

    Examples
    --------
    >>> [problem.key for problem in problems("What you will do\n- Fine-tune language models.")]
    ['fine-tuning']
    """
    return _default.problems(text, title)


def explain(
    text: str,
    title: str | None = None,
    *,
    role: AnyRole | None = None,
    against: AnyRole | None = None,
) -> Explanation:
    """Show the evidence for and against a role, with the model that ships in the package.

    See `RoleClassifier.explain` for the arguments, the result and the errors.

    Examples
    --------
    >>> str(explain("You will build LLM agents with the team and evaluate the prompts.").role)
    'ai-first'
    """
    return _default.explain(text, title, role=role, against=against)


def score_dataset(
    dataset: _T,
    text_column: str | tuple[str, ...] | None = None,
    *,
    title_column: str | None = None,
    prefix: str = "",
    areas: bool = False,
    lines: bool = False,
    batch_size: int = 2048,
    threads: int = 1,
    warn: Callable[[str], None] = lambda _: None,
) -> _T:
    """Add the roles to a dataset of `datasets` or a data frame; needs ``roleclass[score]``.

    Parameters
    ----------
    dataset : Dataset, IterableDataset, DatasetDict or IterableDatasetDict of datasets; DataFrame of
        pandas or polars; Table of pyarrow
        It is not modified. An iterable dataset is scored while it is read.
    text_column : str, tuple of str or None
        The column with the posting, or several, which are joined; None guesses from their names.
    title_column : str or None
        The column with the title; None guesses.
    prefix : str
        Prefix of the names of the added columns.
    areas : bool
        Also add the number of lines of each part (``part_duty``, ...) and work (``work_genai``, ...),
        and the number of duties in each problem area (``area_rag``, ...).
    lines : bool
        Also add ``duties``: what the person will do, as a list of strings.
    batch_size : int
        Number of rows that are scored together.
    threads : int
        Number of threads that score.
    warn : callable
        Called with each warning about the columns, such as a guess.

    Returns
    -------
    object
        The same type as `dataset`: the same rows in the same order, all columns, and ``role``,
        ``confidence``, ``reliable``, ``probability_<role>`` for each role and ``reason``. Where the
        text is missing or not a string, the role is ``unclear`` and the reason begins with "error: ".

    Raises
    ------
    TypeError
        If `dataset` is of another type.
    ScoringError
        If a column is missing or ambiguous, or an added column already exists.

    Examples
    --------
    >>> import pandas
    >>> score_dataset(pandas.DataFrame({"text": ["", "!"]}))["role"].tolist()
    ['unclear', 'unclear']
    """
    return _default.score_dataset(
        dataset,
        text_column,
        title_column=title_column,
        prefix=prefix,
        areas=areas,
        lines=lines,
        batch_size=batch_size,
        threads=threads,
        warn=warn,
    )
