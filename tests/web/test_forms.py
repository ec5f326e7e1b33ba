"""What a browser sends, and what only looks like it."""

import io
from pathlib import Path
from wsgiref.types import WSGIEnvironment

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roleclass.web.forms import RequestError, read_posting_form, read_table_form, safe_name
from tests.web.browser import MULTIPART, form


def sent(content: bytes, type_: str) -> WSGIEnvironment:
    length = str(len(content))
    return {"CONTENT_TYPE": type_, "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(content)}


def posting(content: bytes, type_: str = "application/x-www-form-urlencoded") -> dict[str, str]:
    return read_posting_form(sent(content, type_))


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


def test_a_form_of_too_many_fields_is_refused() -> None:
    with pytest.raises(RequestError, match="too many fields"):
        posting(b"&".join([b"a=1"] * 1000))


@pytest.mark.parametrize("type_", ["text/plain", "application/json", "", "multipart/form-data"])
def test_another_type_is_refused(type_: str) -> None:
    with pytest.raises(RequestError, match="not the form of a posting"):
        posting(b"text=x", type_)


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_a_file_comes_as_it_was_sent(content: bytes, value: str) -> None:
    if b"\r\n------x" in content:
        return
    value = value.encode("utf-8", "replace").decode().replace("\r\n", "")
    request = sent(form(content, "jobs.csv", prefix="p", text=value), MULTIPART)
    fields, file = read_table_form(request)
    assert (file.filename, file.raw) == ("jobs.csv", content)
    assert fields == {"prefix": "p", "text": value}


WHOLE = form(b"id,text\n7,Bakes.\n", "jobs.csv", prefix="p")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,text\n7,Bakes.\n",
        WHOLE[:-8],
        WHOLE[: len(WHOLE) // 2],
        WHOLE.replace(b"form-data", b"attachment"),
        WHOLE.replace(b"\r\n", b"\n"),
        WHOLE.replace(b"Content-Disposition", b"Content Disposition"),
        WHOLE.replace(b'name="table"', b"\xff\xfe\0"),
        WHOLE.replace(b"name=", b"a: b\r\n" * 20 + b"name="),
        WHOLE.replace(b"prefix", b"x" * 100_000),
        WHOLE.replace(b"\r\n\r\np", b"\r\nContent-Type: text/plain; charset=no-such\r\n\r\np"),
        form(b"", "jobs.csv", **{f"f{i}": "x" for i in range(100)}),
    ],
)
def test_a_damaged_form_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(RequestError, match=r"damaged: .*[.]$"):
        read_table_form(sent(content, MULTIPART))


@pytest.mark.parametrize(
    "content",
    [
        form(b"", ""),
        WHOLE.replace(b"------x\r\n", b"------y\r\n"),
        b"------x\r\nContent-Disposition: form-data; name=table\r\n\r\nno file\r\n------x--\r\n",
    ],
)
def test_a_form_without_a_file_is_refused(content: bytes) -> None:
    with pytest.raises(RequestError, match="No file was chosen"):
        read_table_form(sent(content, MULTIPART))


def test_nothing_is_read_beyond_the_body() -> None:
    request = sent(b"text=x", "application/x-www-form-urlencoded")
    request["wsgi.input"] = io.BytesIO(b"text=xGET / HTTP/1.1")
    assert read_posting_form(request) == {"text": "x"}


@given(st.text())
def test_a_name_stays_in_its_folder_and_is_not_hidden(name: str) -> None:
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode("utf-8", "surrogatepass")) <= 160
    assert safe.isprintable()
