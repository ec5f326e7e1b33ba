"""``roleclass train``, ``evaluate`` and ``corpus build`` in-process."""

import json
from functools import partial
from itertools import cycle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.training import run as training_run
from tests.fieldguide import WELL_FORMED
from tests.written import TITLES, corpus_rows


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_train_writes_a_model_and_prints_how_good_it_is(
    written_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "train", partial(training_run.train, folds=2, seeds=[0]))
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


def _mixed(count: int) -> list[dict[str, object]]:
    """Training postings of four roles in turn, each of a company of its own."""
    of = {role: [row for row in corpus_rows(10) if row["role"] == role] for role in TITLES}
    return [
        {**of[role][i // 4], "company": f"company {i}", "split": "train"}
        for i, role in zip(range(count), cycle(TITLES))
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (_mixed(1), "at least two roles"),
        (_mixed(3), "one training posting of each role"),
        ([{**row, "company": "A"} for row in _mixed(12)], "one company or board"),
        ([{**row, "role": "other", "runner_up": None} for row in _mixed(12)], "at least two roles"),
        (
            [{**row, "role": "other" if i else "ai-first"} for i, row in enumerate(_mixed(12))],
            "only the role other is left",
        ),
    ],
    ids=["one row", "three rows", "one company", "one role", "a role at one company"],
)
def test_train_says_what_a_corpus_lacks_that_is_too_small(
    rows: list[dict[str, object]], said: str, tmp_path: Path
) -> None:
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "small.parquet")
    done = run("train", "--corpus", tmp_path, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")


def test_ten_rows_are_enough_and_a_confidence_may_have_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "train", partial(training_run.train, folds=5, seeds=[0]))
    rows = [{**row, "confidence": 2.0 if i % 3 else None} for i, row in enumerate(_mixed(10))]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "ten.parquet")
    done = run("train", "--corpus", tmp_path, "--output", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert "no dev posting has a role" in done.stderr


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
    assert "fieldguide.parquet: 1 rows" in done.stdout


def test_a_missing_extra_names_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    from roleclass import errors

    for name in [name for name in sys.modules if name.startswith("roleclass.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(errors, "find_spec", lambda _: None)
    done = run("train", "--corpus", tmp_path, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "pip install 'roleclass[train]'" in done.stderr
