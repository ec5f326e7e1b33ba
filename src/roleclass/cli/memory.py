"""Let a command that runs for long hold no more memory than it uses."""

import ctypes
import os
import sys
from contextlib import suppress
from typing import Final

_MMAP_THRESHOLD: Final = -3  # of glibc's mallopt
_LONG: Final = 2**18


def return_freed_memory() -> None:
    """Have what is freed go back to the system at once, rather than to each thread's own store.

    Long texts would leave 64 MB behind in the store of each thread, and Arrow keeps as much. To be called
    before Arrow is imported.

    Examples
    --------
    >>> return_freed_memory()
    """
    if "pyarrow" not in sys.modules:
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LONG)
