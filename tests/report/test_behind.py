"""What stands behind a figure: ids and counts, duties only where they are asked for."""

from roleclass import Role
from roleclass.report.behind import (
    DUTIES_SHOWN,
    DUTY_COLUMNS,
    POSTING_COLUMNS,
    SHOWN,
    Behind,
    duty_rows,
    posting_row,
)
from roleclass.report.cases import CaseLine
from tests.cases import case


def test_behind_an_area_stand_the_postings_with_most_duties_in_it() -> None:
    behind = Behind()
    for one in (
        case(Role.AI_FIRST, "rag", id="a"),
        case(Role.AI_FIRST, "rag", "rag+data", id="b"),
        case(Role.AI_FIRST, "data", id="c"),
        case(Role.OTHER, "rag", id="d"),
        case(Role.ML_FIRST, "rag"),
    ):
        behind.add(one)
    rag = behind.result(())["areas"]["rag"]
    assert rag["ai-first"]["postings"] == [{"id": "b", "duties": 2}, {"id": "a", "duties": 1}]
    assert rag["ml-first"]["postings"] == [{"id": "#5", "duties": 1}]
    assert rag["ai-first"]["duties"] == []


def test_of_many_postings_so_many_are_kept() -> None:
    behind = Behind(with_text=True)
    for i in range(SHOWN + 20):
        duty = CaseLine(f"Do it {i}.", "duty", ("rag",))
        behind.add(case(duties=(duty,) * (1 + i % 3), id=str(i), title="AI Engineer"))
    found = behind.result(["ai engineer"])
    kept = found["areas"]["rag"]["ai-first"]
    assert len(kept["postings"]) == SHOWN
    assert [of["duties"] for of in kept["postings"]][:20] == [3] * 20
    assert len(kept["duties"]) == DUTIES_SHOWN
    assert found["titles"]["ai engineer"]["ai-first"] == [str(i) for i in range(SHOWN)]


def test_duties_are_kept_where_texts_are_asked_for_the_same_words_once() -> None:
    behind = Behind(with_text=True)
    duty = CaseLine("Build a RAG pipeline.", "duty", ("rag", "data"))
    for name in ("a", "b"):
        behind.add(case(duties=(duty,), id=name))
    areas = behind.result(())["areas"]
    assert areas["rag"]["ai-first"]["duties"] == [{"id": "a", "text": "Build a RAG pipeline."}]
    assert areas["data"]["ai-first"]["duties"] == []  # it is a retrieval duty first


def test_a_row_of_the_table_of_postings_holds_no_text() -> None:
    secret = CaseLine("A line that nobody may copy.", "duty", ("rag",))
    one = case(Role.AI_FIRST, "rag", duties=(secret,), id="a", title="Sr. AI Engineer", text="T")
    row = dict(zip(POSTING_COLUMNS, posting_row(one, 1), strict=True))
    assert row == {
        "id": "a",
        "role": "ai-first",
        "confidence": "",
        "title": "ai engineer",
        "level": "senior",
        "read": 1,
        "duties": 2,
        "areas": "rag:2",
    }
    [_, told] = (dict(zip(DUTY_COLUMNS, row, strict=True)) for row in duty_rows(one, 1))
    assert told["duty"] == "A line that nobody may copy."
