"""Mentions are counted where they stand."""

import numpy as np
import pytest

from roleclass.lexicon import parse_lexicon
from roleclass.training.mentions import (
    REGIONS,
    TITLE_BYTES,
    count_mentions,
    heading_codes,
    membership,
)
from roleclass.training.vocabulary import Vocabulary

LEXICON = parse_lexicon(
    """
[concepts.agents]
name = "Agents"
group = "genai"
description = "x."
phrases = ["agent", "ai agent"]
[concepts.ai]
name = "AI"
group = "ai"
description = "x."
phrases = ["ai", "ai agent"]
[concepts.s_duties]
name = "Duties"
group = "section"
description = "x."
phrases = ["you will", "duties"]
[concepts.s_nice]
name = "Nice"
group = "section"
description = "x."
phrases = ["nice to have", "you will not"]
[concepts.s_benefits]
name = "Benefits"
group = "section"
description = "x."
phrases = ["perks"]
"""
)


def mentions(*rows: bytes) -> dict[str, list[list[int]]]:
    vocabulary = Vocabulary.from_ngrams(sorted({p for c in LEXICON for p in c.phrases}))
    member = membership(vocabulary.ngrams, LEXICON)
    counts = count_mentions(
        list(rows), vocabulary.find(rows), member, heading_codes(LEXICON, member)
    )
    assert counts.shape == (len(rows), len(REGIONS), len(LEXICON))
    return {region: counts[:, r, :4].astype(int).tolist() for r, region in enumerate(REGIONS)}


def test_a_phrase_counts_for_each_of_its_concepts_and_overlaps_count() -> None:
    # "ai agent" is also "ai" and "agent".
    assert mentions(b"An AI agent.")["posting"] == [[2, 2, 0, 0]]


def test_the_title_is_the_first_line() -> None:
    assert mentions(b"AI person\nAI", b"no line")["title"] == [[0, 1, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(("length", "expected"), [(TITLE_BYTES, 1), (TITLE_BYTES + 1, 0)])
def test_a_first_line_that_is_too_long_is_no_title(length: int, expected: int) -> None:
    row = b"ai".ljust(length) + b"\nmore"
    assert mentions(row)["title"][0][1] == expected


def test_a_section_goes_from_its_heading_to_the_next_one_or_the_end() -> None:
    got = mentions(b"ai. You will ai agent. Nice to have: ai. Duties: ai", b"ai")
    assert got["start"] == [[0, 1, 0, 0], [0, 1, 0, 0]]
    assert got["duties"] == [[2, 3, 2, 0], [0, 0, 0, 0]]
    assert got["nice to have"] == [[0, 1, 0, 1], [0, 0, 0, 0]]


def test_a_section_does_not_go_on_in_the_next_posting() -> None:
    got = mentions(b"you will", b"ai", b"duties ai")
    assert got["duties"] == [[0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 1, 0]]
    assert got["start"] == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_of_two_headings_at_one_word_the_one_further_down_in_postings_counts() -> None:
    got = mentions(b"you will not ai")
    assert got["duties"] == [[0, 0, 0, 0]]
    assert got["nice to have"] == [[0, 1, 1, 1]]


def test_every_mention_is_in_one_section_at_most() -> None:
    got = {
        name: np.array(rows) for name, rows in mentions(b"ai you will ai nice to have ai").items()
    }
    sections = sum(got[name] for name in REGIONS[2:])
    np.testing.assert_array_equal(sections, got["posting"])


def test_benefits_and_legal_text_are_not_looked_at() -> None:
    assert not any(np.array(mentions(b"perks ai")[name])[0, 1] for name in REGIONS[2:])


def test_no_postings_have_no_mentions() -> None:
    vocabulary = Vocabulary.from_ngrams([(b"ai",)])
    member = membership(vocabulary.ngrams, LEXICON[:0])
    counts = count_mentions([], vocabulary.find([]), member, np.zeros(1, np.int64))
    assert counts.shape == (0, len(REGIONS), 0)
