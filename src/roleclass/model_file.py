"""A model file: where it is, and how it becomes something that runs in this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from roleclass.errors import ModelError
from roleclass.roles import AnyRole, as_role

FORMAT: Final = "1"
"""The layout of the model's inputs, outputs and metadata; a model of another format is refused."""


def default_model() -> Path:
    """Return the path of the model that ships with the package.

    Examples
    --------
    >>> default_model().name
    'model.onnx'
    """
    here = Path(__file__).resolve()
    installed = here.parent / "models" / "model.onnx"
    # A checkout (an editable install) keeps its models at the top of the tree.
    return installed if installed.exists() else here.parents[2] / "models" / "model.onnx"


@dataclass(frozen=True)
class Model:
    """A model that is ready to run in this process.

    Attributes
    ----------
    session : onnxruntime.InferenceSession
    roles : tuple of K Role
        Columns of the probabilities.
    thresholds : tuple of K floats
        Confidence from which a prediction of each role is called reliable.
    reasons : tuple of str or None
        What the codes of the output ``reason`` mean; None for code 0, the model's own answer.
    features : tuple of str
        Names of the columns of the features.
    """

    session: Any
    roles: tuple[AnyRole, ...]
    thresholds: tuple[float, ...]
    reasons: tuple[str | None, ...]
    features: tuple[str, ...]


def load_model(path: Path) -> Model:
    """Read a model file and check that it is one that this version understands.

    Raises
    ------
    ModelError
        If it is missing, damaged, or not a model of `FORMAT`.
    """
    import onnxruntime as ort

    if not path.is_file():
        raise ModelError(f"no model file at {path}; write one with `roleclass train --output DIR`")
    options = ort.SessionOptions()
    # One thread a call: callers bring threads of their own, which scales better and does not
    # start threads that a fork would lose.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # ONNX Runtime's exceptions share no base class but Exception.
        raise ModelError(f"{path} is damaged or not an ONNX model: {error}") from error
    metadata = session.get_modelmeta().custom_metadata_map
    found = metadata.get("roleclass.format")
    if found != FORMAT:
        raise ModelError(
            f"{path} is not a model of roleclass format {FORMAT} (found: {found}); "
            "train it again with this version, or install the version that wrote it"
        )
    try:
        return Model(
            session=session,
            roles=tuple(as_role(name) for name in json.loads(metadata["roleclass.roles"])),
            thresholds=tuple(json.loads(metadata["roleclass.thresholds"])),
            reasons=tuple(json.loads(metadata["roleclass.reasons"])),
            features=tuple(json.loads(metadata["roleclass.features"])),
        )
    except (KeyError, ValueError) as error:
        raise ModelError(f"{path} has damaged metadata: {error}") from error
