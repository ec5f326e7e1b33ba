"""Compare the claims of the two seed documents with measurements on the same and on later postings.

    python -m benchmarks.seeds --corpus CORPUS
    python -m benchmarks.docs

CORPUS is built from the public field guide by ``roleclass corpus build``. The claims are in ``seeds.toml``;
figures go to ``benchmarks/results/seeds.json``, and from there to ``docs/seeds.md``; neither has any text.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.results import about, output_option, save
from benchmarks.seed_figures import PROBLEMS, measure
from benchmarks.seed_overlap import measure_overlap, read_verdicts
from roleclass.classifier import RoleClassifier
from roleclass.cli.options import corpus_option
from roleclass.errors import CorpusError
from roleclass.report.cases import Case, read_cases
from roleclass.report.data import read_data
from roleclass.report.postings import Posting
from roleclass.report.source import PostingTables
from roleclass.report.statistics import CUTOFFS, DUTY_CUTOFFS
from roleclass.training.fieldguide import our_labels

BATCHES: Final = ("2026-02-04", "2026-02-27")
"""The postings that the seed analyses, and those that the guide collected later."""

Section = dict[str, Any]
Claim = dict[str, Any]

_COMMON: Final = ("measure", "least", "counts", "untold", "why")
"""What a section says of each of its claims that says nothing else."""


@cache
def load_sections() -> tuple[Section, ...]:
    """Read the claims, by section, with those that stand in the report's data."""
    data = tomllib.loads(Path(__file__).with_name("seeds.toml").read_text("utf-8"))
    sections: list[Section] = []
    for section in data["sections"]:
        common = {name: section[name] for name in _COMMON if name in section}
        elsewhere = _ALSO.get(section.get("also"))
        for found in elsewhere(section) if elsewhere else [section]:
            claims = [common | _with_phrases(claim, data) for claim in found["claims"]]
            sections.append(found | {"claims": claims})
    return tuple(sections)


def _with_phrases(claim: Claim, data: dict[str, Any]) -> Claim:
    """Insert the lists of phrases that a claim names."""
    named = {key: claim[key] for key in ("phrases", "among") if isinstance(claim.get(key), str)}
    return claim | {key: data["phrases"][name] for key, name in named.items()}


def _tiers(section: Section) -> Iterator[Section]:
    """Yield the tiers of the sixteen areas, by duties and by postings."""
    claims = []
    for area in PROBLEMS:
        common = {"area": area.key, "keys": [area.key], "ways": ["guide", "text", "labelled"],
                  "why": section["whys"].get(area.key, "")}  # fmt: skip
        for by, how, cutoffs in (
            ("duties", "duties", DUTY_CUTOFFS),
            ("postings", "mentions", CUTOFFS),
        ):
            least = cutoffs[area.tier or ""]
            below = min((other for other in cutoffs.values() if other > least), default=2)
            limits = {"cutoffs": cutoffs, "least": least, "below": below}
            claims.append({"id": f"{area.key} by {by}", "measure": how, **common, **limits})
    yield section | {"claims": claims}


def _parts(section: Section) -> Iterator[Section]:
    """Yield the sub-patterns of the sixteen areas."""
    claims = [
        {"id": part.key, "says": part.name, "figure": area.name, "keys": [part.key]}
        for area in PROBLEMS
        for part in area.parts
    ]
    yield section | {"claims": claims}


def _outline(section: Section) -> Iterator[Section]:
    """Yield the chapters of the older list whose items postings can name."""
    for c, chapter in enumerate(read_data("outline")["chapters"]):
        claims = [
            item | {"id": f"outline/{c}/{g}/{i}", "says": f"{group['name']}: {item['name']}"}
            for g, group in enumerate(chapter["groups"])
            for i, item in enumerate(group["items"])
        ]
        if claims:
            note = {"note": " ".join(chapter["unsaid"])} if "unsaid" in chapter else {}
            yield section | {"name": chapter["name"], "claims": claims, **note}


_ALSO: Final[dict[str, Callable[[Section], Iterable[Section]]]] = {
    "tiers": _tiers,
    "parts": _parts,
    "outline": _outline,
}


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
    batches: dict[str, list[Posting]] = {name: [] for name in BATCHES}
    for posting in PostingTables(tables) if tables else ():
        if posting.batch in batches:
            known = posting.id in labelled
            batches[posting.batch].append(
                posting if known else replace(posting, text=None, role=None)
            )
    for name, found in batches.items():
        if not found:
            raise CorpusError(
                f"{folder} has no postings of the batch {name}; build it with `roleclass corpus build` "
                "from a copy of the guide that has job-market/_internal/all_jobs_dedup.csv"
            )
    return {name: list(read_cases(found, classifier)) for name, found in batches.items()}


def measure_all(batches: dict[str, list[Case]]) -> dict[str, Any]:
    """Measure every claim on both batches; plain dicts, lists and numbers, ready for JSON."""
    return {
        "postings": {name: len(batch) for name, batch in batches.items()},
        "texts": {
            name: sum(case.posting.text is not None for case in batch)
            for name, batch in batches.items()
        },
        "claims": {
            claim["id"]: {name: measure(claim, batch) for name, batch in batches.items()}
            for section in load_sections()
            for claim in section["claims"]
        },
        "overlap": {name: measure_overlap(batch) for name, batch in batches.items()},
        "read": read_verdicts(),
    }


@click.command()
@corpus_option
@output_option
def main(folder: Path, output: Path) -> None:
    """Compare the claims of the seed documents with measurements."""
    classifier = RoleClassifier()
    figures = measure_all(load_batches(folder, classifier))
    save("seeds", about(classifier.path) | figures, output)


if __name__ == "__main__":
    main()
