"""Feed damaged and hostile input to every reader for some seconds, and print what came of it.

Each target runs in a process of its own, so that a crash of the interpreter is noticed, not suffered. A try
is fixed by its target and seed; one that failed is repeated alone by the command that is printed. Input
may be refused with an error of roleclass; any other exception, a wrong answer, a try of more than 30
seconds, or the death of the process is a finding. Needs ``roleclass[test]``. For example::

    python -m tests.robustness.fuzz --seconds 60
    python -m tests.robustness.fuzz --target csv --seed 1234 --tries 1
"""

import faulthandler
import json
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, Final

import click

from tests.robustness.fuzz_inputs import Refused
from tests.robustness.fuzz_targets import TARGETS

LIMIT: Final = 30
"""Seconds that a single try may take."""

MEMORY: Final = 8 * 2**30
"""Bytes of addresses that a process may ask for; what needs more must say so, not take the machine."""

# ONNX Runtime does not promise to survive a model that was made to break it (docs/security.md): its death
# is printed, and is no failure of ours.
MAY_CRASH: Final = frozenset({"hostile model"})


@click.command()
@click.option("--seconds", type=click.FloatRange(1), default=60, show_default=True,
              help="For all targets together.")  # fmt: skip
@click.option("--target", "names", type=click.Choice(list(TARGETS)), multiple=True,
              help="What to feed; may be given more than once.  [default: all]")  # fmt: skip
@click.option("--seed", type=int, help="Of the first try.  [default: by the clock]")
@click.option("--tries", type=click.IntRange(1), help="At most so many for each target.")
@click.option("--child", is_flag=True, hidden=True)
def main(
    seconds: float, names: tuple[str, ...], seed: int | None, tries: int | None, child: bool
) -> None:
    """Fuzz; the exit code is 1 if there is a finding."""
    names = names or tuple(TARGETS)
    seed = int(time.time() * 1000) if seed is None else seed
    if child:
        for name in names:
            _try_for(name, seconds, seed, tries or sys.maxsize)
        return
    failed = False
    click.echo(
        f"{'target':15} {'tries':>8} {'a second':>9} {'refused':>8} {'findings':>8} {'crashes':>8}"
    )
    for name in names:
        found = fuzz(name, seconds / len(names), seed, tries)
        click.echo(
            f"{name:15} {found['tries']:8,} {found['tries'] / found['seconds']:9.1f} "
            f"{found['refused']:8,} {len(found['findings']):8} {len(found['crashes']):8}"
        )
        for finding in found["findings"] + found["crashes"]:
            click.echo(f"  {finding}")
        failed |= bool(found["findings"]) or (bool(found["crashes"]) and name not in MAY_CRASH)
    sys.exit(failed)


def fuzz(name: str, seconds: float, seed: int, tries: int | None = None) -> dict[str, Any]:
    """Fuzz one target in processes of its own; a process that dies is replaced by another.

    Returns
    -------
    dict
        ``tries``, ``refused``, ``seconds``, and the lists ``findings`` and ``crashes``.
    """
    total: dict[str, Any] = {"tries": 0, "refused": 0, "findings": [], "crashes": []}
    start = time.perf_counter()
    while (left := seconds - (time.perf_counter() - start)) > 0 and total["tries"] != tries:
        command = [sys.executable, "-m", "tests.robustness.fuzz", "--child", "--target", name]
        command += ["--seed", str(seed), "--seconds", str(max(1.0, left))]
        command += [] if tries is None else ["--tries", str(tries - total["tries"])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        counts: Counter[str] = Counter(line["what"] for line in lines)
        total["tries"] += counts["try"]
        total["refused"] += counts["refused"]
        total["findings"] += [line["how"] for line in lines if line["what"] == "finding"]
        last = max((line["seed"] for line in lines), default=seed)
        if done.returncode:
            end = " ".join(done.stderr.split()[-60:])
            total["crashes"].append(f"exit {done.returncode}: {_again(name, last)}: {end}")
        seed = last + 1
        if not lines:
            break
    return total | {"seconds": max(time.perf_counter() - start, 1e-9)}


def _try_for(name: str, seconds: float, seed: int, tries: int) -> None:
    """Try again and again; tell by lines of JSON, each before what it tells of may kill us."""
    faulthandler.enable()
    try:
        import resource
    except ImportError:  # Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    end = time.monotonic() + seconds
    for at in range(seed, seed + tries):
        _tell("try", at)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        with tempfile.TemporaryDirectory() as folder:
            try:
                TARGETS[name](random.Random(at), Path(folder))
            except Refused:
                _tell("refused", at)
            except Exception as error:  # noqa: BLE001  (which is what we are looking for)
                place = traceback.extract_tb(error.__traceback__)[-1]
                where = f"{Path(place.filename).name}:{place.lineno}"
                what = f"{type(error).__name__} at {where}: {str(error)[:200]!r}"
                _tell("finding", at, how=f"{_again(name, at)}: {what}")
        faulthandler.cancel_dump_traceback_later()
        if time.monotonic() > end:
            break


def _tell(what: str, seed: int, **more: str) -> None:
    sys.stdout.write(json.dumps({"what": what, "seed": seed, **more}) + "\n")
    sys.stdout.flush()


def _again(name: str, seed: int) -> str:
    return f"--target '{name}' --seed {seed} --tries 1"


if __name__ == "__main__":
    main()
