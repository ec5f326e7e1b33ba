"""The comparison as a command, on a tiny corpus and with the peers that need no further package."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import labellers, peers
from benchmarks.changes import changes
from benchmarks.labellers import SkippedError, all_peers
from roleclass.roles import Role
from roleclass.training.corpus import Corpus, LabelledPosting, load_corpus

LIGHT = (
    "roleclass",
    "TF-IDF + logistic regression",
    "TF-IDF by skl2onnx",
    "TF-IDF on published labels",
    "rules on titles",
)
OLD = {"measured": "2020-02-02", "accuracy": 0.5}


@pytest.fixture(scope="module")
def corpus(written_corpus: Path) -> Corpus:
    return load_corpus(written_corpus, warn=print)


@pytest.fixture(scope="module")
def results(
    written_corpus: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    output = tmp_path_factory.mktemp("results")
    before = {"rows": {"fastText": OLD, "rules on titles": OLD, "of another day": OLD}}
    (output / "peers.json").write_text(json.dumps(before), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "TIMED", 40)
        patch.setattr(peers, "speeds", partial(peers.speeds, rounds=1, calls=2))
        done = CliRunner().invoke(
            peers.main,
            ["--corpus", str(written_corpus), "--output", str(output),
             "--model", str(trained / "model.onnx"), *(f"--only={name}" for name in LIGHT)],
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    return output, json.loads((output / "peers.json").read_text("utf-8"))


def test_each_row_has_right_steady_and_fast(results: tuple[Path, Any], corpus: Corpus) -> None:
    _, figures = results
    assert figures["dev"] == len(corpus.split("dev"))
    assert figures["skipped"] == {}
    for name in LIGHT:
        row = figures["rows"][name]
        low, high = row["interval"]
        assert low <= row["accuracy"] <= high
        assert set(row["lost"]) <= set(peers.PUT_IN)
        assert row["postings_per_second"] > 0
        assert row["about"]
    # The written postings are easy, and so are their published labels.
    assert figures["rows"]["roleclass"]["accuracy"] > 0.9
    assert figures["rows"]["TF-IDF + logistic regression"]["accuracy"] > 0.9


def test_what_is_not_run_keeps_its_row_and_day_and_what_is_no_peer_goes(
    results: tuple[Path, Any],
) -> None:
    _, figures = results
    assert figures["rows"]["fastText"] == OLD
    assert figures["rows"]["rules on titles"]["measured"] > OLD["measured"]
    assert list(figures["rows"]) == [n for n in all_peers() if n in (*LIGHT, "fastText")]


def test_no_text_is_written(results: tuple[Path, Any], corpus: Corpus) -> None:
    output, _ = results
    assert [path.name for path in output.iterdir()] == ["peers.json"]
    text = (output / "peers.json").read_text("utf-8")
    assert not any(line in text for posting in corpus for line in posting.text.splitlines())


def test_a_name_that_is_no_peer_is_refused(written_corpus: Path, tmp_path: Path) -> None:
    arguments = ["--corpus", str(written_corpus), "--output", str(tmp_path), "--only=a coin"]
    done = CliRunner().invoke(peers.main, arguments)
    assert done.exit_code == 2
    assert "a coin" in done.output
    assert "rules on titles" in done.output


def test_a_peer_that_cannot_run_is_skipped_with_a_word(corpus: Corpus) -> None:
    def missing(_: Corpus) -> labellers.Answer:
        raise SkippedError("its package is not installed")

    answers, skipped = peers.fit_all({"missing": labellers.Peer(missing, "")}, corpus)
    assert answers == {}
    assert skipped == {"missing": "its package is not installed"}


def test_what_is_lost_is_what_lines_of_others_cost(corpus: Corpus) -> None:
    dev = corpus.split("dev")
    put_in = [change for change in changes(dev, []) if change.group in peers.PUT_IN]
    known = {posting.text: str(posting.role) for posting in dev}

    def by_heart(postings: Any) -> list[str]:
        return [known.get(posting.text, "other") for posting in postings]

    figures = peers.rightness(by_heart, dev, put_in)
    assert figures["accuracy"] == 1.0
    lost = round(1 - np.mean(dev.column("role") == "other"), 6)
    assert figures["lost"] == {"company": lost, "nice-to-have": lost}


def test_all_take_turns_and_slow_ones_get_fewer_postings(corpus: Corpus) -> None:
    calls: list[tuple[str, int]] = []

    def peer(name: str) -> labellers.Answer:
        return lambda postings: calls.append((name, len(postings))) or [""] * len(postings)  # type: ignore[func-returns-value]

    found = peers.speeds(
        {"quick": peer("quick"), "slow": peer("slow")}, {"quick": 1, "slow": 0.1},
        corpus.postings[:40], rounds=1, calls=2,
    )  # fmt: skip
    turn = [("quick", 40), ("quick", 1), ("quick", 1), ("slow", 4), ("slow", 1), ("slow", 1)]
    assert calls == turn * 2
    assert set(found) == {"quick", "slow"}


def test_the_onnx_graph_answers_nearly_as_what_it_converts(corpus: Corpus) -> None:
    every = all_peers()
    names = ("TF-IDF + logistic regression", "TF-IDF by skl2onnx")
    one, other = (every[name].fit(corpus.split("train"))(corpus.postings) for name in names)
    assert np.mean(np.array(one) == np.array(other)) > 0.95


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Senior AI Engineer", Role.AI_FIRST),
        ("Machine Learning Engineer, Gen AI", Role.AI_FIRST),
        ("AI Platform Engineer", Role.AI_SUPPORT),
        ("AI Sales Engineer", Role.AI_SUPPORT),
        ("ML Engineer", Role.ML_FIRST),
        ("Data Scientist", Role.ML_FIRST),
        ("Retail Assistant", Role.OTHER),
        (None, Role.AI_FIRST),
    ],
)
def test_title_rules(title: str | None, role: Role) -> None:
    posting = LabelledPosting("1", "jobs", "acme", title, "AI Engineer\nWe bake bread.", Role.OTHER)
    answer = all_peers()["rules on titles"].fit(Corpus(()))
    assert answer([posting]) == [str(role)]
