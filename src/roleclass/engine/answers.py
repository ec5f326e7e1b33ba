"""Turn the graph's outputs into answers: probabilities, predictions, readings, lines.

A batch is a list of postings from `roleclass.text.encode`, the longest last. Of a posting that is too large,
an empty one is read instead.
"""

from array import array
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.model_file import ANSWER, Model
from roleclass.errors import ModelError
from roleclass.prediction import Prediction
from roleclass.reading import AREAS, PARTS, WORKS, Line, Reading, likely_areas
from roleclass.roles import Role
from roleclass.text import MAX_BYTES, characters_before

TOO_LARGE: Final = "larger than 16 MiB"

LINE_OUTPUTS: Final = (
    "line_row", "line_start", "line_end", "line_part", "line_work", "line_areas",
)  # fmt: skip
"""The outputs of the graph about the M lines of N postings: int32 arrays of shape (M,) with the
posting of each line and its bytes, and float32 arrays of shape (M, 5), (M, 6) and (M, 18)."""


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


def lines_of(
    rows: Sequence[bytes],
    row: NDArray[np.int32],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    part: NDArray[np.float32],
    work: NDArray[np.float32],
    areas: NDArray[np.float32],
) -> Iterator[tuple[Line, ...]]:
    """Yield the lines of each posting of a batch, from the graph's outputs.

    Parameters
    ----------
    rows : sequence of N bytes
        Postings as given by `roleclass.text.encode`.
    row, start, end, part, work, areas : arrays
        See `LINE_OUTPUTS`; lines are grouped by posting, in the order of the postings.

    Yields
    ------
    tuple of Line
    """
    ends = np.searchsorted(row, np.arange(len(rows)), side="right").tolist()
    character = np.zeros(len(row), np.int32), np.zeros(len(row), np.int32)
    first = 0
    for data, last in zip(rows, ends, strict=True):
        before = characters_before(data)
        # A line that begins or ends within a character includes it.
        character[0][first:last] = before[start[first:last] + 1] - 1
        character[1][first:last] = before[end[first:last]]
        first = last
    # Like `Line._make`, but without a Python call for each line.
    lines = map(
        partial(tuple.__new__, Line),
        zip(
            *(of.tolist() for of in character),
            map(PARTS.__getitem__, part.argmax(axis=1).tolist()),
            map(WORKS.__getitem__, work.argmax(axis=1).tolist()),
            _areas_of(part, areas),
            _packed(part, work, areas),
            strict=True,
        ),
    )
    first = 0
    for last in ends:
        yield tuple(islice(lines, last - first))
        first = last


def _areas_of(part: NDArray[np.float32], areas: NDArray[np.float32]) -> Iterator[tuple[str, ...]]:
    """Return the areas of each line; only duties have any."""
    is_duty = part.argmax(axis=1) == PARTS.index("duty")
    of_duties = iter(areas[is_duty].tolist())
    for duty in is_duty.tolist():
        yield likely_areas(dict(zip(AREAS, next(of_duties), strict=True))) if duty else ()


def _packed(*blocks: NDArray[np.float32]) -> Iterator[Sequence[float]]:
    """Return the concatenated probabilities of each line; few are ever used."""
    table = np.concatenate(blocks, axis=1)
    packed = array("f", table.tobytes())
    width = table.shape[1]
    return (packed[i : i + width] for i in range(0, len(packed), width))
