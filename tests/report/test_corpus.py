"""The published analysis of the field guide comes out again, where the corpus is at hand."""

from pathlib import Path
from typing import Any

import pytest

from roleclass.report.page import render
from roleclass.report.report import build_report
from roleclass.report.source import PostingTables

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def report(shared_corpus: Path) -> dict[str, Any]:
    names = ("fieldguide_structured", "fieldguide", "boards")
    return build_report(PostingTables([shared_corpus / f"{name}.parquet" for name in names]))


def test_all_postings_are_there_once(report: dict[str, Any]) -> None:
    assert report["postings"] == 1_765 + 2_912
    assert report["classified"] == 1_765 - 1_458  # the field guide's postings without a text


def test_the_change_from_january_to_february_is_told(report: dict[str, Any]) -> None:
    change = {
        row["label"]: (row["before"]["n"], row["after"]["n"])
        for row in report["batches"]["published"]
    }
    assert change == {
        "ai-first": (621, 603),
        "ai-support": (255, 238),
        "ml-first": (16, 21),
        "unknown": (3, 8),
    }
    ours = report["batches"]["roles"]
    assert (sum(row["before"]["n"] for row in ours), sum(row["after"]["n"] for row in ours)) == (
        895,
        870,
    )


def test_our_labels_stand_beside_the_published_ones(report: dict[str, Any]) -> None:
    found = report["published"]
    assert found["agreement"]["of"] == 1_765
    assert 0.7 < found["agreement"]["share"] < 0.9


def test_the_page_is_small(report: dict[str, Any]) -> None:
    assert len(render(report).encode()) < 2e6


def test_four_of_five_ai_first_texts_name_python(report: dict[str, Any]) -> None:
    first = report["skills"]["roles"]["ai-first"][0]
    assert first["name"] == "Python"
    assert 0.7 < first["share"] < 0.9
    assert first["must"]["share"] > 5 * first["nice"]["share"]


def test_responsibilities_are_as_many_as_published(report: dict[str, Any]) -> None:
    found = report["responsibilities"]
    assert found["listed"]["all"]["postings"] == 1_762
    assert 6 < found["listed"]["all"]["mean"] < 7
    assert 7 < found["found"]["ai-first"]["mean"] < 11


def test_spellings_of_one_title_are_counted_together(report: dict[str, Any]) -> None:
    titles = {row["title"]: row for row in report["titles"]["most_frequent"]}
    assert titles["AI/ML Engineer"]["spellings"] > 5
    assert not {"Engineer", "Remote", "Full-time", "AI ML Engineer"} & titles.keys()


def test_retrieval_and_agents_go_together(report: dict[str, Any]) -> None:
    pairs = {(pair["a"], pair["b"]): pair for pair in report["together"]["pairs"]}
    assert pairs["agents", "rag"]["sure"]
    assert pairs["agents", "rag"]["lift"] > 1.5
