"""The attack on `score`, a few rounds of it."""

import random
from argparse import Namespace
from pathlib import Path

import pytest

from tests.robustness.score_attack import DAMAGES, attack


def test_no_round_ends_with_a_wrong_row(tmp_path: Path) -> None:
    figures = attack(Namespace(rounds=3, rows=400, seed=1), tmp_path)
    assert figures["wrong"] == []
    assert sum(figures["attacks"].values()) == 3


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_but_none_changes_something(name: str, tmp_path: Path) -> None:
    parts = [tmp_path / f"part-{i}.parquet" for i in range(3)]
    for i, part in enumerate(parts):
        part.write_bytes(bytes([i + 1]) * 5000)
    before = {part: part.read_bytes() for part in parts}
    DAMAGES[name](random.Random(0), parts)
    after = {part: part.read_bytes() for part in parts if part.exists()}
    assert (after == before) == (name == "killed only")
