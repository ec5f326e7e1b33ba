"""The page of ``web/``, served to this machine and nobody else."""

import os
import shutil
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from roleclass.errors import RoleclassError

DEFAULT_PORT: Final = 8765

_IDLE_SECONDS: Final = 10.0
_MAX_CONNECTIONS: Final = 64  # a browser opens six

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_folder() -> Path:
    """Return the folder of the built page.

    Raises
    ------
    RoleclassError
        If the package was installed without it; the message says how to build it.
    """
    folder = Path(__file__).with_name("page")
    if not (folder / "index.html").is_file():
        raise RoleclassError(
            f"this roleclass was installed without its page: there is no {folder / 'index.html'}. "
            "Build it in a checkout with Node 20 or newer: cd web && npm ci && npm run build; "
            "then install roleclass from there (pip install .), or run it there (pip install -e .)"
        )
    return folder


class PageServer(ThreadingHTTPServer):
    """Serves the files of one folder on the loopback interface, until `shutdown`.

    Parameters
    ----------
    folder : Path
        Files that are there now are served, nothing else, and nothing that a link leads to outside of it.
    port : int or None
        0 for any that is free; None for `DEFAULT_PORT`, or any if that is taken.

    Raises
    ------
    RoleclassError
        If `port` cannot be had.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, PageServer(Path(folder), port=0) as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """

    daemon_threads = True
    request_queue_size = _MAX_CONNECTIONS
    # Elsewhere it frees the port of a server that has ended; on Windows it would share one that runs.
    allow_reuse_address = os.name != "nt"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._free = threading.BoundedSemaphore(_MAX_CONNECTIONS)
        self.folder = folder.resolve()
        # Looked up by name, so that no path can lead anywhere else.
        self.files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.is_file()
        }
        self.files["/"] = folder / "index.html"
        try:
            super().__init__(("127.0.0.1", DEFAULT_PORT if port is None else port), _Handler)
        except OSError as error:
            if port is not None:
                raise RoleclassError(
                    f"port {port} cannot be had: {error.strerror}; name another with --port, "
                    "or none to get one that is free"
                ) from error
            super().__init__(("127.0.0.1", 0), _Handler)

    def find(self, path: str) -> Path | None:
        """Return the file that is asked for, if it is one of the folder's."""
        file = self.files.get(path)
        if file is None or not file.is_file() or not file.resolve().is_relative_to(self.folder):
            return None
        return file

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread; close at once what would be one too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has left."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version = "roleclass"
    timeout = _IDLE_SECONDS
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def _answer(self, *, with_content: bool) -> None:
        port = self.server.server_port
        # Another name is that of a site that has been pointed at this machine (DNS rebinding).
        if self.headers.get("Host") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return
        path = self.server.find(self.path.partition("?")[0])
        if path is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        with path.open("rb") as file:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", _TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(path.stat().st_size))
            # Names of assets change with their content; the page itself must be asked for.
            lasting = path.parent.name == "assets"
            self.send_header("Cache-Control", "max-age=31536000" if lasting else "no-cache")
            self.end_headers()
            if with_content:
                shutil.copyfileobj(file, self.wfile)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def end_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: who uses the page has no need of a log."""
