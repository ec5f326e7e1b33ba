"""Turn the graph's outputs into answers: probabilities, predictions, readings.

A batch is a list of postings from `roleclass.text.encode`, the longest last. A posting that is too large
is a batch of its own (`roleclass.engine.batches`), and is answered without being read.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.line_outputs import LINE_OUTPUTS, lines_of
from roleclass.engine.model_file import ANSWER, Model
from roleclass.errors import ModelError
from roleclass.prediction import Prediction
from roleclass.reading import Reading
from roleclass.roles import Role
from roleclass.text import MAX_BYTES

TOO_LARGE: Final = "larger than 16 MiB"
_TOO_LARGE_CODE: Final = -1  # the graph's own codes are not negative


def probabilities(model: Model, rows: Sequence[bytes]) -> NDArray[np.float32]:
    """Return the probability of each role: a float32 array of shape (N, K)."""
    p, _ = _answer(model, rows)
    return p


def predictions(model: Model, rows: Sequence[bytes]) -> list[Prediction]:
    """Return the prediction for each posting of a batch."""
    return _predictions(model, *_answer(model, rows))


def readings(model: Model, rows: Sequence[bytes]) -> Iterator[Reading]:
    """Return the reading of each posting of a batch."""
    if _too_large(rows):
        return iter([Reading("", (), *predictions(model, rows))])
    p, codes, *of_lines = model.run((*ANSWER, *LINE_OUTPUTS), rows).values()
    texts = (row.decode("utf-8") for row in rows)
    return map(Reading, texts, lines_of(rows, *of_lines), _predictions(model, p, codes))


def all_outputs(model: Model, row: bytes) -> dict[str, NDArray[Any]]:
    """Return all outputs of the graph for one posting, by name.

    ``docs/how-it-works.md`` lists the outputs; explanations use them.

    Raises
    ------
    ValueError
        If the posting is larger than 16 MiB.
    ModelError
        If an output contains NaN or infinity.
    """
    if _too_large([row]):
        raise ValueError(f"the posting is {TOO_LARGE}; explain a part of it")
    outputs = model.run(None, [row])
    for name, values in outputs.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ModelError(f"the model's {name} are not all numbers; train it again")
    return outputs


def _too_large(rows: Sequence[bytes]) -> bool:
    return len(rows[-1]) > MAX_BYTES


def _answer(model: Model, rows: Sequence[bytes]) -> Iterable[NDArray[Any]]:
    """Score a batch: probabilities of shape (N, K) and codes of reasons of shape (N,)."""
    if _too_large(rows):
        return model.run(ANSWER, [b""])["probabilities"], np.array([_TOO_LARGE_CODE])
    return model.run(ANSWER, rows).values()


def _predictions(
    model: Model, p: NDArray[np.float32], codes: NDArray[np.int64]
) -> list[Prediction]:
    """Return the predictions of a batch."""
    best = p.argmax(axis=1).tolist()
    found = []
    for row, k, code in zip(p.tolist(), best, codes.tolist(), strict=True):
        reason = TOO_LARGE if code == _TOO_LARGE_CODE else model.reasons[code]
        by_role = dict(zip(model.roles, row, strict=True))
        found.append(
            Prediction(model.roles[k], row[k], by_role, row[k] >= model.thresholds[k])
            if reason is None
            else Prediction(Role.UNCLEAR, 0.0, by_role, reliable=False, reason=reason)
        )
    return found
