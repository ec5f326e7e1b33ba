"""The duties that roleclass finds in a text, against the responsibilities that were published of it.

A published responsibility is *found* if one line that is read as a duty holds at least half of its content
words: tokens of the text contract of two characters or more, whole and as they are, without the stop words
of ``roleclass/report/words.toml``. The control asks the duties of another posting.
"""

import csv
import random
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.seed_figures import Batch
from roleclass.report.statistics import share
from roleclass.taxonomy.phrases import words
from roleclass.training.fieldguide import our_labels, our_lines

HALF: Final = 0.5
SEED: Final = 17
"""Of the shuffle of the control, and of the draw of the lines that were read."""

READ: Final = Path(__file__).parent / "results" / "seed_duties.csv"
"""Duties drawn at random and read by an LLM reader with the codebook: posting, place, verdict."""

Words = frozenset[bytes]


def content_words(text: str) -> Words:
    """Return the words of a text that say something.

    Examples
    --------
    >>> sorted(content_words("Build and own the data pipelines"))
    [b'build', b'data', b'pipelines']
    """
    return frozenset(word for word in words(text) if len(word) > 1 and word not in _stop())


@cache
def _stop() -> frozenset[bytes]:
    listed = tomllib.loads(files("roleclass.report").joinpath("words.toml").read_text("utf-8"))
    return frozenset(word.encode() for word in listed["stop"])


def coverage(published: Words, line: Words) -> float:
    """Return the share of the content words of a responsibility that a line holds."""
    return len(published & line) / len(published) if published else 0.0


def measure_overlap(batch: Batch) -> dict[str, Any]:
    """Say how many published responsibilities are found, where the others are, and what chance finds."""
    at = [
        i for i, posting in enumerate(batch.postings) if posting.text and posting.responsibilities
    ]
    published = {i: [*map(content_words, batch.postings[i].responsibilities)] for i in at}
    lines = {
        i: [
            (line.part, content_words(batch.readings[i].text[line.start : line.end]))
            for line in batch.readings[i].lines
        ]
        for i in at
    }
    duties = {i: [line for part, line in lines[i] if part == "duty"] for i in at}
    others = dict(zip(at, _moved(at), strict=True))
    kinds = Counter(_kind(item, duties[i], lines[i]) for i in at for item in published[i])
    chance = [_found(item, duties[others[i]]) for i in at for item in published[i]]
    labels, labelled = our_labels(), our_lines()
    groups: dict[str, Callable[[str], bool]] = {
        "all": lambda _: True,
        "dev": lambda key: labels.get(key, {}).get("split") == "dev",
        "no line of the posting was labelled": lambda key: key not in labelled,
    }
    return {
        "postings": len(at),
        "found": {
            name: share(*_count(i_of, published, duties))
            for name, keep in groups.items()
            for i_of in [[i for i in at if keep(batch.postings[i].id or "")]]
        },
        "chance": share(sum(chance), len(chance)),
        "kinds": dict(kinds.most_common()),
    }


def _moved(at: Sequence[int]) -> list[int]:
    """Give each posting another one: a shuffled circle, in which everyone gets the next."""
    circle = random.Random(SEED).sample(at, len(at))  # noqa: S311  (nothing secret)
    following = dict(zip(circle, [*circle[1:], *circle[:1]], strict=True))
    return [following[i] for i in at]


def _found(item: Words, duties: Collection[Words]) -> bool:
    return any(coverage(item, line) >= HALF for line in duties)


def _count(
    at: Sequence[int], published: dict[int, list[Words]], duties: dict[int, list[Words]]
) -> tuple[int, int]:
    found = [_found(item, duties[i]) for i in at for item in published[i]]
    return sum(found), len(found)


def _kind(item: Words, duties: Sequence[Words], lines: Sequence[tuple[str, Words]]) -> str:
    """Say where a responsibility is: in a duty, in another line, in several duties, or nowhere."""
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


def draw(batch: Batch, n: int = 100) -> list[tuple[str, int, int]]:
    """Draw duties at random, as id and place in the text of the reading: the ones to be read.

    Returns
    -------
    list of (id, start, end)
    """
    every = sorted(
        (posting.id or "", line.start, line.end)
        for posting, reading in zip(batch.postings, batch.readings, strict=True)
        if posting.text
        for line in reading.duties
    )
    return random.Random(SEED).sample(every, min(n, len(every)))  # noqa: S311  (nothing secret)


def read_verdicts(path: Path = READ) -> dict[str, int]:
    """Count the verdicts of the lines that were read: ``duty``, ``debatable``, ``none``."""
    with path.open(encoding="utf-8", newline="") as rows:
        return dict(Counter(row["verdict"] for row in csv.DictReader(rows)).most_common())
