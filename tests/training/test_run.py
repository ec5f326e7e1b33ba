"""A training run as a whole: what it writes, that it repeats, that it refuses."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roleclass import Role, RoleClassifier
from roleclass.errors import CorpusError
from roleclass.training.card import model_card
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.evaluation import evaluate
from roleclass.training.run import train


def quietly(corpus: Corpus, output: Path) -> dict[str, Any]:
    return train(corpus, output, warn=print, progress=lambda *_: None, folds=2, seeds=[0])


@pytest.fixture(scope="module")
def corpus(written_corpus: Path) -> Corpus:
    return load_corpus(written_corpus, warn=print)


def test_it_writes_model_figures_card_and_pipeline(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "model.onnx", "metrics.json", "MODEL_CARD.md", "pipeline.joblib",
    }  # fmt: skip
    card = (trained / "MODEL_CARD.md").read_text("utf-8")
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    assert figures["corpus"]["fingerprint"] in card
    assert f"{figures['dev']['all']['accuracy']:.3f}" in card
    assert figures["parity"]["max_difference"] <= 1e-5


def test_the_card_describes_the_data_as_given_and_else_names_the_option(trained: Path) -> None:
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    assert "(`--about`)" in (trained / "MODEL_CARD.md").read_text("utf-8")
    assert "Labelled by bakers." in model_card(figures, 0.9, "## Data\nLabelled by bakers.")


def test_a_card_without_dev_calls_no_figure_dev(trained: Path) -> None:
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    nobody = dict.fromkeys(figures["corpus"]["dev"], 0)
    figures |= {"dev": None, "corpus": figures["corpus"] | {"dev": nobody}}
    figures["lines"]["dev"] = None
    lines = model_card(figures, 0.9).splitlines()
    assert [line for line in lines if "dev" in line] == [
        line for line in lines if line.startswith("No posting of a split `dev`")
    ]
    accuracy = figures["cross_validation"]["all"]["accuracy"]
    assert any("cross-validation" in line and f"{accuracy:.3f}" in line for line in lines)


def test_the_figures_are_those_of_the_model_file(trained: Path, corpus: Corpus) -> None:
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    again = evaluate(
        RoleClassifier(trained / "model.onnx"), corpus.split("dev"), corpus.unclear("dev")
    )
    assert json.loads(json.dumps(again)) == figures["dev"]
    assert figures["dev"]["all"]["accuracy"] > 0.9  # the written postings are easy


def test_two_runs_write_the_same_bytes(trained: Path, corpus: Corpus, tmp_path: Path) -> None:
    quietly(corpus, tmp_path)
    for file in ("model.onnx", "metrics.json", "MODEL_CARD.md"):
        assert (tmp_path / file).read_bytes() == (trained / file).read_bytes()


def test_without_labelled_lines_they_are_read_as_by_the_shipped_model(
    corpus: Corpus, tmp_path: Path
) -> None:
    bare = Corpus(tuple(replace(posting, lines=()) for posting in corpus))
    messages: list[str] = []
    figures = train(
        bare, tmp_path, warn=messages.append, progress=lambda *_: None, folds=2, seeds=[0]
    )
    assert any("labelled lines" in message for message in messages)
    assert figures["lines"] == {"cross_validation": None, "dev": None}
    assert figures["dev"]["all"]["accuracy"] > 0.9


def test_dev_chooses_nothing(trained: Path, corpus: Corpus, tmp_path: Path) -> None:
    # The same training postings with another dev split give the same model.
    training = corpus.where(lambda p: p.split == "train")
    messages: list[str] = []
    train(training, tmp_path, warn=messages.append, progress=lambda *_: None, folds=2, seeds=[0])
    assert [message.startswith("no dev posting ") for message in messages] == [True]
    one, two = (RoleClassifier(folder / "model.onnx") for folder in (tmp_path, trained))
    texts = [posting.text for posting in corpus]
    assert (one.predict_proba(texts) == two.predict_proba(texts)).all()


def test_one_role_is_too_few(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"two roles.*: other"):
        quietly(corpus.where(lambda p: p.role == Role.OTHER), tmp_path)
