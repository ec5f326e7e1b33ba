"""Why the model answers as it does: what spoke for a role and against it, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.answers import all_outputs
from roleclass.engine.line_outputs import LINE_OUTPUTS, lines_of
from roleclass.engine.model_file import Model
from roleclass.errors import ModelError
from roleclass.evidence.feature_spans import (
    FeatureNames,
    FeatureSpans,
    Span,
    find_feature_spans,
    name_features,
)
from roleclass.reading import PARTS, WORKS, Line
from roleclass.roles import AnyRole
from roleclass.text import encode


class Evidence(NamedTuple):  # a posting has hundreds, and a named tuple is quick to make
    """One thing that the model weighed.

    Attributes
    ----------
    kind : str
        The block of features: ``ngram``, ``density``, ``title``, ``balance``, ``line`` or
        ``product``.
    name : str
        What it is, for a person.
    weight : float
        What it adds to the log-odds of the role; negative where it speaks against.
    spans : tuple of (start, end)
        Where it stands, as character offsets into `Explanation.document`; none for what is said of the
        posting as a whole.
    """

    kind: str
    name: str
    weight: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one role rather than another.

    Attributes
    ----------
    document : str
        What the model read: the title, where there is one, as a line before the text.
    role, against : Role or CustomRole
        The two roles that are compared.
    log_odds : float
        Logit of `role` less that of `against`: the weights of `evidence` and `prior` add up to it.
    prior : float
        What the model holds before it has read anything.
    evidence : tuple of Evidence
        The weightiest first, for and against alike.
    lines : tuple of (Line, float)
        Each line of the posting with what it weighs: its words, and its share of what is said of
        concepts and kinds of lines. What the rest of the log-odds is, the posting says as a whole.
    """

    document: str
    role: AnyRole
    against: AnyRole
    log_odds: float
    prior: float
    evidence: tuple[Evidence, ...]
    lines: tuple[tuple[Line, float], ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain strings, numbers, dicts and lists, ready for JSON."""
        return {
            "role": str(self.role),
            "against": str(self.against),
            "log_odds": self.log_odds,
            "prior": self.prior,
            "evidence": [
                {**item._asdict(), "spans": [list(span) for span in item.spans]}
                for item in self.evidence
            ],
            "lines": [{**line.to_dict(), "weight": weight} for line, weight in self.lines],
        }


def explain(
    model: Model,
    text: str,
    title: str | None = None,
    *,
    role: AnyRole | None = None,
    against: AnyRole | None = None,
) -> Explanation:
    """Say what in a posting speaks for a role, and what against it; see `RoleClassifier.explain`.

    Examples
    --------
    >>> from roleclass.engine.model_file import default_model, load_model
    >>> explain(load_model(default_model()), "You will build LLM agents.").document
    'You will build LLM agents.'
    """
    data = encode(text, title)
    outputs = all_outputs(model, data)
    known = list(model.roles)
    chosen, compared = _pair(known, outputs["probabilities"][0], role, against)
    a, b = known.index(chosen), known.index(compared)
    of_ngram, of_block = (
        outputs[name][:, a] - outputs[name][:, b] for name in ("ngram_weights", "block_weights")
    )
    blocks = outputs["blocks"][0] * of_block
    # The row after the last n-gram stands for what is no n-gram; it weighs nothing.
    number = len(of_ngram) - 1
    if len(model.features) != number + len(blocks):
        raise ModelError(
            f"the model names {len(model.features)} features but weighs "
            f"{number + len(blocks)}; train it again with this version of roleclass"
        )
    # What is no n-gram weighs nothing; in a posting without a word it would be in no line.
    known_ones = np.flatnonzero(outputs["found_ngram"] < number)
    found, line, word = (outputs[f"found_{name}"][known_ones] for name in ("ngram", "line", "word"))
    counts = outputs["line_weight"][line].astype(np.float64)
    each = counts * of_ngram[found] / outputs["divisor"][0]
    ngrams = np.bincount(found, each, minlength=number + 1)[:number]
    weights = np.concatenate([ngrams, blocks], dtype=np.float64)

    columns = name_features(model.features)
    try:
        mentions = find_feature_spans(columns, data, found, word)
    except IndexError as error:  # a model of ours names its n-grams first and finds no others
        raise ModelError(f"the model finds n-grams that it does not name: {error}") from error
    order = np.argsort(-np.abs(weights), kind="stable")[: np.count_nonzero(weights)]
    evidence = zip(
        columns.kinds[order].tolist(),
        columns.names[order].tolist(),
        weights[order].tolist(),
        mentions.of(order),
        strict=True,
    )
    [lines] = lines_of([data], *(outputs[name] for name in LINE_OUTPUTS))
    of_lines = np.bincount(line, each, minlength=len(lines)).astype(np.float64)
    of_lines += _shared_out(columns, mentions, weights, line, outputs)
    prior = float(outputs["intercept"][a] - outputs["intercept"][b])
    return Explanation(
        document=data.decode("utf-8"),
        role=chosen,
        against=compared,
        log_odds=float(weights.sum() + prior),
        prior=prior,
        # As `Evidence._make` does, without a call in Python for each of the hundreds.
        evidence=tuple(map(partial(tuple.__new__, Evidence), evidence)),
        lines=tuple(zip(lines, of_lines.tolist(), strict=True)),
    )


def _shared_out(
    columns: FeatureNames,
    mentions: FeatureSpans,
    weights: NDArray[np.float64],
    line: NDArray[np.int32],
    outputs: Mapping[str, NDArray[Any]],
) -> NDArray[np.float64]:
    """Share out, over the lines, the weights of concepts and of kinds of lines.

    A concept's by its mentions, weighted as the model does; the others' by the probability that a line is
    of the kind. What speaks of the posting as a whole (its length, how mentions are balanced) stays there.
    """
    part, work = (outputs[f"line_{name}"].astype(np.float64) for name in ("part", "work"))
    total = np.zeros(len(part))
    is_concept = np.isin(columns.kinds[mentions.column], ("density", "title"))
    column, line = mentions.column[is_concept], line[mentions.found[is_concept]]
    share = outputs["line_weight"][line].astype(np.float64)
    share = share / np.maximum(np.bincount(column, share)[column], 1e-12) if len(column) else share
    total += np.bincount(line, share * weights[column], minlength=len(total))
    if not len(total):
        return total
    for j in np.flatnonzero(columns.kinds == "line").tolist():
        holds = _holds(columns.keys[j], part, work)
        if (whole := holds.sum()) > 0:
            total += weights[j] * holds / whole
    return total


def _holds(key: str, part: NDArray[np.float64], work: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each line is of the kind that a column speaks of, such as ``lines: duty, genai``."""
    _, _, kind = key.partition(": ")
    first, _, second = kind.partition(", ")
    of_part = (
        part[:, PARTS.index(first)]
        if first in PARTS
        else part[:, [PARTS.index("duty"), PARTS.index("requirement")]].sum(axis=1)
    )
    return of_part * work[:, WORKS.index(second)] if second else of_part


def _pair(
    known: list[AnyRole],
    probabilities: NDArray[np.float32],
    role: AnyRole | None,
    against: AnyRole | None,
) -> tuple[AnyRole, AnyRole]:
    """Choose the two roles to compare, the likeliest where the caller names none."""
    p = dict(zip(known, probabilities.tolist(), strict=True))
    likeliest = sorted(known, key=lambda role: -p[role])
    chosen = next(one for one in likeliest if one != against) if role is None else role
    compared = next(one for one in likeliest if one != chosen) if against is None else against
    for one in (chosen, compared):
        if one not in known:
            raise ValueError(f"the model weighs {', '.join(known)}; it has no weights for {one}")
    if chosen == compared:
        raise ValueError(f"role and against are both {chosen}; name two different roles")
    return chosen, compared
