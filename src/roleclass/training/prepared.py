"""Prepare the training of roles: fit line models, and measure the training postings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from roleclass.engine.model_file import default_model
from roleclass.lexicon import load_lexicon
from roleclass.roles import Role
from roleclass.training.copies import bare, copies
from roleclass.training.corpus import Corpus, LabelledPosting, Warn
from roleclass.training.cross_validation import Progress
from roleclass.training.evaluation import Report
from roleclass.training.everyday import everyday_postings
from roleclass.training.features import frequent_words
from roleclass.training.lines.folds import CrossFit, cross_fit
from roleclass.training.lines.labels import carry
from roleclass.training.lines.model import LineModel
from roleclass.training.lines.stored import stored_line_model
from roleclass.training.measures import Measures
from roleclass.training.model import TrainingSet
from roleclass.training.unclear import UnclearRule

REFUSED: Final = 0.004
"""The share of judged training postings that the rule for `unclear` may refuse because of their lines."""

MIN_POSTINGS: Final = 8
"""A word that fewer training postings contain is not in the vocabulary."""

_COPIES_SEED: Final = 1


@dataclass(frozen=True)
class Prepared:
    """The training split, read line by line by models that have not seen the postings.

    Attributes
    ----------
    corpus : Corpus
        All N postings, including those labelled `unclear`.
    lines : CrossFit
    fold : int64 array of shape (N,)
    asked, words : float64 arrays of shape (N,)
        See `Measures`.
    training : TrainingSet
        The postings for training roles, followed by the written ones (`everyday_postings`).
    """

    corpus: Corpus
    lines: CrossFit
    fold: NDArray[np.int64]
    asked: NDArray[np.float64]
    words: NDArray[np.float64]
    training: TrainingSet

    @property
    def _unclear(self) -> NDArray[np.bool_]:
        return np.asarray(self.corpus.column("role") == Role.UNCLEAR)

    def unclear_rule(self) -> UnclearRule:
        """Return the rule with the highest `min_asked` that refuses few judged postings."""
        asks_little = self.asked < UnclearRule().asked_share * self.words
        refusable = np.where(asks_little, self.asked, np.inf)[~self._unclear]
        most = np.sort(refusable)[int(REFUSED * len(refusable))]
        return UnclearRule(min_asked=round(float(np.clip(most, 1.0, 20.0)), 2))

    def refusals(self, rule: UnclearRule) -> Report:
        """Return the share of postings that are unclear because of their lines."""
        refused = self.asked < np.minimum(rule.min_asked, rule.asked_share * self.words)
        unclear = self._unclear
        return {
            "min_asked": rule.min_asked,
            "judged_refused": round(float(refused[~unclear].mean()), 6),
            "unclear_refused": round(float(refused[unclear].mean()), 6) if unclear.any() else None,
        }


def prepare(corpus: Corpus, folds: int, *, warn: Warn, progress: Progress) -> Prepared:
    """Fit line models on the training split, and measure its postings.

    Parameters
    ----------
    corpus : Corpus
    folds : int
        The number of folds, each read by a line model that has not seen it.
    warn, progress : callables
        As for `roleclass.training.run.train`.

    Returns
    -------
    Prepared
    """
    own = corpus = corpus.where(lambda posting: posting.split == "train")
    # Their labels are the package's roles and lines.
    if Role.OTHER in corpus.column("role") and any(posting.lines for posting in corpus):
        corpus = Corpus((*corpus.postings, *everyday_postings()))
    encoded, copied = corpus.encode(), copies(corpus, _COPIES_SEED)
    lines, fold = _fit_lines(corpus, encoded, copied, folds, warn, progress)
    ngrams, concepts = lines.model.ngrams, lines.model.concepts
    variants = (
        encoded,
        corpus.encode(with_title=False),
        [posting.encode() for posting in copied],
    )
    measures = []
    for done, rows in enumerate(variants, start=1):
        measures.append(Measures.of(lines.predict(rows, fold), len(rows), ngrams, concepts))
        progress("counting", done, len(variants))
    teaches = np.flatnonzero(
        [posting.agreed and posting.role != Role.UNCLEAR for posting in corpus]
    )
    titled, untitled, changed = measures
    training = TrainingSet(corpus, titled, untitled, changed, lines.model).at(teaches)
    number = len(own)
    asked, words = titled.asked[:number], titled.words[:number, 0]
    return Prepared(own, lines, fold[:number], asked, words, training)


def _fit_lines(
    corpus: Corpus,
    rows: Sequence[bytes],
    copied: Sequence[LabelledPosting],
    folds: int,
    warn: Warn,
    progress: Progress,
) -> tuple[CrossFit, NDArray[np.int64]]:
    """Fit line models; return them and the fold of each posting."""
    labelled = [i for i, posting in enumerate(corpus) if posting.lines]
    groups = corpus.column("group")
    number = min(folds, len(set(groups[labelled].tolist())))
    words = frequent_words(rows, MIN_POSTINGS)
    if number < 2:
        warn("too few postings have labelled lines: lines are read by the shipped line model")
        model = stored_line_model(default_model(), words)
        return CrossFit(model, [model]), np.zeros(len(corpus), np.int64)
    fold = _folds(groups, labelled, number)
    concepts = load_lexicon()
    phrases = (phrase for concept in concepts for phrase in concept.phrases)
    # In a fixed order, so that the same corpus gives the same model file.
    ngrams = tuple(sorted({*words, *phrases}))
    model = LineModel(ngrams, concepts)

    of_group = dict(zip(groups.tolist(), fold.tolist(), strict=True))
    known = corpus.at(labelled)
    postings = [*known, *(copied[i] for i in labelled), *bare(known, _COPIES_SEED)]
    encoded = [posting.encode() for posting in postings]
    found = model.read(encoded)
    labels = carry(postings, encoded, found.lines)
    folds_of = np.array([of_group[posting.group] for posting in postings])
    steps = 2 * number + 1
    fits = cross_fit(model, found, labels, folds_of, len(known))
    for done, fitted in enumerate(fits, start=1):
        progress("lines", min(done, steps), steps)
        if fitted is not None:
            return fitted, fold
    raise AssertionError("cross_fit ends with its result")  # pragma: no cover


def _folds(groups: NDArray[Any], labelled: Sequence[int], number: int) -> NDArray[np.int64]:
    """Assign each posting to a fold: one fold per group, labelled postings spread evenly."""
    names, group = np.unique(groups, return_inverse=True)
    of_group = np.random.default_rng(0).integers(number, size=len(names))
    at = group.ravel()[list(labelled)]
    splitter = GroupKFold(number, shuffle=True, random_state=0)
    for k, (_, held_out) in enumerate(splitter.split(at, groups=at)):
        of_group[at[held_out]] = k
    return np.asarray(of_group[group.ravel()])
