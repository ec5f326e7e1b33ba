"""Why the model answers as it does: what spoke for a role and against it, and where it stands."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.classifier import RoleClassifier
from roleclass.errors import ModelError
from roleclass.places import Span, find_places, name_columns
from roleclass.roles import AnyRole
from roleclass.text import encode


class Evidence(NamedTuple):  # a posting has hundreds, and a named tuple is quick to make
    """One thing that the model weighed.

    Attributes
    ----------
    kind : str
        The block of features: ``ngram``, ``density``, ``title``, ``balance``, ``section``, ``product``.
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
    role, against : Role or OwnRole
        The two roles that are compared.
    log_odds : float
        Logit of `role` less that of `against`: the weights of `evidence` and `prior` add up to it.
    prior : float
        What the model holds before it has read anything.
    evidence : tuple of Evidence
        The weightiest first, for and against alike.
    """

    document: str
    role: AnyRole
    against: AnyRole
    log_odds: float
    prior: float
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain strings, numbers, dicts and lists, ready for JSON."""
        return {
            "role": str(self.role),
            "against": str(self.against),
            "log_odds": self.log_odds,
            "prior": self.prior,
            "evidence": [
                {
                    "kind": item.kind,
                    "name": item.name,
                    "weight": item.weight,
                    "spans": [list(span) for span in item.spans],
                }
                for item in self.evidence
            ],
        }


def explain(
    text: str,
    title: str | None = None,
    *,
    role: AnyRole | None = None,
    against: AnyRole | None = None,
    classifier: RoleClassifier | None = None,
) -> Explanation:
    """Say what in a posting speaks for a role, and what against it.

    Parameters
    ----------
    text, title : str, str or None
        The posting, as for `RoleClassifier.predict`.
    role : Role or None
        The role to explain; None for the most likely one.
    against : Role or None
        What to compare it with; None for the most likely other role.
    classifier : RoleClassifier or None
        None for the model that ships in the package.

    Returns
    -------
    Explanation

    Raises
    ------
    TypeError
        If `text` or `title` is not a string.
    ValueError
        If the model does not know a role (`Role.UNCLEAR` is a rule's answer), or both are the same.
    ModelError
        If the model file is missing or damaged, or was written without what an explanation needs.

    Examples
    --------
    >>> why = explain("You will build LLM agents with the team and evaluate the prompts.")
    >>> str(why.role)
    'ai-first'
    >>> total = why.prior + sum(item.weight for item in why.evidence)
    >>> abs(total - why.log_odds) < 1e-4
    True
    """
    classifier = classifier or _default
    outputs = classifier.outputs(text, title)
    known = list(classifier.roles)
    chosen, compared = _pair(known, outputs["probabilities"][0], role, against)
    a, b = known.index(chosen), known.index(compared)

    # The column after the last n-gram collects what is no n-gram; its weight is 0.
    number = len(outputs["ngram_weights"]) - 1
    blocks = outputs["blocks"][0]
    if len(classifier.feature_names) != number + len(blocks):
        raise ModelError(
            f"the model names {len(classifier.feature_names)} features but weighs "
            f"{number + len(blocks)}; train it again with this version of roleclass"
        )
    ngrams, hits = np.unique(outputs["found_ngram"], return_index=True)
    if len(ngrams) and ngrams[-1] == number:
        ngrams, hits = ngrams[:-1], hits[:-1]
    tf_idf = outputs["found_weight"][hits] / outputs["length"][0]
    speaks = np.concatenate([ngrams, np.arange(number, number + len(blocks))])
    features = np.concatenate([tf_idf, blocks], dtype=np.float64)
    coefficients = np.concatenate([outputs["ngram_weights"][ngrams], outputs["block_weights"]])
    weights = features * (coefficients[:, a] - coefficients[:, b])
    order = np.argsort(-np.abs(weights), kind="stable")[: np.count_nonzero(weights)]
    speaks, weights = speaks[order], weights[order]
    prior = float(outputs["intercept"][a] - outputs["intercept"][b])

    data = encode(text, title)
    try:
        columns = name_columns(classifier.feature_names)
        spans = find_places(columns, data, outputs["found_ngram"], outputs["found_word"], speaks)
    except IndexError as error:  # a model of ours names its n-grams first and finds no others
        raise ModelError(f"the model finds n-grams that it does not name: {error}") from error
    kinds, names = columns.kinds[speaks].tolist(), columns.names[speaks].tolist()
    evidence = zip(kinds, names, weights.tolist(), spans, strict=True)
    return Explanation(
        document=data.decode("utf-8"),
        role=chosen,
        against=compared,
        log_odds=float(weights.sum() + prior),
        prior=prior,
        # As `Evidence._make` does, without a call in Python for each of the hundreds.
        evidence=tuple(map(partial(tuple.__new__, Evidence), evidence)),
    )


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


_default = RoleClassifier()
