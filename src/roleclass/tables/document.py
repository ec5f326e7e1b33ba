"""`Document`: read a JSON document of any length value by value.

The decoder is that of the standard library, as for JSON Lines: streaming parsers
such as yajl refuse the ``NaN`` that Python and pandas write, and integers above 64 bits.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from roleclass.errors import InputError
from roleclass.tables.files import InputFile
from roleclass.tables.records import missing
from roleclass.tables.rows import MAX_CELL, memory_of_json

_CHUNK: Final = 2**18
_DEEPEST: Final = 100  # nested values that are too long to be read whole
_REST_OF_NUMBER: Final = re.compile(r"[0-9.eE+-]*")
_SPACE: Final = re.compile(r"[ \t\n\r]*")

Path = tuple[str, ...]
"""The keys that lead to a value."""


class _TooLongError(InputError):
    """A value is too long."""


class Document:
    """Walks through a document with one value in memory at a time.

    Parameters
    ----------
    text : TextIOBase

    Attributes
    ----------
    size : int
        Approximate size in memory of the last value.

    Examples
    --------
    >>> document = Document(io.StringIO('{"jobs": [{"id": 1}, {"id": 2}]}'))
    >>> [[key, *(document.value() for _ in document.entries())] for key in document.entries()]
    [['jobs', {'id': 1}, {'id': 2}]]
    """

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._before = 0  # characters before the buffer
        self._decoder = json.JSONDecoder(parse_constant=missing)
        self.size = 0

    def peek(self) -> str:
        """Return the next character that is not white space; empty at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def value(self) -> Any:
        """Read one value whole.

        Raises
        ------
        InputError
            If it is not JSON, or too long to be a posting.
        """
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise InputError(f"{self._where()}: nested too deeply: {error}") from error
            except ValueError as error:
                if len(self._buffer) - self._at > MAX_CELL:
                    raise _TooLongError(
                        f"{self._where()}: a value of more than {MAX_CELL >> 20} Mi characters, or "
                        f"not JSON: {error}"
                    ) from error
                if not self._more():
                    raise InputError(f"{self._where()}: not JSON: {error}") from error
            else:
                # A number at the end of the buffer may be incomplete.
                if isinstance(value, int | float) and self._is_cut(end) and self._more():
                    continue
                self.size = memory_of_json(self._buffer, self._at, end)
                self._at = end
                return value

    def _is_cut(self, end: int) -> bool:
        tail = _REST_OF_NUMBER.match(self._buffer, end)
        return tail is not None and tail.end() == len(self._buffer)

    def entries(self) -> Iterator[str]:
        """Yield the place or key of each value of a list or an object, which the caller reads or skips."""
        opening, closing = ("[", "]") if self.peek() == "[" else ("{", "}")
        self._take(opening)
        number = 0
        while self.peek() != closing:
            if number:
                self._take(",")
            if opening == "[":
                yield str(number)
            else:
                yield self._key()
            number += 1
        self._take(closing)

    def _key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            raise InputError(f"{self._where()}: not JSON: expected a key in quotes")
        self._take(":")
        return key

    def skip(self, depth: int = 0) -> None:
        """Skip a value, in parts if it is too long to be read whole."""
        kind = self.peek()
        try:
            self.value()
        except _TooLongError:
            if kind not in ("[", "{") or depth == _DEEPEST:
                raise
            for _ in self.entries():
                self.skip(depth + 1)

    def lead(self, path: Path) -> None:
        """Go to the value at the end of a path; a missing key is an `InputError`."""
        for wanted in path:
            if self.peek() != "{":
                raise InputError(f"there is no {'.'.join(path)} in the document")
            for key in self.entries():
                if key == wanted:
                    break
                self.skip()
            else:
                raise InputError(f"there is no {'.'.join(path)} in the document")

    def _take(self, character: str) -> None:
        found = self.peek()
        if found != character:
            raise InputError(
                f"{self._where()}: not JSON: expected {character}, "
                f"{f'found {found}' if found else 'the document ends here'}"
            )
        self._at += 1

    def _more(self) -> bool:
        """Read more, twice as much each time, so that a long value is not decoded too often."""
        held = self._buffer[self._at :]
        read = self._text.read(max(_CHUNK, len(held)))
        self._before += self._at
        self._buffer, self._at = held + read, 0
        return bool(read)

    def _where(self) -> str:
        return f"character {self._before + self._at + 1:,}"


@contextmanager
def open_document(file: InputFile, path: Path = ()) -> Iterator[Document]:
    """Open a file as a document, in the encoding detected by the rules of JSON; go to the value at `path`."""
    with file.open() as content:
        encoding = json.detect_encoding(content.peek(4)[:4])
        # Bytes that cannot be decoded become lone surrogates, and mark their row.
        text = io.TextIOWrapper(content, encoding, errors="surrogateescape")
        try:
            document = Document(text)
            document.lead(path)
            yield document
        finally:
            if not content.closed:
                text.detach()  # the file closes the stream
