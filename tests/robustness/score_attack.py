"""Kill `roleclass score` at random, damage what it left, change what it reads, resume; count wrong outputs.

Needs ``roleclass[score]``. A round makes one attack on one format in and one out, and compares what comes out
in the end, byte for byte, with an undisturbed run. Prints one JSON object. For example::

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
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.engine.model_file import default_model, seal, unseal
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.tables.formats import Format
from roleclass.tables.writers import open_writer
from tests.written import TITLES, posting

KINDS: Final = ("csv", "jsonl", "parquet")
PARTS: Final = 100
"""Into so many batches an input is divided."""
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
    pq.write_table(pa.table({"role": ["other"] * 10}), rng.choice(parts))


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
CHANGES: Final = (
    "killed at the end",
    "input changed",
    "input changed, run.json gone",
    "run.json torn",
    "input changed while it was read",
    "input cut while it was read",
    "link led elsewhere",
    "model changed",
    "read from a pipe",
)
ATTACKS: Final = (*DAMAGES, *CHANGES)


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
        what = ATTACKS[number % len(ATTACKS)]
        source, kind = rng.choice(KINDS), rng.choice(KINDS)
        made[what] += 1
        fault = setting.round(rng, what, source, kind)
        if fault:
            wrong.append(f"round {number}, {source} to {kind}, {what}: {fault}")
    return {
        "rounds": arguments.rounds,
        "rows": arguments.rows,
        "seed": arguments.seed,
        "attacks": dict(made),
        "kills": setting.kills,
        "kills_after_the_output_was_there": setting.late,
        "runs_with_rows_of_an_earlier_one": setting.resumed,
        "refused": setting.refused,
        "wrong": wrong,
    }


def written() -> pa.Table:
    """Return postings of the length of real ones, put together from the sentences of the tests."""
    roles = list(TITLES)
    texts = ["\n".join(posting(roles[i % 4], i * 8 + k) for k in range(8)) for i in range(4000)]
    titles = [TITLES[roles[i % 4]][i % 3] for i in range(4000)]
    return pa.table({"title": titles, "description": texts})


class _Setting:
    """Two inputs in each format, two models, and what undisturbed runs make of them."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.kills, self.late, self.resumed, self.refused = folder, 0, 0, 0, 0
        self.batch = max(1, rows // PARTS)
        table = written().slice(0, rows)
        for name, content in (("a", table), ("b", table.take(list(range(len(table)))[::-1]))):
            for kind in KINDS:
                with (
                    (folder / f"{name}.{kind}").open("wb") as raw,
                    open_writer(raw, Format.of(f"x.{kind}", None), table.schema) as write,
                ):
                    write(content)
        # Another model with the same answers: an entry more in its metadata.
        data = unseal(default_model().read_bytes())
        (folder / "other.onnx").write_bytes(seal(data + b"\x72\x06\x0a\x01x\x12\x01y"))

    def _whole(self, name: str, source: str, kind: str) -> bytes:
        """Return what an undisturbed run writes."""
        path = self.folder / f"whole.{name}.{source}.{kind}"
        if not path.exists():
            options = ScoreOptions(batch_size=self.batch)
            score_files([self.folder / f"{name}.{source}"], path, options)
        return path.read_bytes()

    def _run(self, *more: str, by_pipe: bool = False) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "roleclass", "score", "-o", self.output.name]
        command += ["--batch-size", str(self.batch), "--threads", "2", "--json", *more]
        command += ["/dev/stdin", "--format", self.source.suffix[1:]] * by_pipe
        command += [self.source.name] * (not by_pipe)
        with self.source.open("rb") as content:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=self._pipe(content) if by_pipe else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    @staticmethod
    def _pipe(content: BinaryIO) -> Any:
        return subprocess.Popen(["cat"], stdin=content, stdout=subprocess.PIPE).stdout

    def round(self, rng: random.Random, what: str, source: str, kind: str) -> str | None:
        """Attack once; say what went wrong, if anything did."""
        self.output = self.folder / f"out.{kind}"
        self.parts = self.folder / f".{self.output.name}.parts"
        self.source = self.folder / f"in.{source}"
        for old in (self.output, self.parts, self.source):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        if what == "link led elsewhere":
            self.source.symlink_to(f"a.{source}")
        else:
            shutil.copy(self.folder / f"a.{source}", self.source)
        run = self._run(by_pipe=what == "read from a pipe")
        if what.endswith("while it was read"):
            return self._change_while_read(rng, run, cut="cut" in what)
        self._kill(rng, run, at_the_end=what == "killed at the end")
        found = sorted(self.parts.glob("part-*.parquet"))
        if what in DAMAGES and found:
            DAMAGES[what](rng, found)
        if what in (*DAMAGES, "killed at the end") or self.output.exists():
            return self._finish("a", "--resume")
        return self._after_a_change(rng, what)

    def _after_a_change(self, rng: random.Random, what: str) -> str | None:
        known = self.parts / "run.json"
        if what == "model changed":
            return self._refuses("--model", "other.onnx") or self._finish("a", "--resume")
        if what == "read from a pipe":
            fault = self._refuses(by_pipe=True)
            self._forget()
            return fault or self._finish("a", by_pipe=True)
        if what == "run.json torn":
            if known.exists():
                known.write_bytes(known.read_bytes()[: rng.randrange(known.stat().st_size)])
            fault = self._refuses()
            self._forget()
            return fault or self._finish("a")
        self.source.unlink()
        if what == "link led elsewhere":
            self.source.symlink_to(f"b{self.source.suffix}")
        else:
            shutil.copy(self.folder / f"b{self.source.suffix}", self.source)
        if what == "input changed, run.json gone":
            known.unlink(missing_ok=True)
            return self._finish("b")
        fault = self._refuses()
        self._forget()
        return fault or self._finish("b")

    def _change_while_read(
        self, rng: random.Random, run: subprocess.Popen[bytes], *, cut: bool
    ) -> str | None:
        """Cut or lengthen the input in the midst of a run, which must not end as if all were well."""
        self._wait(run, rng.randrange(PARTS // 2))
        at_work = run.poll() is None
        if cut:
            with self.source.open("r+b") as content:
                content.truncate(self.source.stat().st_size // 2)
        else:
            with self.source.open("ab") as content:
                content.write(b"\n")
        run.communicate()
        if at_work and run.returncode == 0:
            return "an input that changed was taken for one that did not"
        if run.returncode and self.output.exists():
            return "an output of an input that changed"
        self.refused += run.returncode != 0
        self.output.unlink(missing_ok=True)
        self._forget()
        shutil.copy(self.folder / f"a{self.source.suffix}", self.source)
        return self._finish("a")

    def _wait(self, run: subprocess.Popen[bytes], enough: int) -> None:
        while run.poll() is None and not self.output.exists():
            if len(list(self.parts.glob("part-*.parquet"))) >= enough:
                return
            time.sleep(0.002)

    def _kill(self, rng: random.Random, run: subprocess.Popen[bytes], *, at_the_end: bool) -> None:
        self._wait(run, PARTS + 9 if at_the_end else rng.randrange(PARTS + 1))
        time.sleep(0 if at_the_end else rng.uniform(0, 0.02))
        run.kill()
        run.communicate()
        self.kills += run.returncode != 0
        self.late += self.output.exists() and run.returncode != 0

    def _forget(self) -> None:
        shutil.rmtree(self.parts, ignore_errors=True)

    def _refuses(self, *more: str, by_pipe: bool = False) -> str | None:
        """See that what was begun is not gone on with under other conditions."""
        if not (self.parts / "run.json").exists():
            return None  # the kill came before anything was begun
        run = self._run("--resume", *more, by_pipe=by_pipe)
        run.communicate()
        self.refused += run.returncode != 0
        return "gone on with under other conditions" if run.returncode == 0 else None

    def _finish(self, name: str, *more: str, by_pipe: bool = False) -> str | None:
        run = self._run(*more, by_pipe=by_pipe)
        summary, _ = run.communicate()
        # What a kill comes too late for is whole already; only its folder is no longer there to say so.
        refused = run.returncode == 1 and not self.parts.exists()
        if run.returncode and not (more and refused and self.output.exists()):
            return f"ended with {run.returncode}"
        if run.returncode == 0:
            self.resumed += json.loads(summary)["resumed"] > 0
        whole = self._whole(name, self.source.suffix[1:], self.output.suffix[1:])
        return None if self.output.read_bytes() == whole else "other bytes"


if __name__ == "__main__":
    main()
