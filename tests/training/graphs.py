"""Parts of the graph as functions, for tests."""

from collections.abc import Callable, Mapping

import numpy as np
import onnx

from roleclass.training.cut.builder import GraphBuilder, Result, as_model
from roleclass.training.cut.cutter import as_function

Arrays = dict[str, np.ndarray]


def runnable(
    write: Callable[[GraphBuilder], Mapping[str, Result]],
) -> Callable[[np.ndarray], Arrays]:
    """What `write` writes as a function of ``utf8``."""
    model = as_model(write)
    onnx.checker.check_model(onnx.load_from_string(model))
    return as_function(model)
