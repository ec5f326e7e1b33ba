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
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from roleclass.training.tables import BASE, DIVISOR, Trie, WordTable

OPSET: Final = 18
"""The version of the standard operators: the first with ``ScatterElements(max)`` and ``BitwiseAnd``."""

MAX_WIDTH: Final = 2**24 + 2**12
"""The longest row, in bytes, that the graph can read: more than the classifier lets through."""

PADDING: Final = 8
"""Zeros behind each row: as many as the rules for the ends of lines look at, and a pair for a last word."""

VECTOR: Final = 16
"""ONNX Runtime takes so many logarithms at a time and rounds the last ones otherwise, so that an answer would
depend on what else is in the batch. They are of matrices of a multiple of so many columns, or looked up."""

_MODULUS = 2**32
_BLOCK = 2048  # powers of BASE are stored up to here, and then every 2048th
_END = 2**31 - 1


class Writer:
    """Writes nodes; every method returns the name of a result.

    Parameters
    ----------
    scope, container : objects
        What skl2onnx hands to a converter: the one gives names, the other takes nodes.
    """

    def __init__(self, scope: Any, container: Any) -> None:
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

    def named(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """Add a constant under a name of its own: an output of the graph, or what is read back from it."""
        tensor = numpy_helper.from_array(np.asarray(value, dtype), name)
        self._container.initializers.append(tensor)
        return name

    def const(self, value: Any, dtype: Any = np.int32) -> str:
        """Add a constant; equal ones are kept once."""
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

    def split(self, x: str, *sizes: int, axis: int = 1) -> list[str]:
        """Parts of a tensor, of the given sizes along an axis."""
        names = [self._scope.get_unique_variable_name("part") for _ in sizes]
        name = self._scope.get_unique_operator_name("Split")
        self._container.add_node(
            "Split", [x, self.vector(*sizes)], names, op_version=OPSET, name=name, axis=axis
        )
        return names

    def parts(self, x: str, number: int) -> list[str]:
        """So many equal parts of a tensor in one dimension."""
        names = [self._scope.get_unique_variable_name("part") for _ in range(number)]
        name = self._scope.get_unique_operator_name("Split")
        self._container.add_node(
            "Split", [x], names, op_version=OPSET, name=name, axis=0, num_outputs=number
        )
        return names

    def moved(self, x: str, by: int, value: int | bool = 0, dtype: Any = np.int32) -> str:
        """`x` in one dimension, moved by so many places; `value` fills the gap, the rest falls off."""
        # Not by one Pad with a negative number, which the standard allows: ONNX Runtime before 1.24 reads
        # beyond the tensor then.
        if by < 0:
            return self.op("Pad", self.cut(x, -by), self.vector(0, -by), self.const(value, dtype))
        padded = self.op("Pad", x, self.vector(by, 0), self.const(value, dtype))
        return self.cut(padded, 0, -by)

    def keep(self, x: str, condition: str) -> str:
        """``x[condition]`` in one dimension."""
        return self.op("Compress", x, condition, axis=0)

    def places(self, x: str) -> str:
        """Where a tensor of one dimension is not 0: int64 tensor. For short ones; `keep` is faster."""
        return self.flat(self.op("NonZero", x))

    def numbers_to(self, n: str) -> str:
        """0, 1, ... n - 1 as int32, for an int32 scalar n."""
        return self.op("Range", self.const(0), n, self.const(1))

    def size(self, x: str) -> str:
        """The number of elements as an int32 scalar."""
        return self.cast(self.op("Size", x), TensorProto.INT32)

    def flat(self, x: str) -> str:
        """The tensor in one dimension."""
        return self.op("Reshape", x, self.vector(-1))

    def rows(self, index: str) -> str:
        """An index of rows, as `add_rows` wants it."""
        return self.op("Reshape", self.cast(index, TensorProto.INT64), self.vector(-1, 1))

    def add_rows(self, to: str, rows: str, values: str, reduction: str = "add") -> str:
        """Add values of shape (M, D) to some `rows`. Not by ``ScatterElements``, ten times as slow."""
        return self.op("ScatterND", to, rows, values, reduction=reduction)

    def zeros(self, rows: str, columns: int) -> str:
        """A float tensor of zeros; `rows` is an int64 tensor of shape (1,)."""
        return self.op("ConstantOfShape", self.op("Concat", rows, self.vector(columns), axis=0))


@dataclass(frozen=True)
class Words:
    """The words of a batch; every row ends with one unknown word, which keeps n-grams in their row.

    Attributes
    ----------
    row : int32 tensor of shape (W,)
    pair : int32 tensor of shape (W,)
        The word's last byte is one of the columns ``2 * pair`` and ``2 * pair + 1``.
    slot : int32 tensor of shape (W,)
        See `WordTable`; 0 where the word is not in the vocabulary.
    index : int32 tensor of shape (W,)
        0, 1, ... W - 1.
    is_last : bool tensor of shape (W,)
        Whether the word is the one at its row's end.
    last : int32 tensor of shape (N,)
        Index of the one at each row's end.
    rows : int64 tensor of shape (1,)
        N.
    width : int32 tensor of shape (1,)
        The bytes of a row, padding included.
    place : int32 tensor of shape (W,)
        The place of the word's pair among those of all rows.
    end : int32 tensor of shape (W,)
        The place behind the word's last byte in `utf8`; the word at a row's end stands, without a byte,
        before the last ones of the row.
    utf8 : uint8 tensor of shape (N * width,)
        The padded rows, one after the other: each ends with `PADDING` zeros or more.
    first, second : int32 tensors of shape (N * width / 2,)
        The two bytes of each pair.
    """

    row: str
    pair: str
    slot: str
    index: str
    is_last: str
    last: str
    rows: str
    width: str
    place: str
    end: str
    utf8: str
    first: str
    second: str


@dataclass(frozen=True)
class Found:
    """The n-grams that were found, single words first.

    Attributes
    ----------
    word : int32 tensor of shape (H,)
        Place of the n-gram's first word among the W words of the batch.
    ngram : int32 tensor of shape (H,)
        Index of the n-gram; the number of n-grams where the words are on the way to one only, or unknown.
    """

    word: str
    ngram: str


def find_words(w: Writer, table: WordTable, utf8: str) -> Words:
    """Cut a batch into words and look them up."""
    # Zeros behind each row: one to make its length even, and pairs that hold no word.
    odd = w.op("Mod", w.op("Shape", utf8, start=1), w.vector(1, 1, 1, 2))
    padded = w.op("Pad", utf8, w.op("Add", w.vector(0, 0, 0, PADDING), odd))
    # A pair of bytes holds bytes of one word at most, and one end of a word at most: from here on
    # there is half as much to do.
    pairs = w.split(w.op("Reshape", padded, w.vector(-1, 2)), 1, 1)
    bytes_ = first, second = [w.cast(w.flat(byte), TensorProto.INT32) for byte in pairs]
    # Of a word, the sum of code * BASE ** column: see `tables.hash_word`.
    codes = table.codes.view(np.uint32)
    first = w.take(w.const(codes.view(np.int32)), first)
    second = w.take(w.const((codes * np.uint32(BASE)).view(np.int32)), second)
    sums = w.op("Add", first, second)
    first, second = (w.cast(code, TensorProto.BOOL) for code in (first, second))
    # The last byte of a word is followed by one of no word.
    goes_on = w.op("And", second, w.moved(first, -1, False, np.bool_))
    is_end = w.op("Xor", w.op("Or", first, second), goes_on)

    shape = w.op("Div", w.op("Shape", padded), w.vector(1, 2))  # rows, pairs in a row
    is_end = w.cut(w.op("Reshape", is_end, shape), 0, -1, axis=1)
    mark = w.flat(w.op("Pad", is_end, w.vector(0, 0, 0, 1), w.const(True, np.bool_)))
    numbers = w.numbers_to(w.size(mark))
    place = w.keep(numbers, mark)
    index = w.op("Slice", numbers, w.vector(0), w.op("Shape", place))
    width = w.cast(w.cut(shape, 1), TensorProto.INT32)
    row = w.op("Div", place, width)
    pair = w.op("Sub", place, w.op("Mul", row, width))

    powers, inverse = _powers(w, width)
    sums = w.op("Mul", w.op("Reshape", sums, shape), powers)
    upto = w.take(w.op("CumSum", w.flat(sums), w.const(0)), place)
    # The difference between the ends of two words belongs to the second, because separators add 0.
    of_word = w.op("Sub", upto, w.moved(upto, 1))
    at_second = w.take(second, place)
    to_last_byte = w.op("Where", at_second, _int32(w, pow(BASE, -1, _MODULUS)), w.const(1))
    hashes = w.op("Mul", w.op("Mul", of_word, to_last_byte), w.take(w.flat(inverse), pair))

    is_last = w.op("Equal", pair, w.op("Sub", width, w.const(1)))
    last = w.keep(index, is_last)
    rows = w.op("Shape", utf8, start=0, end=1)
    behind = w.op("Where", at_second, w.const(2), w.const(1))
    behind = w.op("Where", is_last, w.const(-2), behind)
    end = w.op("Add", w.op("Mul", place, w.const(2)), behind)
    slot = _look_up(w, table, hashes)
    width = w.op("Mul", width, w.const(2))
    flat = w.flat(padded)
    return Words(row, pair, slot, index, is_last, last, rows, width, place, end, flat, *bytes_)


def _powers(w: Writer, width: str) -> list[str]:
    """``BASE ** (2 * pair)`` for all pairs of a row, and its inverse; products of two small tables."""

    def table(step: int, number: int) -> NDArray[np.int32]:
        bases = [pow(BASE, exponent, _MODULUS) for exponent in (2, -2)]
        powers = [[pow(base, step * i, _MODULUS) for i in range(number)] for base in bases]
        return np.array(powers, np.uint32).view(np.int32)

    # As many blocks as a row needs, and one that is cut off or not needed.
    blocks = w.op("Add", w.op("Div", width, w.const(_BLOCK)), w.const(1))
    high = w.const(table(_BLOCK, MAX_WIDTH // 2 // _BLOCK + 1)[:, :, None])
    high = w.op("Slice", high, w.const([0]), blocks, w.const([1]))
    products = w.op("Mul", high, w.const(table(1, _BLOCK)[:, None]))
    products = w.op("Reshape", products, w.vector(2, -1))
    return w.split(w.op("Slice", products, w.const([0]), width, w.const([1])), 1, 1, axis=0)


def _int32(w: Writer, value: int) -> str:
    return w.const(np.array(value, np.uint32).view(np.int32))


def _look_up(w: Writer, table: WordTable, hashes: str) -> str:
    bucket = w.op("BitwiseAnd", hashes, w.const(len(table.shift) - 1))
    spread = w.op("Div", hashes, w.const(DIVISOR))
    slot = w.op("Add", spread, w.take(w.const(table.shift), bucket))
    known = w.op("Equal", w.take(w.const(table.keys), slot), hashes)
    return w.op("Where", known, slot, w.const(0))


def find_ngrams(w: Writer, trie: Trie, words: Words) -> Found:
    """Walk the trie from every word; each order looks only where the shorter one was found."""
    starts: list[str] = []
    states: list[str] = []
    base, owner, child = w.const(trie.base), w.const(trie.owner), w.const(trie.child)
    # Unknown words after the last one.
    slots = w.op("Pad", words.slot, w.vector(0, trie.depth), w.const(0))
    for n in range(1, trie.depth):
        if n == 1:
            start, state, word = words.index, words.slot, w.cut(slots, 1, -trie.depth + 1)
        else:
            start, state = starts[-1], states[-1]
            word = w.take(slots, w.op("Add", start, w.const(n)))
        place = w.op("Add", w.take(base, state), word)
        exists = w.op("Equal", w.take(owner, place), state)
        starts.append(w.keep(start, exists))
        # Cheaper than a second `keep`, where the start is the place's index.
        place = w.keep(place, exists) if n > 1 else w.take(place, starts[-1])
        states.append(w.take(child, place))
    word = w.op("Concat", words.index, *starts, axis=0, out="found_word")
    state = w.op("Concat", words.slot, *states, axis=0)
    ngram = w.op("GatherElements", w.const(trie.ngram), state, axis=0, out="found_ngram")
    return Found(word, ngram)
