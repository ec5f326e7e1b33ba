"""`WebServer`: HTTP on this machine only, with limits on all resources that a client can use."""

import logging
import socket
import threading
import time
import weakref
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Self

from waitress import create_server, wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import BadRequest

from roleclass.classifier import RoleClassifier
from roleclass.errors import RoleclassError
from roleclass.web.forms import MAX_FORM, MAX_TABLE, RequestError, too_large
from roleclass.web.views import Site

DEFAULT_PORT: Final = 8765

_IDLE_SECONDS: Final = 10
_SLOWEST: Final = 100_000  # bytes a second


class WebServer:
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

    def __init__(self, port: int | None = None, classifier: RoleClassifier | None = None) -> None:
        self.site = Site(classifier or RoleClassifier())
        self.tables = threading.BoundedSemaphore(2)
        try:
            listening = socket.create_server(("127.0.0.1", DEFAULT_PORT if port is None else port))
        except OSError as error:
            if port is not None:
                self.site.close()
                raise RoleclassError(
                    f"port {port} is not available: {error.strerror}; choose another with --port, "
                    "or leave it out to use a free one"
                ) from error
            listening = socket.create_server(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        # Another name is that of a site pointed at this machine.
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of clients that wait
        self._is_over = False
        self._connections: dict[int, Any] = {}
        self._server = create_server(
            self.site,
            self._connections,
            sockets=[listening],
            threads=16,  # only a request that has come whole takes one
            connection_limit=500,  # more wait; Windows can watch 512
            channel_timeout=_IDLE_SECONDS,
            cleanup_interval=1,
            channel_request_lookahead=1,  # so that it notices when a client leaves
            log_socket_errors=False,
            max_request_body_size=10 * MAX_TABLE,  # the connection of a longer one is cut
            recv_bytes=1 << 16,
        )
        self._server.channel_class = type(
            "Channel", (_Channel,), {"parser_class": type("Request", (_Request,), {"server": self})}
        )

    def serve_forever(self) -> None:
        """Answer until `shutdown`."""
        while not self._is_over:
            wasyncore.loop(timeout=1, use_poll=True, map=self._connections, count=1)

    def shutdown(self) -> None:
        """End `serve_forever`, from another thread."""
        self._is_over = True
        self._server.pull_trigger()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        wasyncore.close_all(self._server.active_channels)
        # A table that is being scored ends with its part.
        self._server.task_dispatcher.shutdown(timeout=1)
        self._server.close()
        self.site.close()


class _Channel(HTTPChannel):  # type: ignore[misc]
    def handle_close(self) -> None:
        """Forget a request that will not come whole."""
        super().handle_close()
        if self.request is not None:
            self.request.close()


class _Request(HTTPRequestParser):  # type: ignore[misc]
    """A request while it comes: who may not ask, or asks too slowly, is refused here."""

    server: WebServer
    path = ""  # of what is no HTTP

    def __init__(self, settings: object) -> None:
        super().__init__(settings)
        self._begun = time.monotonic()
        self._leave: Callable[[], object] = lambda: None

    def received(self, data: bytes) -> int:
        if time.monotonic() - self._begun > _IDLE_SECONDS + self.content_length / _SLOWEST:
            self.error, self.completed = BadRequest("too slow"), True
            return len(data)
        return int(super().received(data))

    def close(self) -> None:
        """Forget the body, and leave the place among the tables."""
        super().close()
        self._leave()

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, and decide what becomes of the body."""
        super().parse_header(header_plus)
        try:
            self._check()
        except RequestError as error:
            self.error = self.server.site.refuse(error)
            if self.body_rcv is not None:  # a browser shows no answer before it has sent all
                self.body_rcv.buf = _Nowhere(0)

    def _check(self) -> None:
        host = self.headers.get("HOST")
        if host not in self.server.hosts:
            raise RequestError(HTTPStatus.MISDIRECTED_REQUEST)
        if self.command in ("GET", "HEAD") and self.body_rcv is None:
            return
        if self.command != "POST":
            raise RequestError(HTTPStatus.NOT_IMPLEMENTED)
        # Only our own page may send a form, no other site in this browser.
        if self.headers.get("ORIGIN") != f"http://{host}":
            raise RequestError(HTTPStatus.FORBIDDEN)
        if self.chunked or "CONTENT_LENGTH" not in self.headers:
            raise RequestError(HTTPStatus.LENGTH_REQUIRED, "The length of the form is unknown.")
        if self.path not in MAX_FORM:
            raise RequestError(HTTPStatus.NOT_FOUND)
        if self.content_length > MAX_FORM[self.path]:
            raise too_large(self.path)
        if self.path == "/tables":
            if not self.server.tables.acquire(blocking=False):
                raise RequestError(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "Other tables are being scored: send this one again later.",
                )
            self._leave = weakref.finalize(self, self.server.tables.release)  # once only


class _Nowhere(OverflowableBuffer):  # type: ignore[misc]
    def append(self, s: bytes) -> None:
        """Keep nothing."""
