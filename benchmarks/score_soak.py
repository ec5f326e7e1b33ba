"""Score a million rows, kill the run at random, resume it, and compare with an undisturbed run.

Needs ``roleclass[score]``. Prints one JSON object: rates, peak memory, and whether the outputs are
the same, byte for byte. The rate of the engine alone, from memory to predictions, is measured
before and after, as other work on the machine may slow either; the better one counts.
For example::

    python benchmarks/score_soak.py --rows 1000000 --kills 2 --corpus postings.parquet
    python benchmarks/score_soak.py --rows 20000          # written postings, no corpus needed
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass import RoleClassifier

GROUP = 16384


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--corpus", type=Path, help="Parquet with columns title and description")
    parser.add_argument("--folder", type=Path, help="where to work; several times the input's size")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        print(json.dumps(soak(arguments, Path(folder)), indent=2))  # noqa: T201


def soak(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return what was measured."""
    source = folder / "in.parquet"
    table = pq.read_table(arguments.corpus) if arguments.corpus else written()
    repeat(table, arguments.rows, source)
    rng = random.Random(arguments.seed)  # noqa: S311
    engine = engine_rate(table, arguments.threads)

    whole = Run(source, folder / "whole.parquet", arguments.threads)
    whole.finish()
    engine = max(engine, engine_rate(table, arguments.threads))
    runs: list[Run] = []
    for _ in range(arguments.kills):
        run = Run(source, folder / "out.parquet", arguments.threads, resume=bool(runs))
        run.kill(after=rng.uniform(0.1, 0.9) * whole.seconds / arguments.kills)
        runs.append(run)
    last = Run(source, folder / "out.parquet", arguments.threads, resume=bool(runs))
    last.finish()
    return {
        "rows": arguments.rows,
        "mean_characters": round(sum(map(len, texts(table))) / len(table), 1),
        "input_bytes": source.stat().st_size,
        "threads": arguments.threads,
        "seed": arguments.seed,
        "engine_rows_per_second": round(engine),
        "rows_per_second": whole.summary["rows_per_second"],
        "share_of_engine": round(whole.summary["rows_per_second"] / engine, 3),
        "undisturbed_seconds": round(whole.seconds, 1),
        "killed_after_seconds": [round(run.seconds, 1) for run in runs],
        "last_run_seconds": round(last.seconds, 1),
        "last_run_resumed_rows": last.summary["resumed"],
        "peak_memory_mb": round(max(run.peak for run in (whole, *runs, last)) / 2**20),
        "rows_in_order_once": in_order(folder / "out.parquet", arguments.rows),
        "identical": same(folder / "whole.parquet", folder / "out.parquet"),
    }


class Run:
    """One run of the command in a process of its own."""

    def __init__(self, source: Path, output: Path, threads: int, *, resume: bool = False) -> None:
        command = [
            sys.executable,
            "-m",
            "roleclass",
            "score",
            str(source),
            "-o",
            str(output),
            "--json",
        ]
        command += ["--threads", str(threads), *["--resume"] * resume]
        self._start = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
        self.seconds = 0.0
        self.peak = 0
        self.summary: dict[str, Any] = {}

    def finish(self) -> None:
        """Wait for the end; keep the summary."""
        assert self._process.stdout is not None  # noqa: S101
        self.summary = json.loads(self._process.stdout.read())
        self._wait()

    def kill(self, after: float) -> None:
        """Send SIGKILL after so many seconds."""
        time.sleep(after)
        self._process.send_signal(signal.SIGKILL)
        self._wait()

    def _wait(self) -> None:
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - self._start
        self.peak = usage.ru_maxrss * 1024  # Linux counts in KiB


def written() -> pa.Table:
    """Return postings of the length of real ones, put together from the sentences of the tests."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.written import TITLES, posting

    roles = list(TITLES)
    texts = ["\n".join(posting(roles[i % 4], i * 8 + k) for k in range(8)) for i in range(4000)]
    titles = [TITLES[roles[i % 4]][i % 3] for i in range(4000)]
    return pa.table({"title": titles, "description": texts})


def repeat(table: pa.Table, rows: int, path: Path) -> None:
    """Write `rows` rows, the table over and over, numbered in a column `row`."""
    schema = table.schema.append(pa.field("row", pa.int64()))
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        done = 0
        while done < rows:
            part = table.slice(0, rows - done)
            numbers = pa.array(range(done, done + len(part)))
            file.write_table(part.append_column(schema.field("row"), numbers), GROUP)
            done += len(part)


def texts(table: pa.Table) -> list[str]:
    """Return the postings."""
    return [text or "" for text in table["description"].to_pylist()]


def engine_rate(table: pa.Table, threads: int) -> float:
    """Return how many postings a second the engine alone scores, from memory to predictions."""
    classifier, count = RoleClassifier(), 60_000
    rows = list(zip(texts(table), table["title"].to_pylist(), strict=True))
    classifier.predict("Warms up.")
    many: Iterator[tuple[str, str | None]] = islice(cycle(rows), count)
    postings, titles = zip(*many, strict=True)
    start = time.perf_counter()
    for _ in classifier.predict_many(postings, titles, threads=threads):
        pass
    return count / (time.perf_counter() - start)


def in_order(path: Path, rows: int) -> bool:
    """Say whether the rows are numbered from 0 without a gap or a repetition."""
    numbers = pq.read_table(path, columns=["row"])["row"]
    return bool(numbers.equals(pa.chunked_array([pa.array(range(rows))])))


def same(a: Path, b: Path) -> bool:
    """Say whether two files hold the same bytes."""
    with a.open("rb") as left, b.open("rb") as right:
        while True:
            one, other = left.read(2**20), right.read(2**20)
            if one != other:
                return False
            if not one:
                return True


if __name__ == "__main__":
    main()
