"""CSV, TSV, JSON Lines and Parquet: told from a file's name, opened whether compressed or not."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

import pyarrow as pa

from roleclass.errors import ScoringError

Kind = Literal["csv", "tsv", "jsonl", "parquet"]

_KINDS: Final[dict[str, Kind]] = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "pq": "parquet",
}
_CODECS: Final = {"gz": "gzip", "zst": "zstd"}

FORMATS: Final = tuple(
    kind + ending
    for kind in ("csv", "tsv", "jsonl", "parquet")
    for ending in (("",) if kind == "parquet" else ("", ".gz", ".zst"))
)
"""What `Format.named` understands."""


@dataclass(frozen=True, slots=True)
class Format:
    """The layout of a file and how it is compressed.

    Attributes
    ----------
    kind : {"csv", "tsv", "jsonl", "parquet"}
    codec : str or None
        ``"gzip"``, ``"zstd"`` or None. Parquet compresses within.
    """

    kind: Kind
    codec: str | None = None

    @classmethod
    def named(cls, name: str) -> "Format | None":
        """Read a format off a file's name or a bare ending; None if it does not tell.

        Examples
        --------
        >>> Format.named("jobs.csv.gz")
        Format(kind='csv', codec='gzip')
        >>> Format.named("parquet")
        Format(kind='parquet', codec=None)
        >>> Format.named("jobs.txt") is None
        True
        """
        *_, before, last = ["", *Path(name).name.lower().split(".")]
        codec = _CODECS.get(last)
        kind = _KINDS.get(before if codec else last)
        if kind is None or (codec and kind == "parquet"):
            return None
        return cls(kind, codec)

    @classmethod
    def of(cls, path: str, fallback: str | None) -> "Format":
        """Tell the format of a file, or of ``-``, from its name, else from `fallback`.

        Raises
        ------
        ScoringError
            If neither tells.
        """
        found = None if path == "-" else cls.named(path)
        if found is None and fallback is not None:
            found = cls.named(fallback)
        if found is None:
            what = (
                "standard input and output have no name"
                if path == "-"
                else f"{path}: no known ending"
            )
            raise ScoringError(
                f"{what}: give the format with --format, one of {', '.join(FORMATS)}"
            )
        return found

    @contextmanager
    def open_to_read(self, path: Path) -> Iterator[tuple[BinaryIO, io.BufferedReader]]:
        """Open a file; give the raw stream, whose position says how far we are, and its content."""
        with path.open("rb") as raw:
            if self.codec is None:
                yield raw, raw
            else:
                with io.BufferedReader(pa.CompressedInputStream(raw, self.codec)) as content:
                    yield raw, content

    @contextmanager
    def open_to_write(self, raw: BinaryIO) -> Iterator[BinaryIO]:
        """Give a stream that compresses to `raw`."""
        if self.codec is None:
            yield raw
        else:
            with pa.CompressedOutputStream(_Unclosed(raw), self.codec) as content:
                yield cast("BinaryIO", content)


class _Unclosed(io.RawIOBase):
    """A stream that Arrow may close without closing the one below, which its owner still needs."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._raw.write(data)


def expand(inputs: Iterable[str]) -> list[str]:
    """List the files that `inputs` name; what is no file's name is a pattern.

    Raises
    ------
    ScoringError
        If a file does not exist, cannot be read or is a folder, or a pattern matches nothing.

    Examples
    --------
    >>> expand(["no_such_folder/*.csv"])
    Traceback (most recent call last):
    ...
    roleclass.errors.ScoringError: no_such_folder/*.csv: no such file, and no file matches it
    """
    files: list[str] = []
    for name in inputs:
        named = name == "-" or Path(name).exists()
        matches = [name] if named else sorted(glob(name, recursive=True))  # noqa: PTH207
        if not matches:
            raise ScoringError(f"{name}: no such file, and no file matches it")
        files.extend(matches)
    for file in files:
        if file == "-":
            continue
        if Path(file).is_dir():
            raise ScoringError(f"{file} is a folder; name its files: '{file}/*.parquet'")
        try:
            Path(file).open("rb").close()
        except OSError as error:
            raise ScoringError(f"{file}: cannot be read: {error.strerror or error}") from error
    if len(set(files)) < len(files):
        twice = next(file for file in files if files.count(file) > 1)
        raise ScoringError(f"{twice} is named twice; its rows would be written twice")
    return files
