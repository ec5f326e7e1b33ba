"""Read the forms that a browser sends: fields, and a file that goes straight to disk."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from multipart import PushMultipartParser

MAX_POSTING: Final = 1_000_000
"""Most bytes of a posting; the time and memory of an explanation grow with its length."""

MAX_TABLE: Final = 250_000_000
"""Most bytes of a table."""

_MAX_POSTING_FORM: Final = 4 * MAX_POSTING  # most non-letters are sent as three bytes
_MAX_FIELDS: Final = 20
_MAX_FIELD: Final = 1000  # bytes of a field beside a table
_PIECE: Final = 1 << 16


class FormError(Exception):
    """A form cannot be read; the message tells the user why."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class Body:
    """The body of a request.

    Parameters
    ----------
    raw : buffered stream
    length : int
        Bytes, from the request's header.
    on_end : callable
        Called when everything has been read.
    """

    def __init__(
        self, raw: BufferedIOBase, length: int, on_end: Callable[[], None] = lambda: None
    ) -> None:
        self._raw = raw
        self._on_end = on_end
        self.left = length

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end.

        Raises
        ------
        ConnectionAbortedError
            If the client disconnected before the end.
        """
        if not self.left:
            return b""
        data = self._raw.read1(min(size, self.left))
        if not data:
            raise ConnectionAbortedError
        self.left -= len(data)
        if not self.left:
            self._on_end()
        return data


Fields = dict[str, str]
"""The fields of a form; of several with the same name, the last."""


def content_length(headers: Message) -> int:
    """Return the length of a request's body in bytes.

    Raises
    ------
    FormError
        If the header does not give it as one number.
    """
    sent = headers.get_all("Content-Length", [])
    if "Transfer-Encoding" in headers or len(sent) != 1 or not re.fullmatch("[0-9]{1,18}", sent[0]):
        raise FormError("The length of the form is unknown.", HTTPStatus.LENGTH_REQUIRED)
    return int(sent[0])


def read_posting_form(headers: Message, body: Body) -> Fields:
    """Read a form without a file.

    Raises
    ------
    FormError
        If it is too large, or not a form.
    """
    if headers.get_content_type() != "application/x-www-form-urlencoded":
        raise FormError("This is not the form of a posting.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if body.left > _MAX_POSTING_FORM:
        raise _too_large("posting", MAX_POSTING)
    data = bytearray()
    while piece := body.read(_PIECE):
        data += piece
    try:
        pairs = parse_qsl(
            data.decode("ascii", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:
        raise FormError("This form has too many fields.") from error
    fields = dict(pairs)
    if any(len(value.encode("utf-8", "replace")) > MAX_POSTING for value in fields.values()):
        raise _too_large("posting", MAX_POSTING)
    return fields


def read_table_form(headers: Message, body: Body, folder: Path) -> tuple[Fields, Path]:
    """Read a form with a file, piece by piece; the file goes to `folder`.

    Returns
    -------
    fields, file

    Raises
    ------
    FormError
        If it is too large, damaged, not a form, or without a file.
    OSError
        If the file cannot be written.
    """
    from multipart import MultipartError, PushMultipartParser

    boundary = headers.get_param("boundary")
    if headers.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise FormError("This is not the form of a table.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if body.left > MAX_TABLE + _MAX_FIELDS * _MAX_FIELD:
        raise _too_large("table", MAX_TABLE)
    try:
        with PushMultipartParser(
            boundary,
            content_length=body.left,
            max_segment_count=_MAX_FIELDS,
            max_segment_size=MAX_TABLE,
        ) as parser:
            fields, path = _receive(parser, body, folder)
    except MultipartError as error:
        raise FormError(f"The form is damaged: {error}.") from error
    if path is None:
        raise FormError("No file was chosen.")
    return fields, path


def safe_name(name: str) -> str:
    r"""Return a safe file name for an untrusted one: no folder, not hidden, not too long.

    Examples
    --------
    >>> safe_name("../../etc/jobs of May.csv"), safe_name("C:\\temp\\.hidden"), safe_name("\0")
    ('jobs of May.csv', 'hidden', '_')
    """
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.() -]", "_", last).strip(". ")[-40:].strip(". ") or "table"


def _receive(parser: "PushMultipartParser", body: Body, folder: Path) -> tuple[Fields, Path | None]:
    fields: Fields = {}
    path: Path | None = None
    name, value, file = "", bytearray(), None
    with ExitStack() as open_files:
        while not parser.closed:
            for event in parser.parse(body.read(_PIECE)):
                if event is None:
                    if file is None:
                        fields[name] = value.decode("utf-8", "replace")
                elif isinstance(event, bytes | bytearray):
                    if file is not None:
                        file.write(event)
                    elif len(value := value + event) > _MAX_FIELD:
                        raise FormError("A field of this form is too long.")
                else:
                    name, value, file = event.name, bytearray(), None
                    if event.filename and path is None:
                        path = folder / safe_name(event.filename)
                        file = open_files.enter_context(path.open("xb"))
    return fields, path


def _too_large(what: str, limit: int) -> FormError:
    return FormError(
        f"This {what} is too large: the limit is {limit / 1e6:,.0f} MB.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )
