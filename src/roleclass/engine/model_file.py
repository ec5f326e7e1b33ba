"""Find, check and load a model file."""

import json
import os
import re
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.batches import stream
from roleclass.engine.graph_file import check_operators, pruned
from roleclass.engine.inputs import TextAndTitle
from roleclass.engine.session import giving_memory_back, open_session
from roleclass.errors import ModelError
from roleclass.roles import AnyRole, Role, as_role
from roleclass.text import encode, pack

FORMAT: Final = "2"
"""The version of the model's inputs, outputs and metadata; other versions are refused."""

# ONNX Runtime plans its memory for each input shape and keeps the plans: a single posting is
# padded, so that shapes repeat (this saves a quarter of its time).
_WIDTH_STEP = 256

# ONNX Runtime takes some 65 bytes for each input byte, and keeps them for the next run. After a posting
# above this size, which real postings do not reach, it returns them, and such runs wait for each other.
_LONG: Final = 2**18

ANSWER: Final = ("probabilities", "reason")
"""The outputs of the graph that a prediction needs."""

_FLOAT32: Final = np.dtype(np.float32)
_INT64: Final = np.dtype(np.int64)

# The last entry of the metadata, in the encoding of protocol buffers: the end of a file.
_SEAL: Final = b"\x72\x54\x0a\x10roleclass.sha256\x12\x40"
_SEAL_LENGTH: Final = len(_SEAL) + 64
_T = TypeVar("_T")
_PROBE: Final = ("", "We build the models and agents with our team, and you will test them for us.")


def default_model() -> Path:
    """Return the path of the model that ships in the package.

    Examples
    --------
    >>> default_model().name
    'model.onnx'
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "models" / "model.onnx"
    # A checkout (an editable install) has its models in the top folder.
    return installed if installed.exists() else package.parents[1] / "models" / "model.onnx"


def seal(model: bytes) -> bytes:
    """Add a checksum to a serialized model, as the last entry of its metadata.

    It detects damage that leaves a valid file with other weights, and the checksum of the model
    that ships in the package is in the model file itself.

    Parameters
    ----------
    model : bytes
        An ONNX file without a checksum.

    Returns
    -------
    bytes
        An ONNX file with a checksum.

    Examples
    --------
    >>> unseal(seal(b"a model"))
    b'a model'
    """
    return model + _SEAL + sha256(model).hexdigest().encode()


def unseal(data: bytes) -> bytes:
    """Return the model without its checksum; raise a ValueError if the checksum is wrong."""
    model, end = data[:-_SEAL_LENGTH], data[-_SEAL_LENGTH:]
    if not end.startswith(_SEAL):
        raise ValueError("it does not end with a checksum of roleclass")
    if end != seal(model)[-_SEAL_LENGTH:]:
        raise ValueError("its checksum does not fit its content")
    return model


@dataclass(frozen=True)
class Model:
    """A model that is ready to run in this process.

    Attributes
    ----------
    data : bytes
        The file.
    session : onnxruntime.InferenceSession
        Of the part of the graph that predictions need.
    roles : tuple of K Role
        Columns of the probabilities.
    thresholds : tuple of K floats
        Confidence from which a prediction of each role is called reliable.
    reasons : tuple of str or None
        The reasons by code of the output ``reason``; None for code 0, the model's own answer.
    features : tuple of str
        Names of the columns of the features.
    one_at_a_time : Lock
        Held while a very long posting is read.
    """

    data: bytes = field(repr=False)
    session: Any
    roles: tuple[AnyRole, ...]
    thresholds: tuple[float, ...]
    reasons: tuple[str | None, ...]
    features: tuple[str, ...]
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def whole(self) -> Any:
        """A session of the whole graph, created on first use."""
        with _loading:
            return self._whole

    @cached_property
    def _whole(self) -> Any:
        try:
            return open_session(self.data)
        except Exception as error:  # see `load_model`
            raise ModelError(f"the model's lines cannot be computed: {error}") from error

    def run(self, outputs: Sequence[str] | None, rows: Sequence[bytes]) -> dict[str, NDArray[Any]]:
        """Compute the outputs named, or all, for N encoded postings.

        Returns
        -------
        dict of str to array
            By name; among them ``probabilities``, float32 of shape (N, K), and ``reason``, int64 of shape
            (N,): indices into `reasons`.

        Raises
        ------
        ModelError
            If the graph fails, or its output is invalid.
        """
        longest = max(map(len, rows))
        is_long = len(rows) == 1 and longest > _LONG
        try:
            with self.one_at_a_time if is_long else nullcontext():
                utf8 = pack(rows, _WIDTH_STEP if len(rows) == 1 else 1)
                options = giving_memory_back() if is_long else None
                session = self.session if outputs is ANSWER else self.whole
                names = outputs or [output.name for output in session.get_outputs()]
                results = session.run(names, {"utf8": utf8}, options)
        except Exception as error:  # see `load_model`
            raise ModelError(
                f"the model cannot answer {len(rows)} postings of up to {longest} bytes: {error}"
            ) from error
        found = dict(zip(names, results, strict=True))
        self._check(found["probabilities"], found["reason"], len(rows))
        return found

    def _check(self, probabilities: Any, codes: Any, rows: int) -> None:
        found = (probabilities.dtype, probabilities.shape, codes.dtype, codes.shape)
        if found != (_FLOAT32, (rows, len(self.roles)), _INT64, (rows,)):
            raise ModelError(f"the model answers {rows} postings with arrays of {found}")
        # NaN fails each comparison. Sums of float32 are exact to far less than this.
        sums = probabilities.sum(axis=1)
        if not (probabilities.min() >= 0 and sums.min() > 0.999 and sums.max() < 1.001):
            raise ModelError(
                "the model answers with values that are not probabilities; train it again"
            )
        if not 0 <= codes.min() <= codes.max() < len(self.reasons):
            raise ModelError(
                f"the model answers with the reasons {sorted(set(codes.tolist()))}, "
                f"but names {len(self.reasons)}; train it again"
            )


class ModelFile:
    """A model file that is loaded on first use: once per process, for all threads.

    Parameters
    ----------
    path : path or None
        None for the model that ships in the package.

    Examples
    --------
    >>> len(ModelFile().model.roles)
    4
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = default_model() if path is None else Path(path)
        self._loaded: Model | None = None
        _files.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # The package's model may be elsewhere where it is unpickled.
        return _known, (None if self.path == default_model() else self.path,)

    @property
    def model(self) -> Model:
        """The model; a `ModelError` is raised if it cannot be loaded."""
        loaded = self._loaded
        if loaded is None:
            with _loading:
                loaded = self._loaded = self._loaded or load_model(self.path)
        return loaded

    def stream(
        self,
        answer: Callable[[Model, list[bytes]], Iterable[_T]],
        postings: Iterable[TextAndTitle],
        threads: int,
    ) -> Iterator[_T]:
        """Answer postings, in order and in bounded memory; see `roleclass.engine.batches.stream`."""
        # The model is asked for with each batch: after a fork it is another one.
        return stream(postings, lambda rows: answer(self.model, rows), threads)


def _known(path: Path | None) -> ModelFile:
    """Return a file of this process, so that each task of a pool does not load it again."""
    sought = path or default_model()
    return next((file for file in set(_files) if file.path == sought), None) or ModelFile(path)


_files: "weakref.WeakSet[ModelFile]" = weakref.WeakSet()
_loading = threading.RLock()
_abandoned: list[Model | None] = []


def _forget_after_fork() -> None:
    # A session belongs to the process that created it. It is not even deleted in the child: a thread that the
    # child does not have may hold its locks.
    for file in _files:
        _abandoned.append(file._loaded)  # noqa: SLF001
        file._loaded = None  # noqa: SLF001
    _loading.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch  (absent on Windows only)
    # A fork waits until no thread is importing ONNX Runtime or creating a session: otherwise the child
    # would wait for their locks forever.
    os.register_at_fork(
        before=_loading.acquire, after_in_parent=_loading.release, after_in_child=_forget_after_fork
    )


def load_model(path: Path) -> Model:
    """Read a model file, and check that it is complete and supported by this version.

    Raises
    ------
    ModelError
        If it is missing, damaged, or not a model of `FORMAT`.
    """
    if not path.is_file():
        raise ModelError(f"no model file at {path}; write one with `roleclass train --output DIR`")
    try:
        # A damaged file does not reach ONNX Runtime.
        data = unseal(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ModelError(
            f"{path} is damaged, or not a model that roleclass wrote: {error}; copy it again from its "
            "source, or write one with `roleclass train --output DIR`"
        ) from error
    if _refers_to_files(data):
        raise ModelError(f"{path} is refused: it refers to other files; a model is one file")
    try:
        check_operators(data)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is refused: {error}") from error
    try:
        session = open_session(pruned(data, ANSWER))
    except Exception as error:
        # ONNX Runtime's exceptions have no common base class but Exception.
        raise ModelError(f"{path} is damaged or not an ONNX model: {error}") from error
    try:
        metadata = session.get_modelmeta().custom_metadata_map
        found = metadata.get("roleclass.format")
        if found != FORMAT:
            raise ModelError(
                f"{path} is not a model of roleclass format {FORMAT} (found: {found}); "
                "train it again with this version, or install the version that wrote it"
            )
        model = Model(
            data=data,
            session=session,
            roles=tuple(as_role(name) for name in json.loads(metadata["roleclass.roles"])),
            thresholds=tuple(map(float, json.loads(metadata["roleclass.thresholds"]))),
            reasons=tuple(json.loads(metadata["roleclass.reasons"])),
            features=tuple(json.loads(metadata["roleclass.features"])),
        )
        _check(model)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{path} lacks a part of a model of roleclass format {FORMAT}: {error!r}; "
            "train it again with this version"
        ) from error
    return model


def _refers_to_files(data: bytes) -> bool:
    # ONNX refers to a file of weights by an entry "location". The length of that word stands before it, a
    # control character, which no text in our models contains.
    return any(data[found.start() - 1] < ord(" ") for found in re.finditer(b"location", data))


def _check(model: Model) -> None:
    """Check that the metadata are consistent with each other and with the graph's answers."""
    names = (*model.reasons[1:], *model.features)
    if model.reasons[:1] != (None,) or not all(isinstance(name, str) for name in names):
        raise ValueError("the reasons or the names of features are not strings")
    if len(set(model.features)) < len(model.features):
        raise ValueError("two features have the same name")
    if not 2 <= len(model.roles) == len(model.thresholds) == len(set(model.roles)):
        raise ValueError(f"{len(model.roles)} roles, {len(model.thresholds)} thresholds")
    if Role.UNCLEAR in model.roles:
        raise ValueError("a model cannot have the role unclear")
    if not all(0 <= threshold <= 1 for threshold in model.thresholds):  # also false for NaN
        raise ValueError(f"thresholds are confidences from 0 to 1, found {model.thresholds}")
    for text in _PROBE:
        model.run(ANSWER, [encode(text)])
