"""What each part of the model is worth: leave one out, by the cross-validation that training uses.

    python -m benchmarks.ablation --corpus CORPUS

Everything happens inside the split ``train``: no board and no company is on both sides of a fold. It
takes up where it was interrupted, and needs some ten minutes on one core.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.special import softmax

from benchmarks.tables import environment, markdown_table, output_option, write
from roleclass.cli.options import corpus_option
from roleclass.cli.terminal import warn
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.evaluation import report
from roleclass.training.features import BLOCKS, Scales
from roleclass.training.model import Settings
from roleclass.training.selection import select

METRICS = Path(__file__).parents[1] / "models" / "metrics.json"


def shipped_settings(metrics: Path = METRICS) -> Settings:
    """Return the settings that training chose for the model that ships."""
    chosen = json.loads(metrics.read_text("utf-8"))["settings"]
    return Settings(
        **{
            **chosen,
            "scales": Scales(**chosen["scales"]),
            "runner_up_share": tuple(chosen["runner_up_share"]),
        }
    )


def variants(base: Settings) -> dict[str, Settings]:
    """Return the model as it ships, and the same without one part at a time."""
    without_blocks = {
        f"without {block}": replace(base, scales=base.scales._replace(**{block: 0.0}))
        for block in BLOCKS
    }
    nothing = Scales(*(0.0 for _ in BLOCKS))
    return {
        "as shipped": base,
        **without_blocks,
        "no words but the lexicon's": replace(base, max_ngrams=0),
        "tf-idf alone": replace(base, scales=nothing),
        "hard labels, no runner-up": replace(base, runner_up_share=(0.0, 0.0, 0.0)),
        "no copies without title": replace(base, untitled_share=0.0),
    }


def ablate(
    training: Corpus, tried: Mapping[str, Settings], checkpoints: Path, seeds: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the out-of-fold figures of each variant, in the order given."""
    roles = tuple(sorted({posting.role for posting in training}))
    rows = []
    for name, settings in tried.items():
        # One at a time, so that each line is there as soon as it is known.
        (trial,) = select(
            training,
            [settings],
            roles,
            number_of_folds=5,
            seeds=seeds,
            progress=lambda *_: None,
            checkpoints=checkpoints,
        )
        probabilities = softmax(np.concatenate(list(trial.logits)), axis=1)
        predicted = np.array([str(role) for role in roles])[probabilities.argmax(axis=1)]
        everything = Corpus(training.postings * len(trial.logits))
        figures = report(everything, roles, probabilities, predicted)
        rows.append(
            {
                "variant": name,
                "accuracy": figures["all"]["accuracy"],
                "macro_f1": figures["all"]["macro_f1"],
                "f1": {role: row["f1"] for role, row in figures["all"]["roles"].items()},
                "parts": {part: row["accuracy"] for part, row in figures["by_part"].items()},
                "log_loss": round(trial.log_loss, 6),
            }
        )
        click.echo(f"{name}: accuracy {rows[-1]['accuracy']:.3f}", err=True)
    return rows


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures as Markdown: those of the first row, and how the others differ from it."""
    first = rows[0]
    parts, roles = list(first["parts"]), list(first["f1"])

    def figures(row: Mapping[str, Any]) -> list[float]:
        return [
            row["accuracy"],
            row["macro_f1"],
            *(row["f1"][role] for role in roles),
            *(row["parts"][part] for part in parts),
        ]

    def line(row: Mapping[str, Any]) -> list[str]:
        if row is first:
            shown = [f"{100 * value:.1f}" for value in figures(row)]
        else:
            pairs = zip(figures(row), figures(first), strict=True)
            shown = [f"{100 * (value - whole):+.1f}" for value, whole in pairs]
        return [str(row["variant"]), *shown, f"{row['log_loss']:.3f}"]

    header = ["", "accuracy", "macro-F1", *(f"{role} F1" for role in roles), *parts, "log loss"]
    return markdown_table(header, map(line, rows))


@click.command()
@corpus_option
@output_option
@click.option(
    "--checkpoints",
    default=Path("runs/ablation"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where finished folds are kept; they hold no text.",
)
@click.option(
    "--seed",
    "seeds",
    multiple=True,
    default=[0],
    show_default=True,
    help="A way to form the folds.",
)
def main(folder: Path, output: Path, checkpoints: Path, seeds: tuple[int, ...]) -> None:
    """Measure what the model loses without each of its parts."""
    training = load_corpus(folder, warn=warn).split("train")
    rows = ablate(training, variants(shipped_settings()), checkpoints, seeds)
    command = "python -m benchmarks.ablation --corpus CORPUS" + "".join(
        f" --seed {seed}" for seed in seeds
    )
    about = environment(command)
    write(
        output / "ablation.json",
        json.dumps(
            {"corpus": training.fingerprint(), "about": about, "seeds": list(seeds), "rows": rows},
            indent=2,
        )
        + "\n",
    )
    write(
        output / "ablation.md",
        f"{table(rows)}\n\nPoints; {len(training):,} postings of `train`, each judged by a model that saw "
        f"neither its board nor its company. Lines but the first: the difference from it.\n\n"
        f"`{command}` ({', '.join(f'{name} {value}' for name, value in about['versions'].items())}; "
        f"{about['machine']}).\n",
    )


if __name__ == "__main__":
    main()
