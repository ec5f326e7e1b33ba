"""Sessions of ONNX Runtime, as roleclass runs them."""

import ctypes
import sys
from functools import cache
from typing import Any


def open_session(model: bytes) -> Any:
    """Return an `onnxruntime.InferenceSession` of a graph; what it raises is ONNX Runtime's."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.add_session_config_entry("session.load_model_format", "ONNX")  # as checked before
    # One thread a call: callers bring threads of their own, which scales better and does not
    # start threads that a fork would lose.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is told by the exception
    session = ort.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
    # What ONNX Runtime needed while it prepared the graph, a sixth of the process, goes back to the system.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
    return session


@cache
def giving_memory_back() -> Any:
    """Return options of a run that gives the memory it took back to the system."""
    import onnxruntime as ort

    options = ort.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
