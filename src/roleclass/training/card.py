"""The model card: what a model is for, how it came about, how right it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from roleclass._version import __version__
from roleclass.roles import Role, as_role

_TEMPLATE = """\
# Model card

Written by `roleclass train` (roleclass {version}) from `metrics.json`; corpus {fingerprint}.

## What it is for
It reads one job posting in English and says which kind of role it describes: {roles}.
It is meant for the study of many postings and for sorting them. It learnt from {train:,} postings;
{dev:,} others are reported on.{definitions}

## How it works
The posting is cut into lines. A linear model says what each line is: its part (company, duty,
requirement, nice-to-have, other), the work that it speaks of, and the problem areas of a duty. Words,
the phrases of a lexicon and the concepts that they mention count as much as their lines are duties or
requirements; with the numbers of lines of each kind they are weighed by one multinomial logistic
regression ({features:,} features), whose temperature was fitted out of fold. Copies of the postings with
other companies' praise, nice-to-haves, notices and titles taught it what must not matter.
The file ({size:,} bytes) is one ONNX graph of standard operators, from UTF-8 bytes to probabilities.

{about}

## How right it is
Everything (features, regularisation, temperature, thresholds) was chosen by grouped cross-validation
within `train`: no group of postings (a board, a company) is on both sides of a fold. No code chooses
anything by `dev`. The two
differ by {gap:+.1f} points of accuracy.

{overall}

### By role (dev)

{by_role}

### By part, source, year and the annotator's confidence (dev)

{by_slice}

### By line

{lines}

## How sure it is
Expected calibration error {ece:.3f} on dev ({ece_cv:.3f} out of fold). An answer is called `reliable` from
the confidence at which {precision:.0%} of such answers were right out of fold: {thresholds}.

{coverage}

A clear mistake is an answer that is neither the label nor, where the annotator was in doubt, the runner-up;
an answer `unclear` to a posting that has a role counts as one.

{mistakes}

## How to train it again
```
roleclass train --corpus CORPUS --output DIR
```
"""


_DEFINITIONS = " The definitions are in `docs/codebook.md`."

_ABOUT = """\
## Data
Nobody has written down how these postings were chosen and who labelled them (`--about`)."""


def model_card(figures: Mapping[str, Any], precision: float, about: str | None = None) -> str:
    """Write the card of a model from its figures.

    Parameters
    ----------
    figures : dict
        What ``metrics.json`` holds; see `roleclass.training.run.train`.
    precision : float
        What the thresholds were chosen for.
    about : str or None
        Markdown: where the data came from, who labelled it, what the model must not be used for,
        how it fails. None where nobody has said.

    Returns
    -------
    str
        Markdown.
    """
    dev, cross_validation = (
        figures["dev"] or figures["cross_validation"],
        figures["cross_validation"],
    )
    slices = {
        **dev["by_part"],
        **{f"source {key}": value for key, value in dev["by_source"].items()},
        **{f"year {key}": value for key, value in dev["by_year"].items()},
        **{f"confidence {key}": value for key, value in dev["by_confidence"].items()},
    }
    three = dev.get("field_guide_three_roles", {})
    overall = {
        "dev": dev["all"],
        "cross-validation (each posting in every way to cut the folds)": cross_validation["all"],
        "dev, without titles": dev.get("without_title"),
        "dev, field guide, three roles": three.get("model"),
        "the same, the guide's published labels": three.get("published_labels"),
    }
    roles = [as_role(name) for name in figures["corpus"]["train"]]
    return _TEMPLATE.format(
        version=__version__,
        fingerprint=figures["corpus"]["fingerprint"],
        roles=", ".join(role.label for role in roles),
        definitions=_DEFINITIONS if all(isinstance(role, Role) for role in roles) else "",
        features=figures["model"]["features"],
        size=figures["model"]["bytes"],
        train=sum(figures["corpus"]["train"].values()),
        dev=sum(figures["corpus"]["dev"].values()),
        gap=100 * (dev["all"]["accuracy"] - cross_validation["all"]["accuracy"]),
        overall=_scores_table({name: part for name, part in overall.items() if part}),
        by_role=_table(
            ("role", "precision", "recall", "F1", "postings"),
            (
                (
                    name,
                    *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")),
                    row["support"],
                )
                for name, row in dev["all"]["roles"].items()
            ),
        ),
        by_slice=_scores_table(slices),
        mistakes=_mistakes(dev),
        lines=_lines_table(figures["lines"]),
        ece=dev["calibration"]["expected_calibration_error"],
        ece_cv=cross_validation["calibration"]["expected_calibration_error"],
        precision=precision,
        about=(about or _ABOUT).strip(),
        thresholds=", ".join(
            f"{name} {value:.2f}" for name, value in figures["thresholds"].items()
        ),
        coverage=_table(
            ("most confident share of dev", "accuracy"),
            (
                (f"{float(share):.0%}", f"{accuracy:.3f}")
                for share, accuracy in dev["calibration"]["accuracy_at_coverage"].items()
            ),
        ),
    )


def _mistakes(figures: Mapping[str, Any]) -> str:
    rows = {
        "clear mistakes" if kind == "all" else f"clear mistakes among the {kind}": share
        for kind, share in figures["clear_mistakes"].items()
    }
    for kind, row in figures.get("answered_unclear", {}).items():
        rows[f"answered unclear, of {row['n']:,} {kind}"] = row["share"]
    return _table(("dev", "share"), ((name, f"{share:.3f}") for name, share in rows.items()))


def _lines_table(figures: Mapping[str, Any]) -> str:
    if not figures["cross_validation"]:
        return "No line of this corpus is labelled: lines are read as by the model of the package."
    names = {"dev": "dev", "cross_validation": "cross-validation"}
    rows = [
        (
            f"{name}, {of['postings']:,} postings",
            of["n"],
            *(
                f"{of[head]['accuracy']:.3f} / {of[head]['macro_f1']:.3f}"
                for head in ("part", "work")
            ),
            f"{of['areas']['line_micro_f1']:.3f} / {of['areas']['posting_micro_f1']:.3f}",
        )
        for key, name in names.items()
        if (of := figures[key])
    ]
    header = (
        "lines of",
        "n",
        "part: accuracy / macro-F1",
        "work: the same",
        "areas: F1 by duty / by posting",
    )
    return _table(header, rows)


def _scores_table(parts: Mapping[str, Any]) -> str:
    return _table(
        ("postings", "n", "accuracy", "macro-F1"),
        (
            (name, part["n"], f"{part['accuracy']:.3f}", f"{part['macro_f1']:.3f}")
            for name, part in parts.items()
        ),
    )


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(header), *(list(map(str, row)) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
