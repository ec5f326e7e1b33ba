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
from roleclass.evidence.explanation import Evidence, Explanation, explain
from roleclass.prediction import Prediction
from roleclass.reading import Line, Reading
from roleclass.roles import CustomRole, Role
from roleclass.taxonomy.problem_areas import Mention, Problem
from roleclass.taxonomy.problem_areas import find_problems as _find_problems

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
    "problems",
    "read",
    "read_many",
    "score_dataset",
]

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
    texts: Iterable[str], titles: Iterable[str | None] | None = None
) -> Iterator[Reading]:
    """Read postings as they come, with the model that ships in the package.

    See `RoleClassifier.read_many` for the arguments, the results and the errors.

    Examples
    --------
    >>> [len(reading.lines) for reading in read_many(["", "Bake bread. Sell it."])]
    [0, 2]
    """
    return _default.read_many(texts, titles)


def problems(text: str, title: str | None = None) -> list[Problem]:
    r"""Say which problem areas the duties of a posting are in, and where.

    What a posting requires, offers or tells about the company does not count.

    Parameters
    ----------
    text, title : str, str or None
        As for `RoleClassifier.predict`.

    Returns
    -------
    list of Problem
        In the order of the taxonomy: the sixteen problem areas, most common first, then the others. Their
        spans are places in the text of `read` for the same posting, where markup and title are dealt with.

    Raises
    ------
    TypeError, ValueError, ModelError
        As for `RoleClassifier.read`.

    Examples
    --------
    >>> posting = "What you will do\n- Fine-tune language models.\nYou need: experience with RAG."
    >>> [problem.name for problem in problems(posting) if problem.kind == "problem"]
    ['Fine-tuning Models']
    """
    return _find_problems(_default.read(text, title))


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
