"""Turn the graph's outputs into answers: probabilities, predictions, readings.

A batch is a list of postings from `roleclass.text.encode`, the longest last. Of a posting that is too large,
an empty one is read instead.
"""

from collections.abc import Iterator, Sequence
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


def probabilities(model: Model, rows: Sequence[bytes]) -> NDArray[np.float32]:
    """Return the probability of each role: a float32 array of shape (N, K)."""
    return model.run(ANSWER, _read(rows))["probabilities"]


def predictions(model: Model, rows: Sequence[bytes]) -> list[Prediction]:
    """Return the prediction for each posting of a batch."""
    return _predictions(model, rows, *model.run(ANSWER, _read(rows)).values())


def readings(model: Model, rows: Sequence[bytes]) -> Iterator[Reading]:
    """Return the reading of each posting of a batch."""
    read = _read(rows)
    p, codes, *of_lines = model.run((*ANSWER, *LINE_OUTPUTS), read).values()
    texts = (row.decode("utf-8") for row in read)
    return map(Reading, texts, lines_of(read, *of_lines), _predictions(model, rows, p, codes))


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
    if len(row) > MAX_BYTES:
        raise ValueError(f"the posting is {TOO_LARGE}; explain a part of it")
    outputs = model.run(None, [row])
    for name, values in outputs.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ModelError(f"the model's {name} are not all numbers; train it again")
    return outputs


def _read(rows: Sequence[bytes]) -> list[bytes]:
    return [b"" if len(row) > MAX_BYTES else row for row in rows]


def _predictions(
    model: Model, rows: Sequence[bytes], p: NDArray[np.float32], codes: NDArray[np.int64]
) -> list[Prediction]:
    """Return the predictions of a batch."""
    best = p.argmax(axis=1).tolist()
    found = []
    for row, q, k, code in zip(rows, p.tolist(), best, codes.tolist(), strict=True):
        reason = TOO_LARGE if len(row) > MAX_BYTES else model.reasons[code]
        by_role = dict(zip(model.roles, q, strict=True))
        found.append(
            Prediction(model.roles[k], q[k], by_role, q[k] >= model.thresholds[k])
            if reason is None
            else Prediction(Role.UNCLEAR, 0.0, by_role, reliable=False, reason=reason)
        )
    return found
