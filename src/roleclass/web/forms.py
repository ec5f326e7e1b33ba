"""Read the forms that a browser sends: fields, and a file."""

import re
from http import HTTPStatus
from typing import Final
from wsgiref.types import WSGIEnvironment

from multipart import MultipartPart, parse_form_data

MAX_POSTING: Final = 1_000_000
"""Most bytes of a posting; the time and memory of an explanation grow with its length."""

MAX_TABLE: Final = 250_000_000
"""Most bytes of a table."""

MAX_FORM: Final = {"/": 4 * MAX_POSTING, "/tables": MAX_TABLE}
"""Most bytes of a form, by the path that it is sent to; most non-letters are sent as three bytes."""


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


def read_form(request: WSGIEnvironment) -> tuple[dict[str, str], MultipartPart | None]:
    """Read a form: its fields (of several with the same name, the last) and a file, to be closed.

    Raises
    ------
    RequestError
        If it is damaged, or not a form.
    OSError
        If the file cannot be kept.
    """
    try:
        fields, sent = parse_form_data(
            request, strict=True, part_limit=20, memory_limit=MAX_FORM["/"]
        )
    except (ValueError, LookupError) as error:  # the latter for encodings that there are not
        raise RequestError(HTTPStatus.BAD_REQUEST, f"The form is damaged: {error}.") from error
    return dict(fields), next((part for part in sent.values() if part.filename), None)


def safe_name(name: str) -> str:
    r"""Return a safe file name for an untrusted one: no folder, not hidden, not too long.

    Examples
    --------
    >>> safe_name("../../etc/jobs of May.csv"), safe_name("C:\\temp\\.hidden"), safe_name("\0")
    ('jobs of May.csv', 'hidden', '_')
    """
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w.() -]", "_", last).strip(". ")[-40:].strip(". ") or "table"
