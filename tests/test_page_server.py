"""`PageServer`: the files of a folder, and nothing else, to this machine alone."""

import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from roleclass import page_server
from roleclass.cli import main
from roleclass.errors import RoleclassError
from roleclass.page_server import PageServer, page_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>", "utf-8")
    (page / "assets" / "run.wasm").write_bytes(b"\0asm")
    (page / "assets" / "main.js").write_text("1", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return page


@pytest.fixture
def server(folder: Path) -> Iterator[PageServer]:
    with _running(folder) as running:
        yield running


@contextmanager
def _running(folder: Path) -> Iterator[PageServer]:
    with PageServer(folder, port=0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(
    server: PageServer, path: str, method: str = "GET", host: str | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.server_port}")
    connection.endheaders()
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content, response.headers


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?again", "text/html; charset=utf-8"),
        ("/assets/run.wasm", "application/wasm"),
        ("/assets/main.js", "text/javascript; charset=utf-8"),
    ],
)
def test_files_have_the_type_that_a_browser_asks_for(
    server: PageServer, path: str, type_: str
) -> None:
    status, content, headers = ask(server, path)
    assert (status, headers["Content-Type"]) == (200, type_)
    assert len(content) == int(headers["Content-Length"]) > 0
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_head_gives_no_content(server: PageServer) -> None:
    status, content, headers = ask(server, "/", method="HEAD")
    assert (status, content, headers["Content-Length"]) == (200, b"", "15")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/..%5csecret.txt",
        "/assets",
        "/assets/",
        "/missing",
    ],
)
def test_no_path_leads_out_of_the_folder(server: PageServer, path: str) -> None:
    assert ask(server, path)[:2] == (404, b"")


def test_a_link_leads_nowhere_outside_of_the_folder(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "up").symlink_to(folder.parent, target_is_directory=True)
    (folder / "inside.js").symlink_to(folder / "assets" / "main.js")
    with _running(folder) as server:
        assert ask(server, "/link.txt")[:2] == (404, b"")
        assert ask(server, "/up/secret.txt")[:2] == (404, b"")
        assert ask(server, "/inside.js")[:2] == (200, b"1")
        # Not even one that takes the place of a file while the server runs.
        (folder / "assets" / "main.js").unlink()
        (folder / "assets" / "main.js").symlink_to(folder.parent / "secret.txt")
        assert ask(server, "/assets/main.js")[:2] == (404, b"")


def test_who_says_nothing_is_hung_up_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_server._Handler, "timeout", 0.1)
    with _running(folder) as server:
        for said in (b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
            with socket.create_connection(server.server_address[:2], timeout=10) as client:
                client.sendall(said)
                while client.recv(4096):
                    pass  # until it is closed from the other side, and no TimeoutError here


def test_a_connection_beyond_a_limit_is_closed_and_the_next_one_is_answered(folder: Path) -> None:
    with _running(folder) as server, ExitStack() as stack:
        for _ in range(100):
            client = socket.create_connection(server.server_address[:2], timeout=5)
            stack.enter_context(client)
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""  # at once, not when it has been idle for too long
        stack.close()
        for _ in range(500):  # until the threads have noticed
            with suppress(ConnectionError, http.client.BadStatusLine):
                assert ask(server, "/")[0] == 200
                break
            time.sleep(0.01)
        else:
            pytest.fail("no answer")


def test_a_client_that_leaves_is_no_error(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "large.wasm").write_bytes(bytes(20_000_000))
    with _running(folder) as server:
        for reset in (True, False):
            client = socket.create_connection(server.server_address[:2], timeout=10)
            host = f"Host: 127.0.0.1:{server.server_port}"
            client.sendall(f"GET /large.wasm HTTP/1.1\r\n{host}\r\n\r\n".encode())
            client.recv(1000)
            if reset:  # leave with a reset, in place of an orderly end
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        assert ask(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"])
def test_another_host_is_refused(server: PageServer, host: str) -> None:
    assert ask(server, "/", host=host)[:2] == (421, b"")


def test_localhost_is_this_host(server: PageServer) -> None:
    assert ask(server, "/", host=f"localhost:{server.server_port}")[0] == 200


def test_what_changes_something_is_refused(server: PageServer) -> None:
    assert ask(server, "/", method="POST")[0] == 501


def test_it_listens_on_loopback_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_another_port_is_taken_where_the_usual_one_is_not_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(page_server, "DEFAULT_PORT", port)
        with PageServer(folder) as server:
            assert server.server_port != port
        with pytest.raises(RoleclassError, match=rf"port {port} cannot be had.*--port"):
            PageServer(folder, port=port)


def test_without_the_page_the_message_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_server, "__file__", str(tmp_path / "page_server.py"))
    with pytest.raises(RoleclassError, match=r"npm ci && npm run build"):
        page_folder()
    done = CliRunner().invoke(main, ["web", "--no-browser"])
    assert done.exit_code == 1
    assert "npm run build" in done.output


def test_the_command_opens_the_page_and_ends_on_ctrl_c(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    answered: list[int] = []

    def serve_forever(self: PageServer) -> None:
        thread = threading.Thread(target=self.handle_request)
        thread.start()
        answered.append(ask(self, "/")[0])
        thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(page_server, "__file__", str(folder.parent / "page_server.py"))
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr(PageServer, "serve_forever", serve_forever)
    done = CliRunner().invoke(main, ["web", "--port", "0"])
    assert done.exit_code == 0, done.output
    assert answered == [200]
    assert opened == [done.stdout.strip()]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to another process")
def test_ctrl_c_ends_the_process_cleanly(folder: Path) -> None:
    code = (
        "import roleclass.page_server as server; from roleclass.cli import main; "
        f"server.__file__ = {str(folder.parent / 'page_server.py')!r}; "
        "main(['web', '--port', '0', '--no-browser'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in err
