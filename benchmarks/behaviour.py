"""Test whether a model behaves like a careful reader, in the manner of CheckList (Ribeiro et al., 2020).

    python -m benchmarks.behaviour --corpus CORPUS

- Invariance: where a change to a posting of ``dev`` leaves the job as it is, the role stays (`changes.py`).
- Direction: one more duty of a kind never makes that kind less probable.
- Minimum functionality: texts written for it (``benchmarks/cases``) get the role that any reader would give.
  Those of ``held_out.jsonl`` are only counted, so that nobody works on single ones.

No posting and no inserted line was seen in training. Figures go to
``benchmarks/results``, and from there into the docs; none holds any text of a posting.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.changes import (
    PLACES,
    WRITTEN,
    changes,
    insert,
    labelled_lines,
    with_another_item,
)
from benchmarks.results import about, output_option, save
from roleclass.classifier import RoleClassifier
from roleclass.cli.options import corpus_option, model_option
from roleclass.prediction import Prediction
from roleclass.roles import Role
from roleclass.training.corpus import Corpus, LabelledPosting, load_corpus

CASES: Final = Path(__file__).with_name("cases")

NOTICED: Final = 0.01
"""A smaller decrease of a probability does not count: it is only renormalisation."""

DIRECTIONS: Final = (
    ("genai-duties", Role.AI_FIRST, ()),
    ("ml-duties", Role.ML_FIRST, (Role.AI_FIRST,)),
)
"""Which duties are added, what they must not make less probable, and which roles are left out."""


def measure(
    classifier: RoleClassifier, dev: Corpus, lines: Sequence[Mapping[str, Any]], cases: Path = CASES
) -> dict[str, Any]:
    """Return all figures; `dev` and its labelled `lines` are what the model has not learnt from."""
    plain = _answers(classifier, dev)
    invariance = {}
    for change in changes(dev, lines):
        answers = _answers(classifier, map(change.of, dev))
        scores = _scores(dev, plain, answers, forgives=change.forgives)
        invariance[change.name] = {"group": change.group, **scores}
    return {
        "as_they_are": _scores(dev, plain, plain),
        "invariance": invariance,
        "groups": _means(invariance.values()),
        "professions": professions(classifier),
        "direction": {
            f"{kind} and {role}": direction(classifier, lines, kind, role, without)
            for kind, role, without in DIRECTIONS
        }
        if lines
        else {},
        "minimum_functionality": {
            file.stem: minimum_functionality(classifier, file)
            for file in sorted(cases.glob("*.jsonl"))
        },
    }


def _answers(classifier: RoleClassifier, postings: Iterable[LabelledPosting]) -> list[Prediction]:
    postings = list(postings)
    return list(classifier.predict_many([p.text for p in postings], [p.title for p in postings]))


def _scores(
    dev: Corpus,
    plain: Sequence[Prediction],
    answers: Sequence[Prediction],
    *,
    forgives: bool = False,
) -> dict[str, Any]:
    """Compare the answers to changed postings with the labels and with the answers before.

    With `forgives`, also as if AI-Support were right for an Other.
    """
    truth = dev.column("role")
    before, after = (np.array([str(answer.role) for answer in row]) for row in (plain, answers))
    others = truth != Role.AI_FIRST
    added = _share(after[others] == Role.AI_FIRST) - _share(before[others] == Role.AI_FIRST)
    figures = {
        "accuracy": _share(after == truth),
        "lost": round(_share(before == truth) - _share(after == truth), 6),
        "same": _share(after == before),
        "false_ai_first": _share(after[others] == Role.AI_FIRST),
        "false_ai_first_added": round(added, 6),
    }
    if forgives:
        # The codebook allows AI-Support for staff of an AI company; the same answer as before is no change.
        was_other = (truth == Role.OTHER) & (before == Role.OTHER)
        right = (after == truth) | (was_other & (after == Role.AI_SUPPORT))
        figures["lost_forgiven"] = round(_share(before == truth) - _share(right), 6)
    return figures


def _means(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the mean of each figure over the changes of one group."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    return {
        group: {
            name: round(float(np.mean([row[name] for row in of])), 6)
            for name in of[0]
            if name != "group"
        }
        for group, of in groups.items()
    }


def professions(classifier: RoleClassifier) -> dict[str, Any]:
    """Return how often gardeners and nurses stay `other` whatever their company says of itself."""
    written = [
        LabelledPosting(row["title"], "", "", row["title"], row["text"].strip(), Role.OTHER)
        for row in WRITTEN["professions"]
    ]
    praised = [
        replace(posting, text=insert(posting.text, line, place))
        for place in PLACES
        for posting in written
        for line in WRITTEN["company"]
    ]
    other = _share(answer.role == Role.OTHER for answer in _answers(classifier, praised))
    return {"postings": len(written), "company_lines": len(WRITTEN["company"]), "other": other}


def direction(
    classifier: RoleClassifier,
    lines: Sequence[Mapping[str, Any]],
    kind: str,
    role: Role,
    without: Sequence[Role],
) -> dict[str, Any]:
    """Add one duty of a kind behind the last duty, and return how often the role gets less probable.

    Postings with a label in `without` are left out.
    """
    last = {
        line["posting"]: line
        for line in lines
        if line["part"] == "duty" and line["posting"].role not in without
    }
    added = [
        replace(posting, text=with_another_item(posting.text, line["start"], line["end"], duty))
        for posting, line in last.items()
        for duty in WRITTEN[kind]
    ]
    before, after = (
        np.array([answer.probabilities[role] for answer in _answers(classifier, postings)])
        for postings in (last, added)
    )
    rise = after - np.repeat(before, len(WRITTEN[kind]))
    return {
        "postings": len(last),
        "duties": len(WRITTEN[kind]),
        "lowered": _share(rise < -NOTICED),
    }


def minimum_functionality(classifier: RoleClassifier, file: Path) -> dict[str, Any]:
    """Return for each kind of text how many there are and how many get what they must."""
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    answers = classifier.predict_many(
        [case["text"] for case in cases], [case["title"] for case in cases]
    )
    kinds: dict[str, dict[str, int]] = {}
    missed = []
    for number, (case, answer) in enumerate(zip(cases, answers, strict=True), start=1):
        row = kinds.setdefault(case["kind"], {"n": 0, "met": 0})
        row["n"] += 1
        if answer.role in case["must"]:
            row["met"] += 1
        else:
            missed.append(
                {"line": number, "kind": case["kind"], "title": case["title"], "must": case["must"],
                 "answer": str(answer.role), "confidence": round(answer.confidence, 3),
                 "reliable": answer.reliable}
            )  # fmt: skip
    total = {name: sum(row[name] for row in kinds.values()) for name in ("n", "met")}
    figures = {"all": total, "kinds": dict(sorted(kinds.items()))}
    return figures if file.stem == "held_out" else figures | {"missed": missed}


def _share(values: Iterable[Any]) -> float:
    """Return the share of true values; 0 if there are none."""
    values = list(values)
    return round(float(np.mean(values)), 6) if values else 0.0


@click.command()
@corpus_option
@model_option
@output_option
def main(folder: Path, model: Path | None, output: Path) -> None:
    """Test how a model behaves."""
    classifier = RoleClassifier(model)
    if missing := set(Role) - {Role.UNCLEAR, *classifier.roles}:
        raise click.ClickException(
            f"{model} does not know {', '.join(sorted(missing))}; the texts are written for these roles"
        )
    corpus = load_corpus(folder, warn=lambda _: None)
    dev = corpus.split("dev")
    result: dict[str, Any] = {
        **about(model),
        "corpus": corpus.fingerprint(),
        "dev": len(dev),
        **measure(classifier, dev, labelled_lines(folder, dev)),
    }
    save("behaviour", result, output)
    for group, row in result["groups"].items():
        click.echo(f"{group}: accuracy {row['accuracy']:.3f}, lost {row['lost']:+.3f}")


if __name__ == "__main__":
    main()
