"""The benchmark measures what it says, in seconds."""

import json
import sys

import pytest

from roleclass import RoleClassifier
from roleclass.benchmark import (
    LENGTHS,
    alternate,
    benchmark,
    consume,
    generated,
    growth_with_count,
    memory,
)
from roleclass.engine.model_file import default_model


def test_generated_postings_are_as_long_as_asked_and_always_the_same() -> None:
    postings = list(generated(200, length=1000))
    assert postings == list(generated(200, length=1000))
    lengths = sorted(map(len, postings))
    assert 900 < lengths[100] < 1100
    assert 350 < lengths[10] < 650
    assert postings != list(generated(200, length=1000, seed=2))


def test_ways_take_turns() -> None:
    calls: list[str] = []
    seconds = alternate({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b", "a", "b"]
    assert [len(times) for times in seconds.values()] == [2, 2]


def test_consume_runs_an_iterator_to_its_end() -> None:
    items = iter(range(3))
    consume(items)
    assert list(items) == []


def test_memory_is_what_a_process_holds_where_psutil_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = memory()
    assert held is not None
    assert 10 < held < 100_000
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert memory() is None


def test_counts_grow_by_ten_up_to_the_top() -> None:
    figures = growth_with_count(RoleClassifier(), ["Build agents."], 150)
    assert list(figures) == ["10", "100"]
    assert all(row["seconds"] > 0 and row["megabytes"] > 0 for row in figures.values())


@pytest.fixture(scope="module")
def figures() -> dict[str, object]:
    texts = ["Build agents. SECRETWORD", *generated(7, length=300)]
    return benchmark(default_model(), texts, count=10, rounds=1)


def test_all_is_measured(figures: dict) -> None:
    assert figures["postings"]["number"] == 8
    why = figures["explaining_us"]
    assert why["ratio"] > 1
    assert why["predict"] < why["explain"]
    latency = figures["latency_us"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"]
    assert list(figures["throughput"]["by_threads"]) == ["1", "2"]
    assert figures["throughput"]["two_threads_to_one"] > 0
    assert 0 < figures["cold_start"]["seconds"] < 60
    assert figures["cold_start"]["megabytes"] > 10
    assert list(figures["us_by_length"]) == [str(n) for n in LENGTHS]
    assert list(figures["by_count"]) == ["10"]


def test_figures_are_json_without_text_or_paths(figures: dict) -> None:
    text = json.dumps(figures)
    assert "SECRETWORD" not in text
    assert str(default_model().parent) not in text
    assert set(figures["machine"]) >= {"cpu", "cores", "python", "onnxruntime", "roleclass"}
