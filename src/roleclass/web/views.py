"""`Site`: the pages, from the templates of ``explain --html``."""

import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote

from roleclass.classifier import RoleClassifier
from roleclass.errors import MissingExtraError, RoleclassError, require_extra
from roleclass.evidence.page import view_of
from roleclass.pages import render, stylesheet
from roleclass.roles import as_role
from roleclass.web.forms import MAX_TABLE, Body, FormError, read_posting_form

if TYPE_CHECKING:  # tables need an extra
    from roleclass.web.tables import Tables

_HTML: Final = "text/html; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    Attributes
    ----------
    status : HTTPStatus
    type : str
        Its media type.
    content : bytes or Path
    headers : mapping of str to str
        In addition to those of all responses.
    """

    status: HTTPStatus
    type: str
    content: bytes | Path
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, status: HTTPStatus) -> "Answer":
        """Return a response that shows only its status."""
        return cls(status, _TEXT, f"{status.value} {status.phrase}\n".encode())

    def open(self) -> BinaryIO:
        """Open the content."""
        return (
            io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")
        )


class Site:
    """The pages.

    Parameters
    ----------
    classifier : RoleClassifier

    Raises
    ------
    ModelError
        If the model file is missing, damaged or not a roleclass model.

    Examples
    --------
    >>> site = Site(RoleClassifier())
    >>> site.get("/").status, site.get("/no/such/page").status
    (<HTTPStatus.OK: 200>, <HTTPStatus.NOT_FOUND: 404>)
    """

    def __init__(self, classifier: RoleClassifier) -> None:
        classifier.roles  # noqa: B018  (loads the model, so that errors appear at once)
        self._classifier = classifier
        self._reading = threading.Lock()  # an explanation takes memory; one at a time
        self._tables: Tables | None = None
        try:
            require_extra("web", "filelock", "multipart", "pyarrow")
            self._missing = ""
        except MissingExtraError as error:
            self._missing = str(error)

    def get(self, path: str) -> Answer:
        """Answer a GET request."""
        if path in self._files:
            return self._files[path]
        if path == "/":
            return self._home()
        if path == "/example":
            return self._posting({"text": _read("example.txt")})
        match path.split("/"):
            case ["", "tables", key]:
                return self._table(key, as_file=False)
            case ["", "tables", key, "file"]:
                return self._table(key, as_file=True)
        return Answer.text(HTTPStatus.NOT_FOUND)

    def post(
        self, path: str, headers: Message, body: Body, check_client: Callable[[], None]
    ) -> Answer:
        """Answer a form; `check_client` raises if the client has disconnected."""
        try:
            if path == "/":
                return self._posting(read_posting_form(headers, body))
            if path == "/tables" and not self._missing:
                key = self._opened_tables.score(headers, body, check_client)
                return Answer(HTTPStatus.SEE_OTHER, _TEXT, b"", {"Location": f"/tables/{key}"})
        except FormError as error:
            return self.fault(error)
        return Answer.text(HTTPStatus.NOT_FOUND)

    def fault(self, error: FormError) -> Answer:
        """Show the form again, with the error."""
        return self._home(error.status, fault=str(error))

    def close(self) -> None:
        """Delete the uploaded and scored tables."""
        if self._tables is not None:
            self._tables.close()

    def _home(self, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Answer:
        given = {
            "text": "", "posting_title": "", "view": None, "fault": "", "missing": self._missing,
            "megabytes": MAX_TABLE // 1_000_000, **values,
        }  # fmt: skip
        return Answer(status, _HTML, render("web/templates/home.html", **given).encode())

    def _posting(self, fields: Mapping[str, str]) -> Answer:
        # A form ends its lines with CRLF, unlike most files that people paste from.
        text = fields.get("text", "").replace("\r\n", "\n")
        title = fields.get("title", "")
        with self._reading:
            try:
                reading = self._classifier.read(text, title or None)
                view = view_of(reading, self._classifier.explain(text, title or None))
            except RoleclassError as error:
                return self._home(HTTPStatus.INTERNAL_SERVER_ERROR, fault=str(error))
        return self._home(text=text, posting_title=title, view=view)

    def _table(self, key: str, *, as_file: bool) -> Answer:
        scored = self._tables.find(key) if self._tables else None
        if scored is None:
            return Answer.text(HTTPStatus.NOT_FOUND)
        if as_file:
            name = f"attachment; filename*=UTF-8''{quote(scored.file.name)}"
            return Answer(
                HTTPStatus.OK,
                "application/octet-stream",
                scored.file,
                {"Content-Disposition": name},
            )
        summary = scored.summary
        page = render(
            "web/templates/table.html",
            key=key,
            name=scored.file.name,
            rows=summary.rows,
            errors=summary.errors,
            roles=[
                (as_role(name), n / max(1, summary.rows), f"{n:,}")
                for name, n in summary.roles.items()
            ],
            notes=scored.notes,
        )
        return Answer(HTTPStatus.OK, _HTML, page.encode())

    @property
    def _opened_tables(self) -> "Tables":
        from roleclass.web.tables import Tables

        with self._reading:
            self._tables = self._tables or Tables(self._classifier.path)
        return self._tables

    @cached_property
    def _files(self) -> dict[str, Answer]:
        sheet = stylesheet("pages/base.css", "evidence/templates/posting.css", "web/page.css")
        contents = {
            "/style.css": ("text/css", sheet),
            "/script.js": ("text/javascript", _read("page.js")),
            "/icon.svg": ("image/svg+xml", _read("icon.svg")),
        }
        return {
            path: Answer(HTTPStatus.OK, f"{type_}; charset=utf-8", content.encode())
            for path, (type_, content) in contents.items()
        }


def _read(name: str) -> str:
    return files("roleclass.web").joinpath(name).read_text("utf-8")
