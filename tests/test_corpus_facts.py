"""What the shipped model must show on the real corpus; skipped where that is missing."""

import json
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from roleclass import Role, RoleClassifier, explain
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.evaluation import evaluate
from roleclass.training.graph.export import ModelInfo, export
from roleclass.training.graph.parity import check_parity
from roleclass.training.model import Settings, fit
from roleclass.training.prepared import prepare

pytestmark = pytest.mark.corpus

FIGURES = json.loads((Path(__file__).parents[1] / "models" / "metrics.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def corpus(shared_corpus: Path) -> Corpus:
    loaded = load_corpus(shared_corpus, warn=lambda _: None)
    if loaded.fingerprint() != FIGURES["corpus"]["fingerprint"]:
        pytest.skip("another corpus than the one that the model was trained on")
    return loaded


@pytest.fixture(scope="module")
def unlabelled(shared_corpus: Path) -> dict[str, list[str | None]]:
    columns = ["title", "description", "lang"]
    table: dict[str, list[str | None]] = pq.read_table(
        shared_corpus / "unlabelled.parquet", columns=columns
    ).to_pydict()
    return table


def test_the_figures_of_metrics_json_are_those_of_the_shipped_model(corpus: Corpus) -> None:
    figures = evaluate(RoleClassifier(), corpus.split("dev"), corpus.unclear("dev"))
    assert json.loads(json.dumps(figures)) == FIGURES["dev"]


def test_the_model_is_as_right_as_was_promised() -> None:
    dev = FIGURES["dev"]
    assert dev["all"]["accuracy"] >= 0.86
    assert dev["all"]["macro_f1"] >= 0.84
    assert min(role["f1"] for role in dev["all"]["roles"].values()) >= 0.75
    assert dev["by_confidence"]["3"]["accuracy"] >= 0.94
    assert dev["all"]["accuracy"] - dev["without_title"]["accuracy"] <= 0.02


@pytest.mark.slow
def test_the_pipeline_fitted_anew_answers_like_its_file_and_like_the_shipped_one(
    corpus: Corpus, unlabelled: dict[str, list[str | None]], tmp_path: Path
) -> None:
    prepared = prepare(corpus, 5, warn=print, progress=lambda *_: None)
    pipeline = fit(prepared.training, Settings())
    pipeline[-1].with_temperature(FIGURES["temperature"])
    roles = RoleClassifier().roles
    info = ModelInfo(roles, (0.5,) * len(roles), "x", tuple(pipeline[0].feature_names()))
    export(pipeline, info, tmp_path / "model.onnx")
    again = RoleClassifier(tmp_path / "model.onnx")
    texts = [p.text for p in corpus] + [str(text) for text in unlabelled["description"]]
    titles = [p.title for p in corpus] + unlabelled["title"]
    parity = check_parity(pipeline, again, texts, titles)
    assert parity["postings"] == 4370 + 5723
    # Other processors round differently, and the optimiser stops elsewhere.
    shipped = RoleClassifier().predict_proba(texts, titles)
    np.testing.assert_allclose(shipped, again.predict_proba(texts, titles), atol=0.01)


@pytest.mark.slow
def test_evidence_adds_up_to_the_logits_on_every_fifth_posting(corpus: Corpus) -> None:
    postings = list(corpus)[::5]
    answers = RoleClassifier().predict_many([p.text for p in postings], [p.title for p in postings])
    for posting, answer in zip(postings, answers, strict=True):
        why = explain(posting.text, posting.title)
        assert why.prior + sum(item.weight for item in why.evidence) == pytest.approx(
            why.log_odds, abs=1e-6
        )
        p = answer.probabilities
        if p[why.against] > 1e-5:  # below, a float32 probability has too few digits
            assert why.log_odds == pytest.approx(math.log(p[why.role] / p[why.against]), abs=1e-4)


def test_what_is_not_english_is_unclear(unlabelled: dict[str, list[str | None]]) -> None:
    foreign = np.array(unlabelled["lang"]) != "en"
    answers = RoleClassifier().predict_many(
        [str(text) for text in unlabelled["description"]], unlabelled["title"]
    )
    unclear = np.array([answer.role == Role.UNCLEAR for answer in answers])
    assert foreign.sum() == 150
    assert unclear[foreign].mean() >= 0.95


def test_what_readers_could_judge_is_not_unclear(corpus: Corpus) -> None:
    judged = corpus.where(lambda posting: posting.role != Role.UNCLEAR)
    answers = RoleClassifier().predict_many([p.text for p in judged], [p.title for p in judged])
    assert np.mean([answer.role == Role.UNCLEAR for answer in answers]) <= 0.02
