"""Read saved web pages: the ``JobPosting`` for search engines, otherwise the page itself."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

from roleclass.errors import InputError
from roleclass.tables.dialect import decode
from roleclass.tables.files import InputFile
from roleclass.tables.options import ReadOptions, is_text_encoding
from roleclass.tables.records import Record, missing, record_of
from roleclass.tables.rows import MAX_CELL


def read_page(file: InputFile, options: ReadOptions, _: list[str]) -> Iterator[Record]:
    """Yield each JSON-LD ``JobPosting`` of a page; without one, a row of its title and its HTML.

    Raises
    ------
    InputError
        If the page is too long to be a posting.
    """
    with file.open() as content:
        data = content.read(MAX_CELL + 1)
    if len(data) > MAX_CELL:
        raise InputError(f"a page of more than {MAX_CELL >> 20} MiB; expected one posting")
    text = decode(data, options.encoding or _declared(data))
    name = file.path.name if file.name != "standard input" else file.name
    found = [posting for script in _scripts(text) for posting in _postings(script)]
    for posting in found or [{"title": _title(text), "description": text}]:
        yield record_of({"file": name, **posting}, len(data), "the JobPosting")


_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def _declared(data: bytes) -> str | None:
    """Return the encoding that a page declares; None if it declares none or an unknown one."""
    found = _CHARSET.search(data, 0, 4096)
    name = found[1].decode() if found else ""
    return name if found and is_text_encoding(name) else None


# The standard library's parser takes quadratic time for a page of "<!--<!--...".
_TITLE: Final = re.compile(r"<title\b[^<>]*>([^<]{0,1000})", re.IGNORECASE)
_SCRIPT: Final = re.compile(r"<script\b([^<>]*)>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"</script", re.IGNORECASE)


def _title(text: str) -> str | None:
    found = _TITLE.search(text)
    return " ".join(unescape(found[1]).split()) or None if found else None


def _scripts(text: str) -> Iterator[str]:
    """Yield the JSON-LD scripts of a page."""
    at = 0
    while (start := _SCRIPT.search(text, at)) and (end := _SCRIPT_END.search(text, start.end())):
        if "ld+json" in start[1].lower():
            yield text[start.end() : end.start()]
        at = end.end()


def _postings(script: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of type ``JobPosting`` in a script, at any depth."""
    brace = script.find("{")
    before = script[: max(brace, 0)].rstrip()
    is_list = before.endswith("[") and not before.endswith("CDATA[")
    start, end = (len(before) - 1, script.rfind("]")) if is_list else (brace, script.rfind("}"))
    try:
        # Not strict: pages have line ends within strings. Comments around the JSON are cut off.
        waiting = [json.loads(script[start : end + 1], strict=False, parse_constant=missing)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            kinds = value.get("@type")
            if "JobPosting" in (kinds if isinstance(kinds, list) else [kinds]):
                yield value
            else:
                waiting.extend(reversed(value.values()))
