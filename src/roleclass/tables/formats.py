"""The format of a file, from its name or its first bytes; compression."""

import io
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

from roleclass.errors import InputError
from roleclass.tables.dialect import encoding_of

Kind = Literal["csv", "tsv", "jsonl", "json", "parquet", "arrow", "excel", "sqlite", "html", "yaml"]

_ENDINGS: Final[dict[Kind, str]] = {
    "csv": "csv",
    "tsv": "tsv tab",
    "jsonl": "jsonl ndjson",
    "json": "json jsonld",
    "parquet": "parquet pq",
    "arrow": "arrow feather ipc",
    "excel": "excel xlsx xlsm xlsb xls ods",
    "sqlite": "sqlite sqlite3 db",
    "html": "html htm",
    "yaml": "yaml yml",
}
_KINDS: Final = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_CODECS: Final = {"gz": "gzip", "zst": "zstd"}
TEXT: Final = ("csv", "tsv", "jsonl", "json")
"""The kinds that may be compressed as a whole."""

FORMATS: Final = tuple(
    kind + ending
    for kind in _ENDINGS
    for ending in (("", ".gz", ".zst") if kind in TEXT else ("",))
)
"""The names that `Format.named` accepts."""

WRITTEN: Final = (*TEXT, "parquet", "arrow")
"""The kinds that can be written."""

_WRITTEN_AS: Final[dict[Kind, Kind]] = {
    "excel": "csv",
    "sqlite": "csv",
    "html": "jsonl",
    "yaml": "jsonl",
}

_BEGINNINGS: Final = (
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PK\x03\x04", "an archive (a spreadsheet or a document of an office program, or ZIP)"),
    (b"\xd0\xcf\x11\xe0", "a document of an old office program"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a file compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with Zstandard"),
)


@dataclass(frozen=True, slots=True)
class Format:
    """The layout of a file and how it is compressed.

    Attributes
    ----------
    kind : str
        ``"csv"``, ``"tsv"``, ``"jsonl"``, ``"json"``, ``"parquet"``, ``"arrow"``, ``"excel"``,
        ``"sqlite"``, ``"html"`` or ``"yaml"``.
    codec : str or None
        ``"gzip"``, ``"zstd"`` or None. Parquet and Arrow compress within.
    """

    kind: Kind
    codec: str | None = None

    @classmethod
    def named(cls, name: str) -> "Format | None":
        """Return the format of a file name or a bare extension; None if it is unknown.

        Examples
        --------
        >>> Format.named("jobs.csv.gz")
        Format(kind='csv', codec='gzip')
        >>> Format.named("xlsx")
        Format(kind='excel', codec=None)
        >>> Format.named("jobs.txt") is None
        True
        """
        *_, before, last = ["", *Path(name).name.lower().split(".")]
        codec = _CODECS.get(last)
        kind = _KINDS.get(before if codec else last)
        if kind is None or (codec and kind not in TEXT):
            return None
        return cls(kind, codec)

    @classmethod
    def of(cls, path: str, fallback: str | None) -> "Format":
        """Return the format of a file, or of ``-``, from its name, otherwise from `fallback`.

        Raises
        ------
        InputError
            If neither names a format.
        """
        found = None if path == "-" else cls.named(path)
        if found is None and fallback is not None:
            found = cls.named(fallback)
        if found is None:
            what = (
                "standard input and output have no name"
                if path == "-"
                else f"{path}: unknown file extension"
            )
            raise InputError(f"{what}: give the format with --format, one of {', '.join(FORMATS)}")
        return found

    def written(self) -> "Format":
        """Return the default output format for rows of this format.

        Examples
        --------
        >>> Format("excel").written().kind, Format("json", "gzip").written().kind
        ('csv', 'json')
        """
        return Format(_WRITTEN_AS.get(self.kind, self.kind), self.codec)

    def unpacked(self, raw: BinaryIO) -> io.BufferedReader:
        """Return a stream of what `raw` holds, decompressed."""
        if self.codec is None:
            return cast("io.BufferedReader", raw)
        import pyarrow as pa

        return io.BufferedReader(pa.CompressedInputStream(raw, self.codec))

    def packed(self, raw: BinaryIO) -> AbstractContextManager[BinaryIO]:
        """Return a stream that compresses to `raw`."""
        if self.codec is None:
            return nullcontext(raw)
        import pyarrow as pa

        return cast(
            "AbstractContextManager[BinaryIO]",
            pa.CompressedOutputStream(_Unclosed(raw), self.codec),
        )


class _Unclosed(io.RawIOBase):
    """A stream that Arrow may close without closing the underlying one."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._raw.write(data)


def binary_kind(beginning: bytes) -> str | None:
    """Return which binary format begins with these bytes; None if none is recognised.

    Examples
    --------
    >>> binary_kind(b"%PDF-1.7")
    'a PDF document'
    """
    return next((what for magic, what in _BEGINNINGS if beginning.startswith(magic)), None)


def non_text_kind(name: str, beginning: bytes) -> str | None:
    r"""Return what a file is, if it is not the text of one posting; None if it may be.

    Parameters
    ----------
    name : str
        The file's name.
    beginning : bytes
        Its first bytes.

    Examples
    --------
    >>> non_text_kind("jobs.csv", b"id,text\n")
    'a table (csv)'
    >>> non_text_kind("posting", b"%PDF-1.7")
    'a PDF document'
    >>> non_text_kind("posting.html", b"<p>Build agents.</p>") is None
    True
    """
    kind = binary_kind(beginning)
    if kind is not None:
        return kind
    known = Format.named(name)
    if known is not None and known.kind not in ("html", "yaml"):
        return f"a table ({known.kind})"
    marked = encoding_of(beginning) is not None  # UTF-16 is full of zero bytes
    return "a binary file" if b"\0" in beginning and not marked else None
