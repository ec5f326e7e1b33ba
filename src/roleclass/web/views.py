"""`Site`: the pages as a WSGI application, from the templates of ``explain --html``."""

import io
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from roleclass.classifier import RoleClassifier
from roleclass.errors import MissingExtraError, RoleclassError, require_extra
from roleclass.evidence.page import view_of
from roleclass.pages import render, stylesheet
from roleclass.roles import as_role
from roleclass.tables.formats import WRITTEN
from roleclass.web.forms import (
    MAX_POSTING,
    MAX_TABLE,
    RequestError,
    read_posting_form,
    read_table_form,
    too_large,
)

if TYPE_CHECKING:  # tables need an extra
    from roleclass.web.tables import Scored

_KEPT: Final = 8
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: browsers would then hide the origin of a form from us, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Answer:
    """A response, with what WSGI wants of it."""

    def __init__(
        self,
        content: str | BinaryIO,
        type_: str = "text/html",
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if isinstance(content, str):
            content, type_ = io.BytesIO(content.encode()), f"{type_}; charset=utf-8"
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        named = {"Content-Type": type_, "Content-Length": str(size), **_HEADERS, **(headers or {})}
        self.status = f"{status.value} {status.phrase}"
        self.headers = list(named.items())
        self.content = content

    def to_response(self, _: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return all of it, as waitress wants it where a request is refused."""
        return self.status, self.headers, self.content.read()


class Site:
    """The pages, and the last few tables that were scored.

    Raises
    ------
    ModelError
        If the model file is missing, damaged or not a roleclass model.

    Examples
    --------
    >>> site = Site(RoleClassifier())
    >>> site.answer({"REQUEST_METHOD": "GET", "PATH_INFO": "/no/such/page"}).status
    '404 Not Found'
    >>> site.close()
    """

    def __init__(self, classifier: RoleClassifier) -> None:
        classifier.roles  # noqa: B018  (loads the model, so that errors appear at once)
        self._classifier = classifier
        self._reading = threading.Lock()  # an explanation takes memory; one at a time
        self._tables: dict[str, Scored] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="roleclass-web-"))
        try:
            require_extra("web", "filelock", "multipart", "pyarrow")
            self._missing = ""
        except MissingExtraError as error:
            self._missing = str(error)

    def __call__(self, request: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI wants it."""
        answer = self.answer(request)
        start_response(answer.status, answer.headers)
        if request["REQUEST_METHOD"] == "HEAD":
            answer.content.close()
            return []
        wrapped: Iterable[bytes] = request["wsgi.file_wrapper"](answer.content)
        return wrapped

    def answer(self, request: WSGIEnvironment) -> Answer:
        """Answer a request: POST, or as GET."""
        try:
            if request["REQUEST_METHOD"] == "POST":
                return self._post(request)
            return self._get(request["PATH_INFO"])
        except RequestError as error:
            return self.refuse(error)
        except RoleclassError as error:
            return self.refuse(RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, str(error)))
        except OSError as error:
            full = f"The table cannot be saved: {error.strerror or error}."
            return self.refuse(RequestError(HTTPStatus.INSUFFICIENT_STORAGE, full))

    def refuse(self, error: RequestError) -> Answer:
        """Show the form again, with the error; only the status of one without a message."""
        if not str(error):
            status = error.status
            return Answer(f"{status.value} {status.phrase}\n", "text/plain", status)
        return self._home(error.status, fault=str(error))

    def close(self) -> None:
        """Delete the uploaded and scored tables."""
        for _ in range(100):  # a table that is being scored may write once more
            shutil.rmtree(self._folder, ignore_errors=True)
            if not self._folder.exists():
                break
            time.sleep(0.02)

    def _get(self, path: str) -> Answer:
        match path.split("/")[1:]:
            case [""]:
                return self._home()
            case ["example"]:
                return self._posting({"text": _read("example.txt")})
            case ["style.css"]:
                sheets = ("pages/base.css", "evidence/templates/posting.css", "web/page.css")
                return Answer(stylesheet(*sheets), "text/css")
            case ["script.js"]:
                return Answer(_read("page.js"), "text/javascript")
            case ["icon.svg"]:
                return Answer(_read("icon.svg"), "image/svg+xml")
            case ["tables", key, *rest] if key in self._tables and rest in ([], ["file"]):
                return (_file if rest else _counts)(key, self._tables[key])
        raise RequestError(HTTPStatus.NOT_FOUND)

    def _post(self, request: WSGIEnvironment) -> Answer:
        if request["PATH_INFO"] == "/":
            return self._posting(read_posting_form(request))
        if self._missing:
            raise RequestError(HTTPStatus.NOT_FOUND)
        fields, sent = read_table_form(request)

        from roleclass.web.tables import score_table

        key = secrets.token_urlsafe(16)
        folder, has_left = self._folder / key, request["waitress.client_disconnected"]
        try:
            self._tables[key] = score_table(sent, fields, folder, self._classifier.path, has_left)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for oldest in list(self._tables)[:-_KEPT]:
            self._tables.pop(oldest, None)
            shutil.rmtree(self._folder / oldest, ignore_errors=True)
        return Answer("", "text/plain", HTTPStatus.SEE_OTHER, {"Location": f"/tables/{key}"})

    def _home(self, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Answer:
        given = {
            "text": "", "posting_title": "", "view": None, "fault": "", "missing": self._missing,
            "megabytes": MAX_TABLE // 1_000_000, "kinds": WRITTEN, **values,
        }  # fmt: skip
        return Answer(render("web/templates/home.html", **given), status=status)

    def _posting(self, fields: Mapping[str, str]) -> Answer:
        # A form ends its lines with CRLF, unlike most files that people paste from.
        text = fields.get("text", "").replace("\r\n", "\n")
        title = fields.get("title", "")
        if max(len(text.encode()), len(title.encode())) > MAX_POSTING:
            raise too_large("/")
        with self._reading:
            reading = self._classifier.read(text, title or None)
            view = view_of(reading, self._classifier.explain(text, title or None))
        return self._home(text=text, posting_title=title, view=view)


def _counts(key: str, scored: "Scored") -> Answer:
    rows = max(1, scored.summary.rows)
    roles = [(as_role(name), n / rows, f"{n:,}") for name, n in scored.summary.roles.items()]
    return Answer(render("web/templates/table.html", key=key, scored=scored, roles=roles))


def _file(_: str, scored: "Scored") -> Answer:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(scored.file.name)}"}
    try:
        content = scored.file.open("rb")
    except FileNotFoundError as error:  # just now deleted for newer ones
        raise RequestError(HTTPStatus.NOT_FOUND) from error
    return Answer(content, "application/octet-stream", headers=headers)


def _read(name: str) -> str:
    return files("roleclass.web").joinpath(name).read_text("utf-8")
