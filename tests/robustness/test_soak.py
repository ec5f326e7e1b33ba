"""The soak test passes a sound library, and notices what it is there for."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

import roleclass
from tests.robustness.soak import Load, Record, figures, leak, same

ROOT = Path(__file__).parents[2]


def test_a_few_seconds_of_load_pass_and_are_written(tmp_path: Path) -> None:
    output = tmp_path / "soak.json"
    arguments = ["--minutes", "0.05", "--threads", "2", "--processes", "1", "--output", str(output)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.robustness.soak", *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text())
    assert found["failures"] == []
    assert set(found["memory"]) == {"threads", "process 1"}
    assert sum(kind["calls"] for kind in found["calls"].values()) > 10
    assert "predict, by minute" in done.stdout


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    return Load(tmp_path_factory.mktemp("soak"), number=12)


def test_all_kinds_of_work_give_the_answers_that_were_computed_before(load: Load) -> None:
    rng = random.Random(1)
    for kind in load.kinds:
        pairs = list(load.kinds[kind](rng, "test"))
        assert pairs
        assert all(same(found, expected) for found, expected in pairs)


def test_answers_in_another_order_are_noticed(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    in_order = roleclass.predict_many

    def reversed_order(*arguments: object, **options: object) -> list[roleclass.Prediction]:
        return list(in_order(*arguments, **options))[::-1]

    monkeypatch.setattr(roleclass, "predict_many", reversed_order)
    pairs = [pair for seed in range(3) for pair in load._predict_many(random.Random(seed), "")]
    assert not all(same(found, expected) for found, expected in pairs)


def record(*, growth: float = 0, slowdown: float = 0) -> Record:
    seconds = {(minute, "predict"): [0.001 * (1 + slowdown * minute)] * 200 for minute in range(10)}
    memory = [(second, 100 + growth * second / 60) for second in range(600)]
    return Record("threads", seconds=seconds, memory=memory)


def test_a_leak_is_noticed() -> None:
    assert figures([record()], 10)["failures"] == []
    assert "grows by 5.0 MB a minute" in figures([record(growth=5)], 10)["failures"][0]


def test_slower_answers_are_noticed() -> None:
    assert "slow down" in figures([record(slowdown=0.2)], 10)["failures"][0]


def test_growth_during_the_warm_up_is_no_leak() -> None:
    samples = [(second, 100.0 + min(second, 100)) for second in range(600)]
    assert leak(samples)["mb_a_minute"] == pytest.approx(0, abs=0.01)
