"""Compare the duties that roleclass finds in a text with its published responsibilities.

A published responsibility is *found* if one line that is read as a duty holds at least half of its content
words: tokens of the text contract of two characters or more, whole and as they are, without the stop words
of ``roleclass/report/words.toml``. The control asks the duties of another posting.
"""

import csv
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import compress, pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.seed_figures import Batch
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


def content_words(text: str) -> Words:
    """Return the content words of a text.

    Examples
    --------
    >>> sorted(content_words("Build and own the data pipelines"))
    [b'build', b'data', b'pipelines']
    """
    return _without_stop(words(text))


def _without_stop(tokens: Iterable[bytes]) -> Words:
    return frozenset(word for word in tokens if len(word) > 1) - stop_words()


def coverage(published: Words, line: Words) -> float:
    """Return the share of the content words of a responsibility that are in a line."""
    return len(published & line) / len(published) if published else 0.0


def measure_overlap(batch: Batch) -> dict[str, Any]:
    """Count the published responsibilities that are found, the places of the others, and chance matches."""
    both = [case for case in batch if case.posting.text and case.posting.responsibilities]
    published = [[*map(content_words, case.posting.responsibilities)] for case in both]
    lines = [[(line.part, _without_stop(line.tokens)) for line in case.lines] for case in both]
    duties = [[line for part, line in of if part == "duty"] for of in lines]
    kinds = Counter(
        _kind(item, read, every)
        for items, read, every in zip(published, duties, lines, strict=True)
        for item in items
    )
    labels, labelled = our_labels(), our_lines()
    ids = [case.posting.id or "" for case in both]
    groups = {
        "all": [True] * len(both),
        "dev": [labels.get(key, {}).get("split") == "dev" for key in ids],
        "no line of the posting was labelled": [key not in labelled for key in ids],
    }
    return {
        "postings": len(both),
        "found": {
            name: _share(*([*compress(rows, keep)] for rows in (published, duties)))
            for name, keep in groups.items()
        },
        "chance": _share(published, [duties[at] for at in _moved(len(both))]),
        "kinds": dict(kinds.most_common()),
    }


def _share(published: Sequence[Sequence[Words]], duties: Sequence[Sequence[Words]]) -> Share:
    found = [
        _found(item, of) for items, of in zip(published, duties, strict=True) for item in items
    ]
    return share(sum(found), len(found))


def _moved(n: int) -> list[int]:
    """Pair each posting with another one: the next in a shuffled circle."""
    circle = random.Random(SEED).sample(range(n), n)  # noqa: S311  (nothing secret)
    following = dict(zip(circle, [*circle[1:], *circle[:1]], strict=True))
    return [following[at] for at in range(n)]


def _found(item: Words, duties: Collection[Words]) -> bool:
    return any(coverage(item, line) >= HALF for line in duties)


def _kind(item: Words, duties: Sequence[Words], lines: Sequence[tuple[str, Words]]) -> str:
    """Return where a responsibility is: in a duty, in another line, in several duties, or nowhere."""
    if _found(item, duties):
        return "in a duty"
    part, best = max(lines, key=lambda line: coverage(item, line[1]), default=("", frozenset()))
    if coverage(item, best) >= HALF:
        return f"in a line read as {part}"
    if _found(item, [a | b for a, b in pairwise(duties)]):
        return "over two neighbouring duties"
    if coverage(item, frozenset().union(*duties)) >= HALF:
        return "over several duties"
    return "in other words" if duties else "no duty is read in the posting"


def read_verdicts(path: Path = READ) -> dict[str, int]:
    """Count the verdicts of the lines that were read: ``duty``, ``debatable``, ``none``."""
    with path.open(encoding="utf-8", newline="") as rows:
        return dict(Counter(row["verdict"] for row in csv.DictReader(rows)).most_common())
