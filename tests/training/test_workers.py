"""No worker of a training outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import wait_until

# Two workers report who they are and then sleep for longer than any test.
SCRIPT = """
import os, sys, time, joblib
from roleclass.training.workers import run_for

def work(i):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    steps = (joblib.delayed(run_for)(os.getpid(), work, i) for i in range(2))
    joblib.Parallel(n_jobs=2)(steps)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_workers_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        assert all(map(_is_alive, workers))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_until(lambda: not any(map(_is_alive, workers)))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    # Z: it has ended, but nobody has asked for its exit status.
    return not stat.exists() or " Z " not in stat.read_text()
