"""The pages of ``roleclass web`` in a browser: with and without JavaScript, mouse and sight."""

import pytest

from tests.chromium import ROOT, Drive
from tests.web.browser import Browser

pytestmark = pytest.mark.web

TEXT = (ROOT / "examples" / "ai_engineer.txt").read_text("utf-8")
JOBS = ROOT / "examples" / "jobs.csv"


def url(browser: Browser) -> str:
    return browser.server.url


def test_without_javascript_postings_and_tables_are_answered(
    drive: Drive, browser: Browser
) -> None:
    seen = drive("scriptless", url(browser), posting={"text": TEXT}, path=str(JOBS))
    assert seen["heading"].startswith("AI-First")
    assert seen["counts"] == "12 rows scored"
    assert seen["name"] == "jobs.roles.csv"
    assert seen["content"].startswith("id,title,company,date,description,role,confidence")


def test_a_posting_and_a_table_can_be_dropped(drive: Drive, browser: Browser) -> None:
    table = {"name": "jobs.jsonl", "content": '{"text": "Prepares the payroll of forty bakers."}\n'}
    seen = drive("drop", url(browser), text={"name": "a.txt", "content": TEXT}, table=table)
    assert seen["heading"].startswith("AI-First")
    assert seen["counts"] == "1 row scored"
    assert seen["name"] == "jobs.roles.jsonl"


def test_no_page_has_faults_of_accessibility_or_is_wider_than_the_screen(
    drive: Drive, browser: Browser
) -> None:
    table = browser.send(JOBS.read_bytes(), "jobs.csv").headers["Location"].lstrip("/")
    states = drive("axe", url(browser), paths=["", "example", table])
    assert len(states) == 3 * 2 * 2
    for state, found in states.items():
        assert found["faults"] == [], state
        assert found["overflow"] <= 0, state


def test_a_keyboard_is_enough(drive: Drive, browser: Browser) -> None:
    seen = drive("keyboard", url(browser), posting={"text": TEXT})
    assert seen["stops"] == ["Skip to the content", "roleclass", "title", "text"]
    assert seen["heading"].startswith("AI-First")
