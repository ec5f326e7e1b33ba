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

from collections.abc import Iterable, Iterator

from roleclass.classifier import RoleClassifier
from roleclass.errors import (
    CorpusError,
    InputError,
    MissingExtraError,
    ModelError,
    RoleclassError,
)
from roleclass.market.problems import Mention, Problem, problems
from roleclass.prediction import Prediction
from roleclass.roles import Role

__all__ = [
    "CorpusError",
    "InputError",
    "Mention",
    "MissingExtraError",
    "ModelError",
    "Prediction",
    "Problem",
    "Role",
    "RoleClassifier",
    "RoleclassError",
    "__version__",
    "predict",
    "predict_many",
    "problems",
]

__version__ = "0.1.0"

_default = RoleClassifier()


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
