"""How right roleclass is, beside everything else that could label postings, on the same split.

    python -m benchmarks.quality --corpus CORPUS

Each peer learns from the split ``train`` and is scored on the postings of ``dev`` that have a role on
which two readers agree. Tables, figures and plots go to ``benchmarks/results``; none holds any text.
A peer whose packages are missing is skipped with a word: ``pip install -e '.[bench]'`` has them all.
"""

import json
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks import labellers, plots
from benchmarks.labellers import ROLES, Answers, Peer
from benchmarks.tables import environment, markdown_table, output_option, write
from roleclass.cli.options import corpus_option
from roleclass.cli.terminal import warn
from roleclass.roles import Role
from roleclass.training.calibration import accuracy_at_coverage, expected_calibration_error
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.evaluation import FIELD_GUIDE_ROLES, report, scores

OURS: Final = "roleclass"
PUBLISHED: Final = "published labels (by an LLM)"
SHARES: Final = [share / 50 for share in range(5, 51)]
"""Of the risk-coverage curve: from 10 % of the postings to all of them."""

RESAMPLES: Final = 5_000


def all_peers(cache: Path, model: Path | None = None) -> dict[str, Peer]:
    """Return every peer by its name in the table, ours last."""
    return {
        "always AI-First": labellers.always_ai_first,
        "title rules": labellers.title_rules,
        "TF-IDF + logistic regression, published labels": labellers.tfidf_on_published_labels,
        "TF-IDF + logistic regression": labellers.tfidf,
        "fastText": labellers.fasttext,
        "MiniLM embedding + logistic regression": partial(labellers.embedding, cache=cache),
        OURS: partial(labellers.roleclass, model=model),
    }


def compare(training: Corpus, dev: Corpus, tried: Mapping[str, Peer]) -> dict[str, Any]:
    """Train and score every peer; return the figures of each and why others were skipped."""
    answers: dict[str, Answers] = {}
    skipped: dict[str, str] = {}
    for name, peer in tried.items():
        click.echo(f"{name} ...", err=True)
        try:
            answers[name] = peer(training, dev)
        except labellers.SkippedError as reason:
            skipped[name] = str(reason)
            click.echo(f"  skipped: {reason}", err=True)
    right = {name: given.roles == dev.column("role") for name, given in answers.items()}
    figures = {
        name: score(dev, given)
        | {"behind": _with_interval(right[OURS].astype(float) - right[name].astype(float))}
        for name, given in answers.items()
    }
    published = published_labels(dev, right[OURS])
    if published:
        figures[PUBLISHED] = {"three_roles": published}
    return {"peers": figures, "skipped": skipped}


def score(dev: Corpus, answers: Answers) -> dict[str, Any]:
    """Return the figures of one peer."""
    right = answers.roles == dev.column("role")
    # A peer without probabilities is scored as if it were sure; its calibration is left out.
    sure = (answers.roles[:, None] == np.array(ROLES)).astype(float)
    given = answers.probabilities
    roles = [Role(role) for role in ROLES]
    full = report(dev, roles, sure if given is None else given, answers.roles)
    figures: dict[str, Any] = {
        "n": full["all"]["n"],
        "accuracy": _with_interval(right.astype(float)),
        "macro_f1": full["all"]["macro_f1"],
        "f1": {role: row["f1"] for role, row in full["all"]["roles"].items()},
        "parts": {part: row["accuracy"] for part, row in full["by_part"].items()},
        "confusion": full["confusion"],
    }
    if "field_guide_three_roles" in full:
        figures["three_roles"] = _brief(full["field_guide_three_roles"]["model"])
    if given is not None:
        confidence = given.max(axis=1)
        figures["calibration"] = full["calibration"] | {
            "error_if_perfect": error_if_perfect(confidence),
            "risk_coverage": accuracy_at_coverage(confidence, right, SHARES),
        }
    return figures


def error_if_perfect(confidence: NDArray[np.float64]) -> dict[str, float]:
    """Return the calibration error that chance alone gives so few postings.

    Answers are drawn that are right exactly as often as is stated: what is left is noise of the bins.
    """
    draws = np.random.default_rng(0).random((500, len(confidence))) < confidence
    errors = [expected_calibration_error(confidence, right) for right in draws]
    return {
        "mean": round(float(np.mean(errors)), 6),
        "high": round(float(np.quantile(errors, 0.95)), 6),
    }


def published_labels(dev: Corpus, ours: NDArray[np.bool_]) -> dict[str, Any] | None:
    """Score the field guide's own labels, which know three roles, on its own postings."""
    known = [p.published_label is not None and p.role in FIELD_GUIDE_ROLES for p in dev]
    mine = dev.at(np.flatnonzero(known))
    if not len(mine):
        return None
    truth, published = mine.column("role"), mine.column("published_label")
    lead = ours[known].astype(float) - (truth == published)
    return _brief(scores(truth, published, FIELD_GUIDE_ROLES)) | {"behind": _with_interval(lead)}


def _brief(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in ("n", "accuracy", "macro_f1")}


def _with_interval(values: NDArray[np.float64]) -> dict[str, float]:
    """Return a mean and its 95 % interval by the bootstrap over postings."""
    draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return {
        "value": round(float(values.mean()), 6),
        "low": round(float(low), 6),
        "high": round(float(high), 6),
    }


def tables(result: Mapping[str, Any]) -> str:
    """Return the figures as two Markdown tables: all postings, and where peers differ."""
    rows = result["peers"]
    full = {name: row for name, row in rows.items() if "accuracy" in row}
    parts = sorted({part for row in full.values() for part in row["parts"]})
    first = markdown_table(
        [
            "four roles",
            "accuracy",
            "95 %",
            "macro-F1",
            *(Role(role).label for role in ROLES),
            "behind",
        ],
        (
            [
                _strong(name),
                _short(row["accuracy"]["value"]),
                f"{_short(row['accuracy']['low'])}-{_short(row['accuracy']['high'])}",
                _short(row["macro_f1"]),
                *(_short(row["f1"][role]) for role in ROLES),
                "" if name == OURS else _span(row["behind"]),
            ]
            for name, row in full.items()
        ),
    )
    second = markdown_table(
        ["", *parts, "three roles", "three roles, macro-F1", "ECE", "surest 70 %"],
        (
            [
                _strong(name),
                *(_short(row.get("parts", {}).get(part)) for part in parts),
                _short(row.get("three_roles", {}).get("accuracy")),
                _short(row.get("three_roles", {}).get("macro_f1")),
                _short(row.get("calibration", {}).get("expected_calibration_error")),
                _short(row.get("calibration", {}).get("accuracy_at_coverage", {}).get("0.70")),
            ]
            for name, row in rows.items()
        ),
    )
    return f"{first}\n\n{second}"


def _strong(name: str) -> str:
    return f"**{name}**" if name == OURS else name


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".removeprefix("0")


def _span(lead: Mapping[str, float]) -> str:
    return f"{100 * lead['value']:.1f} ({100 * lead['low']:.1f} to {100 * lead['high']:.1f})"


def page(result: Mapping[str, Any]) -> str:
    """Return the tables with a legend, and what they were made with."""
    about = result["about"]
    skipped = "".join(f"\n- Skipped: {name} ({why})." for name, why in result["skipped"].items())
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    chance = result["peers"][OURS]["calibration"]["error_if_perfect"]
    return f"""\
{tables(result)}

{result["train"]:,} postings of `train` to learn from, {result["dev"]} of `dev` to answer:
two readers agree on each, none is unclear.

- Under the roles' names: F1. Under the names of parts: accuracy on each part of the corpus.
- 95 %: bootstrap over postings. Behind: points of accuracy behind roleclass, on the same resamples.
- Three roles: field-guide postings but those that are Other, a role that its labels do not know.
- ECE: expected calibration error, ten bins. A perfectly calibrated model would show, by chance,
  {chance["mean"]:.3f} on as many postings, and more than {chance["high"]:.3f} one time in twenty.
- Surest 70 %: accuracy on the 70 % of the postings of which a peer is most confident.
- MiniLM reads the first {labellers.EMBEDDED_TOKENS} tokens, fastText has the settings of its tutorial,
  scikit-learn its defaults (C = 10 on the embeddings).{skipped}

`{about["command"]}` ({versions}; {about["machine"]})
"""


@click.command()
@corpus_option
@output_option
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another model file than the one in the package.",
)
@click.option("--skip", multiple=True, help="A peer to leave out, by its name in the table.")
@click.option(
    "--cache",
    default=Path("runs/embeddings"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where sentence embeddings are kept from run to run.",
)
def main(
    folder: Path, output: Path, model: Path | None, skip: tuple[str, ...], cache: Path
) -> None:
    """Compare roleclass with its peers."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the sentence encoder lies in its package
    corpus = load_corpus(folder, warn=warn)
    training, dev = corpus.split("train"), corpus.split("dev")
    tried = {name: peer for name, peer in all_peers(cache, model).items() if name not in skip}
    result: dict[str, Any] = {
        "corpus": corpus.fingerprint(),
        "train": len(training),
        "dev": len(dev),
        "about": environment("python -m benchmarks.quality --corpus CORPUS"),
        **compare(training, dev, tried),
    }
    write(output / "quality.json", json.dumps(result, indent=2) + "\n")
    write(output / "quality.md", page(result))
    plots.draw(result, output, ours=OURS)
    click.echo(tables(result))


if __name__ == "__main__":
    main()
