"""Markup: what becomes plain, what stays, and that no text can make it slow, wrong or fail."""

import html
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import roleclass
from roleclass.text import encode
from roleclass.text.glue import unglue
from roleclass.text.markup import plain
from roleclass.training.cut.cutter import cut
from tests.patience import grows_with_length

CASES = Path(__file__).with_name("markup.jsonl")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Sells &amp; repairs.</p><p>Boats</p>", "Sells & repairs.\n\nBoats"),
        ("<div>One<div>Two</div>Three</div>", "One\nTwo\nThree"),
        ("Intro<ul><li>a</li>\n  <li>b\n c</li></ul>End", "Intro\n- a\n- b c\nEnd"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<UL><LI>a<LI>b</UL>", "- a\n- b"),
        ("We are hiring<h2>Your work</h2>You build", "We are hiring\n\nYour work\n\nYou build"),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("one<br>\ntwo\n<br>\nthree", "one\ntwo\n\nthree"),
        ("<table><tr><th>Pay</th><td>5</td></tr><tr><td>x</td></tr></table>", "Pay 5\nx"),
        ("<p>a <b> b</b>\n\t c&nbsp;&nbsp;d</p>", "a b c d"),
        ("<b>Bu</b>ild<span> it</span>", "Build it"),
        ("<p>x</p><pre>a\n  b  c</pre>", "x\n\na\n  b  c"),
        ("First <b>line</b>\n  second\n\n\nthird", "First line\n  second\n\n\nthird"),
        ("Hi<p>unclosed <b>bold<p>again", "Hi\n\nunclosed bold\n\nagain"),
        ('<p title="a > b" style=\'x\'>text</p>', "text"),
        ("<p class=\"broken>text</p><p>more", "text\n\nmore"),
        ("<o:p></o:p><p>a<my-button>b</my-button></p>", "ab"),
        ("<!DOCTYPE html><?xml version='1'?><![CDATA[<p>a</p>]]>", "a"),
    ],
)  # fmt: skip
def test_html_becomes_the_lines_that_a_browser_shows(markup: str, expected: str) -> None:
    assert plain(markup) == expected
    assert plain(html.escape(markup)) == expected
    assert plain(html.escape(html.escape(markup))) == expected


@pytest.mark.parametrize(
    "element",
    [
        "<script>if (a<b) { x = '<p>'; }</script>",
        "<style>p { color: red }</style>",
        "<head><title>Jobs</title></head>",
        "<nav><ul><li>Home</li></ul></nav>",
        "<noscript>Turn it on</noscript>",
        "<template><p>{{job}}</p></template>",
        "<svg viewBox='0 0 1 1'><path d='M0'/><title>arrow</title></svg>",
        "<!-- <p>an old text</p> -->",
        "<SCRIPT type='text/javascript'>x</SCRIPT >",
    ],
)
def test_what_a_page_does_not_show_vanishes(element: str) -> None:
    assert plain(f"<p>Before</p>{element}<p>after</p>") == "Before\n\nafter"


def test_an_element_that_is_never_closed_hides_nothing() -> None:
    assert plain("<nav><p>You build agents.</p>") == "You build agents."
    assert plain("<p>You build</p><!-- agents") == "You build\n\nagents"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("R&amp;D &lt;3 &quot;x&quot; we&#39;re &#x27;in&#X27;", "R&D <3 \"x\" we're 'in'"),
        ("caf&eacute;&nbsp;&bull;&#150;&#x1F600;", "caf\u00e9 \u2022\u2013\U0001f600"),
        ("&amp;amp;amp;nbsp;x &amp;rsquo;", " x \u2019"),
        ("&#0;&#xD800;&#x110000;", "\ufffd\ufffd\ufffd"),
    ],
)
def test_entities_become_characters_also_where_nothing_else_is_markup(
    markup: str, expected: str
) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (r"**About**\n5\+ years, R\&D, A\/B \- \(remote\)", r"About\n5+ years, R&D, A/B - (remote)"),
        (r"\*\*bold\*\* and **bold:**Text ***both*** *slanted*", "bold and bold:Text both slanted"),
        ("# Engineer\n\n## Your work\n* agents\n- prompts", "Engineer\n\nYour work\n* agents\n- prompts"),
        ("See [our site](https://x.example/a_b) or [mail](mailto:a@x.example).", "See our site or mail."),
        ("a line\\\nthe next", "a line\nthe next"),
        (r"C:\\", "C:"),
    ],
)  # fmt: skip
def test_markdown_loses_its_signs(markup: str, expected: str) -> None:
    assert plain(markup) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "std::vector<int>, List<String>, Map<String, Object>, Box<P>, Array<Button>, Option<Section>",
        "if x < y and y > z, x<y, <3, <-, -->, a <- b",
        "Ask Jo <jobs@x.example> or <https://x.example/a>; subject <your name> - <title>",
        "R&D, AT&T, Q&A; P&L; a && b; ?x=1&copy=2",
        "&unknown; &; &#; &amp",
        "a * b * c, 2*3*4, 2**8, 5 ** 2, snake_case, __init__, f(*args, **kwargs)",
        "Salary* depends on place.\n* Before tax",
        "* one\n* two\n- three\n+ four",
        "C#, F#, #hiring #LI-Remote\n#jobs\n# of openings: 2",
        "[EMAIL] [1] f[0](x) [optional] (see below) [note](see below)",
        r"C:\Users\me, AND\OR",
        "It\u2019s 5\u20136 years \u2022 \u00a0 remote\r\n\r\nyes",
    ],
)
def test_what_is_no_markup_comes_back_as_the_same_object(text: str) -> None:
    assert plain(text) is text


_SIGNS = "<>/&;#![]()*\\\n\r\t=\"'`_ab\ud800\u2028\x85\u00a0\u00e9\U0001f600\x00 "
_PIECES = st.sampled_from(
    [
        *_SIGNS, "**", "- ", "p", "li", "pre", "script", "nav", "td", "amp", "lt", "nbsp", "35", "x3c", "<p>",
        "</p>", "<ul><li>", "<br>", "<pre>", "</pre>", "<b>", "</b>", "<script>", "</script>", "<!--", "-->",
        "]]>", "<![CDATA[", "&lt;", "&amp;", "&gt;", "&#38;", "&#35;", "&#42;", "https:", "](/",
    ]
)  # fmt: skip
_MADE_UP = st.lists(_PIECES, max_size=40).map("".join)


@given(st.text() | _MADE_UP)
def test_a_plain_text_is_as_plain_as_it_gets(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


@given(st.text() | _MADE_UP, st.none() | _MADE_UP)
def test_the_bytes_of_a_posting_are_its_title_and_its_text_without_markup(
    text: str, title: str | None
) -> None:
    words = plain(" ".join((title or "").split())).split()
    read = unglue(plain(text))
    lines = ([" ".join(words), ""] if words and read.strip() else []) + [read]
    assert encode(text, title) == "\n".join(lines).encode("utf-8", "replace")


@given(st.text())
def test_escaped_text_is_the_text(text: str) -> None:
    assert plain(html.escape(text)) == plain(text)


@pytest.mark.parametrize(
    "piece",
    [
        "<", "<a ", "<a '", '<a "', "<p", "<p>", "<p a=\"", "</", "<!--", "<!", "<script>", "<nav>",
        "<li><ul>", "<a-", "<pre>\n", "<![CDATA[", "]]>", "<svg/>", "<td>", "&", "&amp;", "&amp;amp;",
        "&#38;", "&a", "&&#97;mp;", "&lt;", "&lt;p&gt;", "&#x", "*", "**", "**a", "*a ", "[", "[a](",
        "[a](https:", "[a](/ \"", "![", "\\", "\\*", "#", "# ", "\n# ", "a-", " ", "\n",
    ],
)  # fmt: skip
def test_the_work_grows_with_the_length(piece: str) -> None:
    assert grows_with_length(plain, piece)


@pytest.mark.parametrize(
    "case", [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
)
def test_a_posting_in_markup_is_answered_as_a_reader_would(case: dict[str, object]) -> None:
    assert roleclass.predict(str(case["text"]), str(case["title"])).role in case["must"]


def test_an_explanation_points_into_the_text_that_was_read() -> None:
    why = roleclass.explain(
        "<p>You will <b>fine-tune</b> LLMs &amp; build agents with the team.</p>", "<i>Engineer</i>"
    )
    assert why.document == "Engineer\n\nYou will fine-tune LLMs & build agents with the team."
    found = {why.document[a:b] for item in why.evidence for a, b in item.spans}
    assert "LLMs" in found


def _html(text: str) -> str:
    """Each line as a board serves it: a paragraph or an item; where a text was wrapped, within one."""
    row = text.encode("utf-8", "replace")
    lines = cut([row]).lines
    page: list[str] = []
    for start, end, item in zip(lines.start, lines.end, lines.marked, strict=True):
        content = html.escape(row[start:end].decode("utf-8", "replace"))
        page.append(f"<ul><li>{content}</li></ul>" if item else f"<p>{content}</p>")
    return "\n".join(page).replace("</ul>\n<ul>", "\n")


def _greenhouse(text: str) -> str:
    return html.escape(f'<div class="content-intro">{_html(text)}</div>')


def _styled(text: str) -> str:
    span = (
        r'<\1 style="margin: 0px"><span style="font-weight: 400; font-family: arial">\2</span></\1>'
    )
    return re.sub(r"<(p|li)>(.*?)</\1>", span, _html(text)).replace(" &amp; ", "&nbsp;&amp;&nbsp;")


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+\-.!&<>|~])", r"\\\1", text)


@pytest.fixture(scope="module")
def dev(shared_corpus: Path) -> list[dict[str, str]]:
    columns = ["description", "title", "split"]
    files = [shared_corpus / f"{name}.parquet" for name in ("boards", "fieldguide")]
    rows = [row for file in files for row in pq.read_table(file, columns=columns).to_pylist()]
    return [row for row in rows if row["split"] == "dev"]


@pytest.fixture(scope="module")
def bare(dev: list[dict[str, str]]) -> tuple[list[str], Counter[str]]:
    return _read([row["description"] for row in dev], dev)


@pytest.mark.corpus
@pytest.mark.parametrize("wrap", [_html, _greenhouse, _styled, _markdown])
def test_a_wrapped_posting_has_the_role_and_the_lines_of_the_plain_one(
    wrap: Callable[[str], str], dev: list[dict[str, str]], bare: tuple[list[str], Counter[str]]
) -> None:
    roles, lines = _read([wrap(row["description"]) for row in dev], dev)
    assert sum(map(str.__eq__, bare[0], roles)) >= 0.995 * len(dev)
    assert (bare[1] & lines).total() >= 0.98 * max(bare[1].total(), lines.total())


def _read(texts: list[str], rows: list[dict[str, str]]) -> tuple[list[str], Counter[str]]:
    """Return the role of each text, and the words of all lines."""
    roles = [
        answer.role for answer in roleclass.predict_many(texts, [row["title"] for row in rows])
    ]
    data = [encode(text) for text in texts]
    cuts = cut(data).lines
    said = (
        data[row][i:j].decode("utf-8", "replace")
        for row, i, j in zip(cuts.row, cuts.start, cuts.end, strict=True)
    )
    # The number of an item is a mark.
    words = (re.sub(r"\W+", " ", line).strip() for line in said)
    lines = (re.sub(r"^\d{1,2} ", "", line) for line in words)
    return roles, Counter(line for line in lines if line)
