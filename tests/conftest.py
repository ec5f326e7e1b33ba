"""Fixtures that several tests share."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roleclass.engine import model_file
from roleclass.engine.model_file import Model, default_model

if TYPE_CHECKING:
    from roleclass.training.model import TrainingSet

from tests.written import corpus_rows, line_rows

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that use ONNX Runtime themselves

CORPUS = Path(os.environ.get("ROLECLASS_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))


SLOW = (
    *("benchmarks/test_ablation.py", "benchmarks/test_peers.py", "cli/test_benchmark.py"),
    *("cli/test_train.py", "robustness/", "test_notebooks.py", "test_package.py"),
    *("training/test_run.py", "training/test_own_roles.py", "training/graph/test_export.py"),
)
"""Modules that train, kill, soak, build or run notebooks; other tests bear the mark themselves."""

MEASURED = ("training/", "cli/")
"""Of slow tests, those of what quick ones do not run: coverage of the others would cost time for nothing."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow modules before they are chosen; slow ones begin first."""
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here).as_posix() if here in item.path.parents else ""
        if path.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not path.startswith(MEASURED):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _unmeasured_children(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage would take time and memory in children, too."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _one_model() -> Iterator[None]:
    """The shipped model is loaded once for all tests of a process, not for each run that they make."""
    load = model_file.load_model

    @cache
    def of_process(process: int) -> Model:  # a child that was forked needs one of its own
        return load(default_model())

    def load_model(path: Path) -> Model:
        return of_process(os.getpid()) if path == default_model() else load(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_file, "load_model", load_model)
        yield


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """The folder of the real labelled corpus; tests that need it are skipped where it is missing."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}; set ROLECLASS_CORPUS")
    return CORPUS


@pytest.fixture(scope="session")
def written_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small corpus of postings written for the tests."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = list(corpus_rows(40))
    pq.write_table(pa.Table.from_pylist(rows), folder / "written.parquet")
    pq.write_table(pa.Table.from_pylist(list(line_rows(rows))), folder / "lines.parquet")
    return folder


@pytest.fixture(scope="session")
def written_set(written_corpus: Path) -> "TrainingSet":
    """The written corpus, read line by line and counted, ready to teach roles."""
    from roleclass.training.corpus import load_corpus
    from roleclass.training.prepared import prepare

    corpus = load_corpus(written_corpus, warn=print)
    return prepare(corpus, 2, warn=print, progress=lambda *_: None).training


@pytest.fixture(scope="session")
def trained(written_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a training run on the written corpus."""
    from roleclass.training.corpus import load_corpus
    from roleclass.training.run import train

    output = tmp_path_factory.mktemp("trained")
    corpus = load_corpus(written_corpus, warn=print)
    train(corpus, output, warn=print, progress=lambda *_: None, folds=2, seeds=[0])
    return output
