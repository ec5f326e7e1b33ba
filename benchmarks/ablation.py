"""Ablation: leave out one part of the model, with the cross-validation of training.

    python -m benchmarks.ablation --corpus CORPUS

Everything happens inside the split ``train``: no board and no company is on both sides of a fold, and no
line is read by a model that has seen its posting. Lines are read once for all variants, which takes some
minutes on one core; each variant takes about one more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from benchmarks.results import about, output_option, save
from roleclass.cli.options import corpus_option
from roleclass.cli.terminal import warn
from roleclass.reading import AREAS, PARTS, WORKS
from roleclass.training.copies import copies
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.cross_validation import held_out_logits
from roleclass.training.evaluation import report
from roleclass.training.features import BLOCKS, Scales
from roleclass.training.lines.context import DUTY
from roleclass.training.lines.model import LineScores
from roleclass.training.measures import Measures
from roleclass.training.model import Settings, TrainingSet
from roleclass.training.prepared import prepare
from roleclass.training.run import FOLDS

Change = Callable[[TrainingSet], TrainingSet]
"""A change to the measures."""


def variants(base: Settings) -> dict[str, tuple[Settings, Change]]:
    """Return the model as it ships, and the same without one part at a time."""

    def less(**parts: Any) -> tuple[Settings, Change]:
        return replace(base, **parts), lambda training: training

    scales = base.scales
    return {
        "as shipped": less(),
        "lines not read": (base, lines_not_read),
        **{f"without {of}": less(scales=scales._replace(**{of: 0.0})) for of in BLOCKS},
        "without n-grams": (base, without_ngrams),
        "n-grams alone": less(scales=Scales(*(0.0 for _ in BLOCKS))),
        "hard labels, no runner-up": less(runner_up_share=(0.0, 0.0, 0.0)),
        "no copies without title": less(untitled_share=0.0),
        "no changed copies": less(copy_share=0.0),
    }


def without_ngrams(training: TrainingSet) -> TrainingSet:
    """Remove the counts of single n-grams; those of concepts stay."""

    def empty(measures: Measures) -> Measures:
        return measures._replace(ngrams=sp.csr_matrix(measures.ngrams.shape))

    return training._replace(
        titled=empty(training.titled),
        untitled=empty(training.untitled),
        changed=empty(training.changed),
    )


def lines_not_read(training: TrainingSet) -> TrainingSet:
    """Measure without lines: a mention counts the same wherever it is.

    The block ``line`` has nothing left to tell. The changed copies are others, made
    in the same way.
    """
    corpus, model = training.corpus, training.lines

    def count(rows: Sequence[bytes]) -> Measures:
        found = model.read(rows)
        number = len(found.lines.row)
        part, work, areas = (np.zeros((number, len(of))) for of in (PARTS, WORKS, AREAS))
        part[:, DUTY] = 1
        scores = LineScores(found, part, work, areas)
        return Measures.of(scores, len(rows), model.ngrams, model.concepts)

    return training._replace(
        titled=count(corpus.encode()),
        untitled=count(corpus.encode(with_title=False)),
        changed=count([posting.encode() for posting in copies(corpus)]),
    )


def ablate(
    training: TrainingSet,
    judged: int,
    tried: Mapping[str, tuple[Settings, Change]],
) -> list[dict[str, Any]]:
    """Return the out-of-fold figures of each variant, in the order given.

    The first `judged` postings are from the corpus; the written ones after them are only for training.
    """
    roles = tuple(sorted({posting.role for posting in training.corpus}))
    names = np.array([str(role) for role in roles])
    postings = Corpus(training.corpus.postings[:judged])
    label = np.array([roles.index(posting.role) for posting in postings])
    rows = []
    for name, (settings, change) in tried.items():
        held_out = held_out_logits(
            change(training),
            settings,
            roles,
            number_of_folds=FOLDS,
            seeds=[0],
            progress=lambda *_: None,
        )[:, 0, :judged]
        p = softmax(held_out, axis=-1)
        of_label = np.take_along_axis(p, label[None, :, None], axis=-1)
        whole = report(postings, roles, p[0], names[p[0].argmax(axis=1)])
        rows.append(
            {
                "variant": name,
                "accuracy": whole["all"]["accuracy"],
                "macro_f1": whole["all"]["macro_f1"],
                "f1": {role: row["f1"] for role, row in whole["all"]["roles"].items()},
                "parts": {part: row["accuracy"] for part, row in whole["by_part"].items()},
                "log_loss": round(float(-np.log(of_label).mean()), 6),
            }
        )
        click.echo(f"{name}: accuracy {rows[-1]['accuracy']:.3f}", err=True)
    return rows


@click.command()
@corpus_option
@output_option
def main(folder: Path, output: Path) -> None:
    """Measure what the model loses without each of its parts."""
    corpus = load_corpus(folder, warn=warn)
    judged = corpus.split("train")
    prepared = prepare(corpus, FOLDS, warn=warn, progress=lambda *_: None)
    rows = ablate(prepared.training, len(judged), variants(Settings()))
    figures = {
        **about(),
        "corpus": judged.fingerprint(),
        "rows": rows,
    }
    save("ablation", figures, output)


if __name__ == "__main__":
    main()
