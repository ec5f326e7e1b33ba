"""A training run as a whole: what it writes, that it repeats, that it resumes, that it refuses."""

import json
from pathlib import Path
from typing import Any

import filelock
import pytest

from roleclass import Role, RoleClassifier
from roleclass.errors import CorpusError, RoleclassError
from roleclass.training import selection
from roleclass.training.card import model_card
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.evaluation import evaluate
from roleclass.training.model import Settings
from roleclass.training.run import Protocol, train

PROTOCOL = Protocol(candidates=[Settings(), Settings(regularisation=0.5)], folds=2, seeds=[0])


def quietly(corpus: Corpus, output: Path, protocol: Protocol = PROTOCOL) -> dict[str, Any]:
    return train(corpus, output, warn=print, progress=lambda *_: None, protocol=protocol)


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


def test_the_card_says_of_the_data_what_it_is_told_and_else_that_nobody_did(trained: Path) -> None:
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    assert "Nobody has written down" in (trained / "MODEL_CARD.md").read_text("utf-8")
    assert "Labelled by bakers." in model_card(figures, 0.9, "## Data\nLabelled by bakers.")


def test_the_figures_are_those_of_the_model_file(trained: Path, corpus: Corpus) -> None:
    figures = json.loads((trained / "metrics.json").read_text("utf-8"))
    again = evaluate(RoleClassifier(trained / "model.onnx"), corpus.split("dev"))
    assert json.loads(json.dumps(again)) == figures["dev"]
    assert figures["dev"]["all"]["accuracy"] > 0.9  # the written postings are easy


def test_a_second_run_into_the_same_folder_is_refused_while_the_first_is_at_it(
    corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints").mkdir()
    with (
        filelock.FileLock(tmp_path / "checkpoints" / "lock"),
        pytest.raises(RoleclassError, match="another run is writing to"),
    ):
        quietly(corpus, tmp_path)
    assert not (tmp_path / "model.onnx").exists()


def test_two_runs_write_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    for name in ("one", "two"):
        quietly(corpus, tmp_path / name)
    for file in ("model.onnx", "metrics.json", "MODEL_CARD.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_best_candidate_is_the_one_with_the_lowest_log_loss(
    corpus: Corpus, tmp_path: Path
) -> None:
    figures = quietly(corpus, tmp_path)
    losses = [trial["log_loss"] for trial in figures["trials"]]
    assert losses == sorted(losses)
    assert figures["settings"] == figures["trials"][0]["settings"]


def test_an_interrupted_run_takes_up_where_it_stopped(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quietly(corpus, tmp_path / "undisturbed")
    fits = 0
    fit = selection.fit

    def counting_fit(*arguments: Any) -> Any:
        nonlocal fits
        fits += 1
        return fit(*arguments)

    def interrupt(_: str, done: int, __: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(selection, "fit", counting_fit)
    with pytest.raises(KeyboardInterrupt):
        train(corpus, tmp_path / "out", warn=print, progress=interrupt, protocol=PROTOCOL)
    assert not (tmp_path / "out" / "model.onnx").exists()
    assert fits == 3
    quietly(corpus, tmp_path / "out")
    assert fits == 4  # two candidates, two folds: the first three were remembered
    one, two = (tmp_path / name / "model.onnx" for name in ("undisturbed", "out"))
    assert one.read_bytes() == two.read_bytes()


def test_dev_chooses_nothing(corpus: Corpus, tmp_path: Path) -> None:
    # The same training postings with another dev split give the same model.
    training = Corpus(corpus.split("train").postings)
    messages: list[str] = []
    train(
        training, tmp_path / "a", warn=messages.append, progress=lambda *_: None, protocol=PROTOCOL
    )
    assert messages == ["no dev posting has a role: the model is not evaluated"]
    quietly(corpus, tmp_path / "b")
    one, two = (RoleClassifier(tmp_path / name / "model.onnx") for name in "ab")
    texts = [posting.text for posting in corpus]
    assert (one.predict_proba(texts) == two.predict_proba(texts)).all()


def test_one_role_is_too_few(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="at least two roles, found: other"):
        quietly(corpus.where(lambda p: p.role == Role.OTHER), tmp_path)
