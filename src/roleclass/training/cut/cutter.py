"""`cut`: run the first part of the graph, so that training reads postings exactly as the model file does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.engine.batches import batches
from roleclass.engine.session import open_session
from roleclass.text import pack
from roleclass.training.cut.builder import GraphBuilder, Result, as_model
from roleclass.training.cut.lines import find_lines
from roleclass.training.cut.tables import Ngram, tables_of
from roleclass.training.cut.words import find_ngrams, find_words

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_NUMBERS: Final = ("word_line", "row", "first", "last", "start", "end")
_FLAGS: Final = ("marked", "colon", "free", "parts")


@dataclass(frozen=True)
class Lines:
    """The lines of N postings, in their order.

    Attributes
    ----------
    row : int64 array of shape (M,)
        The posting of each line.
    size : int64 array of shape (M,)
        Its number of words; that of a list item is not one of them.
    start, end : int64 arrays of shape (M,)
        Its bytes: ``rows[row][start:end]``, with the punctuation around it.
    marked, colon, free : bool arrays of shape (M,)
        Whether a bullet precedes it; whether it ends with a colon; whether it ends without any punctuation.
    """

    row: Ints
    size: Ints
    start: Ints
    end: Ints
    marked: Bools
    colon: Bools
    free: Bools


class Cut(NamedTuple):
    """The lines of N postings and the n-grams in them, sorted by posting, then by first word, then by length.

    Attributes
    ----------
    lines : Lines
    ngram : int64 array of shape (H,)
        The index of each n-gram that was found.
    line : int64 array of shape (H,)
        The line in which it begins.
    leads : bool array of shape (H,)
        Whether it begins with the line's first word.
    """

    lines: Lines
    ngram: Ints
    line: Ints
    leads: Bools


def cut(rows: Sequence[bytes], ngrams: tuple[Ngram, ...] = ()) -> Cut:
    r"""Cut postings into lines, and find n-grams.

    Parameters
    ----------
    rows : sequence of bytes
        Postings as given by `roleclass.text.encode`.
    ngrams : tuple of tuples of bytes
        Distinct.

    Examples
    --------
    >>> row = b"What you do:\n- Build agents, and test\n  them.\n- Have fun. Or not!"
    >>> lines, ngram, line, _ = cut([row], ngrams=((b"agents",), (b"have", b"fun")))
    >>> [row[i:j] for i, j in zip(lines.start, lines.end)]
    [b'What you do:', b'Build agents, and test\n  them.', b'Have fun.', b'Or not!']
    >>> ngram.tolist(), line.tolist()
    ([0, 1], [1, 2])
    """
    rows = rows or [b""]  # without postings as without words: there are no lines
    run, before = _session(ngrams), 0
    of_lines: list[Ints] = []
    of_ngrams: list[Ints] = []
    for batch in batches([len(row) for row in rows]):
        found = run(pack([rows[i] for i in batch]))
        kept, known = ~found["parts"], found["ngram"] < len(ngrams)
        ngram, word = found["ngram"][known], found["word"][known]
        line = found["word_line"][word]
        leads = found["first"][line] == word
        # The lines that separate rows are left out: one before those of each row but the first.
        of_ngrams.append(np.stack([before + line - found["row"][line], word, ngram, leads]))
        row = np.array(batch)[found["row"]]
        size = found["last"] - found["first"] + 1
        columns = (row, size, *(found[name] for name in ("start", "end", *_FLAGS[:-1])))
        of_lines.append(np.stack(columns, axis=1)[kept].astype(np.int64))
        before += len(of_lines[-1])
    lines = np.concatenate(of_lines)
    order = np.argsort(lines[:, 0], kind="stable")
    line, word, ngram, leads = np.concatenate(of_ngrams, axis=1).astype(np.int64)
    line = np.argsort(order)[line]
    sort = np.lexsort((word, line))
    numbers, flags = np.split(lines[order].T, [4])
    return Cut(Lines(*numbers, *flags.astype(bool)), ngram[sort], line[sort], leads[sort] > 0)


@lru_cache(2)
def _session(ngrams: tuple[Ngram, ...]) -> Callable[[NDArray[np.uint8]], dict[str, NDArray[Any]]]:
    """Return a function from packed postings to tensors of `GraphLines` and `Found`, by name."""
    table, trie = tables_of(ngrams)

    def write(w: GraphBuilder) -> dict[str, Result]:
        words = find_words(w, table, "utf8")
        found, lines = find_ngrams(w, trie, words), find_lines(w, table, words)
        numbers = {name: getattr(lines, name) for name in _NUMBERS}
        flags = {name: getattr(lines, name) for name in _FLAGS}
        return {
            **{name: Result(x, 1, TensorProto.BOOL) for name, x in flags.items()},
            **{name: Result(x, 1, TensorProto.INT32) for name, x in numbers.items()},
            "word": Result(found.word, 1, TensorProto.INT32),
            "ngram": Result(found.ngram, 1, TensorProto.INT32),
        }

    return as_function(as_model(write))


def as_function(model: bytes) -> Callable[[NDArray[np.uint8]], dict[str, NDArray[Any]]]:
    """Return a model as a function from packed postings to its results, by name."""
    session = open_session(model)
    names = [output.name for output in session.get_outputs()]
    return lambda rows: dict(zip(names, session.run(names, {"utf8": rows}), strict=True))
