"""Roleclass beside other ways to do the same work, taking turns in one process.

Every way turns the same postings into probabilities of roles. The peers know as many words and word
pairs as roleclass's model knows n-grams, the most frequent ones, or the model's own n-grams. What is not
equal is printed.

    pip install -e '.[bench]'
    python -m benchmarks.peers --corpus CORPUS --output benchmarks/results
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

# One thread for every way, unless it says otherwise.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import click
import numpy as np

from benchmarks import ways
from benchmarks.labellers import SkippedError
from benchmarks.plots import draw_throughput
from benchmarks.tables import environment, markdown_table, write
from roleclass import RoleClassifier
from roleclass.benchmark import consume, generated, machine
from roleclass.cli.terminal import warn
from roleclass.engine.model_file import default_model, load_model
from roleclass.training.corpus import load_corpus

OURS: Final = "roleclass"
OURS_TWICE: Final = "roleclass, 2 threads"
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Way:
    """A way to do the work.

    Attributes
    ----------
    make : callable
        Makes what is timed; a `SkippedError` where it cannot run here.
    not_equal : str
        What it does less, or more, than roleclass.
    beside : str
        The way of roleclass that it is compared with.
    share : float
        The part of the postings that it is given, because it is slow.
    """

    make: Callable[[], ways.Score]
    not_equal: str
    beside: str = OURS
    share: float = 1.0


def all_ways(model: Path, texts: Sequence[str], roles: Sequence[str]) -> dict[str, Way]:
    """Return every way, by its name; what they share is made here."""
    classifier = RoleClassifier(model)
    own = ngrams_of(classifier)
    further = len(load_model(classifier.path).features) - len(own)
    pipeline = ways.scikit_learn(texts, roles, ngram_range=(1, 2), max_features=len(own))

    def ours(many: Sequence[str]) -> None:
        # What a user calls.
        if len(many) == 1:
            classifier.predict(many[0])
        else:
            consume(classifier.predict_many(many))

    return {
        OURS: Way(
            lambda: ours,
            f"reads line by line; phrases, titles and {further:,} further columns; answers as objects",
        ),
        OURS_TWICE: Way(
            lambda: lambda many: consume(classifier.predict_many(many, threads=2)), "", OURS_TWICE
        ),
        "scikit-learn": Way(
            lambda: pipeline.predict_proba,
            "words and pairs only; no lines, titles or further columns",
        ),
        "scikit-learn, same n-grams": Way(
            lambda: (
                ways.scikit_learn(
                    texts, roles, ngram_range=(1, longest(own)), vocabulary=own
                ).predict_proba
            ),
            "roleclass's own n-grams; no lines, titles or further columns",
        ),
        "scikit-learn, 2 processes": Way(
            lambda: ways.two_processes(pipeline), "beside roleclass with 2 threads", OURS_TWICE
        ),
        "skl2onnx": Way(
            lambda: ways.string_graph(pipeline), "words and pairs only; its tf-idf differs a little"
        ),
        "fastText": Way(
            lambda: ways.fast_text(texts, roles, 1),
            "all words, no pairs; 100 dimensions; most probable role only",
        ),
        "fastText, pairs": Way(
            lambda: ways.fast_text(texts, roles, 2),
            "all words, pairs hashed to 200,000 buckets; the same",
        ),
        "sentence embedding": Way(
            ways.sentence_embedding,
            "MiniLM, the first 256 word pieces only; no linear model after it",
            share=0.02,
        ),
    }


def ngrams_of(classifier: RoleClassifier) -> list[str]:
    """Return the n-grams that a model knows, in the order of its columns."""
    block = "ngram:"
    names = (name for name in load_model(classifier.path).features if name.startswith(block))
    return [name.removeprefix(block) for name in names]


def longest(ngrams: Sequence[str]) -> int:
    """Return the words of the longest n-gram."""
    return max(len(ngram.split()) for ngram in ngrams)


def labelled(corpus: Path | None, known: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return shuffled postings and their roles; generated ones have roles by turns."""
    if corpus is None:
        texts = list(generated(1500))
        return texts, [known[i % len(known)] for i in range(len(texts))]
    postings = [posting for posting in load_corpus(corpus, warn=warn) if posting.role in known]
    order = np.random.default_rng(1).permutation(len(postings))
    return [postings[i].encode().decode() for i in order], [str(postings[i].role) for i in order]


def compare(
    chosen: dict[str, Way],
    scores: dict[str, ways.Score],
    texts: Sequence[str],
    rounds: int,
    calls: int,
) -> dict[str, dict[str, float]]:
    """Time all ways in turn; ratios to roleclass are medians over the rounds."""
    one = [sorted(texts, key=len)[len(texts) // 2]]
    given = {name: texts[: max(1, round(len(texts) * chosen[name].share))] for name in scores}
    throughput: Times = {name: [] for name in scores}
    latency: Times = {
        name: [] for name in scores if name == chosen[name].beside or "2 " not in name
    }
    latency.pop(OURS_TWICE, None)
    for turn in range(rounds + 1):
        for name, score in scores.items():
            seconds = _seconds(score, given[name]) / len(given[name])
            if turn:  # the first one fills caches
                throughput[name].append(seconds)
        for name in latency:
            number = max(2, round(calls * chosen[name].share))
            seconds = median(_seconds(scores[name], one) for _ in range(number))
            if turn:
                latency[name].append(seconds)
    figures: dict[str, dict[str, float]] = {}
    for name, seconds_each in throughput.items():
        figures[name] = {
            "postings_per_second": round(1 / median(seconds_each)),
            "roleclass_throughput_ratio": round(
                _ratio(seconds_each, throughput[chosen[name].beside]), 2
            ),
        }
        if name in latency:
            figures[name] |= {
                "single_us": round(median(latency[name]) * 1e6, 1),
                "roleclass_latency_ratio": round(_ratio(latency[OURS], latency[name]), 3),
            }
    figures[OURS_TWICE]["times_one_thread"] = round(
        _ratio(throughput[OURS], throughput[OURS_TWICE]), 2
    )
    return figures


def _seconds(score: ways.Score, texts: Sequence[str]) -> float:
    start = perf_counter()
    score(texts)
    return perf_counter() - start


def _ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return median(a / b for a, b in zip(above, below, strict=True))


def difference(scores: dict[str, ways.Score], texts: Sequence[str]) -> float | None:
    """How far skl2onnx is from the probabilities of the pipeline that it converts; None without it."""
    if "skl2onnx" not in scores:
        return None
    expected, found = (np.asarray(scores[name](texts)) for name in ("scikit-learn", "skl2onnx"))
    return float(f"{np.abs(found - expected).max():.1e}")


def table(figures: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    header = ("way", "postings/s", "times", "one posting, us", "share", "not equal")
    rows = [
        (
            f"**{name}**" if name == OURS else name,
            f"{row['postings_per_second']:,}",
            f"{row['roleclass_throughput_ratio']:.2f}",
            f"{row['single_us']:,.0f}" if "single_us" in row else "",
            f"{row['roleclass_latency_ratio']:.2f}" if "single_us" in row else "",
            figures["not_equal"][name],
        )
        for name, row in figures["ways"].items()
    ]
    skipped = [f"\n{name}: left out, {why}" for name, why in figures["skipped"].items()]
    return "\n".join([markdown_table(header, rows), *skipped]) + "\n"


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--corpus", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path), default=default_model)
@click.option("--postings", "number", default=1000, show_default=True)
@click.option("--rounds", default=9, show_default=True)
@click.option("--calls", default=50, show_default=True, help="Single calls a round.")
@click.option("--skip", multiple=True, help="A way to leave out; repeatable.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to."
)
def main(
    *,
    corpus: Path | None,
    model: Path,
    number: int,
    rounds: int,
    calls: int,
    skip: tuple[str, ...],
    output: Path | None,
) -> None:
    """Make all ways, time them, print and write the figures."""
    classifier = RoleClassifier(model)
    texts, roles = labelled(corpus, classifier.roles)
    chosen = {name: way for name, way in all_ways(model, texts, roles).items() if name not in skip}
    skipped = dict.fromkeys(skip, "not asked for")
    scores: dict[str, ways.Score] = {}
    for name, way in chosen.items():
        try:
            scores[name] = way.make()
        except SkippedError as error:
            skipped[name] = str(error)
    texts = texts[:number]
    figures: dict[str, Any] = {
        **environment("python -m benchmarks.peers --corpus CORPUS --output benchmarks/results"),
        "machine": machine(),
        "postings": {
            "number": len(texts),
            "mean_bytes": round(sum(len(text.encode()) for text in texts) / len(texts)),
        },
        "ngrams": len(ngrams_of(classifier)),
        "ways": compare(chosen, scores, texts, rounds, calls),
        "not_equal": {name: chosen[name].not_equal for name in scores},
        "skipped": skipped,
        "skl2onnx_differs_from_scikit_learn_by": difference(scores, texts),
    }
    if output is not None:
        write(output / "peers.json", json.dumps(figures, indent=2) + "\n")
        draw_throughput(figures["ways"], output / "throughput.svg", ours=OURS)
    click.echo(table(figures))


if __name__ == "__main__":
    main()
