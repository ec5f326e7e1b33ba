"""``examples/runtimes/node``: the contract in JavaScript."""

import json
import random
import subprocess

import pytest

import roleclass
from roleclass.glue import NAMES, unglue
from tests.conformance import EXAMPLES, ROOT
from tests.test_glue import BEFORE, BEHIND, LEFT_AS_IT_IS, LINES, PIECES
from tests.web.conftest import missing

pytestmark = pytest.mark.web

NODE_EXAMPLE = ROOT / "examples" / "runtimes" / "node"

UNGLUE = """
import { text } from 'node:stream/consumers';
import { NAMES, unglue } from './unglue.mjs';
const texts = JSON.parse(await text(process.stdin));
console.log(JSON.stringify({ names: NAMES.trim().split(/\\s+/), parted: texts.map(unglue) }));
"""


@pytest.fixture
def installed() -> None:
    if not (NODE_EXAMPLE / "node_modules").is_dir():
        missing("examples/runtimes/node/node_modules is missing: npm ci there")


def run(node: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [node, *arguments],
        check=False,
        cwd=NODE_EXAMPLE,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.usefixtures("installed")
def test_it_conforms(node: str) -> None:
    done = run(node, "conformance.mjs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" cases, 0 faults\n")


@pytest.mark.usefixtures("installed")
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


def test_it_unglues_as_python_does(node: str) -> None:
    rng = random.Random(1)
    pieces = [*PIECES.split(" "), " ", " ", "\U0001f916"]
    texts = [case["text"] for case in LINES] + LEFT_AS_IT_IS
    texts += ["".join([*BEFORE, f"Experience with {name}", *BEHIND]) for name in NAMES.split()]
    texts += ["".join(rng.choices(pieces, k=rng.randrange(80))) for _ in range(3000)]
    done = run(node, "--input-type=module", "-e", UNGLUE, stdin=json.dumps(texts))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["names"] == NAMES.split()
    assert seen["parted"] == [unglue(text) for text in texts]
    assert seen["parted"] != texts
