"""A server that runs, and a client that asks it as a browser would."""

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from roleclass.web.server import WebServer


class Got(NamedTuple):
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Browser:
    """Asks a server as a browser does."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.host = urlsplit(server.url).netloc
        self.address = ("127.0.0.1", int(self.host.partition(":")[2]))

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
    ) -> Got:
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        usual = {"Host": self.host}
        if method == "POST":
            usual |= {"Origin": f"http://{self.host}", "Content-Length": str(len(body))}
        for name, value in {**usual, **(headers or {})}.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        got = Got(response.status, response.headers, response.read())
        connection.close()
        return got

    def post(
        self, path: str = "/", headers: Mapping[str, str | None] | None = None, **fields: str
    ) -> Got:
        type_ = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask(path, "POST", urlencode(fields).encode(), {**type_, **(headers or {})})

    def send(self, content: bytes, name: str, **fields: str) -> Got:
        return self.ask(
            "/tables", "POST", form(content, name, **fields), {"Content-Type": MULTIPART}
        )

    def score(self, content: bytes, name: str, **fields: str) -> Got:
        """Send a table and fetch what it became."""
        sent = self.send(content, name, **fields)
        assert sent.status == 303, sent.text
        return self.ask(f"{sent.headers['Location']}/file")


MULTIPART = "multipart/form-data; boundary=----x"


def form(content: bytes, name: str, **fields: str) -> bytes:
    """Write a form with a file."""
    head = 'Content-Disposition: form-data; name="'
    parts = [f'{head}{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    parts.append(f'{head}table"; filename="{name}"\r\n\r\n'.encode() + content)
    return b"".join(b"------x\r\n" + part + b"\r\n" for part in parts) + b"------x--\r\n"


@contextmanager
def running() -> Iterator[Browser]:
    with WebServer(port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Browser(server)
        server.shutdown()
        thread.join()
