"""Create sessions of ONNX Runtime."""

import ctypes
import os
import sys
from functools import cache
from typing import Any


@cache
def _runtime() -> Any:
    """Return ONNX Runtime with its telemetry off: from 1.29 on, it reports to its makers what it runs."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read on import
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # on Windows, which ignores the variable
    return onnxruntime


def open_session(model: bytes) -> Any:
    """Return an `onnxruntime.InferenceSession` of a graph; exceptions are those of ONNX Runtime."""
    ort = _runtime()
    options = ort.SessionOptions()
    options.add_session_config_entry("session.load_model_format", "ONNX")  # as checked before
    # One thread per call: callers use their own threads, which scales better and does not
    # start threads that a fork would lose.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # errors are raised as exceptions
    session = ort.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
    # Return the memory that ONNX Runtime needed to prepare the graph, a sixth of the process.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
    return session


@cache
def giving_memory_back() -> Any:
    """Return options of a run that returns its memory to the system."""
    options = _runtime().RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
