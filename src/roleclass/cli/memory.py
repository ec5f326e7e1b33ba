"""Return freed memory to the system during long runs."""

import ctypes
import os
import sys
from contextlib import suppress
from typing import Final

_MMAP_THRESHOLD: Final = -3  # of glibc's mallopt
_LONG: Final = 2**18


def return_freed_memory() -> None:
    """Return freed memory to the system at once, instead of keeping it in the arena of each thread.

    Otherwise long texts leave 64 MB behind in each arena, and Arrow keeps as much. Call it
    before Arrow is imported.

    Examples
    --------
    >>> return_freed_memory()
    """
    if "pyarrow" not in sys.modules:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LONG)
