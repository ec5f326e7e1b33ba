"""The notebooks run, on the corpus where it is at hand and on written postings, and give nothing away.

``python -m tests.test_notebooks`` runs them, or those that are named, on the corpus and keeps what comes out.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pyarrow.parquet as pq
import pytest
from nbclient import NotebookClient

from benchmarks.results import model_hash
from tests.conftest import CORPUS

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# A home, a checkout, an environment: no output of ours may name one.
PATHS = ("/tmp", "/home", "/work", "/root", "/usr", "/var", "C:\\", "site-packages", sys.prefix)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _outputs(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def _shown(notebook: nbformat.NotebookNode) -> str:
    """All that the outputs say, but the pictures: base64 may spell anything."""
    parts = []
    for output in _outputs(notebook):
        data = {kind: v for kind, v in output.get("data", {}).items() if kind != "image/png"}
        parts += [output.get("text", ""), json.dumps(data, ensure_ascii=False)]
    return "\n".join(parts)


def _check(notebook: nbformat.NotebookNode) -> None:
    kinds = [output.output_type for output in _outputs(notebook)]
    assert "error" not in kinds
    assert any("image/png" in output.get("data", {}) for output in _outputs(notebook))
    assert "stderr" not in [output.get("name") for output in _outputs(notebook)]
    assert [path for path in PATHS if path in _shown(notebook)] == []


def _executed(
    path: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> nbformat.NotebookNode:
    # A kernel of this interpreter, whatever kernels the machine knows by that name.
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(described))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("ROLECLASS_CORPUS", str(data))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    _check(notebook)
    return notebook


def test_runs_on_written_postings(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _executed(path, tmp_path / "no corpus here", tmp_path, monkeypatch)


@pytest.mark.corpus
def test_runs_on_the_corpus(
    path: Path, shared_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _executed(path, shared_corpus, tmp_path, monkeypatch)


def test_is_committed_as_it_ran_with_the_model_that_ships(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    _check(notebook)
    assert notebook.metadata.get("model") == model_hash(), "python -m tests.test_notebooks"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert path.stat().st_size < 150_000


@pytest.mark.corpus
def test_shows_no_text_of_a_posting(path: Path, shared_corpus: Path) -> None:
    shown = _shown(nbformat.read(path, as_version=4))
    lines = [line.strip() for line in shown.splitlines() if len(line.strip()) >= 40]
    for file in sorted(shared_corpus.glob("*.parquet")):
        if "description" in pq.read_schema(file).names:
            texts = pq.read_table(file, columns=["description"])["description"].to_pylist()
            everything = "\0".join(text or "" for text in texts)
            assert [line for line in lines if line in everything] == []


if __name__ == "__main__":
    for notebook in [Path(name) for name in sys.argv[1:]] or NOTEBOOKS:
        with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
            executed = _executed(notebook, CORPUS, Path(scratch), patch)
            executed.metadata["model"] = model_hash()
            nbformat.write(executed, notebook)
