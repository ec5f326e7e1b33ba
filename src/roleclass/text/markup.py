r"""Convert HTML, escaped HTML, entities and Markdown to the visible text.

Boards, applicant-tracking systems and scrapers deliver postings in all of these, often nested:
HTML that was escaped once or twice, Markdown with a backslash before each sign. Markup is removed layer by
layer until none is left, so that a second pass changes nothing. Text that only looks like markup
stays: ``vector<int>``, ``x < y``, ``<jobs@example.com>``, ``R&D``, ``a * b``, ``C#``, bullets.

``examples/runtimes/node/markup.mjs`` is the same in JavaScript; regular expressions use only syntax that
both languages share. No part of one can match in two ways, so they take linear time.
"""

import re
from html import unescape
from html.entities import html5
from typing import Final

_LAYERS: Final = 8
"""Layers of markup. Postings have two or three; a text with more is hostile, and its signs are removed."""


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_PARAGRAPHS: Final = _names("blockquote h1 h2 h3 h4 h5 h6 hr p pre")
_BLOCKS: Final = _PARAGRAPHS | _names(
    "address article aside body br caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form header html legend li main menu ol option search section summary table tbody "
    "tfoot thead title tr ul"
)
_HIDDEN: Final = _names("!-- head nav noscript script style svg template")
_TAGS: Final = (
    _BLOCKS
    | _HIDDEN
    | _names(
        "a abbr acronym area audio b bdi bdo big button canvas cite code col colgroup data datalist del "
        "dfn em embed font i iframe img input ins kbd label link map mark meta meter object optgroup "
        "output param picture progress q rp rt ruby s samp select slot small source span strike strong "
        "sub sup td textarea th time track tt u var video wbr nobr"
    )
)
_PLAIN: Final = _BLOCKS - _names("address dialog form legend option search title")
"""Blocks whose opening tag alone, without attributes, shows that a text is HTML."""

_TAG = re.compile(
    r"<!--|-->|<!\[CDATA\[|\]\]>|<[!?][^<>]*>"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9]+)*)(?=[ \t\n\r\f/>])"
    r"""(?:[^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*)*>|[^<>]*>)"""
)
# Each of these begins with a fixed character, which is found quickly.
_ENTITY = re.compile(
    r"&(?:amp;|#38;)*"  # escaped once more: &amp;nbsp;
    r"(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31})|(?P<number>#[0-9]{1,7}|#[Xx][0-9A-Fa-f]{1,6}));"
)
_BACKSLASH = re.compile(r"\\+(?=[!-/:-@\[\]^_`{-~]|(?![^\n\r]))")
_LINK = re.compile(
    r"\[([^\[\]\n]*)\]"
    r"""\((?:https?:|mailto:|tel:|www\.|/|#)[^()\t\n\r ]*(?: +"[^"\n]*")?\)"""
)
_BOLD = re.compile(r"\*\*(?<![A-Za-z0-9_*]\*\*)(\*?)(?=[^*\t\n\r ])([^*\n]+)\*\*\1(?!\*)")
_ITALIC = re.compile(
    r"\*(?<![A-Za-z0-9_*]\*)(?=[A-Za-z0-9])([^*\n]*[^*\t\n\r ])\*(?![A-Za-z0-9_*])"
)
# ``#hiring`` and ``# of openings: 2`` are not headings.
_HEADING = re.compile(r"#(?<![^\n]#)(?:#{1,5}[ \t]+|[ \t]+(?=[A-Z#]))")
_WIPE: Final = str.maketrans(dict.fromkeys("<&\\*#[", " "))
_SPACES: Final = "\t\n\f\r "


def plain(text: str) -> str:
    r"""Return the visible text.

    Parameters
    ----------
    text : str
        HTML, whole or in pieces, escaped any number of times; Markdown; or neither.

    Returns
    -------
    str
        `text` itself, the same object, if it has no markup. Otherwise blocks begin new lines,
        list items begin with ``- ``; scripts, styles, navigation and comments are removed; white space is
        as a browser shows it, except that texts with line breaks and no blocks keep theirs.

    Examples
    --------
    >>> print(plain("<h3>Your work</h3><ul><li>Agents &amp; <b>RAG</b></li><li>Prompts</li></ul>"))
    Your work
    - Agents & RAG
    - Prompts
    >>> plain(r"**R\&D**, 5\+ years")
    'R&D, 5+ years'
    >>> plain("std::vector<int> if x < y, R&D")
    'std::vector<int> if x < y, R&D'
    """
    flowing = True
    for _ in range(_LAYERS):
        # Most texts have none of these, and a search for one character is fast.
        if "<" in text and any(map(_shows_html, _TAG.finditer(text))):
            text = _without_tags(text, flowing=flowing)
            flowing = False  # the line breaks are now the right ones
            continue
        if "&" in text and (decoded := _decode(text)) != text:
            text = decoded
            continue
        if (unmarked := _without_markdown(text)) == text:
            return text
        text = unmarked
    return text.translate(_WIPE)


def _shows_html(tag: re.Match[str]) -> bool:
    name = tag["name"]
    if name is None:
        return tag[0].startswith("<")
    # ``List<P>``, ``Map<Section>`` are types, ``<title>`` is a placeholder.
    lower = name.lower()
    if lower not in _TAGS:
        return False
    alone = lower in _PLAIN and (name == lower or (name.isupper() and len(name) > 1))
    return alone or lower in {"script", "style"} or bool(tag["close"]) or "=" in tag[0]


def _without_tags(text: str, *, flowing: bool) -> str:
    # An unclosed element hides nothing: better too much text than too little.
    last = {_name(tag): tag.start() for tag in _TAG.finditer(text)}
    blocks = _BLOCKS.intersection(name.removeprefix("/") for name in last) - {"br"}
    page = _Page(flowing=flowing and bool(blocks))
    start, hidden = 0, ""
    for tag in _TAG.finditer(text):
        name = _name(tag)
        if hidden:
            if name != hidden:
                continue
            hidden = ""
        elif name in {"", "/!--"}:  # not a tag: it stays, with the text around it
            continue
        else:
            page.write(text[start : tag.start()])
            closed = last.get(f"/{name}", 0) > tag.start() and not tag[0].endswith("/>")
            if name in _HIDDEN and closed:
                hidden = f"/{name}"
            else:
                page.tag(name)
        start = tag.end()
    page.write(text[start:])
    return page.text()


def _name(tag: re.Match[str]) -> str:
    """Return a tag's name in lower case, with a slash if it closes; empty for text that is not a tag."""
    name = tag["name"]
    if name is None:
        return {"<!--": "!--", "-->": "/!--"}.get(tag[0], "!")
    name = name.lower()
    return tag["close"] + name if name in _TAGS or ":" in name or "-" in name else ""


class _Page:
    """The output so far, and the line breaks and the bullet before the next word."""

    def __init__(self, *, flowing: bool) -> None:
        self._flowing = flowing  # white space is collapsed as in a browser
        self._pre = 0
        self._breaks = 0
        self._mark = ""
        self._parts: list[str] = []

    def tag(self, name: str) -> None:
        block = name.removeprefix("/")
        if block == "pre":
            self._pre = max(0, self._pre + (1 if name == block else -1))
        if name in {"td", "th"}:
            self.write(" ")
        elif block == "br":
            self._breaks = max(self._breaks, min(self._breaks + 1, 2))
        elif name == "li":
            self._breaks, self._mark = 1, "- "
        elif name in {"/li", "/ol", "/ul"}:
            self._breaks, self._mark = max(self._breaks, 1), ""
        elif block in _BLOCKS and not self._mark:  # a paragraph does not part an item from its mark
            self._breaks = max(self._breaks, 2 if block in _PARAGRAPHS else 1)

    def write(self, text: str) -> None:
        if "&" in text:
            text = _decode(text)
        if self._flowing and not self._pre:
            self._flow(text)
        else:
            self._keep(text)

    def _flow(self, text: str) -> None:
        words = " ".join(text.split())
        fresh = self._breaks or not self._parts or self._parts[-1].endswith(" ")
        before = "" if fresh or not text[:1].isspace() else " "
        after = " " if words and text[-1].isspace() else ""
        if shown := before + words + after:
            self._add(shown)

    def _keep(self, text: str) -> None:
        # Line breaks at either end count like those of tags; those within stay unchanged.
        body = text.strip(_SPACES)
        if not body and "\n" not in text:
            body = text
        before, _, after = text.partition(body) if body else (text, "", "")
        self._breaks = max(self._breaks, before.count("\n"))
        if body:
            ends = "\n" in after
            self._add(before[before.rfind("\n") + 1 :] + body + ("" if ends else after))
            self._breaks = after.count("\n")

    def _add(self, text: str) -> None:
        if self._breaks and self._parts:
            self._parts[-1] = self._parts[-1].rstrip(" ")
            self._parts.append("\n" * self._breaks)
        self._parts.append(self._mark + text)
        self._breaks, self._mark = 0, ""

    def text(self) -> str:
        return "".join(self._parts).rstrip(" ")


def _decode(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    if entity["number"]:
        return unescape(f"&{entity['number']};").replace("\xa0", " ")
    name = entity["name"]
    return html5.get(f"{name};", f"&{name};").replace("\xa0", " ")


def _without_markdown(text: str) -> str:
    if "\\" in text:
        text = _BACKSLASH.sub("", text)
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    if "*" in text:
        text = _ITALIC.sub(r"\1", _BOLD.sub(r"\2", text))
    if "#" in text:
        text = _HEADING.sub("", text)
    return text
