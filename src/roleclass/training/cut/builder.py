"""`GraphBuilder`: write the nodes of an ONNX graph; its methods are named like the operators."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 18
"""The version of the standard operators: the first with ``ScatterElements(max)`` and ``BitwiseAnd``."""

IR_VERSION: Final = 8
"""The oldest that has the operators, so that older runtimes load the file."""

_END = 2**31 - 1


class GraphBuilder:
    """Writes nodes; every method returns the name of a result.

    Parameters
    ----------
    scope, container : objects
        The arguments that skl2onnx passes to a converter: one creates names, the other collects nodes.
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
        """Add a named constant: an output of the graph, or one that is read back from the file."""
        tensor = numpy_helper.from_array(np.asarray(value, dtype), name)
        self._container.initializers.append(tensor)
        return name

    def const(self, value: Any, dtype: Any = np.int32) -> str:
        """Add a constant; equal ones are stored once."""
        array = np.asarray(value, dtype)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._constants:
            name = self._scope.get_unique_variable_name("const")
            tensor = numpy_helper.from_array(array, name)
            self._container.initializers.append(tensor)
            self._constants[key] = name
        return self._constants[key]

    def vector(self, *values: int) -> str:
        """Add a constant of int64 numbers, such as shapes and axes."""
        return self.const(values, np.int64)

    def cast(self, x: str, to: int) -> str:
        """Change the type of a tensor."""
        return self.op("Cast", x, to=to)

    def gather(self, table: str, index: str) -> str:
        """``table[index]`` in one dimension. Not by ``Gather``, which copies elements one by one."""
        return self.op("GatherElements", table, index, axis=0)

    def slice(self, x: str, start: int, stop: int = _END, axis: int = 0) -> str:
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

    def split_evenly(self, x: str, number: int) -> list[str]:
        """Equal parts of a one-dimensional tensor; ONNX Runtime 1.30 refuses one of fewer elements."""
        names = [self._scope.get_unique_variable_name("part") for _ in range(number)]
        name = self._scope.get_unique_operator_name("Split")
        self._container.add_node(
            "Split", [x], names, op_version=OPSET, name=name, axis=0, num_outputs=number
        )
        return names

    def shift(self, x: str, by: int, value: int | bool = 0, dtype: Any = np.int32) -> str:
        """`x` in one dimension, shifted; `value` fills the gap, and elements beyond the end are dropped."""
        # Not by one Pad with a negative number, which the standard allows: ONNX Runtime before 1.24 reads
        # beyond the tensor then.
        if by < 0:
            return self.op("Pad", self.slice(x, -by), self.vector(0, -by), self.const(value, dtype))
        padded = self.op("Pad", x, self.vector(by, 0), self.const(value, dtype))
        return self.slice(padded, 0, -by)

    def compress(self, x: str, condition: str) -> str:
        """``x[condition]`` in one dimension."""
        return self.op("Compress", x, condition, axis=0)

    def nonzero(self, x: str) -> str:
        """Where a tensor of one dimension is not 0: int64 tensor. For short ones; `compress` is faster."""
        return self.flatten(self.op("NonZero", x))

    def range(self, n: str) -> str:
        """0, 1, ... n - 1 as int32, for an int32 scalar n."""
        return self.op("Range", self.const(0), n, self.const(1))

    def size(self, x: str) -> str:
        """The number of elements as an int32 scalar."""
        return self.cast(self.op("Size", x), TensorProto.INT32)

    def flatten(self, x: str) -> str:
        """The tensor in one dimension."""
        return self.op("Reshape", x, self.vector(-1))

    def rows(self, index: str) -> str:
        """An index of rows for `scatter_rows`."""
        return self.op("Reshape", self.cast(index, TensorProto.INT64), self.vector(-1, 1))

    def scatter_rows(self, to: str, rows: str, values: str, reduction: str = "add") -> str:
        """Add values of shape (M, D) to some `rows`. Not by ``ScatterElements``, ten times as slow."""
        return self.op("ScatterND", to, rows, values, reduction=reduction)

    def zeros(self, rows: str, columns: int) -> str:
        """A float tensor of zeros; `rows` is an int64 tensor of shape (1,)."""
        return self.op("ConstantOfShape", self.op("Concat", rows, self.vector(columns), axis=0))


class Result(NamedTuple):
    """A result of a graph: the name of a tensor, its rank, and its type."""

    tensor: str
    rank: int
    type: int


class _Collected:
    """Stands in for the scope and the container of skl2onnx."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._names: Counter[str] = Counter()

    def get_unique_variable_name(self, seed: str) -> str:
        self._names[seed] += 1
        return f"{seed}{self._names[seed]}"

    get_unique_operator_name = get_unique_variable_name

    def add_node(self, *args: Any, op_version: int, **attributes: Any) -> None:  # noqa: ARG002
        self.nodes.append(helper.make_node(*args, **attributes))


def as_model(write: Callable[[GraphBuilder], Mapping[str, Result]]) -> bytes:
    """Return an ONNX model of a part of the graph: from ``utf8`` to what `write` writes, by name."""
    collected = _Collected()
    w = GraphBuilder(collected, collected)
    outputs = []
    for name, result in write(w).items():
        w.op("Identity", result.tensor, out=name)
        outputs.append(helper.make_tensor_value_info(name, result.type, [None] * result.rank))
    utf8 = helper.make_tensor_value_info("utf8", TensorProto.UINT8, ["N", "L"])
    graph = helper.make_graph(collected.nodes, "part", [utf8], outputs, collected.initializers)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    return bytes(model.SerializeToString())
