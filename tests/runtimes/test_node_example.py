"""``examples/runtimes/node``: the contract in JavaScript."""

import json
import random
import subprocess

import numpy as np
import pytest

import roleclass
from roleclass.engine.answers import LINE_OUTPUTS, lines_of
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.text.glue import NAMES, unglue
from tests.chromium import missing
from tests.conformance import EXAMPLES, ROOT
from tests.glued import BEFORE, BEHIND, LEFT_AS_IT_IS, LINES, PIECES

pytestmark = pytest.mark.web

NODE_EXAMPLE = ROOT / "examples" / "runtimes" / "node"

UNGLUE = """
import { text } from 'node:stream/consumers';
import { NAMES, unglue } from './unglue.mjs';
const texts = JSON.parse(await text(process.stdin));
console.log(JSON.stringify({ names: NAMES.trim().split(/\\s+/), parted: texts.map(unglue) }));
"""

READ = """
import { text } from 'node:stream/consumers';
import { makeReading } from './reading.mjs';
const cases = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(cases.map(([posting, outputs]) => {
  const { lines } = makeReading(posting, Object.fromEntries(
    Object.entries(outputs).map(([name, data]) => [name, { data: Float32Array.from(data) }]),
  ));
  return lines.map(({ start, end, part, work, areas }) => [posting.slice(start, end), part, work, areas]);
})));
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
    texts += ["".join([*BEFORE, f"Experience with {name}", *BEHIND]) for name in NAMES]
    texts += ["".join(rng.choices(pieces, k=rng.randrange(80))) for _ in range(3000)]
    done = run(node, "--input-type=module", "-e", UNGLUE, stdin=json.dumps(texts))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["names"] == list(NAMES)
    assert seen["parted"] == [unglue(text) for text in texts]
    assert seen["parted"] != texts


def test_it_reads_the_outputs_as_python_does(node: str) -> None:
    rng = np.random.default_rng(1)
    pieces = [
        "a",
        "Build agents. ",
        "\n",
        "\u00e9",
        "\u20ac",
        "\u4f60",
        "\U0001f916",
        "\U0001f469\u200d\U0001f4bb",
    ]
    cases, expected = [], []
    for _ in range(200):
        text = "".join(rng.choice(pieces, 40))
        data = text.encode()
        # Lines begin where a character does, as a word does, and end anywhere.
        begins = [k for k, byte in enumerate(data) if byte & 0xC0 != 0x80]
        start = np.sort(rng.choice(begins, 5, replace=False)).astype(np.int32)
        end = np.append(start[1:], len(data)).astype(np.int32)
        end -= rng.integers(0, end - start).astype(np.int32)
        # Halves, so that there are ties.
        of = [
            (rng.integers(0, 3, (5, len(labels))) / 2).astype(np.float32)
            for labels in (PARTS, WORKS, AREAS)
        ]
        [lines] = lines_of([data], np.zeros(5, np.int32), start, end, *of)
        arrays = dict(zip(LINE_OUTPUTS[1:], (start, end, *of), strict=True))
        cases.append((text, {name: array.ravel().tolist() for name, array in arrays.items()}))
        expected.append(
            [
                [text[line.start : line.end], line.part, line.work, list(line.areas)]
                for line in lines
            ]
        )
    done = run(node, "--input-type=module", "-e", READ, stdin=json.dumps(cases))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected
