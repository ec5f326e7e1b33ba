"""``roleclass benchmark``: a table, a JSON file, a plot."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.engine.model_file import default_model


def run(*more: object) -> Result:
    few = ["--postings", "4", "--length", "200", "--top-count", "10", "--rounds", "1"]
    return CliRunner().invoke(main, ["benchmark", *few, *map(str, more)])


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("benchmark")
    outputs = ["--json", folder / "figures.json", "--plot", folder / "growth.png"]
    return run("--model", default_model(), *outputs), folder


@pytest.fixture
def asked(measured: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The postings that are measured with, once that is asked for; nothing is measured."""
    figures = json.loads((measured[1] / "figures.json").read_text())
    texts: list[str] = []

    def measure(_: object, given: list[str], **__: object) -> dict[str, Any]:
        texts[:] = given
        return figures

    monkeypatch.setattr("roleclass.benchmark.benchmark", measure)
    return texts


def test_prints_a_table_writes_json_and_draws_a_plot(measured: tuple[Result, Path]) -> None:
    result, folder = measured
    assert result.exit_code == 0, result.output
    for words in (
        "4, median",
        "p99",
        "batch of 32",
        "two threads to one",
        "import to first answer",
    ):
        assert words in result.output
    figures = json.loads((folder / "figures.json").read_text())
    assert figures["postings"]["source"] == "generated"
    assert (folder / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_reads_a_file_of_one_posting_a_line(asked: list[str], tmp_path: Path) -> None:
    corpus = tmp_path / "postings.txt"
    corpus.write_text("Build agents.\n\nSell shoes.\n", encoding="utf-8")
    result = run("--corpus", corpus)
    assert result.exit_code == 0, result.output
    assert asked == ["Build agents.", "Sell shoes."]


def test_reads_a_folder_of_labelled_postings(asked: list[str], written_corpus: Path) -> None:
    result = run("--corpus", written_corpus)
    assert result.exit_code == 0, result.output
    assert len(asked) == 4
    assert "AI Engineer" in asked[0]


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    corpus = tmp_path / "empty.txt"
    corpus.write_text("\n")
    result = run("--corpus", corpus)
    assert result.exit_code == 1
    assert "empty.txt" in result.output
    assert "no posting" in result.output


@pytest.mark.usefixtures("asked")
def test_says_what_a_plot_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = run("--plot", tmp_path / "growth.png")
    assert result.exit_code == 1
    assert "roleclass[bench]" in result.output
