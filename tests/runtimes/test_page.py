"""The static page says what Python says, on any host, and asks nobody but that host."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from roleclass import Reading, Role, read
from roleclass.evidence.page import view_of
from roleclass.pages import percent, stylesheet
from tests.chromium import ROOT, Drive, missing
from tests.conformance import EXAMPLES
from tests.runtimes.postings import TextAndTitle, postings

BUILT = ROOT / "web" / "dist"
AI_ENGINEER = {"text": (ROOT / "examples" / "ai_engineer.txt").read_text("utf-8"), "title": None}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    if not (BUILT / "index.html").is_file():
        missing("the page is not built: cd web && npm run build")
    with served(BUILT) as at:
        yield at


@pytest.fixture(scope="session")
def given() -> list[TextAndTitle]:
    examples = [((ROOT / "examples" / name).read_text("utf-8"), None) for name in EXAMPLES]
    return [*examples, *postings(200, seed=7)]


@pytest.fixture(scope="session")
def seen(drive: Drive, url: str, given: list[TextAndTitle]) -> list[dict[str, Any]]:
    """What the page shows of each posting."""
    asked = [{"text": text, "title": title} for text, title in given]
    found: list[dict[str, Any]] = drive("postings", url, postings=asked)
    return found


@pytest.fixture(scope="session")
def expected(given: list[TextAndTitle]) -> list[Reading]:
    return [read(text, title) for text, title in given]


@pytest.mark.web
def test_roles_and_probabilities_are_those_of_python(
    seen: list[dict[str, Any]], expected: list[Reading]
) -> None:
    for one, reading in zip(seen, expected, strict=True):
        answer = reading.prediction
        shown = answer.reason or percent(answer.confidence)
        assert one["heading"] in {f"{answer.role.label}: {shown}", f"{answer.role.label}, {shown}"}
        assert one["told"].startswith(answer.role.definition)
        assert ("Unsure" in one["told"]) == (answer.reason is None and not answer.reliable)
        # Rounded alike but where the last digits decide.
        for name, _, share in one["probabilities"]:
            [p] = [p for role, p in answer.probabilities.items() if role.label == name]
            assert share in {percent(min(1.0, max(0.0, p + d))) for d in (-1e-5, 0, 1e-5)}
    assert {reading.prediction.role for reading in expected} == set(Role)


@pytest.mark.web
def test_lines_are_those_of_python(seen: list[dict[str, Any]], expected: list[Reading]) -> None:
    for one, reading in zip(seen, expected, strict=True):
        rows = json.loads(one["lines"])
        for (text, part, work, areas), row in zip(rows, view_of(reading).rows, strict=True):
            assert text == "".join(piece.text for piece in row.pieces)
            assert (part, work or "none") == (row.line.part, row.line.work)
            # Of two areas that are equally likely, either may be the first.
            assert {*filter(None, areas.split(", "))} == {*row.line.areas}


@pytest.mark.web
def test_no_state_has_faults_of_accessibility_or_is_wider_than_the_screen(
    drive: Drive, url: str
) -> None:
    states = drive("axe", url, paths=[""], example=True)
    assert len(states) == 2 * 2 * 2
    for state, found in states.items():
        assert found["faults"] == [], state
        assert found["overflow"] <= 0, state


@pytest.mark.web
def test_a_keyboard_is_enough(drive: Drive, url: str) -> None:
    assert drive("keyboard", url, posting=AI_ENGINEER)["heading"].startswith("AI-First")


@pytest.mark.web
def test_any_host_can_serve_it_from_any_folder(drive: Drive, url: str, tmp_path: Path) -> None:
    shutil.copytree(BUILT, tmp_path / "some" / "where")
    with served(tmp_path) as at:
        [seen] = drive("postings", f"{at}some/where/", postings=[AI_ENGINEER])
    assert seen["heading"].startswith("AI-First")


def test_its_colours_are_those_of_the_package() -> None:
    # python -c "from roleclass.pages import stylesheet; print(stylesheet())" > web/src/colours.css
    assert (ROOT / "web" / "src" / "colours.css").read_text("utf-8") == f"{stylesheet()}\n"


def test_its_words_are_those_of_the_roles() -> None:
    source = (ROOT / "web" / "src" / "roles.ts").read_text("utf-8")
    for role in Role:
        assert f": '{role.label}'," in source
        assert f"'{role.definition}'," in source
