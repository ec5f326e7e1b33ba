"""Compare roleclass with its peers: accuracy, robustness and speed in one table.

    pip install -e '.[bench]'
    python -m benchmarks.peers --corpus CORPUS
    python -m benchmarks.docs

Each peer (see `labellers`) is fitted on the split ``train`` and answers ``dev``: unchanged, and with lines of
other companies or a nice-to-have inserted, which do not change the job. All are timed in turns in one
process, by the CPU time of one thread. Rows of peers that are not run, or cannot run here, stay
unchanged, with the day of their measurement. No result contains any text.
"""

import os
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

# One thread for every peer.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import click
import numpy as np

from benchmarks.changes import Change, changes, labelled_lines
from benchmarks.labellers import Answer, Peer, SkippedError, all_peers
from benchmarks.results import about, load, output_option, save, today
from roleclass.cli.options import corpus_option, model_option
from roleclass.cli.terminal import warn
from roleclass.report.statistics import share
from roleclass.roles import Role
from roleclass.training.corpus import Corpus, LabelledPosting, load_corpus
from roleclass.training.evaluation import scores

ROLES: Final = tuple(sorted(role for role in Role if role != Role.UNCLEAR))

PUT_IN: Final = ("company", "nice-to-have")
"""The kinds of changes whose cost is measured for every peer; `behaviour` has more, for roleclass."""

TIMED: Final = 1000
"""How many postings all peers are timed on."""


def fit_all(
    peers: Mapping[str, Peer], training: Corpus
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Fit the peers; return their labellers, and why others were skipped."""
    answers: dict[str, Answer] = {}
    skipped: dict[str, str] = {}
    for name, peer in peers.items():
        click.echo(f"{name} ...", err=True)
        try:
            answers[name] = peer.fit(training)
        except SkippedError as reason:
            skipped[name] = str(reason)
            click.echo(f"  skipped: {reason}", err=True)
    return answers, skipped


def rightness(answer: Answer, dev: Corpus, put_in: Sequence[Change]) -> dict[str, Any]:
    """Return the accuracy of a peer, and the loss from insertions that must not matter."""
    truth, answers = dev.column("role"), np.array(answer(dev.postings))
    figures = scores(truth, answers, ROLES)
    right = share(int((answers == truth).sum()), len(dev))
    costs: dict[str, list[float]] = {}
    for change in put_in:
        changed = np.array(answer([change.of(posting) for posting in dev]))
        lost = np.mean(answers == truth) - np.mean(changed == truth)
        costs.setdefault(change.group, []).append(float(lost))
    return {
        "accuracy": figures["accuracy"],
        "interval": [round(right["low"], 6), round(right["high"], 6)],
        "macro_f1": figures["macro_f1"],
        "f1": {role: row["f1"] for role, row in figures["roles"].items()},
        "lost": {group: round(float(np.mean(of)), 6) for group, of in costs.items()},
    }


def speeds(
    answers: Mapping[str, Answer],
    shares: Mapping[str, float],
    postings: Sequence[LabelledPosting],
    rounds: int = 9,
    calls: int = 50,
) -> dict[str, dict[str, float]]:
    """Time all in turns, by CPU time; the best round counts, which was least disturbed.

    Postings a second, and microseconds for one posting of median length.
    """
    one = [sorted(postings, key=lambda p: len(p.text))[len(postings) // 2]]
    many = {name: postings[: max(1, round(len(postings) * shares[name]))] for name in answers}
    singles = {name: max(2, round(calls * shares[name])) for name in answers}
    each: dict[str, list[float]] = {name: [] for name in answers}
    alone: dict[str, list[float]] = {name: [] for name in answers}
    for turn in range(rounds + 1):
        for name, answer in answers.items():
            taken = _seconds(answer, many[name]) / len(many[name])
            single = median(_seconds(answer, one) for _ in range(singles[name]))
            if turn:  # the first round fills caches
                each[name].append(taken)
                alone[name].append(single)
    return {
        name: {
            "postings_per_second": round(1 / min(each[name])),
            "single_us": round(min(alone[name]) * 1e6, 1),
        }
        for name in answers
    }


def _seconds(answer: Answer, postings: Sequence[LabelledPosting]) -> float:
    start = process_time()
    answer(postings)
    return process_time() - start


@click.command(help=__doc__.split("\n\n")[0])
@corpus_option
@model_option
@output_option
@click.option(
    "--only", multiple=True, help="A peer to run, by its name; repeatable.  [default: all]"
)
def main(*, folder: Path, model: Path | None, output: Path, only: tuple[str, ...]) -> None:
    """Fit, evaluate and time all peers; save the figures."""
    every = all_peers(model)
    if unknown := set(only) - set(every):
        raise click.BadParameter(f"{', '.join(unknown)}; expected one of {', '.join(every)}")
    corpus = load_corpus(folder, warn=warn)
    training, dev = corpus.split("train"), corpus.split("dev")
    answers, skipped = fit_all({n: p for n, p in every.items() if n in (only or every)}, training)
    put_in = [c for c in changes(dev, labelled_lines(folder, dev)) if c.group in PUT_IN]
    order = np.random.default_rng(1).permutation(len(training) + len(dev))
    timed = list(islice(((*training, *dev)[i] for i in order), TIMED))
    taken = speeds(answers, {name: every[name].share for name in answers}, timed)
    before = load("peers", output).get("rows", {})
    rows = {}
    for name, peer in every.items():
        if name in answers:
            click.echo(f"{name}: {taken[name]}", err=True)
            right = rightness(answers[name], dev, put_in)
            rows[name] = {"measured": today(), "about": peer.about, **right, **taken[name]}
        elif name in before:
            rows[name] = before[name]
    figures: dict[str, Any] = {
        **about(model),
        "corpus": corpus.fingerprint(),
        "train": len(training),
        "dev": len(dev),
        "timed": {
            "postings": len(timed),
            "load": round(os.getloadavg()[0], 1),
            "mean_bytes": round(float(np.mean([len(p.text.encode()) for p in timed]))),
        },
        "skipped": skipped,
        "rows": rows,
    }
    save("peers", figures, output)


if __name__ == "__main__":
    main()
