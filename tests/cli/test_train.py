"""``roleclass train``, ``evaluate`` and ``corpus build`` in-process."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.training import run as training_run
from roleclass.training.model import Settings
from tests.training.test_fieldguide import WELL_FORMED


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_train_writes_a_model_and_prints_how_good_it_is(
    written_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = training_run.Protocol(candidates=[Settings()], folds=2, seeds=[0])
    monkeypatch.setattr(training_run, "Protocol", lambda: small)
    done = run("train", "--corpus", written_corpus, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "model.onnx" in done.stdout
    assert "cross-validation: accuracy" in done.stdout
    assert "dev: accuracy" in done.stdout
    assert done.stderr == ""  # a pipe: no progress


def test_train_names_bad_rows_and_stops(tmp_path: Path) -> None:
    rows = [{"id": "1", "description": "Sells shoes.", "role": "salesman"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "bad.parquet")
    done = run("train", "--corpus", tmp_path, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "bad.parquet row 0: column role" in done.stderr


def test_evaluate_prints_and_writes_the_figures_of_metrics_json(
    written_corpus: Path, trained: Path, tmp_path: Path
) -> None:
    model = trained / "model.onnx"
    output = tmp_path / "figures.json"
    done = run("evaluate", "--corpus", written_corpus, "--model", model, "--json", output)
    assert done.exit_code == 0, done.output
    figures = json.loads(output.read_text("utf-8"))
    assert figures == json.loads((trained / "metrics.json").read_text("utf-8"))["dev"]
    assert f"{figures['all']['accuracy']:.3f}" in done.stdout
    assert "field guide, three roles: published labels" in done.stdout
    printed = run("evaluate", "--corpus", written_corpus, "--model", model, "--json", "-")
    assert json.loads(printed.stdout) == figures


def test_evaluate_says_when_there_is_nothing_to_score(tmp_path: Path) -> None:
    rows = [{"id": "1", "description": "Sells shoes.", "role": "other", "split": "train"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "one.parquet")
    done = run("evaluate", "--corpus", tmp_path)
    assert done.exit_code == 1
    assert "no posting of split dev" in done.stderr


def test_corpus_build_reads_the_guide_and_says_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "guide" / "data_raw").mkdir(parents=True)
    (tmp_path / "guide" / "data_raw" / "8594191_x.yaml").write_text(WELL_FORMED.format(id=8594191))
    done = run("corpus", "build", "--fieldguide", tmp_path / "guide", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "fieldguide.parquet: 1 postings" in done.stdout


def test_a_missing_extra_names_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    from roleclass import errors

    for name in [name for name in sys.modules if name.startswith("roleclass.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(errors, "find_spec", lambda _: None)
    done = run("train", "--corpus", tmp_path, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "pip install 'roleclass[train]'" in done.stderr
