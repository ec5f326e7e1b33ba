"""An explanation as a page: nothing of a posting is markup, and long postings take no ages."""

import time
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from roleclass import RoleClassifier, explain
from roleclass.evidence.page import evidence_page, marks
from tests.written import posting

HOSTILE = (
    "</pre></script><script>alert(1)</script> <img src=x onerror=alert(1)> \" ' onmouseover=x "
    "<!-- ]]> <style>*{} \x00\x1b[31m\x9b31m \u202e &lt; {css} %s"
)


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("place", ["title", "text", "both"])
def test_markup_in_a_posting_stays_text(place: str) -> None:
    text = posting("ai-first", 1) + (HOSTILE if place != "title" else "")
    title = HOSTILE if place != "text" else None
    prediction = RoleClassifier().predict(text, title)
    page = Page(evidence_page(explain(text, title), prediction, top=15))
    plain = Page(evidence_page(explain("We build agents."), RoleClassifier().predict(""), top=15))
    assert page.seen == plain.seen
    assert page.attributes == plain.attributes


def test_time_for_the_marks_grows_no_faster_than_the_posting() -> None:
    why = explain("build agents and LLM prompts with the team " * 20_000)
    start = time.perf_counter()
    stretches = marks(why, 15)
    # The square of the 100,000 places took minutes.
    assert time.perf_counter() - start < 5
    assert all(one[1] <= other[0] for one, other in pairwise(stretches))
