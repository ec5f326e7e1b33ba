"""Why the model answers as it does: what spoke for a role and against it, and where it stands."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roleclass.classifier import RoleClassifier
from roleclass.errors import ModelError
from roleclass.lexicon import load_lexicon
from roleclass.roles import AnyRole
from roleclass.text import FOLD, SEPARATOR, encode

Span = tuple[int, int]
Ints = NDArray[np.integer]

_OF_ONE_CONCEPT = {"density": "in the posting", "title": "in the title"}


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
        columns = _columns(classifier.feature_names)
        spans = _places(columns, data, outputs["found_ngram"], outputs["found_word"], speaks)
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


@dataclass(frozen=True)
class _Columns:
    """What the columns of a model's features stand for.

    Attributes
    ----------
    kinds, names : arrays of str, as objects
        Of each column: its block, and what it is called for a person.
    words : int array of shape (G,)
        How many words each of the G n-grams has.
    first : int array of shape (G + 1,)
        ``column[first[g]:first[g + 1]]`` are the columns of which n-gram g is a mention: its own, and those
        of its concepts.
    column : int array
    in_title : bool array, one for each column
        Whether a mention counts in the title only.
    """

    kinds: NDArray[np.object_]
    names: NDArray[np.object_]
    words: Ints
    first: Ints
    column: Ints
    in_title: NDArray[np.bool_]


@lru_cache(maxsize=8)  # a few models at most are in use at the same time
def _columns(features: tuple[str, ...]) -> _Columns:
    pairs = [feature.partition(":")[::2] for feature in features]
    kinds, names = [kind for kind, _ in pairs], [name for _, name in pairs]
    number_of = {name: g for g, (kind, name) in enumerate(pairs) if kind == "ngram"}
    mentions = [[g] for g in number_of.values()]
    concepts = {concept.key: concept for concept in load_lexicon()}
    for column, (kind, key) in enumerate(pairs):
        if kind in _OF_ONE_CONCEPT:
            # A model that was trained with another lexicon has concepts that this one does not know.
            concept = concepts.get(key)
            names[column] = f"{concept.name if concept else key}, {_OF_ONE_CONCEPT[kind]}"
            for phrase in concept.phrases if concept else ():
                ngram = number_of.get(b" ".join(phrase).decode())
                if ngram is not None:
                    mentions[ngram].append(column)
    return _Columns(
        kinds=np.array(kinds, object),
        names=np.array(names, object),
        words=np.array([name.count(" ") + 1 for name in number_of], np.int64),
        first=np.cumsum([0, *map(len, mentions)]),
        column=np.array([column for found in mentions for column in found], np.int64),
        in_title=np.array([kind == "title" for kind in kinds]),
    )


def _places(
    columns: _Columns, data: bytes, ngrams: Ints, words: Ints, wanted: Ints
) -> list[tuple[Span, ...]]:
    """Find where the mentions of each of some columns stand in a posting.

    Parameters
    ----------
    columns : _Columns
    data : bytes
        The posting.
    ngrams, words : int arrays of shape (H,)
        The n-grams that were found, and the place of the first word of each among the posting's words.
    wanted : int array
        The columns.

    Returns
    -------
    list of tuples of (start, end)
        In characters, in the order of the text.
    """
    known = np.flatnonzero(ngrams < len(columns.words))
    ngrams, words = ngrams[known], words[known]
    # Between two separators, so that every token begins and ends at an edge.
    is_token = (
        np.frombuffer((SEPARATOR + data + SEPARATOR).translate(FOLD), np.uint8) != SEPARATOR[0]
    )
    edges = np.flatnonzero(is_token[1:] != is_token[:-1])
    # A character begins at each byte that does not continue one; the last entry is the text's end.
    begins = (np.frombuffer(data + SEPARATOR, np.uint8) & 0xC0) != 0x80
    character = np.cumsum(begins, dtype=np.int32) - 1
    title_end = character[max(data.find(b"\n"), 0)]
    start = character[edges[2 * words]]
    end = character[edges[2 * (words + columns.words[ngrams]) - 1]]
    spans = list(zip(start.tolist(), end.tolist(), strict=True))

    # One row for each mention: an n-gram that was found, and one of the columns that it counts in.
    number = columns.first[ngrams + 1] - columns.first[ngrams]
    hit = np.repeat(np.arange(len(ngrams)), number)
    nth = np.arange(len(hit)) - np.repeat(np.cumsum(number) - number, number)
    column = columns.column[columns.first[ngrams[hit]] + nth]
    counts = np.flatnonzero(~columns.in_title[column] | (end[hit] <= title_end))
    column, hit = column[counts], hit[counts]
    # By column and place; of those that begin at one place, the graph finds the shorter first.
    order = np.sort((column * (len(data) + 1) + start[hit]) * len(words) + hit) % max(len(words), 1)
    in_order = list(map(spans.__getitem__, order.tolist()))
    last = np.cumsum(np.bincount(column, minlength=len(columns.names)))
    first = np.concatenate([[0], last[:-1]])
    found: list[tuple[Span, ...]] = [()] * len(wanted)
    somewhere = np.flatnonzero(first[wanted] < last[wanted])  # most features are of no place
    at = wanted[somewhere]
    for k, i, j in zip(somewhere.tolist(), first[at].tolist(), last[at].tolist(), strict=True):
        found[k] = tuple(in_order[i:j])
    return found


_default = RoleClassifier()
