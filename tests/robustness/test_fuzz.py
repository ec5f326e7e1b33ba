"""The fuzzer finds what is wrong, notices a crash, and says how to see it again."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.robustness import fuzz
from tests.robustness.fuzz_inputs import Refused, WrongError, check_page, hostile_text, mutated
from tests.robustness.fuzz_targets import TARGETS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(TARGETS))
def test_a_few_tries_of_each_target_find_nothing(name: str, tmp_path: Path) -> None:
    refused = 0
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            TARGETS[name](random.Random(seed), folder)
        except Refused:
            refused += 1
    assert refused <= 3


def test_the_same_seed_makes_the_same_try() -> None:
    one, two = (mutated(random.Random(7), b"a posting " * 50, (b"x",)) for _ in range(2))
    assert one == two != b"a posting " * 50


@pytest.mark.parametrize("page", ["<script>", "<p onload=x>", "<img>", "<p src=x>"])
def test_a_page_that_does_something_is_a_finding(page: str) -> None:
    check_page("<!doctype html><p class='x'>&lt;script&gt;")
    with pytest.raises(WrongError):
        check_page(page)


def run_with(target: str, tries: int) -> "subprocess.CompletedProcess[str]":
    """Run the command on a target of our own; its children get it, too, from a module that they load."""
    script = (
        "import os, sys\n"
        "from tests.robustness import fuzz\n"
        "from tests.robustness.fuzz_inputs import Refused\n"
        "def raises(rng, folder): raise KeyError('oops')\n"
        "def dies(rng, folder): os.abort()\n"
        "def refuses(rng, folder): raise Refused\n"
        f"fuzz.TARGETS['text'] = {target}\n"
        f"fuzz._try_for('text', 5, 100, {tries})\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_an_exception_is_told_with_its_seed_and_the_next_try_follows() -> None:
    done = run_with("raises", 2)
    assert done.returncode == 0
    assert done.stdout.count('"finding"') == 2
    assert "--target 'text' --seed 101 --tries 1: KeyError" in done.stdout


def test_a_crash_leaves_the_seed_that_made_it() -> None:
    done = run_with("dies", 2)
    assert done.returncode < 0
    assert done.stdout.splitlines() == ['{"what": "try", "seed": 100}']


def test_a_process_that_dies_is_counted_and_followed_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        seed = command[command.index("--seed") + 1]
        return subprocess.CompletedProcess(command, -11, f'{{"what": "try", "seed": {seed}}}\n', "")

    monkeypatch.setattr("tests.robustness.fuzz.subprocess.run", dies)
    found = fuzz.fuzz("text", 10, seed=5, tries=3)
    assert (found["tries"], len(found["crashes"])) == (3, 3)
    assert "exit -11: --target 'text' --seed 7 --tries 1" in found["crashes"][-1]


def test_the_targets_cover_every_reader() -> None:
    assert {"text", "csv", "jsonl", "parquet", "report", "lexicon"} <= set(TARGETS)
    assert hostile_text(random.Random(1)) != hostile_text(random.Random(2))
