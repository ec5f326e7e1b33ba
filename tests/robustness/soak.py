"""Mixed load from threads and forked processes for minutes: no wrong answer, no leak, no slowing down.

Every worker predicts one posting and many, explains, looks for problems and scores a small file, in an order
of its own, and compares each answer with one that was computed before anything else ran. The processes
are forked after this one has loaded its model and started its threads. Needs ``roleclass[score]``. For
example::

    python -m tests.robustness.soak --minutes 30
    python -m tests.robustness.soak --minutes 1 --threads 2 --processes 1 --output /dev/null
"""

import gc
import json
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from rich.console import Console
from rich.table import Table

import roleclass
from roleclass.benchmark import generated, machine, memory
from roleclass.scoring.run import score_files

OUTPUT: Final = Path(__file__).parents[2] / "benchmarks" / "results" / "soak.json"

WARM_UP: Final = 0.2
"""The share of the time that counts for nothing: caches fill, arenas grow to what they need."""

LEAK: Final = 2.0
"""Megabytes a minute that a process may grow after the warm-up, and not more than a tenth in all."""

SLOWER: Final = 1.5
"""How much the median latency of the last minutes may be above that of the first, warm-up left out."""


def prediction(answer: roleclass.Prediction) -> tuple[object, ...]:
    """Return what must be the same: probabilities to 5 digits, as a batch adds up in another order."""
    rounded = tuple(round(p, 5) for p in answer.probabilities.values())
    return answer.role, answer.reason, np.array(rounded)


def same(a: Any, b: Any) -> bool:
    """Say whether two answers are the same, numbers to 4 digits."""
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float | np.ndarray):
        return bool(np.allclose(a, b, atol=1e-4))
    return bool(a == b)


class Load:
    """The work, and the answers that it must give.

    Parameters
    ----------
    folder : Path
        For files to score.
    number : int
        How many postings there are.
    """

    def __init__(self, folder: Path, number: int = 200) -> None:
        self.folder = folder
        self.texts = [
            *generated(number, 3000, seed=7),
            "",
            "Too few words.",
            "Wij zoeken een collega.",
        ]
        titles = (None, "AI Engineer", "Data Scientist", "Payroll Accountant")
        self.titles = [titles[i % 4] for i in range(len(self.texts))]
        self.file = folder / "in.jsonl"
        rows = zip(self.texts, self.titles, strict=True)
        lines = (json.dumps({"text": text, "title": title}) for text, title in list(rows)[:40])
        self.file.write_text("".join(line + "\n" for line in lines), "utf-8")
        self.kinds: dict[str, Callable[[random.Random, str], Iterator[tuple[Any, Any]]]] = {
            "predict": self._predict,
            "predict_many": self._predict_many,
            "explain": self._explain,
            "problems": self._problems,
            "score": self._score,
        }
        pairs = list(zip(self.texts, self.titles, strict=True))
        self._predictions = [prediction(roleclass.predict(*pair)) for pair in pairs]
        self._explanations = [_explained(*pair) for pair in pairs]
        self._mentions = [roleclass.problems(text) for text in self.texts]
        score_files([self.file], folder / "expected.csv")
        self._scored = (folder / "expected.csv").read_bytes()

    def one(self, rng: random.Random, name: str) -> tuple[str, float, str | None]:
        """Do one piece of work; return its kind, its seconds, and what was wrong or None."""
        (kind,) = rng.choices(list(self.kinds), weights=(60, 6, 20, 20, 1))
        start = time.perf_counter()
        pairs = list(self.kinds[kind](rng, name))
        seconds = time.perf_counter() - start
        wrong = [i for i, (found, expected) in enumerate(pairs) if not same(found, expected)]
        if wrong:
            found, expected = pairs[wrong[0]]
            return kind, seconds, f"{kind}: answer {wrong[0]} is {found}, expected {expected}"
        return kind, seconds, None

    def _predict(self, rng: random.Random, _: str) -> Iterator[tuple[Any, Any]]:
        i = rng.randrange(len(self.texts))
        answer = roleclass.predict(self.texts[i], self.titles[i])
        yield prediction(answer), self._predictions[i]

    def _predict_many(self, rng: random.Random, _: str) -> Iterator[tuple[Any, Any]]:
        order = rng.choices(range(len(self.texts)), k=rng.choice((2, 30, 700)))
        answers = roleclass.predict_many(
            (self.texts[i] for i in order),
            (self.titles[i] for i in order),
            threads=rng.choice((1, 2)),
        )
        for i, answer in zip(order, answers, strict=True):
            yield prediction(answer), self._predictions[i]

    def _explain(self, rng: random.Random, _: str) -> Iterator[tuple[Any, Any]]:
        i = rng.randrange(len(self.texts))
        yield _explained(self.texts[i], self.titles[i]), self._explanations[i]

    def _problems(self, rng: random.Random, _: str) -> Iterator[tuple[Any, Any]]:
        i = rng.randrange(len(self.texts))
        yield roleclass.problems(self.texts[i]), self._mentions[i]

    def _score(self, _: random.Random, name: str) -> Iterator[tuple[Any, Any]]:
        output = self.folder / f"{name}.csv"
        score_files([self.file], output)
        yield output.read_bytes(), self._scored
        output.unlink()


def _explained(text: str, title: str | None) -> tuple[object, ...]:
    why = roleclass.explain(text, title)
    strongest = [(item.name, item.weight, item.spans) for item in why.evidence[:3]]
    return why.role, why.against, why.log_odds, len(why.evidence), strongest


@dataclass
class Record:
    """What one process did.

    Attributes
    ----------
    name : str
    seconds : dict of (minute, kind) to list of float
        Latencies.
    memory : list of (seconds, megabytes)
    errors : list of str
        Wrong answers and exceptions; the first few.
    """

    name: str
    seconds: dict[tuple[int, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def work(load: Load, record: Record, threads: int, start: float, seconds: float) -> None:
    """Keep `threads` threads at work until `seconds` after `start`, and note what they do."""
    lock = threading.Lock()

    def run(number: int) -> None:
        name = f"{record.name}-{number}"
        rng = random.Random(name)
        while (now := time.monotonic() - start) < seconds and len(record.errors) < 5:
            try:
                kind, taken, error = load.one(rng, name)
            except Exception:  # noqa: BLE001  (whatever it is, it must not happen)
                kind, taken, error = "exception", 0.0, traceback.format_exc()
            with lock:
                record.seconds[int(now // 60), kind].append(taken)
                if error is not None:
                    record.errors.append(f"{name}: {error}"[:2000])

    pool = [threading.Thread(target=run, args=(i,)) for i in range(threads)]
    for thread in pool:
        thread.start()
    every = max(0.2, seconds / 600)
    while any(thread.is_alive() for thread in pool):
        record.memory.append((time.monotonic() - start, memory()))
        time.sleep(every)
    for thread in pool:
        thread.join()


def soak(minutes: float, threads: int, processes: int) -> list[Record]:
    """Run the load: `threads` here, and one thread in each of `processes` forked in the midst of it."""
    seconds = 60 * minutes
    context = get_context("fork")
    queue: Queue[Record] = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        load = Load(Path(folder))
        start = time.monotonic()

        def child(name: str) -> None:
            record = Record(name)
            work(load, record, 1, start, seconds)
            record.seconds = dict(record.seconds)
            queue.put(record)

        main = Record("threads")
        ours = threading.Thread(target=work, args=(load, main, threads, start, seconds))
        ours.start()
        time.sleep(min(1.0, seconds / 10))
        gc.freeze()
        children = [
            context.Process(target=child, args=(f"process {i + 1}",)) for i in range(processes)
        ]
        for process in children:
            process.start()
        ours.join()
        records = [main]
        for process in children:
            try:
                records.append(queue.get(timeout=120))
            except Exception:  # noqa: BLE001  (queue.Empty, or what a child could not send)
                lost = f"exit code {process.exitcode}: a process did not come to its end"
                records.append(Record("lost", errors=[lost]))
        for process in children:
            process.join(timeout=10)
            if process.is_alive():
                process.kill()
    return records


def leak(samples: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Return the megabytes after the warm-up and at the end, and the slope a minute between."""
    first = WARM_UP * samples[-1][0] if samples else 0
    at, held = np.array([sample for sample in samples if sample[0] >= first] or [(0, 0)]).T
    slope = float(np.polyfit(at / 60, held, 1)[0]) if len(at) > 2 else 0.0
    tenth = max(1, len(held) // 10)
    return {
        "after_warm_up_mb": round(float(np.median(held[:tenth])), 1),
        "at_end_mb": round(float(np.median(held[-tenth:])), 1),
        "mb_a_minute": round(slope, 2),
    }


def figures(records: Sequence[Record], minutes: float) -> dict[str, Any]:
    """Put together what the processes noted, and say what failed."""
    by_minute: dict[int, list[float]] = defaultdict(list)
    by_kind: dict[str, list[float]] = defaultdict(list)
    for record in records:
        for (minute, kind), taken in record.seconds.items():
            by_kind[kind] += taken
            if kind == "predict":  # one kind: the mix would hide what it shows
                by_minute[minute] += taken
    rows = [{"minute": m, **_latency(taken)} for m, taken in sorted(by_minute.items())]
    grown = {record.name: leak(record.memory) for record in records if record.memory}
    failures = [error for record in records for error in record.errors]
    for name, of in grown.items():
        grew = of["at_end_mb"] - of["after_warm_up_mb"]
        if minutes >= 5 and of["mb_a_minute"] > LEAK and grew > 0.1 * of["after_warm_up_mb"]:
            failures.append(f"{name} grows by {of['mb_a_minute']} MB a minute")
    steady = [row["p50_ms"] for row in rows[int(WARM_UP * len(rows)) :] if row["calls"] > 100]
    third = len(steady) // 3
    if third and np.median(steady[-third:]) > SLOWER * np.median(steady[:third]):
        failures.append(f"predictions slow down: medians by minute {steady}")
    return {
        "machine": machine(),
        "minutes": minutes,
        "calls": {kind: _latency(taken) for kind, taken in sorted(by_kind.items())},
        "predict_by_minute": rows,
        "memory": grown,
        "failures": failures,
    }


def _latency(taken: Sequence[float]) -> dict[str, Any]:
    p50, p99 = np.percentile(taken, [50, 99]) * 1e3
    return {"calls": len(taken), "p50_ms": round(float(p50), 2), "p99_ms": round(float(p99), 2)}


@click.command()
@click.option("--minutes", type=click.FloatRange(0.01), default=30, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=8, show_default=True)
@click.option("--processes", type=click.IntRange(0), default=4, show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=OUTPUT)
def main(minutes: float, threads: int, processes: int, output: Path) -> None:
    """Soak; the exit code is 1 if an answer was wrong, memory leaked or predictions slowed down."""
    found = figures(soak(minutes, threads, processes), minutes)
    found |= {"threads": threads, "processes": processes}
    output.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    for title, head, rows in (
        (
            "predict, by minute",
            "minute",
            [(row["minute"], row) for row in found["predict_by_minute"]],
        ),
        ("calls", "kind", list(found["calls"].items())),
        ("memory", "process", list(found["memory"].items())),
    ):
        columns = [name for name in rows[0][1] if name != "minute"] if rows else []
        table = Table(head, *columns, title=title, box=None, title_justify="left")
        for name, row in rows:
            table.add_row(str(name), *(f"{row[column]:,}" for column in columns))
        Console().print(table)
    for failure in found["failures"]:
        click.echo(failure, err=True)
    sys.exit(bool(found["failures"]))


if __name__ == "__main__":
    main()
