"""Parts of the graph as functions, for tests."""

from collections.abc import Callable, Mapping

import numpy as np
import onnx

from roleclass.engine.session import open_session
from roleclass.training.cut.builder import GraphBuilder, Result, as_model

Arrays = dict[str, np.ndarray]


def runnable(
    write: Callable[[GraphBuilder], Mapping[str, Result]],
) -> Callable[[np.ndarray], Arrays]:
    """What `write` writes as a function of ``utf8``."""
    model = as_model(write)
    onnx.checker.check_model(onnx.load_from_string(model))
    session = open_session(model)
    names = [output.name for output in session.get_outputs()]
    return lambda rows: dict(zip(names, session.run(names, {"utf8": rows}), strict=True))
