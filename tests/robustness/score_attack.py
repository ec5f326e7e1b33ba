"""Kill `roleclass score` at random, damage what it left, change its input, resume; count wrong outputs.

Needs ``roleclass[score]``. A round makes one attack on one format and compares what comes out in the end,
byte for byte, with an undisturbed run. Prints one JSON object. For example::

    python -m tests.robustness.score_attack --rounds 200
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from tests.written import TITLES, posting

KINDS: Final = ("csv", "jsonl", "parquet")
BATCH: Final = 40
Parts = list[Path]
Damage = Callable[[random.Random, Parts], None]


def _torn(rng: random.Random, parts: Parts) -> None:
    part = rng.choice(parts)
    data = part.read_bytes()
    part.write_bytes(data[: rng.randrange(len(data))])


def _zeroed(size: int) -> Damage:
    def damage(rng: random.Random, parts: Parts) -> None:
        part = rng.choice(parts)
        data = bytearray(part.read_bytes())
        start = rng.randrange(0, len(data), size)
        data[start : start + size] = bytes(len(data[start : start + size]))
        part.write_bytes(data)

    return damage


def _flipped(rng: random.Random, parts: Parts) -> None:
    part = rng.choice(parts)
    data = bytearray(part.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    part.write_bytes(data)


def _swapped(rng: random.Random, parts: Parts) -> None:
    if len(parts) > 1:
        one, other = rng.sample(parts, 2)
        spare = one.with_suffix(".spare")
        one.replace(spare)
        other.replace(one)
        spare.replace(other)


def _foreign(rng: random.Random, parts: Parts) -> None:
    pq.write_table(pa.table({"role": ["other"] * BATCH}), rng.choice(parts))


def _gone(rng: random.Random, parts: Parts) -> None:
    rng.choice(parts).unlink()


def _left(_: random.Random, __: Parts) -> None:
    pass


DAMAGES: Final[dict[str, Damage]] = {
    "killed only": _left,
    "part torn": _torn,
    "block of 4,096 zeroed": _zeroed(4096),
    "sector of 512 zeroed": _zeroed(512),
    "bit flipped": _flipped,
    "two parts swapped": _swapped,
    "part of others": _foreign,
    "part gone": _gone,
}
CHANGES: Final = ("input changed", "input changed, run.json gone", "killed at the end")


def main() -> None:
    """Run the attack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(attack(arguments, Path(folder)), indent=2))  # noqa: T201


def attack(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return how often each attack was made and what went wrong."""
    rng = random.Random(arguments.seed)
    setting = _Setting(folder, arguments.rows)
    made: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(arguments.rounds):
        what = [*DAMAGES, *CHANGES][number % (len(DAMAGES) + len(CHANGES))]
        kind = rng.choice(KINDS)
        made[what] += 1
        fault = setting.round(rng, what, kind)
        if fault:
            wrong.append(f"round {number}, {kind}, {what}: {fault}")
    return {
        "rounds": arguments.rounds,
        "rows": arguments.rows,
        "seed": arguments.seed,
        "attacks": dict(made),
        "kills": setting.kills,
        "kills_after_the_output_was_there": setting.late,
        "runs_with_rows_of_an_earlier_one": setting.resumed,
        "wrong": wrong,
    }


def written() -> pa.Table:
    """Return postings of the length of real ones, put together from the sentences of the tests."""
    roles = list(TITLES)
    texts = ["\n".join(posting(roles[i % 4], i * 8 + k) for k in range(8)) for i in range(4000)]
    titles = [TITLES[roles[i % 4]][i % 3] for i in range(4000)]
    return pa.table({"title": titles, "description": texts})


class _Setting:
    """Two inputs in each format, and what an undisturbed run makes of them."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.kills, self.late, self.resumed = folder, 0, 0, 0
        options = ScoreOptions(batch_size=BATCH)
        table = written().slice(0, rows)
        self.parts = -(-rows // BATCH)
        for name, content in (("a", table), ("b", table.take(list(range(rows))[::-1]))):
            pq.write_table(content, folder / f"{name}.parquet")
            for kind in KINDS:
                score_files([folder / f"{name}.parquet"], folder / f"{name}.whole.{kind}", options)

    def _command(self, kind: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "roleclass", "score", "in.parquet", "-o", f"out.{kind}"]
        command += ["--batch-size", str(BATCH), "--threads", "2", "--json", *more]
        if not (self.folder / "in.parquet").exists():
            shutil.copy(self.folder / "a.parquet", self.folder / "in.parquet")
        return subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def round(self, rng: random.Random, what: str, kind: str) -> str | None:
        """Attack once; say what went wrong, if anything did."""
        output = self.folder / f"out.{kind}"
        parts = self.folder / f".{output.name}.parts"
        for old in (output, parts, self.folder / "in.parquet"):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        self._kill(rng, output, self._command(kind), at_the_end=what == "killed at the end")
        if what in DAMAGES:
            found = sorted(parts.glob("part-*.parquet"))
            if found:
                DAMAGES[what](rng, found)
        if not what.startswith("input changed") or output.exists():
            return self._finish(output, "a", "--resume")
        shutil.copy(self.folder / "b.parquet", self.folder / "in.parquet")
        known = parts / "run.json"
        if what == "input changed" and known.exists():
            again = self._command(kind, "--resume")
            again.communicate()
            if again.returncode == 0:
                return "another input was taken for the same"
            shutil.rmtree(parts)
        known.unlink(missing_ok=True)
        return self._finish(output, "b")

    def _kill(
        self, rng: random.Random, output: Path, run: subprocess.Popen[bytes], *, at_the_end: bool
    ) -> None:
        parts = output.with_name(f".{output.name}.parts")
        enough = self.parts + 1 if at_the_end else rng.randrange(self.parts + 1)
        while run.poll() is None and not output.exists():
            if len(list(parts.glob("part-*.parquet"))) >= enough:
                time.sleep(rng.uniform(0, 0.02))
                break
        run.kill()
        run.communicate()
        self.kills += run.returncode != 0
        self.late += output.exists() and run.returncode != 0

    def _finish(self, output: Path, name: str, *more: str) -> str | None:
        run = self._command(output.suffix[1:], *more)
        summary, _ = run.communicate()
        whole = self.folder / f"{name}.whole{output.suffix}"
        # What a kill comes too late for is whole already; only its folder is no longer there to say so.
        refused = run.returncode == 1 and not (output.parent / f".{output.name}.parts").exists()
        if run.returncode and not (more and refused and output.exists()):
            return f"ended with {run.returncode}"
        if run.returncode == 0:
            self.resumed += json.loads(summary)["resumed"] > 0
        return None if output.read_bytes() == whole.read_bytes() else "other bytes"


if __name__ == "__main__":
    main()
