"""Read the forms that a browser sends: fields, and a file."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

if TYPE_CHECKING:  # tables need an extra
    from multipart import MultipartPart

MAX_POSTING: Final = 1_000_000
"""Most bytes of a posting; the time and memory of an explanation grow with its length."""

MAX_TABLE: Final = 250_000_000
"""Most bytes of a table."""

MAX_FORM: Final = {"/": 4 * MAX_POSTING, "/tables": MAX_TABLE}
"""Most bytes of a form, by the path that it is sent to; most non-letters are sent as three bytes."""

_FIELDS: Final = 20


class RequestError(Exception):
    """A request is refused; the message, if there is one, tells the user why."""

    def __init__(self, status: HTTPStatus, message: str = "") -> None:
        super().__init__(message)
        self.status = status


def too_large(path: str) -> RequestError:
    """Return the error for a form that is too large, by the path that it is sent to."""
    what, limit = ("table", MAX_TABLE) if path == "/tables" else ("posting", MAX_POSTING)
    return RequestError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"This {what} is too large: the limit is {limit / 1e6:,.0f} MB.",
    )


def read_posting_form(request: WSGIEnvironment) -> dict[str, str]:
    """Read a form without a file; of several fields with the same name, the last.

    Raises
    ------
    RequestError
        If it is not such a form, or has too many fields.
    """
    if request.get("CONTENT_TYPE", "").partition(";")[0] != "application/x-www-form-urlencoded":
        message = "This is not the form of a posting."
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    data = request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))
    sent = data.decode("ascii", "replace")
    try:
        pairs = parse_qsl(sent, keep_blank_values=True, errors="replace", max_num_fields=_FIELDS)
    except ValueError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, "The form has too many fields.") from error
    return dict(pairs)


def read_table_form(request: WSGIEnvironment) -> tuple[dict[str, str], "MultipartPart"]:
    """Read a form with a file, to be closed.

    Raises
    ------
    RequestError
        If it is damaged, not a form, or without a file.
    OSError
        If the file cannot be kept.
    """
    from multipart import parse_form_data

    try:
        fields, sent = parse_form_data(request, strict=True, part_limit=_FIELDS)
    except (ValueError, LookupError) as error:  # the latter for encodings that there are not
        raise RequestError(HTTPStatus.BAD_REQUEST, f"The form is damaged: {error}.") from error
    file = next((part for part in sent.values() if part.filename), None)
    if file is None:
        raise RequestError(HTTPStatus.BAD_REQUEST, "No file was chosen.")
    return dict(fields), file


def safe_name(name: str) -> str:
    r"""Return a safe file name for an untrusted one: no folder, not hidden, not too long.

    Examples
    --------
    >>> safe_name("../../etc/jobs of May.csv"), safe_name("C:\\temp\\.hidden"), safe_name("\0")
    ('jobs of May.csv', 'hidden', '_')
    """
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.() -]", "_", last).strip(". ")[-40:].strip(". ") or "table"
