"""Detect the encoding and the delimiter of a CSV file from its first bytes."""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from json import detect_encoding
from typing import Final

from roleclass.tables.layouts import is_known_name

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_NOT_WINDOWS: Final = b"\x81\x8d\x8f\x90\x9d"
_SEP_LINE: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_ESCAPED: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_ZEROS: Final = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}
"""Which of four bytes are zero in English."""
SAMPLE: Final = 2**18
"""The number of bytes that are examined."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of separated values is written.

    Attributes
    ----------
    encoding, delimiter : str
    backslash : bool
        Whether a quote within a cell is escaped by a backslash.
    sep_line : bool
        Whether the first line names the delimiter (``sep=;``) and is not the header.
    notes : tuple of str
        The guesses.
    """

    encoding: str
    delimiter: str
    backslash: bool = False
    sep_line: bool = False
    notes: tuple[str, ...] = ()

    def unescape(self, line: str) -> str:
        r"""Replace backslash-escaped quotes by doubled quotes.

        Examples
        --------
        >>> Dialect("utf-8", ",", backslash=True).unescape('1,"a \\"b\\" c:\\d"')
        '1,"a ""b"" c:\\d"'
        """
        return _ESCAPED.sub(r'\1""', line) if self.backslash and "\\" in line else line


def detect(
    start: bytes,
    *,
    encoding: str | None,
    delimiter: str | None,
    usual: str,
    rest: Iterable[bytes] = (),
) -> Dialect:
    r"""Detect a file's dialect from its beginning.

    Parameters
    ----------
    start : bytes
        The first `SAMPLE` bytes, or all.
    encoding, delimiter : str or None
        As named by the user; a byte order mark overrides the encoding.
    usual : str
        The usual delimiter of the format.
    rest : iterable of bytes
        The bytes after `start`; read only if `start` is not UTF-8.

    Examples
    --------
    >>> detect(b"id;text\n1;Build, and test", encoding=None, delimiter=None, usual=",").delimiter
    ';'
    """
    notes: list[str] = []
    marked = encoding_of(start)
    if marked is None and encoding is None and (marked := _without_mark(start)):
        notes.append(f"encoding: {marked} (detected; --encoding sets another)")
    elif marked is None and encoding is None and _is_windows(start, rest):
        marked = "cp1252"
        notes.append("encoding: cp1252 (guessed, as it is not UTF-8; --encoding sets another)")
    encoding = marked or encoding or "utf-8"
    text = start.decode(encoding, "replace")
    lines = list(io.StringIO(text, newline=""))  # unlike splitlines, only at line feeds and returns
    if len(start) >= SAMPLE and len(lines) > 1:
        lines.pop()  # it is incomplete
    said = _SEP_LINE.fullmatch(lines[0]) if lines else None
    if said:
        lines = lines[1:]
    found = delimiter or (said[1] if said else _find_delimiter(lines, usual))
    if delimiter is None and found != usual:
        notes.append(
            f"delimiter: {_DELIMITERS.get(found, found)} (detected; --delimiter sets another)"
        )
    backslash = _errors(lines, found) > _errors([_ESCAPED.sub(r'\1""', k) for k in lines], found)
    if backslash:
        notes.append("quotes within cells: escaped by a backslash (detected)")
    return Dialect(encoding, found, backslash, said is not None, tuple(notes))


def encoding_of(start: bytes) -> str | None:
    r"""Return the encoding given by a byte order mark; None without one.

    Examples
    --------
    >>> encoding_of(b"\xef\xbb\xbfid,text")
    'utf-8-sig'
    """
    found = detect_encoding(start)
    return found if found in ("utf-8-sig", "utf-16", "utf-32") else None


def decode(data: bytes, encoding: str | None) -> str:
    r"""Decode a text; bytes that cannot be decoded are replaced.

    Examples
    --------
    >>> decode(b"\xff\xfea\x00", None)
    'a'
    """
    return data.decode(encoding_of(data) or encoding or "utf-8", "replace")


def _without_mark(start: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by where nearly all zeros are; a stray one tells nothing."""
    places = [start[place:4000:4] for place in range(4)]
    shares = [place.count(0) / max(1, len(place)) for place in places]
    return _ZEROS.get("".join("0" if s > 0.6 else "x" if s < 0.1 else "?" for s in shares))


def _is_windows(start: bytes, rest: Iterable[bytes]) -> bool:
    """Return whether a file is cp1252: few bytes beyond ASCII, and none of them valid UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    told = False
    for part in chain([start], rest):
        foreign = _FOREIGN.findall(decoder.decode(part))
        told = told or bool(foreign)
        if not told or len(foreign) > len(part) * 0.25 or not all(map(_is_stray, foreign)):
            return False
        if any(part.count(byte) for byte in _NOT_WINDOWS):
            return False
    return told


def _is_stray(character: str) -> bool:
    return "\udc80" <= character <= "\udcff"


def _find_delimiter(lines: list[str], usual: str) -> str:
    """Choose the delimiter for which the header has known names and rows have its width."""
    best, delimiter = (0, 0.0, 0), usual
    for candidate in (usual, *(d for d in _DELIMITERS if d != usual)):
        try:
            records = [cells for cells in csv.reader(lines, delimiter=candidate) if cells]
        except csv.Error:
            continue
        width = len(records[0]) if records else 0
        if width < 2:
            continue
        alike = sum(len(cells) == width for cells in records) / len(records)
        score = (sum(map(is_known_name, records[0])), alike, width)
        if score > best:
            best, delimiter = score, candidate
    return delimiter


def _errors(lines: list[str], delimiter: str) -> int:
    """Count the rows with invalid quoting."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    errors = 0
    while True:
        try:
            next(reader)
        except StopIteration:
            return errors
        except csv.Error:
            errors += 1
