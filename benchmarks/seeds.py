"""What the two seed documents claim, beside what roleclass measures on the same postings and on later ones.

    python -m benchmarks.seeds --corpus CORPUS

CORPUS is what ``roleclass corpus build`` makes of the public field guide. The claims are in ``seeds.toml``;
figures go to ``benchmarks/results/seeds.json``, the page to ``docs/seeds.md``; neither holds any text.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.results import about, output_option
from benchmarks.seed_areas import count_batch
from benchmarks.seed_figures import Batch, measure, read_batch
from benchmarks.seed_overlap import measure_overlap, read_verdicts
from benchmarks.seed_page import render
from benchmarks.seed_plots import save_areas
from roleclass.classifier import RoleClassifier
from roleclass.cli.options import corpus_option
from roleclass.errors import CorpusError
from roleclass.report.postings import Posting
from roleclass.report.source import PostingTables
from roleclass.training.fieldguide import our_labels
from roleclass.whole import write_whole

BATCHES: Final = ("2026-02-04", "2026-02-27")
"""The postings that the seed analyses, and those that the guide gathered after them."""


@cache
def _claims() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("seeds.toml").read_text("utf-8"))


def load_sections() -> tuple[dict[str, Any], ...]:
    """Read the claims, by section; what a section says holds for each of its claims."""
    shared = ("least", "untold", "why")
    return tuple(
        section
        | {
            "claims": [
                {name: section[name] for name in shared if name in section} | claim
                for claim in section["claims"]
            ]
        }
        for section in _claims()["sections"]
    )


def load_batches(folder: Path, classifier: RoleClassifier) -> dict[str, Batch]:
    """Read the guide's postings of a corpus, by batch.

    A posting that nobody labelled counts with what the guide publishes of it, without its text: not every
    copy of the corpus has these texts, and all are to give the same figures.

    Raises
    ------
    CorpusError
        If the folder has no postings of one of the two batches.
    """
    files = sorted(folder.glob("fieldguide*.parquet"))
    labelled = our_labels()
    postings = [
        posting if posting.id in labelled else replace(posting, text=None, role=None)
        for posting in (PostingTables(files) if files else ())
    ]
    by_batch: dict[str, list[Posting]] = {
        name: [posting for posting in postings if posting.batch == name] for name in BATCHES
    }
    for name, found in by_batch.items():
        if not found:
            raise CorpusError(
                f"{folder} has no postings of the batch {name}; build it with `roleclass corpus build` "
                "from a copy of the guide that has job-market/_internal/all_jobs_dedup.csv"
            )
    return {name: read_batch(found, classifier) for name, found in by_batch.items()}


def measure_all(batches: dict[str, Batch], model: Path) -> dict[str, Any]:
    """Measure every claim on both batches; plain dicts, lists and numbers, ready for JSON."""
    claims: Sequence[dict[str, Any]] = [c for section in load_sections() for c in section["claims"]]
    return {
        **about("python -m benchmarks.seeds --corpus CORPUS", model),
        "postings": {name: len(batch.postings) for name, batch in batches.items()},
        "texts": {
            name: sum(posting.text is not None for posting in batch.postings)
            for name, batch in batches.items()
        },
        "claims": {
            claim["id"]: {name: measure(claim, batch) for name, batch in batches.items()}
            for claim in claims
        },
        "areas": {name: count_batch(batch) for name, batch in batches.items()},
        "overlap": {name: measure_overlap(batch) for name, batch in batches.items()},
        "read": read_verdicts(),
    }


def page(figures: dict[str, Any]) -> str:
    """Return the page of the figures that `measure_all` gave."""
    template = Path(__file__).with_name("seeds.md.in").read_text("utf-8")
    return render(load_sections(), figures, _claims()["areas"], template)


@click.command()
@corpus_option
@output_option
@click.option(
    "--page",
    "file",
    default=Path("docs/seeds.md"),
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write.",
)
def main(folder: Path, output: Path, file: Path) -> None:
    """Set what the seed documents claim beside what is measured."""
    classifier = RoleClassifier()
    figures = measure_all(load_batches(folder, classifier), classifier.path)
    figures = json.loads(json.dumps(figures))
    pairs = re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", json.dumps(figures, indent=1))
    write_whole(output / "seeds.json", f"{pairs}\n")
    save_areas(figures["areas"][BATCHES[0]], output / "seed_areas.svg")
    write_whole(file, page(figures))
    click.echo(f"{output / 'seeds.json'}, {file}")


if __name__ == "__main__":
    main()
