"""Pages in headless Chromium: what the tests need, and who looks at them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]

Drive = Callable[..., Any]


def missing(what: str) -> NoReturn:
    """Skip, unless ``ROLECLASS_WEB_TESTS=required`` says that nothing may be missing, as the gate does."""
    if os.environ.get("ROLECLASS_WEB_TESTS") == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def node() -> str:
    return shutil.which("node") or missing("no node on the PATH")


@pytest.fixture(scope="session")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or missing("no Chromium on the PATH; CHROMIUM can name it")


@pytest.fixture(scope="session")
def drive(node: str, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Drive:
    """Run a task of ``web/e2e/drive.mjs`` at an address and return what it saw.

    Whatever is tried, nothing may be asked of another host and the browser may not complain.
    """

    if not (ROOT / "web" / "node_modules").is_dir():
        missing("web/node_modules is missing: cd web && npm ci")

    def run(task: str, at: str, **arguments: object) -> Any:
        folder = tmp_path_factory.mktemp(task)
        given, seen = folder / "given.json", folder / "seen.json"
        given.write_text(json.dumps(arguments), "utf-8")
        done = subprocess.run(
            [node, "e2e/drive.mjs", task, at, str(given), str(seen)],
            cwd=ROOT / "web",
            env={**os.environ, "CHROMIUM": chromium},
            check=False,
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert done.returncode == 0, done.stderr
        content = json.loads(seen.read_text("utf-8"))
        hosts = {urlsplit(address).netloc for address in content["requests"]} - {""}
        assert hosts == {urlsplit(at).netloc}
        assert content["complaints"] == []
        return content["seen"]

    return run
