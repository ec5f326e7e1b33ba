"""Convert Arrow values to plain ones: strings, numbers, lists, dicts; write strict JSON."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NO_JSON: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def to_json(value: object, indent: int | None = None) -> str:
    """Return strict JSON: NaN and infinity become null.

    Examples
    --------
    >>> to_json({"pay": [1.5, float("nan")], "note": "NaN"})
    '{"pay": [1.5, null], "note": "NaN"}'
    """
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, default=to_text, indent=indent
        )
    except ValueError:
        loose = json.dumps(value, ensure_ascii=False, default=to_text, indent=indent)
        return _NO_JSON.sub(lambda found: found[0] if found[0][0] == '"' else "null", loose)


def to_text(value: Any) -> str:
    """Return a value that is not a string or number as text: bytes in base64, times in ISO 8601.

    Examples
    --------
    >>> import datetime
    >>> to_text(b"abc"), to_text(datetime.date(2026, 1, 28)), to_text(datetime.timedelta(minutes=1))
    ('YWJj', '2026-01-28', 'PT60S')
    """
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, timedelta):
        return _duration(value // timedelta(microseconds=1), "us")
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def plain(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column; those without a Python type as text.

    Parameters
    ----------
    column : pyarrow.ChunkedArray

    Examples
    --------
    >>> plain(pa.chunked_array([pa.array([2**62], pa.timestamp("s"))]))
    ['146138514283-06-19T07:45:04']
    """
    type_ = column.type
    if pa.types.is_float16(type_):
        column = column.cast(pa.float32())
    # If pandas is installed, Arrow would return its types.
    by_hand = pa.types.is_duration(type_) or getattr(type_, "unit", None) == "ns"
    if not by_hand:
        try:
            values: list[Any] = column.to_pylist()
        except (ValueError, OverflowError, TypeError, KeyError, ImportError, pa.ArrowException):
            pass  # a time out of Python's range, an unknown time zone, a duplicate name
        else:
            return values
    return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:
    """Return the value of one scalar, whatever its type."""
    type_ = scalar.type
    if not scalar.is_valid:
        return None
    if pa.types.is_struct(type_):
        return {_name(type_, k): _value(scalar[k]) for k in range(type_.num_fields)}
    if pa.types.is_nested(type_) and not pa.types.is_union(type_):
        return [_value(item) for item in scalar.values]
    if pa.types.is_temporal(type_) and not pa.types.is_time32(type_):
        return _time(scalar)
    inner = getattr(scalar, "value", None)  # of a dictionary, a union, an extension
    return _value(inner) if isinstance(inner, pa.Scalar) else scalar.as_py()


def _time(scalar: Any) -> Any:
    """Return a time, a date or a duration as text, even without a Python type."""
    type_ = scalar.type
    unit = getattr(type_, "unit", "ms")
    if pa.types.is_duration(type_):
        return _duration(scalar.value, unit)
    if pa.types.is_date32(type_):
        return str(np.datetime64(scalar.value, "D"))
    if pa.types.is_interval(type_):
        return scalar.as_py()
    moment = _moment(scalar.value, unit)
    if pa.types.is_timestamp(type_):
        return moment + ("" if type_.tz is None else "Z")
    if pa.types.is_date64(type_):
        return moment.removesuffix("T00:00:00")
    return moment.removeprefix("1970-01-01T")


def _name(struct: pa.StructType, place: int) -> str:
    """Return the name of a field, numbered if it is a duplicate."""
    name: str = struct.field(place).name
    same = sum(struct.field(k).name == name for k in range(struct.num_fields))
    return name if same == 1 else f"{name}_{place + 1}"


def _moment(value: int, unit: str) -> str:
    """Return a time in the format of ``datetime.isoformat``, even out of its range."""
    moment = str(np.array(value).astype(f"datetime64[{unit}]"))
    whole, _, fraction = moment.partition(".")
    if not fraction.strip("0"):
        return whole
    return f"{whole}.{fraction.ljust(6, '0')[:6]}{fraction[6:].rstrip('0') and fraction[6:]}"


def _duration(value: int, unit: str) -> str:
    """Return a duration in seconds, in ISO 8601."""
    whole, rest = divmod(abs(value), _PER_SECOND[unit])
    digits = len(str(_PER_SECOND[unit])) - 1
    fraction = f".{rest:0{digits}d}".rstrip("0") if rest else ""
    return f"{'-' if value < 0 else ''}PT{whole}{fraction}S"


def row_sizes(column: pa.ChunkedArray | pa.Array) -> Any:
    """Return the approximate size of each row of a column, in bytes of text.

    Returns
    -------
    int64 array of shape (N,)

    Examples
    --------
    >>> row_sizes(pa.chunked_array([["ab", None, "abcd"]])).tolist()
    [2, 0, 4]
    """
    if isinstance(column, pa.ChunkedArray):
        parts = [row_sizes(chunk) for chunk in column.chunks]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)
    type_ = column.type
    if pa.types.is_dictionary(type_):
        of_entry = row_sizes(column.dictionary)
        at = column.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return of_entry[at] if len(of_entry) else np.zeros(len(column), np.int64)
    if pa.types.is_struct(type_):
        return sum(map(row_sizes, column.flatten()), np.zeros(len(column), np.int64))
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
        ends = np.cumsum(lengths)
        total = np.concatenate([[0], np.cumsum(row_sizes(column.flatten()) + 8)])
        return total[ends] - total[ends - lengths]
    try:
        if pa.types.is_string_view(type_) or pa.types.is_binary_view(type_):  # strings of polars
            column = column.cast(pa.large_binary())
        lengths = pc.binary_length(column)
    except pa.ArrowNotImplementedError:  # neither text nor bytes
        return np.full(len(column), 8, np.int64)
    return lengths.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)


class Pieces:
    """Joins and cuts tables, so that each piece but the last is full: of rows, or of bytes.

    A piece ends with the row that fills it, so that pieces do not depend on the tables.

    Parameters
    ----------
    most_rows, most_bytes : int

    Examples
    --------
    >>> pieces = Pieces(most_rows=2, most_bytes=3)
    >>> [len(piece) for piece in pieces.add(pa.table({"text": ["abc", "d", "e", "f"]}))]
    [1, 2]
    >>> [len(piece) for piece in pieces.rest()]
    [1]
    """

    def __init__(self, most_rows: int, most_bytes: int) -> None:
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._waiting: list[pa.Table] = []
        self._rows = self._size = 0

    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        """Add a table; yield the full pieces."""
        self._waiting.append(table)
        self._rows += len(table)
        self._size += int(_sizes(table).sum())
        if self._rows < self._most_rows and self._size < self._most_bytes:
            return
        together = pa.concat_tables(self._waiting)
        total = np.cumsum(_sizes(together))
        start = before = 0
        while start < len(together):
            full = int(np.searchsorted(total, before + self._most_bytes)) + 1
            end = min(full, start + self._most_rows)
            if end > len(together):
                break
            yield together.slice(start, end - start)
            start, before = end, int(total[end - 1])
        # The remainder may be a view of earlier rows.
        self._waiting = [together.slice(start)]
        self._rows, self._size = len(together) - start, int(total[-1]) - before

    def rest(self) -> Iterator[pa.Table]:
        """Yield the remainder, if any."""
        if self._rows:
            yield pa.concat_tables(self._waiting)


def _sizes(table: pa.Table) -> Any:
    return sum(map(row_sizes, table.columns), np.zeros(len(table), np.int64))
