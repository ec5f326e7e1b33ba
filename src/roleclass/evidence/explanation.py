"""Explain an answer of the model: the evidence for and against a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.engine.answers import LINE_OUTPUTS, all_outputs, lines_of
from roleclass.engine.model_file import Model
from roleclass.errors import ModelError
from roleclass.evidence.feature_spans import Features, Span, find_mentions, name_features
from roleclass.reading import PARTS, WORKS, Line
from roleclass.roles import AnyRole
from roleclass.text import encode


class Evidence(NamedTuple):  # a posting has hundreds, and a named tuple is quick to make
    """One piece of evidence.

    Attributes
    ----------
    kind : str
        The block of features: ``ngram``, ``density``, ``title``, ``balance``, ``line`` or
        ``product``.
    name : str
        Its display name.
    weight : float
        What it adds to the log-odds of the role; negative if it speaks against the role.
    spans : tuple of (start, end)
        Where it occurs, as character offsets into `Explanation.document`; empty for evidence from the
        posting as a whole.
    """

    kind: str
    name: str
    weight: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The comparison of one role with another.

    Attributes
    ----------
    document : str
        The text that the model read: the title, if any, as a line before the posting.
    role, against : Role or CustomRole
        The two roles that are compared.
    log_odds : float
        Logit of `role` minus that of `against`: the sum of `prior` and the weights of `evidence`.
    prior : float
        The log-odds without any evidence.
    evidence : tuple of Evidence
        Largest absolute weights first.
    lines : tuple of (Line, float)
        Each line of the posting with its weight: that of its words, and its share of the weights of
        concepts and kinds of lines. The rest of the log-odds comes from the posting as a whole.
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
    """Show the evidence in a posting for and against a role; see `RoleClassifier.explain`.

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
    # The row after the last n-gram is for unknown ones; its weight is 0.
    number = len(of_ngram) - 1
    if len(model.features) != number + len(blocks):
        raise ModelError(
            f"the model names {len(model.features)} features but has weights for "
            f"{number + len(blocks)}; train it again with this version of roleclass"
        )
    # Unknown n-grams have no weight; in a posting without words they would be in no line.
    known_ones = np.flatnonzero(outputs["found_ngram"] < number)
    found, line, word = (outputs[f"found_{name}"][known_ones] for name in ("ngram", "line", "word"))
    counts = outputs["line_weight"][line].astype(np.float64)
    each = counts * of_ngram[found] / outputs["divisor"][0]
    ngrams = np.bincount(found, each, minlength=number + 1)[:number]
    weights = np.concatenate([ngrams, blocks], dtype=np.float64)

    features = name_features(model.features)
    try:
        mentions = find_mentions(features, data, found, word)
    except IndexError as error:  # our models name their n-grams first and find no others
        raise ModelError(f"the model finds n-grams that it does not name: {error}") from error
    order = np.argsort(-np.abs(weights), kind="stable")[: np.count_nonzero(weights)]
    evidence = (
        Evidence(
            features.kinds[column],
            features.names[column],
            weight,
            tuple(mentions[column][0]) if column in mentions else (),
        )
        for column, weight in zip(order.tolist(), weights[order].tolist(), strict=True)
    )
    [lines] = lines_of([data], *(outputs[name] for name in LINE_OUTPUTS))
    of_lines = np.bincount(line, each, minlength=len(lines)).astype(np.float64)
    of_lines += _distribute(features, mentions, weights, line, outputs)
    prior = float(outputs["intercept"][a] - outputs["intercept"][b])
    return Explanation(
        document=data.decode("utf-8"),
        role=chosen,
        against=compared,
        log_odds=float(weights.sum() + prior),
        prior=prior,
        evidence=tuple(evidence),
        lines=tuple(zip(lines, of_lines.tolist(), strict=True)),
    )


def _distribute(
    features: Features,
    mentions: Mapping[int, tuple[list[Span], list[int]]],
    weights: NDArray[np.float64],
    line: NDArray[np.int32],
    outputs: Mapping[str, NDArray[Any]],
) -> NDArray[np.float64]:
    """Distribute the weights of concepts and of kinds of lines over the lines.

    For a concept by its mentions, weighted as in the model; for a kind of line by the probability that a
    line is of it. Weights of the posting as a whole (its length, the balance of mentions) are left out.
    """
    part, work = (outputs[f"line_{name}"].astype(np.float64) for name in ("part", "work"))
    total = np.zeros(len(part))
    shares: dict[int, NDArray[Any]] = {}
    for column, (_, hits) in mentions.items():
        if features.kinds[column] in ("density", "title"):
            lines = line[hits]
            shares[column] = np.bincount(lines, outputs["line_weight"][lines], len(part))
    for column in range(len(features.mentioned), len(features.kinds)):
        if features.kinds[column] == "line":
            shares[column] = _holds(features.keys[column], part, work)
    for column, share in shares.items():
        if (whole := share.sum()) > 0:
            total += weights[column] * share / whole
    return total


def _holds(key: str, part: NDArray[np.float64], work: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that each line is of the kind of a column, such as ``lines: duty, genai``."""
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
    """Choose the two roles to compare, by default the most likely ones."""
    p = dict(zip(known, probabilities.tolist(), strict=True))
    likeliest = sorted(known, key=lambda role: -p[role])
    chosen = next(one for one in likeliest if one != against) if role is None else role
    compared = next(one for one in likeliest if one != chosen) if against is None else against
    for one in (chosen, compared):
        if one not in known:
            raise ValueError(f"the model knows {', '.join(known)}; it has no weights for {one}")
    if chosen == compared:
        raise ValueError(f"role and against are both {chosen}; name two different roles")
    return chosen, compared
