"""A model with roles of somebody's own: trained, judged and used like the package's."""

import json
import re
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from roleclass import CustomRole, Role, RoleClassifier
from roleclass.cli import main
from roleclass.training import run as training_run
from tests.written import OPENING, OWN_DUTIES, own_rows

ROLES = "backend,frontend,other"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    pd.DataFrame(own_rows(40)).to_parquet(folder / "web.parquet")
    return folder


@pytest.fixture(scope="module")
def model(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("own-model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_run, "train", partial(training_run.train, folds=2, seeds=[0]))
        done = run("train", "--corpus", corpus, "--roles", ROLES, "--output", output)
    assert done.exit_code == 0, done.output
    return output / "model.onnx"


def test_it_learns_them(model: Path) -> None:
    figures = json.loads(model.with_name("metrics.json").read_text("utf-8"))
    assert list(figures["corpus"]["train"]) == ROLES.split(",")
    assert figures["dev"]["all"]["accuracy"] > 0.9  # written postings are easy
    card = model.with_name("MODEL_CARD.md").read_text("utf-8")
    assert "backend, frontend, Other." in card
    assert "codebook" not in card  # which is about the package's roles


def test_words_that_only_its_postings_have_speak_for_a_role(model: Path) -> None:
    text = "\n".join([*OPENING[:2], *OWN_DUTIES["frontend"]])
    assert "storybook" in text.lower()
    weights = {
        item.name: item.weight
        for item in RoleClassifier(model).explain(text, role=CustomRole("frontend")).evidence
    }
    assert weights["storybook"] > 0
    assert "storybook" not in {item.name for item in RoleClassifier().explain(text).evidence}


def test_it_answers_with_them(model: Path) -> None:
    classifier = RoleClassifier(model)
    answer = classifier.predict("\n".join([*OPENING[:2], *OWN_DUTIES["backend"]]))
    assert answer.role == "backend"
    assert isinstance(answer.role, CustomRole)
    assert set(answer.probabilities) == {"backend", "frontend", Role.OTHER}
    assert classifier.predict("").role is Role.UNCLEAR
    why = classifier.explain(OWN_DUTIES["frontend"][0] * 3)
    assert why.role == "frontend"


def test_the_commands_know_them(model: Path, corpus: Path, tmp_path: Path) -> None:
    posting = tmp_path / "posting.txt"
    posting.write_text("\n".join([*OPENING[:2], *OWN_DUTIES["frontend"]]), "utf-8")
    assert "frontend" in run("predict", "--model", model, posting).stdout
    asked = ("--role", "backend", "--against", "other")
    assert "backend against Other" in run("explain", "--model", model, *asked, posting).stdout
    done = run("evaluate", "--corpus", corpus, "--model", model, "--json", "-")
    assert json.loads(done.stdout)["all"]["roles"]["frontend"]["f1"] > 0.9

    rows = pd.read_parquet(corpus / "web.parquet").drop(columns="role")
    rows.to_csv(tmp_path / "in.csv", index=False)
    scored = tmp_path / "out.csv"
    done = run("score", tmp_path / "in.csv", "-o", scored, "--model", model, "--json")
    counts = json.loads(done.stdout)["roles"]
    assert list(counts) == ["backend", "frontend", "other", "unclear"]
    assert sum(counts.values()) == len(rows)
    assert "probability_backend" in pd.read_csv(scored).columns


def test_what_does_not_know_them_says_so(model: Path, corpus: Path, tmp_path: Path) -> None:
    done = run("train", "--corpus", corpus, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert re.search("column role: .* ai-first", done.stderr)
    done = run("train", "--corpus", corpus, "--roles", "Back End", "--output", tmp_path / "out")
    assert done.exit_code == 2
    assert "'Back End' " in done.stderr
    posting = tmp_path / "posting.txt"
    posting.write_text(OPENING[0], "utf-8")
    done = run("explain", "--model", model, "--role", "ml-first", posting)
    assert done.exit_code == 2
    assert "backend, frontend, other" in done.stderr
    table = tmp_path / "in.csv"
    table.write_text("text\nWrites code.\n", "utf-8")
    done = run("report", table, "-o", tmp_path / "market", "--model", model)
    assert done.exit_code == 1
    assert re.search("report .* ai-first", done.stderr)
