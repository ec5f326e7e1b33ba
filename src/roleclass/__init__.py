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
from roleclass.roles import CustomRole, Role
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

# As in the standard library's `random`: the functions are the methods of one shared instance.
_shared = RoleClassifier()
predict = _shared.predict
predict_many = _shared.predict_many
predict_proba = _shared.predict_proba
read = _shared.read
read_many = _shared.read_many
problems = _shared.problems
explain = _shared.explain
score_dataset = _shared.score_dataset
