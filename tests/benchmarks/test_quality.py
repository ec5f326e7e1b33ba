"""The comparison as a command, on a tiny corpus and with the peers that need no further package."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import ablation, quality
from benchmarks.labellers import ROLES, Answers, SkippedError, title_rules
from roleclass.roles import Role
from roleclass.training.corpus import Corpus, Posting, load_corpus
from roleclass.training.model import Settings, TrainingSet

HEAVY = ("fastText", "MiniLM embedding + logistic regression")


@pytest.fixture(scope="module")
def results(
    written_corpus: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    output = tmp_path_factory.mktemp("results")
    done = CliRunner().invoke(
        quality.main,
        ["--corpus", str(written_corpus), "--output", str(output),
         "--model", str(trained / "model.onnx"), *(f"--skip={name}" for name in HEAVY)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return output, json.loads((output / "quality.json").read_text("utf-8"))


def test_it_scores_every_peer_on_dev(results: tuple[Path, Any], written_corpus: Path) -> None:
    _, figures = results
    dev = load_corpus(written_corpus, warn=print).split("dev")
    assert figures["dev"] == len(dev)
    assert set(figures["peers"]) == {*quality.all_peers(Path()), quality.PUBLISHED} - set(HEAVY)
    always = figures["peers"]["always AI-First"]
    assert always["accuracy"]["value"] == np.mean(dev.column("role") == "ai-first").round(6)
    assert always["macro_f1"] == pytest.approx(always["f1"]["ai-first"] / 4, abs=1e-6)
    assert "calibration" not in always
    assert figures["peers"][quality.PUBLISHED]["three_roles"]["accuracy"] == 1.0


def test_intervals_hold_the_value_and_ours_is_not_behind_itself(results: tuple[Path, Any]) -> None:
    _, figures = results
    for name, row in figures["peers"].items():
        if name != quality.PUBLISHED:
            assert row["accuracy"]["low"] <= row["accuracy"]["value"] <= row["accuracy"]["high"]
    assert set(figures["peers"][quality.OURS]["behind"].values()) == {0.0}


def test_it_writes_tables_and_plots_without_any_text(
    results: tuple[Path, Any], written_corpus: Path
) -> None:
    output, _ = results
    assert {path.name for path in output.iterdir()} == {
        "quality.json", "quality.md",
        "peers.svg", "coverage.svg", "reliability.svg", "confusion.svg",
    }  # fmt: skip
    postings = load_corpus(written_corpus, warn=print)
    sentences = {line for posting in postings for line in posting.text.splitlines()}
    for path in output.iterdir():
        text = path.read_text("utf-8")
        assert not any(sentence in text for sentence in sentences)
    assert "| **roleclass** |" in (output / "quality.md").read_text("utf-8")


def test_a_peer_that_cannot_run_is_skipped_with_a_word(written_corpus: Path) -> None:
    def missing(*_: Corpus) -> Answers:
        raise SkippedError("its package is not installed")

    corpus = load_corpus(written_corpus, warn=print)
    tried = {"missing": missing, quality.OURS: title_rules}
    result = quality.compare(corpus.split("train"), corpus.split("dev"), tried)
    assert result["skipped"] == {"missing": "its package is not installed"}
    assert "missing" not in result["peers"]


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
    posting = Posting("1", "jobs", "acme", title, "AI Engineer\nWe bake bread.", Role.OTHER)
    none = Corpus(())
    assert title_rules(none, Corpus((posting,))).roles.tolist() == [str(role)]


def test_columns_are_put_in_order() -> None:
    answers = Answers.from_probabilities(np.array([[0.7, 0.3]]), ["other", "ai-first"])
    assert answers.roles.tolist() == ["other"]
    assert answers.probabilities is not None
    assert dict(zip(ROLES, answers.probabilities[0], strict=True)) == {
        "ai-first": 0.3, "ai-support": 0.0, "ml-first": 0.0, "other": 0.7,
    }  # fmt: skip


def test_chance_alone_gives_few_postings_an_error() -> None:
    few, many = (quality.error_if_perfect(np.full(n, 0.75)) for n in (50, 5000))
    assert 0 < many["mean"] < few["mean"] < few["high"] < 0.2


def test_the_ablation_shows_differences(written_set: TrainingSet, written_corpus: Path) -> None:
    every = ablation.variants(Settings())
    judged = load_corpus(written_corpus, warn=print).split("train")
    assert written_set.corpus.postings[: len(judged)] == judged.postings
    rows = ablation.ablate(written_set, len(judged), every, [0])
    assert set(rows[0]["parts"]) == {posting.part for posting in judged}
    assert [row["variant"] for row in rows] == list(every)
    same = [row["variant"] for row in rows[1:] if row["log_loss"] == rows[0]["log_loss"]]
    assert same == ["hard labels, no runner-up"]  # the written postings have no runner-up
    lines = ablation.table(rows).splitlines()
    assert lines[2].startswith("| as shipped | ")
    assert [line.split(" | ")[0] for line in lines[3:]] == [f"| {name}" for name in list(every)[1:]]


def test_variants_are_the_given_settings_less_one_part() -> None:
    base = Settings()
    every = ablation.variants(base)
    assert every["as shipped"].settings == base
    assert every["without title"].settings.scales.title == 0
    assert every["without title"].settings.scales.density == base.scales.density
    assert every["no changed copies"].settings.copy_share == 0


def test_the_shipped_settings_are_those_that_training_wrote(trained: Path) -> None:
    assert ablation.shipped_settings(trained / "metrics.json") == Settings()


def test_where_lines_are_not_read_each_mention_counts_once(written_set: TrainingSet) -> None:
    plain = ablation.lines_not_read(written_set).titled
    np.testing.assert_allclose(plain.weight, plain.words)
    np.testing.assert_allclose(plain.words, written_set.titled.words)
    assert set(np.unique(plain.ngrams.data)) <= set(range(100))
    assert plain.surest.sum() == plain.areas.sum() == 0


def test_without_ngrams_concepts_stay(written_set: TrainingSet) -> None:
    changed = ablation.without_ngrams(written_set)
    for before, after in zip(written_set[1:4], changed[1:4], strict=True):
        assert after.ngrams.nnz == 0 < before.ngrams.nnz
        np.testing.assert_array_equal(after.concepts, before.concepts)
