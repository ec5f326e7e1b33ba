"""`WebServer`: HTTP on this machine only, with limits on all resources that a client can use."""

import os
import select
import shutil
import socket
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from roleclass.classifier import RoleClassifier
from roleclass.errors import RoleclassError
from roleclass.web.forms import Body, FormError, content_length
from roleclass.web.views import Answer, Site

DEFAULT_PORT: Final = 8765

_MAX_CONNECTIONS: Final = 64  # a browser opens six
_IDLE_SECONDS: Final = 10.0
_SLOWEST: Final = 100_000  # bytes a second; slower clients would block others

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: browsers would then hide the origin of a form from us, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class WebServer(ThreadingHTTPServer):
    """Serves the pages of `Site` on the loopback interface, until `shutdown`.

    Parameters
    ----------
    port : int or None
        0 for any free port; None for `DEFAULT_PORT`, or any if that is taken.
    classifier : RoleClassifier or None
        None for the model that ships in the package.

    Raises
    ------
    RoleclassError
        If `port` is not available, or the model cannot be loaded.

    Examples
    --------
    >>> with WebServer(port=0) as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """

    daemon_threads = True
    request_queue_size = _MAX_CONNECTIONS
    # This reuses the port of a stopped server; on Windows it would share that of a running one.
    allow_reuse_address = os.name != "nt"

    def __init__(self, port: int | None = None, classifier: RoleClassifier | None = None) -> None:
        self._free = threading.BoundedSemaphore(_MAX_CONNECTIONS)
        self._deadlines: dict[socket.socket, float] = {}
        self._has_ended = False
        self.site = Site(classifier or RoleClassifier())
        try:
            super().__init__(("127.0.0.1", DEFAULT_PORT if port is None else port), _Handler)
        except OSError as error:
            if port is not None:
                raise RoleclassError(
                    f"port {port} is not available: {error.strerror}; choose another with --port, "
                    "or leave it out to use a free one"
                ) from error
            super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, str]:
        """The host names that it answers to; another name is that of a site pointed at this machine."""
        return f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"

    def server_close(self) -> None:
        """Stop listening, and delete the tables."""
        self._has_ended = True
        super().server_close()
        self.site.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread; close the connection at once if there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then free the place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._deadlines.pop(request, None)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report no error if the client disconnected or the server was stopped."""
        if not (self._has_ended or isinstance(sys.exception(), ConnectionError | TimeoutError)):
            super().handle_error(request, client_address)

    def allow(self, connection: socket.socket, seconds: float | None) -> None:
        """Set the time within which a client must send its next part; None removes the limit."""
        if seconds is None:
            self._deadlines.pop(connection, None)
        else:
            self._deadlines[connection] = time.monotonic() + seconds

    def service_actions(self) -> None:
        """Disconnect clients that are too slow."""
        now = time.monotonic()
        for connection, deadline in self._deadlines.copy().items():
            if now > deadline:
                self._deadlines.pop(connection, None)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"
    server_version = "roleclass"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def setup(self) -> None:
        super().setup()
        self.server.allow(self.connection, _IDLE_SECONDS)

    def do_GET(self) -> None:
        if self._is_ours():
            self._send(self.server.site.get(self.path.partition("?")[0]))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        # Only our own page may send a form, no other site in this browser.
        if self.headers.get_all("Origin") != [f"http://{self.headers['Host']}"]:
            self._send(Answer.text(HTTPStatus.FORBIDDEN))
            return
        try:
            length = content_length(self.headers)
        except FormError as error:
            self._send(self.server.site.fault(error))
            return
        self._allow(_IDLE_SECONDS + length / _SLOWEST)
        body = Body(self.rfile, length, lambda: self._allow(None))
        answer = self.server.site.post(self.path, self.headers, body, self._check_client)
        while body.read(1 << 16):
            pass  # a browser shows no response before it has sent everything
        self._send(answer)

    def _is_ours(self) -> bool:
        named = self.headers.get_all("Host", [])
        if len(named) == 1 and named[0] in self.server.hosts:
            return True
        self._send(Answer.text(HTTPStatus.MISDIRECTED_REQUEST))
        return False

    def _allow(self, seconds: float | None) -> None:
        self.server.allow(self.connection, seconds)

    def _check_client(self) -> None:
        """Raise a `BrokenPipeError` if the client has disconnected."""
        ready, _, _ = select.select([self.connection], [], [], 0)
        if ready and not self.connection.recv(1, socket.MSG_PEEK):
            raise BrokenPipeError

    def _send(self, answer: Answer) -> None:
        self._allow(None)  # each piece that is sent has its own time limit
        try:
            with answer.open() as content:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.type)
                self.send_header("Content-Length", str(content.seek(0, os.SEEK_END)))
                for name, value in {**_HEADERS, **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                content.seek(0)
                if self.command != "HEAD":
                    shutil.copyfileobj(content, self.wfile, 1 << 16)
        except FileNotFoundError:  # a table that was deleted for newer ones
            self._send(Answer.text(HTTPStatus.NOT_FOUND))

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Answer an invalid request, without repeating its content."""
        self._send(Answer.text(HTTPStatus(code)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""
