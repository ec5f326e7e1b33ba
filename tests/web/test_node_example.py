"""``examples/runtimes/node``: the contract in JavaScript."""

import json
import subprocess

import pytest

import roleclass
from tests.conformance import EXAMPLES, ROOT
from tests.web.conftest import missing

pytestmark = pytest.mark.web

NODE_EXAMPLE = ROOT / "examples" / "runtimes" / "node"


def run(node: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    if not (NODE_EXAMPLE / "node_modules").is_dir():
        missing("examples/runtimes/node/node_modules is missing: npm ci there")
    return subprocess.run(
        [node, *arguments],
        check=False,
        cwd=NODE_EXAMPLE,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_conforms(node: str) -> None:
    done = run(node, "conformance.mjs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" cases, 0 faults\n")


def test_it_answers_files_and_standard_input_as_python_does(node: str) -> None:
    files = [ROOT / "examples" / name for name in EXAMPLES]
    texts = [path.read_text("utf-8") for path in files]
    done = run(node, "answer.mjs", *map(str, files), "-", stdin=texts[0])
    assert done.returncode == 0, done.stderr
    for line, text in zip(done.stdout.splitlines(), [*texts, texts[0]], strict=True):
        actual, expected = json.loads(line), roleclass.predict(text).to_dict()
        for key in ("probabilities", "confidence"):
            assert actual.pop(key) == pytest.approx(expected.pop(key), abs=1e-5)
        assert actual == expected
