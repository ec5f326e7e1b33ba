"""Compare the claims of the two seed documents with measurements on the same and on later postings.

    python -m benchmarks.seeds --corpus CORPUS

CORPUS is built from the public field guide by ``roleclass corpus build``. The claims are in ``seeds.toml``;
figures go to ``benchmarks/results/seeds.json``, the page to ``docs/seeds.md``; neither contains any text.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from benchmarks import plots
from benchmarks.results import about, load, output_option, save
from benchmarks.seed_figures import PROBLEMS, count_batch, measure
from benchmarks.seed_overlap import measure_overlap, read_verdicts
from benchmarks.seed_page import OCCURS, write_page
from roleclass.classifier import RoleClassifier
from roleclass.cli.options import corpus_option
from roleclass.errors import CorpusError
from roleclass.report.cases import Case, read_cases
from roleclass.report.data import read_data
from roleclass.report.postings import Posting
from roleclass.report.source import PostingTables
from roleclass.training.fieldguide import our_labels
from roleclass.whole import write_whole

BATCHES: Final = ("2026-02-04", "2026-02-27")
"""The postings that the seed analyses, and those that the guide collected later."""

PAGE: Final = Path(__file__).parents[1] / "docs" / "seeds.md"

Section = dict[str, Any]
Claim = dict[str, Any]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("seeds.toml").read_text("utf-8"))


@cache
def load_sections() -> tuple[Section, ...]:
    """Read the claims, by section; values of a section apply to each of its claims."""
    sections: list[Section] = []
    for section in _data()["sections"]:
        if section.get("also") == "outline":
            sections.extend(_outline())
            continue
        common = {name: section[name] for name in ("least", "untold", "why") if name in section}
        claims = _parts() if section.get("also") == "parts" else _words(section.get("words", ()))
        claims += [common | _with_phrases(claim) for claim in section.get("claims", ())]
        sections.append(section | {"claims": claims})
    return tuple(sections)


def _with_phrases(claim: Claim) -> Claim:
    """Insert the lists of phrases that a claim names."""
    named = {key: claim[key] for key in ("phrases", "among") if isinstance(claim.get(key), str)}
    return claim | {key: _data()["phrases"][name] for key, name in named.items()}


def _words(words: Iterable[str]) -> list[Claim]:
    """Return the published counts of words."""
    said = {
        word: {"figure": str(n), "value": n, "counted": how}
        for how, counts in read_data("published")["words"].items()
        for word, n in counts.items()
    }
    return [
        {"id": f"word-{word}", "says": word, "measure": "word", "word": word, **said[word]}
        for word in words
    ]


def _parts() -> list[Claim]:
    """Return the sub-patterns of the sixteen areas."""
    return [
        {"id": part.key, "says": part.name, "figure": area.name, **_occurs({"keys": [part.key]})}
        for area in PROBLEMS
        for part in area.parts
    ]


def _outline() -> Iterator[Section]:
    """Yield the chapters of the older list whose items postings can name."""
    for c, chapter in enumerate(read_data("outline")["chapters"]):
        claims = [
            {
                "id": f"outline/{c}/{g}/{i}",
                "says": f"{group['name']}: {item['name']}",
                **_occurs(item),
            }
            for g, group in enumerate(chapter["groups"])
            for i, item in enumerate(group["items"])
        ]
        if claims:
            note = {"note": " ".join(chapter["unsaid"])} if "unsaid" in chapter else {}
            yield {"document": "list", "name": chapter["name"], "claims": claims, **note}


def _occurs(item: Mapping[str, Any]) -> Claim:
    """Return when what a seed only names holds: where some postings have a duty of it."""
    asked = {name: item[name] for name in ("keys", "phrases") if name in item}
    return {"measure": "mentions", "least": OCCURS, **asked}


def load_batches(folder: Path, classifier: RoleClassifier) -> dict[str, list[Case]]:
    """Read the guide's postings of a corpus, by batch.

    An unlabelled posting counts with the guide's published data, without its text: not every
    copy of the corpus has these texts, and all should give the same figures.

    Raises
    ------
    CorpusError
        If the folder has no postings of one of the two batches.
    """
    tables = sorted(folder.glob("fieldguide*.parquet"))
    labelled = our_labels()
    by_batch: dict[str, list[Posting]] = {name: [] for name in BATCHES}
    for posting in PostingTables(tables) if tables else ():
        if posting.batch in by_batch:
            known = posting.id in labelled
            by_batch[posting.batch].append(
                posting if known else replace(posting, text=None, role=None)
            )
    for name, found in by_batch.items():
        if not found:
            raise CorpusError(
                f"{folder} has no postings of the batch {name}; build it with `roleclass corpus build` "
                "from a copy of the guide that has job-market/_internal/all_jobs_dedup.csv"
            )
    return {name: list(read_cases(found, classifier)) for name, found in by_batch.items()}


def measure_all(batches: dict[str, list[Case]]) -> dict[str, Any]:
    """Measure every claim on both batches; plain dicts, lists and numbers, ready for JSON."""
    claims = [claim for section in load_sections() for claim in section["claims"]]
    return {
        "postings": {name: len(batch) for name, batch in batches.items()},
        "texts": {
            name: sum(case.posting.text is not None for case in batch)
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
    """Return the page of the stored figures."""
    return write_page(load_sections(), figures, _data()["areas"])


@click.command()
@corpus_option
@output_option
@click.option(
    "--page",
    "file",
    default=PAGE,
    show_default="docs/seeds.md",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write.",
)
def main(folder: Path, output: Path, file: Path) -> None:
    """Compare the claims of the seed documents with measurements."""
    classifier = RoleClassifier()
    figures = measure_all(load_batches(folder, classifier))
    save("seeds", about("python -m benchmarks.seeds", classifier.path) | figures, output)
    stored = load("seeds", output)
    plots.draw(plots.of_seeds(stored), output)
    write_whole(file, page(stored))
    click.echo(f"{output / 'seeds.json'}, {file}")


if __name__ == "__main__":
    main()
