"""``roleclass benchmark``: a table and a JSON file, of generated postings or of given ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from roleclass.cli import main
from roleclass.engine.model_file import default_model


def run(*more: object) -> Result:
    few = ["--postings", "10", "--rounds", "1"]
    return CliRunner().invoke(main, ["benchmark", *few, *map(str, more)])


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Any]:
    file = tmp_path_factory.mktemp("benchmark") / "figures.json"
    done = run("--model", default_model(), "--json", file)
    return done, json.loads(file.read_text())


@pytest.fixture
def asked(measured: tuple[Result, Any], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The postings that are measured with, once that is asked for; nothing is measured."""
    texts: list[str] = []

    def measure(_: object, given: list[str], **__: object) -> Any:
        texts[:] = given
        return measured[1]

    monkeypatch.setattr("roleclass.benchmark.benchmark", measure)
    return texts


def test_prints_a_table_and_writes_json(measured: tuple[Result, Any]) -> None:
    result, figures = measured
    assert result.exit_code == 0, result.output
    for words in ("10, median", "p99", "two threads to one", "import to first answer"):
        assert words in result.output
    assert figures["postings"]["source"] == "generated"


def test_measures_with_the_first_postings_of_tables_in_any_format(
    asked: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("title,text\nCook,Bake bread.\n,Sell shoes.\n", "utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "Build agents."}\n' * 20, "utf-8")
    result = run(tmp_path / "a.csv", tmp_path / "b.jsonl")
    assert result.exit_code == 0, result.output
    assert asked == ["Bake bread.", "Sell shoes.", *["Build agents."] * 8]


@pytest.mark.parametrize("rows", ["text,role\n,other\n", "text\n"])
def test_a_table_without_a_text_is_an_error(rows: str, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text(rows, "utf-8")
    result = run(tmp_path / "empty.csv")
    assert result.exit_code == 1
    assert "empty.csv: no posting has a text" in result.output
