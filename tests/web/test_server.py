"""`WebServer`: for this machine alone, and no client can take it from the others."""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from roleclass.cli import main
from roleclass.errors import RoleclassError
from roleclass.web import server as module
from roleclass.web.server import WebServer
from tests.web.browser import MULTIPART, Browser, form, running

TABLE = b"id,text\n" + b"7,Prepares the payroll of forty bakers each month.\n" * 60_000


SMALL = TABLE[:200]


def wait(until: Callable[[], bool]) -> bool:
    """Ask again and again for some seconds."""
    return any(until() or time.sleep(0.02) for _ in range(1000))


def said(browser: Browser, head: str) -> bytes:
    """Say something as it is, but for the last time; return all that is answered."""
    with socket.create_connection(browser.address, timeout=60) as client:
        head = head.replace("\n\n", "\nConnection: close\n\n", 1).replace("HOST", browser.host)
        client.sendall(head.replace("\n", "\r\n").encode())
        return b"".join(iter(lambda: client.recv(1 << 16), b""))


def leave(client: socket.socket, *, reset: bool) -> None:
    """Go, with a reset in place of an orderly end if so asked."""
    if reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def test_no_page_may_run_or_load_what_is_not_ours(browser: Browser) -> None:
    for path in ("/", "/example", "/style.css", "/no/such/page"):
        headers = browser.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_head_gives_no_content(browser: Browser) -> None:
    page = browser.ask("/")
    head = browser.ask("/", "HEAD")
    assert (head.status, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(page.content)


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/tables/../../etc/passwd",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/..%5csecret.txt",
        "/tables",
        "/tables/",
        "/tables/no-such-key/file",
        "/missing",
        "http://127.0.0.1/missing",
    ],
)
def test_no_path_leads_to_a_file(browser: Browser, path: str) -> None:
    got = browser.ask(path)
    assert (got.status, got.text) == (404, "404 Not Found\n")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_host_is_refused(browser: Browser, host: str, method: str) -> None:
    assert browser.ask("/", method, headers={"Host": host}).status == 421


def test_two_hosts_or_none_are_refused(browser: Browser) -> None:
    assert b" 421 " in said(browser, "GET / HTTP/1.1\nHost: HOST\nHost: HOST\n\n")
    assert b" 421 " in said(browser, "GET / HTTP/1.1\n\n")


def test_localhost_is_this_host(browser: Browser) -> None:
    host = f"localhost:{browser.address[1]}"
    assert browser.ask("/", headers={"Host": host}).status == 200
    assert browser.post(headers={"Host": host, "Origin": f"http://{host}"}, text="x").status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", None, "https://HOST", "http://localhost:1"]
)
@pytest.mark.parametrize("path", ["/", "/tables"])
def test_a_form_of_another_page_is_refused(browser: Browser, path: str, origin: str | None) -> None:
    given = origin and origin.replace("HOST", browser.host)
    assert browser.ask(path, "POST", b"text=x", {"Origin": given}).status == 403


def test_other_methods_are_refused(browser: Browser) -> None:
    for method, status in (("PUT", 501), ("DELETE", 501), ("OPTIONS", 501), ("<script>", 400)):
        got = browser.ask("/", method)
        assert got.status == status
        assert "<" not in got.text


@pytest.mark.parametrize(
    "head",
    [
        "POST / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\n\n",
        "POST / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nContent-Length: -1\n\n",
        "POST / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nContent-Length: 1_0\n\n",
        "POST / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nContent-Length: 1\nContent-Length: 2\n\nab",
        "POST / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nTransfer-Encoding: chunked\n\n0\n\n",
    ],
)
def test_a_body_of_unknown_length_is_refused(browser: Browser, head: str) -> None:
    status = said(browser, head).split()[1]
    assert status == (b"411" if "Length" not in head else b"400")


@pytest.mark.parametrize(
    "head",
    ["\0\1\2\n\n", "GET\n\n", "GET / HTTP/9.9\n\n", "GET / HTTP/1.1\n" + "a: b\n" * 200 + "\n"],
)
def test_what_is_no_http_is_refused_without_a_page(browser: Browser, head: str) -> None:
    assert b"<" not in said(browser, head)
    assert browser.ask("/").status == 200


def test_it_listens_on_loopback_only(browser: Browser) -> None:
    with pytest.raises(OSError, match=r"refused|timed out|assign"):
        socket.create_connection(("127.0.0.2", browser.address[1]), timeout=5)


def test_a_silent_or_slow_client_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 1)
    with running() as browser:
        post = f"POST / HTTP/1.1\r\nHost: {browser.host}\r\nOrigin: http://{browser.host}\r\n"
        for begun in ("", "GET / HTTP/1.1\r\n", f"{post}Content-Length: 100\r\n\r\nab"):
            with socket.create_connection(browser.address, timeout=60) as client:
                client.sendall(begun.encode())
                with suppress(ConnectionError):
                    while True:  # a byte now and then keeps no place
                        client.sendall(b"a")
                        time.sleep(0.05)
        assert browser.ask("/").status == 200


def test_tables_that_only_begin_to_come_take_a_place_until_their_clients_leave() -> None:
    with running() as browser:
        head = (
            f"POST /tables HTTP/1.1\r\nHost: {browser.host}\r\nOrigin: http://{browser.host}\r\n"
            f"Content-Type: {MULTIPART}\r\nContent-Length: 1000\r\n\r\n"
        ).encode()
        clients = [socket.create_connection(browser.address, timeout=60) for _ in range(2)]
        for client in clients:
            client.sendall(head)
        assert wait(lambda: browser.send(SMALL, "jobs.csv").status == 503)
        for client in clients:
            client.close()
        assert wait(lambda: browser.send(SMALL, "jobs.csv").status == 303)


def test_a_form_that_is_refused_is_read_to_its_end_and_kept_nowhere(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *given: made.append(given))
    form = {"Content-Type": MULTIPART, "Origin": "http://evil.example"}
    assert browser.ask("/tables", "POST", b"x" * 3_000_000, form).status == 403
    assert browser.ask("/", "POST", b"x" * 5_000_000, {"Content-Type": MULTIPART}).status == 413
    assert made == []


def test_400_idle_connections_leave_at_most_64_threads_and_room_for_the_next() -> None:
    with running() as browser, ExitStack() as stack:
        before = threading.active_count()
        for _ in range(400):
            client = socket.create_connection(browser.address, timeout=60)
            stack.enter_context(client)
        assert browser.ask("/").status == 200
        assert threading.active_count() - before <= 64


@pytest.mark.parametrize("reset", [True, False])
def test_a_client_that_leaves_is_no_error_and_leaves_nothing(
    reset: bool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    body = form(TABLE, "jobs.csv")
    with running() as browser:
        head = (
            f"POST /tables HTTP/1.1\r\nHost: {browser.host}\r\nOrigin: http://{browser.host}\r\n"
            f"Content-Type: {MULTIPART}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        # Before anything, in the head, in the form, while it is scored; after what is no HTTP.
        whole = head + body
        for part in (b"", head[:40], whole[:2000], whole[:1_000_000], whole, b"\0\r\n\r\n"):
            client = socket.create_connection(browser.address, timeout=60)
            client.sendall(part)
            leave(client, reset=reset)
        # While the answer comes.
        sent = browser.send(TABLE, "jobs.csv")
        while sent.status == 503:  # what nobody waits for any more still ends its part
            time.sleep(0.1)
            sent = browser.send(TABLE, "jobs.csv")
        client = socket.create_connection(browser.address, timeout=60)
        path = f"{sent.headers['Location']}/file"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {browser.host}\r\n\r\n".encode())
        client.recv(1000)
        leave(client, reset=reset)
        assert browser.ask("/").status == 200
        [folder] = tmp_path.glob("roleclass-web-*")
        for _ in range(2000):
            if len(list(folder.iterdir())) == 1:
                break
            time.sleep(0.01)
        assert [path.name for path in folder.iterdir()] == [sent.headers["Location"].split("/")[2]]
    assert list(tmp_path.iterdir()) == []
    assert (capfd.readouterr().err, caplog.records) == ("", [])


def test_another_port_is_taken_where_the_usual_one_is_not_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(module, "DEFAULT_PORT", port)
        with WebServer() as server:
            assert not server.url.endswith(f":{port}/")
        with pytest.raises(RoleclassError, match=rf"port {port}\b.*--port"):
            WebServer(port=port)


def test_a_model_that_is_missing_is_told_before_anything_is_served(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["web", "--model", str(tmp_path / "none.onnx")])
    assert done.exit_code == 1
    assert str(tmp_path / "none.onnx") in done.stderr


def test_a_fault_of_ours_is_told_on_standard_error_and_ends_one_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with running() as browser:
        with monkeypatch.context() as patch:
            patch.setattr(browser.server.site, "answer", lambda _: 1 // 0)
            got = browser.ask("/")
            assert got.status == 500
            assert "Zero" not in got.text
        assert browser.ask("/").status == 200
    # Python writes what nobody else logs to standard error.
    [told] = caplog.records
    assert told.exc_info is not None
    assert told.exc_info[0] is ZeroDivisionError


def test_the_command_opens_the_page_and_ends_on_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    answered: list[int] = []

    serve = WebServer.serve_forever

    def serve_forever(self: WebServer) -> None:
        thread = threading.Thread(target=serve, args=(self,))
        thread.start()
        answered.append(Browser(self).ask("/").status)
        self.shutdown()
        thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(WebServer, "serve_forever", serve_forever)
    done = CliRunner().invoke(main, ["web", "--port", "0"])
    assert done.exit_code == 0, done.output
    assert answered == [200]
    assert opened == [done.stdout.strip()]


@pytest.mark.skipif(os.name == "nt", reason="no such signals to another process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_and_deletes_the_tables(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "roleclass", "web", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(tmp_path)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            body, host = form(TABLE, "jobs.csv"), f"127.0.0.1:{port}"
            client.sendall(
                f"POST /tables HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
                f"Content-Type: {MULTIPART}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            while not list(tmp_path.glob("roleclass-web-*/*/.*.parts/*")):  # it is being scored
                time.sleep(0.01)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert list(tmp_path.glob("roleclass-*")) == []
