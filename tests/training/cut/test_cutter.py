"""The one cut into lines: where people would cut, whatever the layout; every n-gram is found."""

import json
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roleclass.text import encode, tokenize
from roleclass.training.cut.cutter import cut
from roleclass.training.cut.tables import Ngram
from tests.written import posting

CASES = json.loads(Path(__file__).parents[2].joinpath("lines.json").read_text("utf-8"))


def lines_of(text: str, title: str | None = None) -> list[str]:
    row = encode(text, title)
    lines = cut([row]).lines
    return [
        row[start:end].decode("utf-8", "replace")
        for start, end in zip(lines.start, lines.end, strict=True)
    ]


def words(line: str) -> str:
    """A line without what people may cut off or leave: white space, punctuation at its ends."""
    return " ".join(line.split()).strip(' .;:,*#"')


@pytest.mark.parametrize("case", CASES, ids=[f"{i} {c['kind']}" for i, c in enumerate(CASES)])
def test_a_written_text_is_cut_as_people_would(case: dict) -> None:
    assert list(map(words, lines_of(case["text"]))) == list(map(words, case["lines"]))


# Where a rule cuts: ``¦``; the number of a list item, which is in no line: between backticks.
RULES = [
    # sentences
    "We bake bread.¦ You sell it!¦ Who eats it?¦ 3 people do.",
    "We bake bread. and you sell it",
    "We bake bread.¦ (You sell it.)¦ [Or we do.]",
    "We bake 9.¦ (You sell 9.)¦ \u201cYou sell 9.",
    "We bake bread.¦ \u201cYou sell it.\u201d",
    "We bake bread (often).¦ You sell it (too)!¦ (Or we do).¦ \u201cOr we do\u201d",
    "We bake 9 (or 8).¦ You sell 7 (or 6).¦ (We keep 5).¦ \u201cNone",
    "We bake 9 (or 8).You",
    "Ask for J. Smith or plan b.You at Boats Inc. Berlin, Dr. Oetker",
    "We use Node.js, ASP.NET, version 2.Two, team.AI and x.You",
    "Join our team.¦You will bake.¦We sell.",
    "Bake bread;¦ Sell it;¦ (Eat it;¦ \u201cKeep it; or not;No",
    # marks of lists
    "`1.` Bake\n¦`2.` Sell\n¦`10)` Eat",
    "`a)` bake\n¦`b.` Sell.¦ C. Eat",
    "Bake 2.¦ Sell 3) eat",
    "`9.` 100.¦ Bake",
    "1.5 loaves",
    "12a.¦ Bake",
    "We need¦ \u2022 bread¦ \u2022 rolls¦ \u25aa cake¦ \u2713 pie¦ \u2713 tea",
    "Bake¦ - Sell¦ * Eat - or not -Never- Ever",
    "Bake¦ \u00b7 Sell \u00b7 or not \u00b7Ever",
    "Bake¦\u2022Sell¦\u2022eat¦\u25cfKeep¦\u25cfgive",
    "Bake \u2014 Sell \u2026 Eat",
    # headings within a line
    "We are many ¦Responsibilities¦ Bake bread ¦Requirements:¦ Flour ¦Key Benefits¦ Bread",
    "We name responsibilities Bake, Responsibilities of bakers, Requirements (Flour), Requirements, Flour",
    "Our key responsibilities, Key Flour, Key, Responsibilities, key ¦Duties¦ Bake",
    "Bread ¦Minimum Qualifications¦ Flour",
    "Bread Duties:¦ (Bake)",
    # colons
    "Nice to have:¦ Python",
    "What you bring:¦ (Python)",
    "You will:¦ \u201cBake\u201d",
    "Salary: 100, have:Python",
    "All of the people in the team that we have: Flour",
    # line ends
    "We bake bread, rolls, cakes and pies for every\nsingle guest who comes to us (by sea).\n¦and we sell",
    "We bake bread, rolls, cakes and pies for every man\n(Monday to Friday) all week",
]


# Whether the first word of the last line would have fitted into 40 characters.
FITTING = [
    f"You sell bread, rolls and pies to people\nwho have not got an oven {end}"
    for end in (
        'or no time for\nthem, and tell our many guests all\n"Pies" we like',
        "or no time for\nthem, and tell our many guests all\n¦Pies we like",
        "or no time for\nthem, and tell our many guests ever\nPies, we like",
        "or no time for\nthem, and tell our many guests ever\n¦Pies we like",
        "or no time for\nthem, and tell our many guests (it)\nPies, we like",
        "or the time to,\nthem and to tell our many guests so\n¦Pies we like",
    )
]


@pytest.mark.parametrize("text", RULES + FITTING)
def test_it_cuts_where_a_rule_says(text: str) -> None:
    row = re.sub("[¦``]", "", text).encode()
    lines = cut([row]).lines
    expected = [tokenize(part.encode()) for part in re.sub("`.*?`", "", text).split("¦")]
    assert [tokenize(row[i:j]) for i, j in zip(lines.start, lines.end, strict=True)] == [
        words for words in expected if words
    ]


LAYOUTS = st.text(alphabet="aB1. \n\r\t-*:;,()!?\u2022\u00e9\u2019\u00a0", max_size=80)


@given(st.lists(LAYOUTS | st.text(max_size=40), max_size=5))
def test_lines_stand_in_order_and_hold_every_word(texts: list[str]) -> None:
    rows = list(map(encode, texts))
    lines = cut(rows).lines
    assert (lines.row == sorted(lines.row)).all()
    for k, row in enumerate(rows):
        of = np.flatnonzero(lines.row == k)
        ends = [0, *np.stack([lines.start[of], lines.end[of]], axis=1).ravel().tolist(), len(row)]
        assert ends == sorted(ends)
        inside = [tokenize(row[i:j]) for i, j in zip(ends[1::2], ends[2::2], strict=False)]
        assert [len(words) for words in inside if words] == lines.size[of].tolist()
        # Only the number of a list item is in no line.
        outside = [tokenize(row[i:j]) for i, j in zip(ends[::2], ends[1::2], strict=True)]
        assert all(len(words) < 2 and len(b"".join(words)) < 3 for words in outside)


@given(st.lists(LAYOUTS, min_size=1, max_size=4))
def test_a_posting_is_cut_the_same_in_any_company(texts: list[str]) -> None:
    rows = list(map(encode, texts))
    together = cut(rows).lines
    for k, row in enumerate(rows):
        alone = cut([row]).lines
        of = together.row == k
        assert together.start[of].tolist() == alone.start.tolist()
        assert together.end[of].tolist() == alone.end.tolist()


@pytest.mark.parametrize("width", [40, 55, 72, 80, 100, 120])
@pytest.mark.parametrize("indent", ["", "  "])
def test_hard_wraps_of_any_width_cut_nothing(width: int, indent: str) -> None:
    duty = (
        "- design the retrieval pipelines for our support assistant, measure what they find in the "
        "manuals, and write down what the next version should do better than this one does today"
    )
    text = "\n".join(["What you will do", duty, duty, "", "What you need", "- Python", "- SQL"])
    wrapped = "\n".join(
        textwrap.fill(line, width, subsequent_indent=indent if line[:1] == "-" else "")
        for line in text.split("\n")
    )
    assert list(map(words, lines_of(wrapped))) == list(map(words, lines_of(text)))


def test_the_title_is_a_line_of_its_own_whatever_follows() -> None:
    assert lines_of("and small letters", title="Baker")[0] == "Baker"


def test_written_postings_have_the_lines_that_they_are_made_of() -> None:
    for seed in range(20):
        text = posting("ai-support", seed)
        assert lines_of(text) == text.split("\n")


@pytest.mark.parametrize("text", ["", "\0", "...", "\n\n", "\u2022 \u2022"])
def test_a_text_without_words_has_no_lines(text: str) -> None:
    assert lines_of(text) == []
    assert cut([]).lines.row.tolist() == []


def test_postings_of_very_different_lengths_are_cut_together() -> None:
    rows = [b"Bake. " * n for n in (1, 100_000, 0, 3)]
    assert np.bincount(cut(rows).lines.row, minlength=4).tolist() == [1, 100_000, 0, 3]


WORDS = st.sampled_from([b"a", b"b", b"c", b"dd"])
NGRAMS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(tuple), unique=True, max_size=12)
ROWS = st.lists(st.lists(WORDS | st.just(b"zz"), max_size=12).map(b" ".join), max_size=4)


def plain_search(ngrams: list[Ngram], rows: list[bytes]) -> list[tuple[int, int]]:
    """The posting and the index of each n-gram, by posting, first word and length."""
    return [
        (row, ngrams.index(tuple(tokens[start:end])))
        for row, tokens in enumerate(map(tokenize, rows))
        for start in range(len(tokens))
        for end in range(start + 1, len(tokens) + 1)
        if tuple(tokens[start:end]) in ngrams
    ]


@given(NGRAMS, ROWS)
@settings(deadline=None, max_examples=60)  # each example makes a graph
def test_every_ngram_is_found_once_and_in_order(ngrams: list[Ngram], rows: list[bytes]) -> None:
    lines, ngram, line, _ = cut(rows, tuple(ngrams))
    found = list(zip(lines.row[line].tolist(), ngram.tolist(), strict=True))
    assert found == plain_search(ngrams, rows)


def test_an_ngram_does_not_cross_the_end_of_a_posting() -> None:
    assert len(cut([b"vector", b"search"], ((b"vector", b"search"),)).ngram) == 0


def test_an_ngram_belongs_to_the_line_in_which_it_begins() -> None:
    rows = [b"Bake bread.\n- Eat bread", b"Bread\n\nBake"]
    found = cut(rows, ((b"bake",), (b"bread",), (b"bread", b"eat")))
    assert found.ngram.tolist() == [0, 1, 2, 1, 1, 0]
    assert found.line.tolist() == [0, 0, 0, 1, 2, 3]
    assert found.leads.tolist() == [True, False, False, False, True, True]
