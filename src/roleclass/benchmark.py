"""Measure the speed of a model on this machine: latency, throughput, cold start, memory, growth.

Nothing is trained or evaluated, so it runs wherever roleclass does. ``benchmarks/peers.py``
compares roleclass with its peers.
"""

import json
import os
import platform
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from roleclass.classifier import RoleClassifier
from roleclass.engine.model_file import default_model
from roleclass.lexicon import load_lexicon

TEXTS: Final = 512
"""The number of different postings that are measured with; to stream more, they are repeated."""

LENGTHS: Final = (1_000, 10_000, 100_000, 1_000_000)
"""Lengths in bytes of the postings that show the growth with length."""

_PLAIN: Final = tuple(
    "a and are as be for have in is of on or our that the this to we will with you your".split(" ")  # noqa: SIM905
)


def generated(number: int, length: int = 4000, seed: int = 1) -> Iterator[str]:
    """Generate postings.

    Two words in three are common words, the others are phrases of the lexicon; a line has 5 to 20. The
    lengths are distributed like those of real postings: log-normal, a third of them outside 0.6 to 1.6 times
    the median.

    Parameters
    ----------
    number : int
    length : int
        Median length in bytes.
    seed : int
        The same seed gives the same postings.

    Examples
    --------
    >>> [posting] = generated(1, length=100)
    >>> 10 < len(posting) < 1000
    True
    """
    rng = random.Random(seed)  # noqa: S311
    phrases = [b" ".join(phrase).decode() for c in load_lexicon() for phrase in c.phrases]
    for _ in range(number):
        wanted = max(20, int(length * rng.lognormvariate(0, 0.5)))
        lines: list[str] = []
        length_so_far = 0
        while length_so_far < wanted:
            words = [
                rng.choice(_PLAIN if rng.random() < 2 / 3 else phrases)
                for _ in range(rng.randint(5, 20))
            ]
            lines.append(" ".join(words).capitalize() + ".")
            length_so_far += len(lines[-1]) + 1
        yield "\n".join(lines)[:wanted]


def latency(classifier: RoleClassifier, texts: Sequence[str], calls: int) -> dict[str, float]:
    """Time single calls, of one posting of median length; ``p50``, ``p95`` and ``p99`` in microseconds."""
    one = sorted(texts, key=len)[len(texts) // 2]
    [seconds] = alternate({"one": partial(classifier.predict, one)}, calls).values()
    figures = {f"p{q}": round(float(np.percentile(seconds, q)) * 1e6, 1) for q in (50, 95, 99)}
    return {"bytes": len(one.encode()), **figures}


def explaining(classifier: RoleClassifier, texts: Sequence[str], calls: int) -> dict[str, float]:
    """Microseconds to predict and to explain one posting, interleaved, and their ratio."""
    predicted, explained = cycle(texts), cycle(texts)
    ways: dict[str, Callable[[], object]] = {
        "predict": lambda: classifier.predict(next(predicted)),
        "explain": lambda: classifier.explain(next(explained)),
    }
    taken = alternate(ways, calls)
    ratio = median(b / a for a, b in zip(taken["predict"], taken["explain"], strict=True))
    figures = {name: round(median(seconds) * 1e6, 1) for name, seconds in taken.items()}
    return {**figures, "ratio": round(ratio, 2)}


def throughput(classifier: RoleClassifier, texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Postings a second with one and with two threads; medians of interleaved rounds, and their ratio."""
    many = list(islice(cycle(texts), 8 * 512))  # repeated, so that both threads have work

    def on(threads: int) -> None:
        consume(classifier.predict_many(many, threads=threads))

    taken = alternate({str(n): partial(on, n) for n in (1, 2)}, rounds)
    ratio = median(a / b for a, b in zip(taken["1"], taken["2"], strict=True))
    return {
        "by_threads": {name: round(len(many) / median(taken[name])) for name in taken},
        "two_threads_to_one": round(ratio, 2),
    }


def alternate(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time each way once per round, so that other load on the machine affects all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    return seconds


_COLD = """
import time
start = time.perf_counter()
import roleclass
roleclass.RoleClassifier({model!r}).predict("Build agents with large language models.")
seconds = time.perf_counter() - start
import json
from roleclass.benchmark import memory
print(json.dumps([seconds, memory()]))
"""


def cold_start(model: Path, rounds: int) -> dict[str, float | None]:
    """Time a new process from ``import roleclass`` to its first answer; also return its memory."""
    runs = []
    for _ in range(rounds):
        command = [sys.executable, "-c", _COLD.format(model=str(model))]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        runs.append(json.loads(done.stdout))
    seconds, held = zip(*runs, strict=True)
    return {
        "seconds": round(median(seconds), 3),
        "megabytes": None if None in held else median(held),
    }


def growth_with_length(classifier: RoleClassifier, rounds: int) -> dict[str, float]:
    """Microseconds for one posting, by its length in bytes."""
    text = " ".join(generated(1, length=2 * max(LENGTHS), seed=3)) + " "
    text *= max(LENGTHS) // len(text) + 1
    # Short postings are repeated, so that the state of the caches after long ones does not count.
    calls = {n: max(1, max(LENGTHS) // 4 // n) for n in LENGTHS}

    def predict(n: int) -> None:
        for _ in range(calls[n]):
            classifier.predict(text[:n])

    ways = {str(n): partial(predict, n) for n in LENGTHS}
    alternate(ways, 1)
    return {
        n: round(median(seconds) / calls[int(n)] * 1e6, 1)
        for n, seconds in alternate(ways, rounds).items()
    }


def growth_with_count(
    classifier: RoleClassifier, texts: Sequence[str], most: int
) -> dict[str, dict[str, float | None]]:
    """Seconds and megabytes, by the number of postings streamed; the texts are repeated."""
    consume(classifier.predict_many(islice(cycle(texts), 2048)))  # reach the peak of memory
    figures: dict[str, dict[str, float | None]] = {}
    count = 10
    while count <= most:
        start = time.perf_counter()
        consume(classifier.predict_many(islice(cycle(texts), count)))
        seconds = time.perf_counter() - start
        figures[str(count)] = {"seconds": round(seconds, 4), "megabytes": memory()}
        count *= 10
    return figures


def benchmark(
    model: Path | None, texts: Sequence[str], *, count: int = 10_000, rounds: int = 7
) -> dict[str, Any]:
    """Measure everything.

    Parameters
    ----------
    model : Path or None
        None for the one in the package.
    texts : sequence of str
        Postings; at least one.
    count : int
        The largest number of postings that are streamed.
    rounds : int
        The number of times each measurement is taken; medians are reported.

    Returns
    -------
    dict
        Ready for JSON. Of the texts, it has only their number and median length.
    """
    path = default_model() if model is None else model
    classifier = RoleClassifier(path)
    consume(classifier.predict_many(texts))
    lengths = [len(text.encode("utf-8", errors="replace")) for text in texts]
    return {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "model_bytes": path.stat().st_size,
        "postings": {"number": len(texts), "median_bytes": int(median(lengths))},
        "latency_us": latency(classifier, texts, calls=150 * rounds),
        "explaining_us": explaining(classifier, texts, calls=20 * rounds),
        "throughput": throughput(classifier, texts, rounds),
        "cold_start": cold_start(path, rounds),
        "us_by_length": growth_with_length(classifier, rounds),
        "by_count": growth_with_count(classifier, texts, count),
    }


def machine() -> dict[str, Any]:
    """The machine and the versions, without names of hosts or folders."""
    cpu = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines()
             if line.startswith("model name")] if cpu.exists() else []  # fmt: skip
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("roleclass", "numpy", "onnxruntime")},
    }


def memory() -> float | None:
    """Return the memory of this process in megabytes; None if psutil is not installed."""
    try:
        import psutil
    except ImportError:
        return None
    return round(float(psutil.Process().memory_info().rss) / 2**20, 1)


def consume(items: Iterable[object]) -> None:
    """Run an iterator to its end."""
    deque(items, maxlen=0)
