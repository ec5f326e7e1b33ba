"""What takes time: waiting for something, and work that may only grow with the length of its input."""

import time
from collections.abc import Callable


def wait_until(true: Callable[[], bool], seconds: float = 300) -> None:
    """Wait until something is true; the limit only ends a test that would hang."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not true after {seconds} s")
        time.sleep(0.01)


def grows_with_length(work: Callable[[str], object], unit: str, size: int = 100_000) -> bool:
    """Say whether four times the text takes about four times the work, and not sixteen times.

    The work is that of this process, counted by the processor: how busy others are does not matter. Very
    short times are noise.
    """

    def spent(length: int) -> float:
        text = unit * (length // len(unit))
        start = time.process_time()
        work(text)
        return time.process_time() - start

    return spent(4 * size) < 0.25 or (
        min(spent(4 * size) for _ in range(3)) < 9 * min(spent(size) for _ in range(3))
    )
