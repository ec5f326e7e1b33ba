"""What the C loops share on Python's side: compiling, structures of tables, texts as bytes."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.labellers import SkippedError
from roleclass.text import encode
from roleclass.training.tables import BASE, Trie, WordTable
from roleclass.training.vocabulary import Vocabulary

_LOGS = 64  # counts whose logarithm is looked up


def compiled(source: str, **constants: float) -> Callable[..., None]:
    """Compile a file of this folder for this machine and return its function ``score``.

    Raises
    ------
    SkippedError
        If there is no C compiler.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SkippedError("no C compiler found")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "loop.so"
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC"]
        constants["LOGS"] = _LOGS
        command += [f"-D{name}={_literal(value)}" for name, value in constants.items()]
        command += [str(Path(__file__).with_name(source)), "-lm", "-o", str(library)]
        subprocess.run(command, check=True)  # noqa: S603
        score: Callable[..., None] = ctypes.CDLL(str(library)).score
        return score


def _literal(value: float) -> str:
    return f"{value}f" if isinstance(value, float) else str(value)


class Structure:
    """A C structure of pointers and unsigned numbers, in the order given; it keeps the arrays alive."""

    def __init__(self, **members: NDArray[np.generic] | int) -> None:
        self._members = {
            name: np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value
            for name, value in members.items()
        }
        fields = [
            (name, ctypes.c_void_p if isinstance(value, np.ndarray) else ctypes.c_uint32)
            for name, value in self._members.items()
        ]
        made = type("Members", (ctypes.Structure,), {"_fields_": fields})
        self._structure: ctypes.Structure = made(
            *(x.ctypes.data if isinstance(x, np.ndarray) else x for x in self._members.values())
        )

    @property
    def pointer(self) -> object:
        """What a C function takes."""
        return ctypes.byref(self._structure)


def ngram_tables(
    vocabulary: Vocabulary,
    idf: NDArray[np.float64],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64],
) -> Structure:
    """Return ``Ngrams`` of ``ngrams.h``; `weights` is of shape (V, K)."""
    table = WordTable.from_words(vocabulary.words)
    trie = Trie.from_vocabulary(vocabulary, table)
    return Structure(
        codes=table.codes,
        inverse=pow(BASE, -1, 2**32),
        mask=len(table.shift) - 1,
        shift=table.shift,
        keys=table.keys,
        base=trie.base,
        owner=trie.owner,
        child=trie.child,
        ngram=trie.ngram,
        ngrams=len(vocabulary.ngrams),
        tf=1 + np.log(np.maximum(np.arange(_LOGS, dtype=np.float32), 1)),
        idf=idf.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
    )


class Texts:
    """Postings as the C loops read them: in one piece, each with a separator behind it.

    Attributes
    ----------
    arguments : tuple
        The text, the offsets of the postings and their number, as C takes them.
    number, longest : int
        How many there are; the bytes of the longest one.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        rows = [encode(text) for text in texts]
        lengths = list(map(len, rows))
        self.number, self.longest = len(rows), max(lengths, default=0)
        ends = accumulate((length + 1 for length in lengths), initial=0)
        self._offsets = np.fromiter(ends, np.int64, len(rows) + 1)
        self.arguments = (
            b"\0".join([*rows, b""]),
            ctypes.c_void_p(self._offsets.ctypes.data),
            ctypes.c_int64(len(rows)),
        )


class Scratch:
    """``Scratch`` of ``ngrams.h``; its room for words grows with the longest posting."""

    def __init__(self, ngrams: int) -> None:
        self._counts = np.zeros(ngrams, np.float32)
        # One more, because the next place is written to before it is known to be needed.
        self._touched = np.zeros(ngrams + 1, np.int32)
        self._words = np.zeros(0, np.int32)
        self._structure = self._made()

    def pointer(self, longest: int) -> object:
        """What a C function takes, with room for a posting of so many bytes."""
        room = longest // 2 + 2
        if room > len(self._words):
            self._words = np.zeros(room, np.int32)
            self._structure = self._made()
        return self._structure.pointer

    def _made(self) -> Structure:
        return Structure(counts=self._counts, touched=self._touched, number=0, words=self._words)
