"""The graph from UTF-8 bytes to n-grams, in standard ONNX operators, a function a stage.

What makes it fast on ONNX Runtime's CPU provider (``benchmarks/`` measures it): ``GatherElements``
costs .6 ns an element where ``Gather`` costs 8, element-wise arithmetic .05 to .3 ns, ``Compress``
and ``NonZero`` 2 to 3. So everything is one-dimensional ``GatherElements`` and int32 arithmetic, and a
single ``Compress`` over the bytes finds the words.

All int32 arithmetic is modulo 2^32. N postings are rows of L bytes, zero-padded; W is the number
of words of a whole batch, in text order, and H that of the n-grams that were found.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Scope

from roleclass.training.tables import BASE, Trie, WordTable

OPSET: Final = 18
"""The version of the standard operators: the first with ``ScatterElements(max)`` and ``BitwiseAnd``."""

_MODULUS = 2**32
_BLOCK = 1024  # stored powers of BASE; a closed form gives the rest
_END = 2**31 - 1


class Writer:
    """Writes nodes into a skl2onnx container; every method returns the name of a result."""

    def __init__(self, scope: Scope, container: ModelComponentContainer) -> None:
        self._scope = scope
        self._container = container
        self._constants: dict[tuple[Any, ...], str] = {}

    def op(self, kind: str, *inputs: str, out: str | None = None, **attributes: Any) -> str:
        """Add a node with one result."""
        name = out or self._scope.get_unique_variable_name(kind.lower())
        self._container.add_node(
            kind,
            list(inputs),
            [name],
            op_version=OPSET,
            name=self._scope.get_unique_operator_name(kind),
            **attributes,
        )
        return name

    def const(self, value: Any, dtype: Any = np.int32) -> str:
        """Add a constant; small equal ones are kept once."""
        array = np.asarray(value, dtype)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._constants:
            name = self._scope.get_unique_variable_name("const")
            tensor = numpy_helper.from_array(array, name)
            self._container.initializers.append(tensor)
            self._constants[key] = name
        return self._constants[key]

    def vector(self, *values: int) -> str:
        """Add a constant of int64 numbers, as shapes and axes are."""
        return self.const(values, np.int64)

    def cast(self, x: str, to: int) -> str:
        """Change the type of a tensor."""
        return self.op("Cast", x, to=to)

    def take(self, table: str, index: str) -> str:
        """``table[index]`` in one dimension. Not by ``Gather``, which copies elements one by one."""
        return self.op("GatherElements", table, index, axis=0)

    def cut(self, x: str, start: int, stop: int = _END, axis: int = 0) -> str:
        """``x[start:stop]`` along an axis."""
        return self.op("Slice", x, self.vector(start), self.vector(stop), self.vector(axis))

    def as_int(self, x: str) -> str:
        """A bool tensor as int32; in two steps, because ONNX Runtime does it slowly in one."""
        return self.cast(self.cast(x, TensorProto.UINT8), TensorProto.INT32)

    def keep(self, x: str, condition: str) -> str:
        """``x[condition]`` in one dimension."""
        return self.op("Compress", x, condition, axis=0)

    def numbers_to(self, n: str) -> str:
        """0, 1, ... n - 1 as int32, for an int32 scalar n."""
        return self.op("Range", self.const(0), n, self.const(1))

    def size(self, x: str) -> str:
        """The number of elements as an int32 scalar."""
        return self.cast(self.op("Size", x), TensorProto.INT32)

    def flat(self, x: str) -> str:
        """The tensor in one dimension."""
        return self.op("Reshape", x, self.vector(-1))

    def ones_like(self, x: str) -> str:
        """A float tensor of ones, of the shape of `x`."""
        one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
        return self.op("ConstantOfShape", self.op("Shape", x), value=one)


@dataclass(frozen=True)
class Words:
    """The words of a batch; every row ends with one unknown word, which keeps n-grams in their row.

    Attributes
    ----------
    row : int32 tensor of shape (W,)
    end : int32 tensor of shape (W,)
        Column of the word's last byte.
    slot : int32 tensor of shape (W,)
        See `WordTable`; 0 where the word is not in the vocabulary.
    number : float tensor of shape (N,)
        Words a row, unknown ones too, without the one at its end.
    last : bool tensor of shape (W,)
        Whether a word is the one at its row's end.
    rows : int64 tensor of shape (1,)
        N.
    """

    row: str
    end: str
    slot: str
    number: str
    last: str
    rows: str


@dataclass(frozen=True)
class Found:
    """The n-grams that were found, single words first.

    Attributes
    ----------
    word : int32 tensor of shape (H,)
        Place of the n-gram's first word among the W words of the batch.
    row : int32 tensor of shape (H,)
    end : int32 tensor of shape (H,)
        Column of the last byte of the n-gram's first word.
    ngram : int32 tensor of shape (H,)
        Index of the n-gram; the number of n-grams where the words are on the way to one only, or unknown.
    """

    word: str
    row: str
    end: str
    ngram: str


def find_words(w: Writer, table: WordTable, utf8: str) -> Words:
    """Cut a batch into words and look them up."""
    # A column of zeros more, so that the last word of a row has a separator behind it.
    padded = w.op("Pad", utf8, w.vector(0, 0, 0, 1))
    width = w.cast(w.op("Shape", padded, start=1), TensorProto.INT32)
    codes = w.take(w.const(table.codes), w.flat(w.cast(padded, TensorProto.INT32)))
    codes = w.op("Reshape", codes, w.op("Shape", padded))

    # A word ends where a token byte stands before a separator.
    is_token = w.cast(codes, TensorProto.BOOL)
    is_end = w.op("And", w.cut(is_token, 0, -1, axis=1), w.op("Not", w.cut(is_token, 1, axis=1)))
    # bool -> uint8 -> float, because ONNX Runtime casts bool to float slowly.
    flags = w.cast(w.cast(is_end, TensorProto.UINT8), TensorProto.FLOAT)
    number = w.op("ReduceSum", flags, w.vector(1), keepdims=0)
    mark = w.op("Pad", is_end, w.vector(0, 0, 0, 1), w.const(True, np.bool_))
    place = w.keep(w.numbers_to(w.size(mark)), w.flat(mark))
    row = w.op("Div", place, width)
    end = w.op("Sub", place, w.op("Mul", row, width))

    hashes = _hash_words(w, codes, width, place, end)
    last = w.op("Equal", end, w.op("Sub", width, w.const(1)))
    rows = w.op("Shape", utf8, start=0, end=1)
    return Words(row, end, _look_up(w, table, hashes), number, last, rows)


def _hash_words(w: Writer, codes: str, width: str, place: str, end: str) -> str:
    """Hash every word, by one prefix sum over the bytes; see `tables.hash_word`.

    Separators add 0, so the prefix sum at the end of the word before stands for that at its start.
    """
    upto = w.take(
        w.op("CumSum", w.flat(w.op("Mul", codes, _powers(w, BASE, width))), w.const(0)), place
    )
    before = w.op("Pad", w.cut(upto, 0, -1), w.vector(1, 0))
    inverse = _powers(w, pow(BASE, -1, _MODULUS), width)
    return w.op("Mul", w.op("Sub", upto, before), w.take(inverse, end))


def _powers(w: Writer, base: int, width: str) -> str:
    """``base ** column`` for all columns, so that no table grows with the length of a posting.

    base = 5 (mod 8), so that q = base ** 1024 = 1 + 4096 u, and by the binomial theorem
    q ** k = 1 + 4096 u k + 2^24 u^2 k (k - 1) / 2 (mod 2^32).
    """
    block = np.array([pow(base, i, _MODULUS) for i in range(_BLOCK)], np.uint32).view(np.int32)
    u = (pow(base, _BLOCK, _MODULUS) - 1) // 4096
    linear, quadratic = (
        w.const(np.array([x % _MODULUS], np.uint32).view(np.int32))
        for x in (4096 * u, 2**24 * u * u)
    )
    blocks = w.op("Div", w.op("Add", width, w.const(_BLOCK - 1)), w.const(_BLOCK))
    k = w.numbers_to(w.op("Squeeze", blocks))
    pairs = w.op("Div", w.op("Mul", k, w.op("Sub", k, w.const(1))), w.const(2))
    powers = w.op("Add", w.op("Mul", k, linear), w.op("Mul", pairs, quadratic))
    powers = w.op("Unsqueeze", w.op("Add", powers, w.const(1)), w.vector(1))
    table = w.flat(w.op("Mul", powers, w.const(block)))
    return w.op("Slice", table, w.vector(0), w.cast(width, TensorProto.INT64), w.vector(0))


def _look_up(w: Writer, table: WordTable, hashes: str) -> str:
    bucket = w.op("BitwiseAnd", hashes, w.const(len(table.shift) - 1))
    spread = w.op("Mul", w.cast(hashes, TensorProto.FLOAT), w.const(2.0**-24, np.float32))
    shift = w.take(w.const(table.shift, np.float32), bucket)
    slot = w.cast(w.op("Add", spread, shift), TensorProto.INT32)
    known = w.op("Equal", w.take(w.const(table.keys), slot), hashes)
    return w.op("Where", known, slot, w.const(0))


def find_ngrams(w: Writer, trie: Trie, words: Words) -> Found:
    """Walk the trie from every word; each order looks only where the shorter one was found."""
    starts: list[str] = []
    states: list[str] = []
    base, owner, child = w.const(trie.base), w.const(trie.owner), w.const(trie.child)
    # So that a step from a row's last words reads an unknown one instead of the tensor's end.
    following = w.op("Pad", words.slot, w.vector(0, max(trie.depth - 1, 0)))
    for n in range(1, trie.depth):
        if n == 1:
            start = w.numbers_to(w.size(words.slot))
            state, word = (
                words.slot,
                w.cut(following, 1, 2 - trie.depth if trie.depth > 2 else _END),
            )
        else:
            start, state = starts[-1], states[-1]
            word = w.take(following, w.op("Add", start, w.const(n)))
        place = w.op("Add", w.take(base, state), word)
        exists = w.op("Equal", w.take(owner, place), state)
        starts.append(w.keep(start, exists))
        states.append(w.take(child, w.keep(place, exists)))
    state, word, row, end = words.slot, w.numbers_to(w.size(words.slot)), words.row, words.end
    if starts:
        first = w.op("Concat", *starts, axis=0)
        word = w.op("Concat", word, first, axis=0)
        row = w.op("Concat", row, w.take(row, first), axis=0)
        end = w.op("Concat", end, w.take(end, first), axis=0)
        state = w.op("Concat", state, *states, axis=0)
    return Found(word, row, end, w.take(w.const(trie.ngram), state))


def count(w: Writer, row: str, column: str, rows: str, width: int) -> tuple[str, str]:
    """Count what stands in each column of each row.

    Parameters
    ----------
    row, column : int32 tensors of shape (H,)
    rows : int64 tensor of shape (1,)
        N.
    width : int

    Returns
    -------
    counts : float tensor of shape (N * width,)
    cell : int32 tensor of shape (H,)
        The place in `counts` of each of the H.
    """
    cell = w.op("Add", w.op("Mul", row, w.const(width)), column)
    zeros = w.op("ConstantOfShape", w.op("Mul", rows, w.vector(width)))
    return w.op("ScatterElements", zeros, cell, w.ones_like(cell), axis=0, reduction="add"), cell
