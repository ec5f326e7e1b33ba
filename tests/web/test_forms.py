"""What a browser sends, and what only looks like it."""

import io
from email.message import Message
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roleclass.web import forms
from roleclass.web.forms import (
    Body,
    FormError,
    content_length,
    read_posting_form,
    read_table_form,
    safe_name,
)
from tests.web.browser import MULTIPART, form


class Trickle(io.BytesIO):
    """Gives a few bytes at a time, as a slow connection does."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self.size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(min(self.size, size or 0))


def head(type_: str, **others: str) -> Message:
    headers = Message()
    headers["Content-Type"] = type_
    for name, value in others.items():
        headers[name.replace("_", "-")] = value
    return headers


def posting(content: bytes, type_: str = "application/x-www-form-urlencoded") -> dict[str, str]:
    return read_posting_form(head(type_), Body(io.BytesIO(content), len(content)))


def table(
    content: bytes, folder: Path, type_: str = MULTIPART, size: int = 1 << 20
) -> tuple[forms.Fields, Path]:
    return read_table_form(head(type_), Body(Trickle(content, size), len(content)), folder)


def test_fields_of_a_posting_come_as_they_were_written() -> None:
    assert posting(b"title=%3Cb%3E&text=a+b%0D%0A%C3%A9%26&other=") == {
        "title": "<b>",
        "text": "a b\r\n\u00e9&",
        "other": "",
    }


@pytest.mark.parametrize(
    "content", [b"", b"&&&", b"text", b"text=%", b"text=%zz%ff%00", b"\xff\xfe=\0"]
)
def test_damaged_postings_are_read_as_far_as_they_go(content: bytes) -> None:
    assert all(isinstance(value, str) for value in posting(content).values())


def test_a_posting_that_is_too_large_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MAX_POSTING", 10)
    assert posting(b"text=0123456789")["text"] == "0123456789"
    for content in (b"text=01234567890", "text=\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9".encode()):
        with pytest.raises(FormError, match="too large") as caught:
            posting(content)
        assert caught.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_posting_that_says_it_is_huge_is_not_read() -> None:
    body = Body(io.BytesIO(b""), 10**12)
    with pytest.raises(FormError, match="too large"):
        read_posting_form(head("application/x-www-form-urlencoded"), body)


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(FormError, match="too many fields"):
        posting(b"&".join([b"a=1"] * 1000))


@pytest.mark.parametrize("type_", ["text/plain", "application/json", "", "multipart/form-data"])
def test_another_type_is_refused(type_: str, tmp_path: Path) -> None:
    for read in (lambda: posting(b"text=x", type_), lambda: table(b"text=x", tmp_path, type_)):
        with pytest.raises(FormError) as caught:
            read()
        assert caught.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@given(st.binary(max_size=300), st.integers(1, 100), st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_a_file_comes_as_it_was_sent_in_pieces_of_any_size(
    content: bytes, size: int, value: str
) -> None:
    import tempfile

    if b"\r\n------x" in content:
        return
    with tempfile.TemporaryDirectory() as folder:
        value = value.encode("utf-8", "replace").decode()
        fields, file = table(
            form(content, "jobs.csv", prefix="p", text=value.replace("\r\n", "")),
            Path(folder),
            size=size,
        )
        assert file == Path(folder) / "jobs.csv"
        assert file.read_bytes() == content
        assert fields["prefix"] == "p"


WHOLE = form(b"id,text\n7,Bakes.\n", "jobs.csv", prefix="p")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,text\n7,Bakes.\n",
        WHOLE[:-8],
        WHOLE[: len(WHOLE) // 2],
        WHOLE.replace(b"------x\r\n", b"------y\r\n"),
        WHOLE.replace(b"form-data", b"attachment"),
        WHOLE.replace(b"\r\n", b"\n"),
        WHOLE.replace(b"Content-Disposition", b"Content Disposition"),
        WHOLE.replace(b'name="table"', b"\xff\xfe\0"),
        WHOLE.replace(b"name=", b"a: b\r\n" * 20 + b"name="),
        WHOLE.replace(b"prefix", b"x" * 100_000),
        form(b"", "jobs.csv", **{f"f{i}": "x" for i in range(100)}),
        form(b"", "jobs.csv", prefix="x" * 100_000),
        form(b"", ""),
        b"------x\r\nContent-Disposition: form-data; name=table\r\n\r\nno file\r\n------x--\r\n",
    ],
)
def test_a_damaged_form_is_refused_with_a_reason(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"[.]$"):
        table(content, tmp_path)


def test_a_client_that_leaves_in_the_middle_is_told_from_a_damaged_form(tmp_path: Path) -> None:
    with pytest.raises(ConnectionAbortedError):
        read_table_form(head(MULTIPART), Body(io.BytesIO(WHOLE[:-20]), len(WHOLE)), tmp_path)


def test_a_table_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FormError, match="too large"):
        read_table_form(head(MULTIPART), Body(io.BytesIO(), 10**12), tmp_path)
    monkeypatch.setattr(forms, "MAX_TABLE", 10)
    with pytest.raises(FormError, match="Maximum segment size"):
        table(form(b"0123456789a", "jobs.csv"), tmp_path)


def test_nothing_is_read_beyond_the_body() -> None:
    body = Body(io.BytesIO(b"text=xGET / HTTP/1.1"), 6)
    assert read_posting_form(head("application/x-www-form-urlencoded"), body) == {"text": "x"}


@pytest.mark.parametrize(
    "said", [{}, {"Content_Length": "x"}, {"Content_Length": "+1"}, {"Content_Length": "9" * 30}]
)
def test_a_length_that_is_no_number_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(FormError) as caught:
        content_length(head("text/plain", **said))
    assert caught.value.status == HTTPStatus.LENGTH_REQUIRED


@given(st.text())
def test_a_name_stays_in_its_folder_and_is_not_hidden(name: str) -> None:
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode("utf-8", "surrogatepass")) <= 160
    assert safe.isprintable()
