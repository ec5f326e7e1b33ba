"""Compare the duties that roleclass finds in a text with its published responsibilities.

A published responsibility is *found* if one line that is read as a duty holds at least half of its content
words: tokens of the text contract of two characters or more, whole and as they are, without the stop words
of ``roleclass/report/words.toml``. The control asks the duties of another posting.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, Final

from benchmarks.seed_figures import Batch, read_duties
from roleclass.report.language import stop_words
from roleclass.report.statistics import Share, share
from roleclass.taxonomy.phrases import words
from roleclass.training.fieldguide import our_labels, our_lines

HALF: Final = 0.5
SEED: Final = 17
"""The seed of the control's shuffle."""

READ: Final = Path(__file__).parent / "results" / "seed_duties.csv"
"""Duties drawn at random and read by an LLM reader with the codebook: posting, place, verdict."""

Words = frozenset[bytes]


def content_words(tokens: Iterable[bytes]) -> Words:
    """Return the content words of a text.

    Examples
    --------
    >>> sorted(content_words(words("Build and own the data pipelines")))
    [b'build', b'data', b'pipelines']
    """
    return frozenset(word for word in tokens if len(word) > 1) - stop_words()


def coverage(published: Words, line: Words) -> float:
    """Return the share of the content words of a responsibility that are in a line."""
    return len(published & line) / len(published) if published else 0.0


def measure_overlap(batch: Batch) -> dict[str, Any]:
    """Count the published responsibilities that are found, where all of them are, and chance matches."""
    both = [case for case in batch if case.posting.text and case.posting.responsibilities]
    published = [[content_words(words(item)) for item in c.posting.responsibilities] for c in both]
    duties = [[content_words(line.tokens) for line in read_duties(case)] for case in both]
    lines = [[(line.part, content_words(line.tokens)) for line in case.lines] for case in both]
    parts = Counter(
        _part(item, of) for items, of in zip(published, lines, strict=True) for item in items
    )
    labels, labelled = our_labels(), our_lines()
    ids = [case.posting.id or "" for case in both]
    groups = {
        "all": [True] * len(both),
        "dev": [labels.get(key, {}).get("split") == "dev" for key in ids],
        "no line of the posting was labelled": [key not in labelled for key in ids],
    }
    # The control: each posting's neighbour in a shuffled circle.
    circle = random.Random(SEED).sample(range(len(both)), len(both))  # noqa: S311  (nothing secret)
    others = dict(zip(circle, [*circle[1:], *circle[:1]], strict=True))
    return {
        "postings": len(both),
        "found": {
            name: _share(*([*compress(rows, keep)] for rows in (published, duties)))
            for name, keep in groups.items()
        },
        "chance": _share(published, [duties[others[at]] for at in range(len(both))]),
        "parts": dict(parts.most_common()),
    }


def _share(published: Sequence[Sequence[Words]], duties: Sequence[Sequence[Words]]) -> Share:
    found = [
        any(coverage(item, line) >= HALF for line in of)
        for items, of in zip(published, duties, strict=True)
        for item in items
    ]
    return share(sum(found), len(found))


def _part(item: Words, lines: Iterable[tuple[str, Words]]) -> str:
    """Return the part of a line that holds half of a responsibility, preferably a duty; "" if none does."""
    held = [(part, coverage(item, line)) for part, line in lines]
    best = max(held, key=lambda one: (one[1] >= HALF, one[0] == "duty", one[1]), default=("", 0.0))
    return best[0] if best[1] >= HALF else ""


def read_verdicts(path: Path = READ) -> dict[str, int]:
    """Count the verdicts of the lines that were read: ``duty``, ``debatable``, ``none``."""
    with path.open(encoding="utf-8", newline="") as rows:
        return dict(Counter(row["verdict"] for row in csv.DictReader(rows)).most_common())
