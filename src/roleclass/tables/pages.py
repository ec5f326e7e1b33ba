"""Saved web pages: the ``JobPosting`` that a page holds for search engines, else the page itself."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

from roleclass.errors import InputError
from roleclass.tables.dialect import decode
from roleclass.tables.files import InputFile
from roleclass.tables.jsonlines import check_object, missing
from roleclass.tables.options import ReadOptions, is_text_encoding
from roleclass.tables.records import Record
from roleclass.tables.rows import MAX_CELL


def read_page(file: InputFile, options: ReadOptions, _: list[str]) -> Iterator[Record]:
    """Give each JSON-LD ``JobPosting`` of a page; without one a row of its title and its HTML.

    Raises
    ------
    InputError
        If the page is too long to be one.
    """
    with file.open() as content:
        data = content.read(MAX_CELL + 1)
    if len(data) > MAX_CELL:
        raise InputError(f"a page of more than {MAX_CELL >> 20} MiB; expected one posting")
    text = decode(data, options.encoding or _said(data))
    page = _Page()
    page.feed(text)
    page.close()
    name = file.path.name if file.name != "standard input" else file.name
    found = [posting for script in page.scripts for posting in _postings(script)]
    for posting in found or [{"title": " ".join(page.title.split()) or None, "description": text}]:
        yield check_object({"file": name, **posting}, "the JobPosting"), len(data)


_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def _said(data: bytes) -> str | None:
    """Return the encoding that a page says it has; None if it says none, or one that is not known."""
    said = _CHARSET.search(data, 0, 4096)
    name = said[1].decode() if said else ""
    return name if said and is_text_encoding(name) else None


class _Page(HTMLParser):
    """Finds the title and the scripts of linked data."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.scripts: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = ""
        if tag == "title" and not self.title:
            self._within = tag
        if tag == "script" and "ld+json" in (dict(attrs).get("type") or "").lower():
            self._within = tag
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "title":
            self.title += data
        elif self._within == "script":
            self.scripts[-1] += data


def _postings(script: str) -> Iterator[dict[str, Any]]:
    """Give the objects of type ``JobPosting`` in a script, wherever they are."""
    try:
        # Line ends within strings, which pages do have, are no JSON.
        waiting = [json.loads(script, strict=False, parse_constant=missing)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = [*value, *waiting]
        elif isinstance(value, dict):
            kinds = value.get("@type")
            if "JobPosting" in (kinds if isinstance(kinds, list) else [kinds]):
                yield value
            else:
                waiting = [*value.values(), *waiting]
