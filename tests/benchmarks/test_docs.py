"""README and docs say what the files of figures say, and these are of the model that ships."""

import json
import re
from pathlib import Path

import jinja2
import pytest

from benchmarks.docs import PAGES, ROOT, all_figures, goal, percent, refreshed, short
from benchmarks.results import load, model_hash
from roleclass.engine.model_file import default_model

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


@pytest.mark.parametrize("name", ["peers", "behaviour"])
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
    figures = {"metrics": {"dev": {}, "cross_validation": {}}, "peers": {"rows": {"a": {"about": "b"}}}}
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
    assert [short(share) for share in (0.0, 0.9996, 0.85667, -0.04)] == [".000", "1.000", ".857", "-.040"]
    assert [percent(share) for share in (0.0022, 0.0999, 0.1, 1.0)] == ["0.2 %", "10.0 %", "10 %", "100 %"]


# What prose says of constants and files: page, the words around the figure, the figure.
def figures_in_prose() -> list[tuple[str, str, str]]:
    from roleclass.engine import batches
    from roleclass.tables.options import ReadOptions

    metrics = json.loads((ROOT / "models" / "metrics.json").read_text("utf-8"))
    return [
        ("README.md", r"One ([\d.]+) MB ONNX file", f"{default_model().stat().st_size / 1e6:.1f}"),
        ("docs/runtimes.md", r"takes up to (\d+) rows", str(batches.MAX_ROWS)),
        ("docs/runtimes.md", r"rows and (\d+) KiB", str(batches.MAX_BYTES >> 10)),
        ("docs/scoring.md", r"of `--batch-size` rows \(([\d,]+) unless", f"{ReadOptions().batch_size:,}"),
    ]


