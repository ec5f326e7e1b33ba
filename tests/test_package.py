"""What is in the archive of the sources."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "models", "tests", "docs", "examples", "notebooks", "benchmarks", "web")
FILES = ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", ".gitignore")
STRAYS = (
    "env/lib/python3/site-packages/pandas/tests/test_frame.py",
    "env/lib/python3/site-packages/torch/models/weights.bin",
    "scratch/src/notes.py",
    "scratch/docs/private.md",
    "scratch/README.md",
    "runs/mine/models/model.onnx",
    "corpus/boards.parquet",
    "web/node_modules/vite/docs/index.md",
    "src/roleclass/__pycache__/text.cpython-311.pyc",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in an archive that is built in a tree with much that does not belong to it."""
    tree = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("node_modules", "__pycache__", ".*_cache", ".*checkpoints")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, tree / name)
    for name in STRAYS:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("stray")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", "dist"]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    [path] = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(path) as file:
        return {name.partition("/")[2] for name in file.getnames()}


def test_nothing_but_the_projects_own_folders_and_files_is_in_it(archive: set[str]) -> None:
    assert {name.partition("/")[0] for name in archive} == {*FOLDERS, *FILES, "PKG-INFO"}
    assert archive.isdisjoint(STRAYS)


def test_what_a_build_a_test_and_a_reader_need_is_in_it(archive: set[str]) -> None:
    assert archive >= {
        "models/model.onnx",
        "src/roleclass/lexicon.toml",
        "src/roleclass/py.typed",
        "tests/conftest.py",
        "docs/scoring.md",
        "examples/runtimes/conformance.json",
        "web/package.json",
    }
