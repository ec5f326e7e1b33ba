"""About the least that the work can take: ``limit.c``, compiled for this machine."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from benchmarks.labellers import SkippedError
from roleclass.training.tables import BASE, Trie, WordTable
from roleclass.training.vocabulary import Ngram, Vocabulary


class _Model(ctypes.Structure):
    _fields_ = [
        ("codes", ctypes.c_void_p), ("inverse", ctypes.c_uint32), ("mask", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in ("shift", "keys", "base", "owner", "child", "ngram")),
        ("ngrams", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in ("idf", "weights", "bias")),
    ]  # fmt: skip


class CLoop:
    """The C loop with the vocabulary and the weights of a scikit-learn pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        See `benchmarks.ways.scikit_learn`.
    ngrams : sequence of Ngram
        Its vocabulary, in the order of its columns.

    Raises
    ------
    SkippedError
        If there is no C compiler.
    """

    def __init__(self, pipeline: Pipeline, ngrams: Sequence[Ngram]) -> None:
        self._score = _compiled()
        vocabulary = Vocabulary.from_ngrams(ngrams)
        table = WordTable.from_words(vocabulary.words)
        trie = Trie.from_vocabulary(vocabulary, table)
        idf, weights, bias = (
            np.ascontiguousarray(x, np.float32)
            for x in (pipeline[0].idf_, pipeline[-1].coef_.T, pipeline[-1].intercept_)
        )
        # Kept, because the structure holds bare addresses.
        self._tables = [
            table.codes, table.shift, table.keys, trie.base, trie.owner, trie.child, trie.ngram,
            idf, weights, bias,
        ]  # fmt: skip
        codes, *tables, at_idf, at_weights, at_bias = (x.ctypes.data for x in self._tables)
        self._model = _Model(
            codes, pow(BASE, -1, 2**32), len(table.shift) - 1, *tables,
            len(ngrams), at_idf, at_weights, at_bias,
        )  # fmt: skip
        self._counts = np.zeros(len(ngrams), np.float32)
        self._touched = np.zeros(len(ngrams), np.int32)
        self._roles = weights.shape[1]

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the probabilities, of shape (N, roles)."""
        rows = [text.encode() for text in texts]
        offsets = np.cumsum([0, *map(len, rows)])
        result = np.empty((len(rows), self._roles), np.float32)
        self._score(
            ctypes.byref(self._model),
            b"".join(rows),
            ctypes.c_void_p(offsets.ctypes.data),
            ctypes.c_int64(len(rows)),
            *(ctypes.c_void_p(x.ctypes.data) for x in (self._counts, self._touched, result)),
        )
        return result


def _compiled() -> Callable[..., int]:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SkippedError("no C compiler found")
    source = Path(__file__).with_name("limit.c")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "limit.so"
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", str(source)]
        subprocess.run([*command, "-lm", "-o", str(library)], check=True)  # noqa: S603
        return ctypes.CDLL(str(library)).score
