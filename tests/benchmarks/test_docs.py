"""README and docs say what the files of figures say, and these are of the model that ships."""

import re
from pathlib import Path

import jinja2
import pytest

from benchmarks.docs import CARD, PAGES, ROOT, all_figures, card, goal, refreshed, short
from benchmarks.results import load, model_hash
from roleclass.engine import batches
from roleclass.engine.model_file import default_model
from roleclass.reading import PARTS
from roleclass.tables.options import ReadOptions
from roleclass.taxonomy import load_taxonomy
from roleclass.training.measures import WEIGHTS

AGAIN = "python -m benchmarks.docs --corpus CORPUS"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_says_what_the_figures_are(page: Path) -> None:
    text = page.read_text("utf-8")
    assert refreshed(text, all_figures()) == text, "python -m benchmarks.docs"


def test_every_block_is_closed_and_on_some_page() -> None:
    texts = [page.read_text("utf-8") for page in PAGES]
    begun = [name for text in texts for name in re.findall(r"<!-- generated: (\w+) -->", text)]
    assert sum(text.count("<!-- end -->") for text in texts) == len(begun)
    template = (ROOT / "benchmarks" / "docs.md.jinja").read_text("utf-8")
    assert sorted(re.findall(r"{% macro (\w+)\(\) %}", template)) == sorted(begun)


@pytest.mark.parametrize("name", ["peers", "behaviour", "seeds"])
def test_figures_are_of_the_model_that_ships(name: str) -> None:
    assert load(name)["model"] == model_hash(), AGAIN


def test_two_benchmarks_and_training_give_the_same_accuracy() -> None:
    figures = all_figures()
    whole = figures["metrics"]["dev"]["all"]
    ours = figures["peers"]["rows"]["roleclass"]
    assert (ours["accuracy"], ours["macro_f1"]) == (whole["accuracy"], whole["macro_f1"]), AGAIN
    assert figures["behaviour"]["as_they_are"]["accuracy"] == whole["accuracy"], AGAIN
    for kind, lost in ours["lost"].items():
        assert figures["behaviour"]["groups"][kind]["lost"] == pytest.approx(lost, abs=2e-6), AGAIN


def test_a_stale_block_is_written_anew_and_prose_stays() -> None:
    figures = {
        "metrics": {"dev": {}, "cross_validation": {}},
        "peers": {"rows": {"a": {"about": "b"}}},
    }
    page = "Before.\n<!-- generated: peers_about -->\nold\n<!-- end -->\nAfter.\n"
    with pytest.raises(jinja2.UndefinedError):  # no figure is left out in silence
        refreshed(page, {})
    figures["metrics"]["dev"] = {"field_guide_three_roles": {}}
    assert refreshed(page, figures) == page.replace("old", "- a: b")
    with pytest.raises(AttributeError, match="nothing"):
        refreshed(page.replace("peers_about", "nothing"), figures)


def test_goals_are_met_when_all_of_them_are() -> None:
    assert goal("x", [0.8, 0.7], [0.8, 0.71]).endswith("| met |")
    assert goal("x", [0.8, 0.7], [0.9, 0.69]).endswith("| **missed** |")
    assert goal("x", [0.01], [0.01], most=True).endswith("| met |")


def test_shares_are_written_short() -> None:
    assert [short(share) for share in (0.0, 0.9996, 0.85667, -0.04)] == [
        ".000",
        "1.000",
        ".857",
        "-.040",
    ]


def constants() -> list[tuple[str, str, str]]:
    """What prose says of constants and files: page, the words around the figure, the figure."""
    metrics = load("metrics", ROOT / "models")
    weights = dict(zip(PARTS, WEIGHTS, strict=True))
    of = {part: f"{weights[part]:g}".removeprefix("0") for part in PARTS}
    thresholds = ", ".join(str(value) for value in list(metrics["thresholds"].values())[:2])
    areas = load_taxonomy().values()
    return [
        ("README.md", r"One ([\d.]+) MB ONNX", f"{default_model().stat().st_size / 1e6:.1f}"),
        ("docs/runtimes.md", r"takes up to (\d+) rows", str(batches.BATCH_POSTINGS)),
        ("docs/runtimes.md", r"rows and (\d+) KiB", str(batches.BATCH_LENGTH >> 10)),
        ("docs/runtimes.md", r"`\[([\d., ]+), \.\.\.\]`", thresholds),
        ("docs/how-it-works.md", r"a requirement \((\S+)\)", of["requirement"]),
        ("docs/how-it-works.md", r"a nice-to-have it counts (\S+),", of["nice-to-have"]),
        ("docs/how-it-works.md", r"in other lines (\S+),", of["other"]),
        ("docs/how-it-works.md", r"about the company (\S+):", of["company"]),
        ("docs/how-it-works.md", r"lines of ([\d,]+) postings",
         f"{metrics['lines']['cross_validation']['postings']:,}"),
        ("docs/scoring.md", r"`--batch-size` rows \(([\d,]+) unless", f"{ReadOptions().batch_size:,}"),
        ("docs/problems.md", r"holds (\d+) areas", str(len(areas))),
        ("docs/problems.md", r"(\d+) sub-patterns, each", str(sum(len(area.parts) for area in areas))),
    ]  # fmt: skip


@pytest.mark.parametrize(("page", "words", "figure"), constants(), ids=lambda value: value[:40])
def test_prose_says_what_the_code_does(page: str, words: str, figure: str) -> None:
    assert re.findall(words, (ROOT / page).read_text("utf-8")) == [figure]


def test_the_card_is_what_training_writes_of_these_figures() -> None:
    assert CARD.read_text("utf-8") == card(all_figures()), "python -m benchmarks.docs"
