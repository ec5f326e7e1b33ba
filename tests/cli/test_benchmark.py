"""``roleclass benchmark``: a table, a JSON file, a plot."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main


def run(trained: Path, *more: str) -> Result:
    few = ["--postings", "4", "--length", "200", "--top-count", "10", "--rounds", "1"]
    return CliRunner().invoke(
        main, ["benchmark", "--model", str(trained / "model.onnx"), *few, *more]
    )


def test_prints_a_table_and_writes_json(trained: Path, tmp_path: Path) -> None:
    result = run(trained, "--json", str(tmp_path / "figures.json"))
    assert result.exit_code == 0, result.output
    for words in ("p99", "batch of 32", "two threads to one", "import to first answer"):
        assert words in result.output
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["postings"]["source"] == "generated"


def test_reads_a_file_of_one_posting_a_line(trained: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "postings.txt"
    corpus.write_text("Build agents.\n\nSell shoes.\n", encoding="utf-8")
    result = run(trained, "--corpus", str(corpus))
    assert result.exit_code == 0, result.output
    assert "2, median" in result.output


def test_reads_a_folder_of_labelled_postings(trained: Path, written_corpus: Path) -> None:
    result = run(trained, "--corpus", str(written_corpus))
    assert result.exit_code == 0, result.output
    assert "4, median" in result.output


def test_an_empty_corpus_is_an_error(trained: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "empty.txt"
    corpus.write_text("\n")
    result = run(trained, "--corpus", str(corpus))
    assert result.exit_code == 1
    assert "holds no posting" in result.output


def test_draws_a_plot(trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = run(trained, "--plot", str(tmp_path / "growth.png"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_says_what_a_plot_needs(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = run(trained, "--plot", str(tmp_path / "growth.png"))
    assert result.exit_code == 1
    assert "roleclass[bench]" in result.output
