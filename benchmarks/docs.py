"""Regenerate the figures of README and docs: each block between its two markers, and the plots.

    python -m benchmarks.docs                     # from models/metrics.json and benchmarks/results
    python -m benchmarks.docs --corpus CORPUS     # after training: measures behaviour, peers and seeds first

A block begins with ``<!-- generated: NAME -->`` and ends with ``<!-- end -->``; the
macro of that name in ``docs.md.jinja`` writes its content. A test fails if a page differs from the files.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks import behaviour, peers, plots, seeds
from benchmarks.results import RESULTS, load, markdown, model_hash
from benchmarks.seed_page import write_page
from roleclass.roles import Role
from roleclass.training.card import model_card
from roleclass.training.run import PRECISION
from roleclass.whole import write_whole

ROOT: Final = Path(__file__).parents[1]
CARD: Final = ROOT / "models" / "MODEL_CARD.md"
SEEDS: Final = ROOT / "docs" / "seeds.md"
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]

_BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def all_figures() -> dict[str, Any]:
    """Return the data of the pages, by the names of the files."""
    names = ("peers", "behaviour", "ablation", "benchmark", "seeds")
    return {"metrics": load("metrics", ROOT / "models"), **{name: load(name) for name in names}}


def refreshed(page: str, figures: Mapping[str, Any]) -> str:
    """Return a page with its blocks regenerated; an unknown block or a missing figure is an error."""
    known = {"goal": goal, "points": points, "label": lambda role: Role(role).label}
    blocks = markdown("docs.md.jinja", short=short).make_module({**figures, **known})
    return _BLOCK.sub(
        lambda found: f"{found[1]}{getattr(blocks, found[2])().strip()}\n{found[3]}", page
    )


def card(figures: Mapping[str, Any]) -> str:
    """Return the card of the shipped model, as training writes it."""
    about = CARD.with_name("about.md").read_text("utf-8")
    return model_card(figures["metrics"], PRECISION, about)


def short(share: float) -> str:
    """Write a share with three digits and no zero before the point.

    Examples
    --------
    >>> short(0.8666), short(-0.0012), short(1.0)
    ('.867', '-.001', '1.000')
    """
    return f"{share:.3f}".replace("0.", ".", 1) if abs(share) < 0.9995 else f"{share:.3f}"


def points(share: float, whole: float, first: bool) -> str:
    """Write a share as points, and after the first row as the difference from that."""
    return f"{100 * share:.1f}" if first else f"{100 * (share - whole):+.1f}"


def goal(what: str, goals: Sequence[float], reached: Sequence[float], most: bool = False) -> str:
    """Write a row that says whether all of its goals were reached.

    Examples
    --------
    >>> goal("accuracy", [0.8], [0.9]), goal("error", [0.8], [0.9], most=True)
    ('| accuracy | .800 | .900 | met |', '| error | .800 | .900 | **missed** |')
    """
    pairs = zip(goals, reached, strict=True)
    # As shown, to three digits.
    met = all(round(got, 3) <= aim if most else round(got, 3) >= aim for aim, got in pairs)
    cells = (what, " / ".join(map(short, goals)), " / ".join(map(short, reached)))
    return f"| {' | '.join(cells)} | {'met' if met else '**missed**'} |"


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False),
    help="Measure behaviour, peers and seeds first, on this corpus.",
)
def main(corpus: str | None) -> None:
    """Write all pages and plots."""
    if corpus is not None:
        behaviour.main(["--corpus", corpus], standalone_mode=False)
        peers.main(["--corpus", corpus], standalone_mode=False)
        seeds.main(["--corpus", corpus], standalone_mode=False)
    figures = all_figures()
    for name in ("peers", "behaviour", "seeds"):
        if figures[name]["model"] != model_hash():
            click.echo(f"{name}.json is of another model: python -m benchmarks.{name}", err=True)
    pages = {page: refreshed(page.read_text("utf-8"), figures) for page in PAGES}
    pages[SEEDS] = write_page(seeds.load_sections(), figures["seeds"])
    for page, text in {**pages, CARD: card(figures)}.items():
        if page.read_text("utf-8") != text:
            write_whole(page, text)
            click.echo(page.relative_to(ROOT))
    plots.draw(figures, RESULTS)


if __name__ == "__main__":
    main()
