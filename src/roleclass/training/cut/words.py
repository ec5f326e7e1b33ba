"""The graph from UTF-8 bytes to n-grams, in standard ONNX operators, one function per stage.

What makes it fast on ONNX Runtime's CPU provider (``benchmarks/`` measures it): ``GatherElements``
costs .6 ns an element where ``Gather`` costs 8, element-wise arithmetic .05 to .3 ns, ``Compress``
and ``NonZero`` 2 to 5, ``Where`` 8, and ``CumSum`` 2.6, or 1.2 where short rows are added up each by itself.
So everything is one-dimensional ``GatherElements`` and int32 arithmetic, and a single ``Compress`` over the
bytes finds the words.

All int32 arithmetic is modulo 2^32. N postings are rows of L bytes, zero-padded; W is the number
of words of a whole batch, in text order, and H that of the n-grams that were found.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from roleclass.training.cut.builder import GraphBuilder
from roleclass.training.cut.tables import BASE, DIVISOR, Trie, WordTable

MAX_WIDTH: Final = 2**24 + 2**12
"""The longest row, in bytes, that the graph can read: more than the classifier allows."""

PADDING: Final = 8
"""Zeros after each row: as many as the rules for the ends of lines read, and a pair for the last word."""

BLOCK: Final = 16
"""Pairs of bytes that are summed together; a row has a multiple of them."""

VECTOR: Final = 16
"""ONNX Runtime takes this many logarithms at a time and rounds the remainder differently. An answer must not
depend on its batch, so matrices have a multiple of this many columns, or logarithms are looked up."""

_MODULUS = 2**32
_STEP = 2048  # powers of BASE are stored up to here, and then every 2048th


@dataclass(frozen=True)
class Words:
    """The words of a batch; every row ends with one unknown word, which keeps n-grams in their row.

    Attributes
    ----------
    row : int32 tensor of shape (W,)
    slot : int32 tensor of shape (W,)
        See `WordTable`; 0 where the word is not in the vocabulary.
    index : int32 tensor of shape (W,)
        0, 1, ... W - 1.
    is_last : bool tensor of shape (W,)
        Whether it is the word at its row's end.
    last : int32 tensor of shape (N,)
        Index of the one at each row's end.
    rows : int64 tensor of shape (1,)
        N.
    width : int32 tensor of shape (1,)
        The bytes of a row, padding included.
    place : int32 tensor of shape (W,)
        The index of the word's pair among those of all rows.
    end : int32 tensor of shape (W,)
        The place behind the word's last byte in `utf8`; the word at a row's end stands, without a byte,
        before the last ones of the row.
    utf8 : uint8 tensor of shape (N * width,)
        The padded rows, one after the other: each ends with `PADDING` zeros or more.
    first, second : int32 tensors of shape (N * width / 2,)
        The two bytes of each pair.
    """

    row: str
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
        Index of the n-gram's first word among the W words of the batch.
    state : int32 tensor of shape (H,)
        State of the trie that the n-gram leads to.
    ngram : int32 tensor of shape (H,)
        Its index; the number of n-grams for words that are on the way to one only, or unknown.
    ngram_of_state : int32 array of shape (S,)
        Index of the n-gram that ends in a state; the number of n-grams where the words are on the way to one
        only, or unknown.
    """

    word: str
    state: str
    ngram: str
    ngram_of_state: NDArray[np.int32]


def find_words(w: GraphBuilder, table: WordTable, utf8: str) -> Words:
    """Cut a batch into words and look them up."""
    # Zeros after each row: to the end of a block of pairs, and pairs without a word.
    more = w.op("Sub", w.vector(0, 0, 0, -PADDING), w.op("Shape", utf8, start=1))
    more = w.op("Mod", more, w.vector(1, 1, 1, 2 * BLOCK))
    padded = w.op("Pad", utf8, w.op("Add", w.vector(0, 0, 0, PADDING), more))
    # A pair of bytes has bytes of one word at most, and one end of a word at most: from here on
    # there is half as much to do.
    pairs = w.op("Transpose", w.op("Reshape", padded, w.vector(-1, 2)), perm=[1, 0])
    sides = w.split_evenly(w.flatten(pairs), 2)
    bytes_ = first, second = [w.cast(side, TensorProto.INT32) for side in sides]
    # Of a word, the sum of code * BASE ** column: see `tables.hash_word`.
    codes = table.codes.view(np.uint32)
    first = w.gather(w.const(codes.view(np.int32)), first)
    second = w.gather(w.const((codes * np.uint32(BASE)).view(np.int32)), second)
    sums = w.op("Add", first, second)
    first, second = (w.cast(code, TensorProto.BOOL) for code in (first, second))
    # The last byte of a word is followed by one of no word.
    goes_on = w.op("And", second, w.shift(first, -1, False, np.bool_))
    is_end = w.op("Xor", w.op("Or", first, second), goes_on)

    shape = w.op("Div", w.op("Shape", padded), w.vector(1, 2))  # rows, pairs in a row
    is_end = w.slice(w.op("Reshape", is_end, shape), 0, -1, axis=1)
    mark = w.flatten(w.op("Pad", is_end, w.vector(0, 0, 0, 1), w.const(True, np.bool_)))
    numbers = w.range(w.size(mark))
    place = w.compress(numbers, mark)
    index = w.op("Slice", numbers, w.vector(0), w.op("Shape", place))
    width = w.cast(w.slice(shape, 1), TensorProto.INT32)
    row = w.op("Div", place, width)
    pair = w.op("Sub", place, w.op("Mul", row, width))

    powers, inverse = _powers(w, width)
    sums = w.op("Mul", w.op("Reshape", sums, shape), powers)
    upto = sums_upto(w, w.flatten(sums), place)
    # The difference between the ends of two words belongs to the second, because separators add 0.
    of_word = w.op("Sub", upto, w.shift(upto, 1))
    at_second = w.cast(w.gather(second, place), TensorProto.INT32)
    powers_of_one = np.array([1, pow(BASE, -1, _MODULUS)], np.uint32).view(np.int32)
    to_last_byte = w.gather(w.const(powers_of_one), at_second)
    hashes = w.op("Mul", w.op("Mul", of_word, to_last_byte), w.gather(inverse, pair))

    is_last = w.op("Equal", pair, w.op("Sub", width, w.const(1)))
    last = w.compress(index, is_last)
    rows = w.op("Shape", utf8, start=0, end=1)
    end = w.op("Add", w.op("Mul", place, w.const(2)), w.op("Add", at_second, w.const(1)))
    # The end of a row is placed before its last bytes, so that no byte around it is of another row.
    end = w.op("Sub", end, w.op("Mul", w.cast(is_last, TensorProto.INT32), w.const(3)))
    width = w.op("Mul", width, w.const(2))
    slot = _look_up(w, table, hashes)
    flat = w.flatten(padded)
    return Words(row, slot, index, is_last, last, rows, width, place, end, flat, *bytes_)


def sums_upto(w: GraphBuilder, x: str, place: str) -> str:
    """Sums of all pairs up to some of them: `x` is of shape (P,), `place` an int32 tensor.

    Block by block, which a processor does at the same time.
    """
    within = w.op("CumSum", w.op("Reshape", x, w.vector(-1, BLOCK)), w.const(1))
    of_blocks = w.flatten(w.slice(within, BLOCK - 1, axis=1))
    before = w.op("CumSum", of_blocks, w.const(0), exclusive=1)
    before = w.gather(before, w.op("Div", place, w.const(BLOCK)))
    return w.op("Add", w.gather(w.flatten(within), place), before)


def _powers(w: GraphBuilder, width: str) -> list[str]:
    """``BASE ** (2 * pair)`` for all pairs of a row, and its inverse; products of two small tables."""

    def table(step: int, number: int) -> NDArray[np.int32]:
        bases = [pow(BASE, exponent, _MODULUS) for exponent in (2, -2)]
        powers = [[pow(base, step * i, _MODULUS) for i in range(number)] for base in bases]
        return np.array(powers, np.uint32).view(np.int32)

    # As many steps as a row needs, plus one that is cut off or unused.
    steps = w.op("Add", w.op("Div", width, w.const(_STEP)), w.const(1))
    high = w.const(table(_STEP, MAX_WIDTH // 2 // _STEP + 1)[:, :, None])
    high = w.op("Slice", high, w.const([0]), steps, w.const([1]))
    products = w.op("Mul", high, w.const(table(1, _STEP)[:, None]))
    products = w.op("Reshape", products, w.vector(2, -1))
    products = w.op("Slice", products, w.const([0]), width, w.const([1]))
    return w.split_evenly(w.flatten(products), 2)


def _look_up(w: GraphBuilder, table: WordTable, hashes: str) -> str:
    bucket = w.op("BitwiseAnd", hashes, w.const(len(table.shift) - 1))
    spread = w.op("Div", hashes, w.const(DIVISOR))
    slot = w.op("Add", spread, w.gather(w.const(table.shift), bucket))
    known = w.op("Equal", w.gather(w.const(table.keys), slot), hashes)
    # Not by Where, which takes ten times as long.
    return w.op("Mul", slot, w.cast(known, TensorProto.INT32))


def find_ngrams(w: GraphBuilder, trie: Trie, words: Words) -> Found:
    """Walk the trie from every word; each order continues only where the shorter one was found."""
    starts: list[str] = []
    states: list[str] = []
    base, owner, child = w.const(trie.base), w.const(trie.owner), w.const(trie.child)
    # Unknown words after the last one.
    slots = w.op("Pad", words.slot, w.vector(0, trie.depth), w.const(0))
    for n in range(1, trie.depth):
        if n == 1:
            start, state, word = words.index, words.slot, w.slice(slots, 1, -trie.depth + 1)
        else:
            start, state = starts[-1], states[-1]
            word = w.gather(slots, w.op("Add", start, w.const(n)))
        place = w.op("Add", w.gather(base, state), word)
        exists = w.op("Equal", w.gather(owner, place), state)
        starts.append(w.compress(start, exists))
        # Cheaper than a second `compress`: the start is the position's index.
        place = w.compress(place, exists) if n > 1 else w.gather(place, starts[-1])
        states.append(w.gather(child, place))
    word = w.op("Concat", words.index, *starts, axis=0, out="found_word")
    state = w.op("Concat", words.slot, *states, axis=0)
    ngram = w.op("GatherElements", w.const(trie.ngram), state, axis=0, out="found_ngram")
    return Found(word, state, ngram, trie.ngram)
