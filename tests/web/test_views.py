"""The pages: a posting with all that is said of it, and nothing of it is markup."""

import pytest

from roleclass import ModelError, RoleClassifier
from roleclass.web import views
from roleclass.web.forms import MAX_POSTING
from roleclass.web.views import Site
from tests.pages import HOSTILE, Page
from tests.web.browser import Browser
from tests.written import posting


def test_a_posting_is_shown_with_role_lines_reasons_and_problems(browser: Browser) -> None:
    got = browser.post(text=posting("ai-first", 1), title="Engineer")
    assert got.status == 200
    for told in (
        "AI-First",
        "AI-Support",
        "Line by line",
        "duty",
        "genai",
        "rather than",
        "Problem areas",
    ):
        assert told in got.text
    assert 'value="Engineer"' in got.text


def test_the_page_says_what_the_library_says(browser: Browser) -> None:
    text = posting("ml-first", 1)
    answer = RoleClassifier().read(text)
    page = browser.post(text=text).text
    assert f"{answer.prediction.role.label}, " in page
    assert page.count('class="part-') == len(answer.lines)


@pytest.mark.parametrize("place", ["text", "title", "both"])
def test_markup_in_a_posting_stays_text(browser: Browser, place: str) -> None:
    text = posting("ai-first", 1) + (HOSTILE if place != "title" else "")
    page = browser.post(text=text, title=HOSTILE if place != "text" else "Engineer").text
    plain = browser.post(text=posting("ai-first", 1), title="Engineer").text
    assert Page(page).kinds <= Page(plain).kinds
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud800".encode("utf-8", "replace").decode(), "a" * 10_000, "<p>" * 5000]
)
def test_odd_postings_have_an_answer(browser: Browser, text: str) -> None:
    assert browser.post(text=text).status == 200


def test_a_posting_stays_in_the_form_as_it_was_sent(browser: Browser) -> None:
    page = browser.post(text="\r\n\r\n  Bake & sell\r\n").text
    assert "<textarea" in page
    # A browser drops the first line end of the two.
    assert ">\n\n\n  Bake &amp; sell\n</textarea>" in page


def test_line_ends_of_a_form_change_nothing(browser: Browser) -> None:
    text = posting("ai-support", 1)
    unix, form = (browser.post(text=t).text for t in (text, text.replace("\n", "\r\n")))
    assert unix == form


def test_a_posting_that_is_too_large_is_told_so(browser: Browser) -> None:
    got = browser.post(text="a" * (MAX_POSTING + 1))
    assert got.status == 413
    assert "too large" in got.text


def test_a_huge_post_gets_its_answer_and_is_kept_nowhere(browser: Browser) -> None:
    got = browser.ask(
        "/",
        "POST",
        b"text=" + b"a" * 50_000_000,
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert got.status == 413


def test_a_model_that_gives_no_answer_is_told_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ModelError("the model's answers are not all numbers; train it again")

    site = Site(RoleClassifier())
    monkeypatch.setattr(RoleClassifier, "read", fails)
    answer = site.answer({"REQUEST_METHOD": "GET", "PATH_INFO": "/example"})
    assert answer.status.startswith("500 ")
    assert b"train it again" in answer.content.read()
    site.close()


def test_the_example_is_a_posting_with_all_parts(browser: Browser) -> None:
    page = browser.ask("/example").text
    for part in ("company", "duty", "requirement", "nice-to-have", "other"):
        assert f'class="part-{part}' in page


@pytest.mark.parametrize("path", ["/", "/example"])
def test_each_field_has_a_label_and_each_id_is_one(browser: Browser, path: str) -> None:
    page = Page(browser.ask(path).text)
    fields = page.values("id", of=("input", "textarea", "select"))
    assert set(fields) == set(page.values("for", of=("label",)))
    ids = page.values("id")
    assert len(ids) == len(set(ids))


def test_no_page_has_script_or_style_within(browser: Browser) -> None:
    for path in ("/", "/example"):
        page = browser.ask(path).text
        assert "<style" not in page
        assert "style=" not in page
        assert page.count("<script") == page.count('<script src="/script.js" defer></script>') == 1


def test_without_the_extra_the_page_says_how_to_get_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    require = views.require_extra
    monkeypatch.setattr(views, "require_extra", lambda extra, *_: require(extra, "no_such_module"))
    site = Site(RoleClassifier())
    page = site.answer({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}).content.read().decode()
    assert "pip install &#39;roleclass[web]&#39;" in page
    assert 'type="file"' not in page
    site.close()
