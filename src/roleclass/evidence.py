"""Why the model answers as it does: what spoke for a role and against it, and where it stands."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from roleclass.classifier import RoleClassifier
from roleclass.lexicon import load_lexicon
from roleclass.roles import Role
from roleclass.text import FOLD, encode

Span = tuple[int, int]

_TOKEN = re.compile(rb"[^ \t\n\r\v\f]+")
_OF_ONE_CONCEPT = {"density": "in the posting", "title": "in the title"}


@dataclass(frozen=True, slots=True)
class Evidence:
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
    role, against : Role
        The two roles that are compared.
    log_odds : float
        Logit of `role` less that of `against`: the weights of `evidence` and `prior` add up to it.
    prior : float
        What the model holds before it has read anything.
    evidence : tuple of Evidence
        The weightiest first, for and against alike.
    """

    document: str
    role: Role
    against: Role
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
    role: Role | None = None,
    against: Role | None = None,
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
    ngrams = np.zeros(len(outputs["ngram_weights"]))
    ngrams[outputs["found_ngram"]] = outputs["found_weight"]
    scaled = ngrams[:-1] / outputs["length"][0]
    features = np.concatenate([scaled, outputs["blocks"][0]])
    coefficients = np.concatenate([outputs["ngram_weights"][:-1], outputs["block_weights"]])
    weights = features * (coefficients[:, a].astype(np.float64) - coefficients[:, b])
    prior = float(outputs["intercept"][a] - outputs["intercept"][b])

    data = encode(text, title)
    names = classifier.feature_names
    places = _Places(data, outputs["found_ngram"], outputs["found_word"], names[: len(scaled)])
    evidence = []
    for column in np.argsort(-np.abs(weights), kind="stable").tolist():
        if weights[column] == 0:
            break
        kind, _, name = names[column].partition(":")
        shown, spans = places.describe(kind, name)
        evidence.append(Evidence(kind, shown, float(weights[column]), spans))
    return Explanation(
        document=data.decode("utf-8"),
        role=chosen,
        against=compared,
        log_odds=float(weights.sum() + prior),
        prior=prior,
        evidence=tuple(evidence),
    )


def _pair(
    known: list[Role], probabilities: NDArray[np.float32], role: Role | None, against: Role | None
) -> tuple[Role, Role]:
    """Choose the two roles to compare, the likeliest where the caller names none."""
    likeliest = [known[k] for k in np.argsort(-probabilities, kind="stable")]
    chosen = next(one for one in likeliest if one != against) if role is None else role
    compared = next(one for one in likeliest if one != chosen) if against is None else against
    for one in (chosen, compared):
        if one not in known:
            raise ValueError(f"the model weighs {', '.join(known)}; it has no weights for {one}")
    if chosen == compared:
        raise ValueError(f"role and against are both {chosen}; name two different roles")
    return chosen, compared


class _Places:
    """Where n-grams and concepts stand in one posting."""

    def __init__(
        self,
        data: bytes,
        ngrams: NDArray[np.int32],
        words: NDArray[np.int32],
        names: Sequence[str],
    ) -> None:
        tokens = [match.span() for match in _TOKEN.finditer(data.translate(FOLD))]
        # The character to which each byte belongs, and the end.
        starts = (np.frombuffer(data + b" ", np.uint8) & 0xC0) != 0x80
        character = (np.cumsum(starts) - 1).tolist()
        self._by_phrase: dict[str, list[Span]] = defaultdict(list)
        for word, ngram in sorted(zip(words.tolist(), ngrams.tolist(), strict=True)):
            if ngram == len(names):  # words that are no n-gram, alone or on the way to one
                continue
            phrase = names[ngram].partition(":")[2]
            last = word + phrase.count(" ")
            self._by_phrase[phrase].append((character[tokens[word][0]], character[tokens[last][1]]))
        newline = data.find(b"\n")
        self._title_end = character[newline] if newline >= 0 else 0

    def describe(self, kind: str, name: str) -> tuple[str, tuple[Span, ...]]:
        """Return a name for a person and the spans of one feature."""
        if kind == "ngram":
            return name, tuple(self._by_phrase[name])
        if kind not in _OF_ONE_CONCEPT:
            return name, ()
        # By its key where the model was trained with another lexicon.
        shown, phrases = _concepts().get(name, (name, ()))
        spans = {
            span
            for phrase in phrases
            for span in self._by_phrase.get(phrase, ())
            if kind == "density" or span[1] <= self._title_end
        }
        return f"{shown}, {_OF_ONE_CONCEPT[kind]}", tuple(sorted(spans))


@cache
def _concepts() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the name and the phrases of each concept, by its key."""
    return {
        concept.key: (
            concept.name,
            tuple(b" ".join(phrase).decode() for phrase in concept.phrases),
        )
        for concept in load_lexicon()
    }


_default = RoleClassifier()
