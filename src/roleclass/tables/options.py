"""`ReadOptions`: how to read a table; `default_threads`: how many threads classify it."""

import os
from dataclasses import dataclass

from roleclass.tables.formats import FORMATS, Format


def default_threads() -> int:
    """Return the default number of threads: the number of cores, at most 4.

    Examples
    --------
    >>> 1 <= default_threads() <= 4
    True
    """
    # More threads gain little: one thread reads and writes.
    return min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    r"""How to read tables of postings.

    Attributes
    ----------
    text_column : str, tuple of str or None
        The column with the posting, or several, which are joined; None: guess. A path such as
        ``"job.description"`` or ``"sections[].text"`` leads into nested values.
    title_column, id_column : str or None
        The column with the title (None: guess), and the column that identifies rows in messages.
    format : str or None
        Format of standard input and of files without a known extension, from `FORMATS`; also of
        standard output.
    encoding : str or None
        Encoding of CSV and TSV; None: detect, by default UTF-8. A byte order mark overrides it.
    delimiter : str or None
        Delimiter of CSV and TSV, one character; None: detect.
    records : str or None
        Path of the list of postings in a JSON document, such as ``"data.jobs"``; None: detect.
    table : str or None
        Table of a database or sheet of a workbook; None: the only one.
    batch_size : int
        Number of rows that are read together.

    Raises
    ------
    ValueError
        If a value is out of range or unknown.

    Examples
    --------
    >>> ReadOptions(text_column="body", delimiter=r"\t").delimiter
    '\t'
    """

    text_column: str | tuple[str, ...] | None = None
    title_column: str | None = None
    id_column: str | None = None
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    records: str | None = None
    table: str | None = None
    batch_size: int = 2048

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {self.batch_size}")
        if self.format is not None and Format.named(self.format) is None:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {self.format!r}")
        if self.encoding is not None and not is_text_encoding(self.encoding):
            raise ValueError(
                f"encoding must be a text encoding, such as utf-8 or cp1252, got {self.encoding!r}"
            )
        if self.delimiter is not None:
            # A tab is hard to type in a shell.
            delimiter = {r"\t": "\t", "tab": "\t"}.get(self.delimiter, self.delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n\0':
                raise ValueError(
                    f"delimiter must be one character, not a quote or a line end, got {delimiter!r}"
                )
            object.__setattr__(self, "delimiter", delimiter)

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The named text columns."""
        named = self.text_column or ()
        return (named,) if isinstance(named, str) else tuple(named)


def is_text_encoding(name: str) -> bool:
    """Return whether a name is a text encoding, unlike hex, zlib and the like.

    Examples
    --------
    >>> is_text_encoding("cp1252"), is_text_encoding("hex"), is_text_encoding("utf-9")
    (True, False, False)
    """
    try:
        return isinstance("é".encode(name, "replace").decode(name, "replace"), str)
    except Exception:  # noqa: BLE001  (codecs of all kinds are registered)
        return False
