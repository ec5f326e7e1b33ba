"""Sessions of ONNX Runtime, as roleclass runs them."""

import ctypes
import os
import sys
from functools import cache
from typing import Any


@cache
def _runtime() -> Any:
    """Return ONNX Runtime, told to keep to itself: from 1.29 on it reports to its makers what it runs."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # is looked at when it is imported
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # of Windows, which has no such variable
    return onnxruntime


def open_session(model: bytes) -> Any:
    """Return an `onnxruntime.InferenceSession` of a graph; what it raises is ONNX Runtime's."""
    ort = _runtime()
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
    options = _runtime().RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
