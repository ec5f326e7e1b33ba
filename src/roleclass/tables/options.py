"""`ReadOptions`: how a table is to be read; `default_threads`: with how many threads it is classified."""

import os
from dataclasses import dataclass

from roleclass.tables.formats import FORMATS, Format


def default_threads() -> int:
    """Return how many threads score unless told: the cores, at most 4.

    Examples
    --------
    >>> 1 <= default_threads() <= 4
    True
    """
    # More gain little: one thread reads and writes.
    return min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    r"""How to read tables of postings.

    Attributes
    ----------
    text_column : str, tuple of str or None
        The column that holds the posting, or several, which are joined; None: guess. A path such as
        ``"job.description"`` or ``"sections[].text"`` leads into nested values.
    title_column, id_column : str or None
        The columns that hold its title (None: guess) and that name a row in messages.
    format : str or None
        Of standard input and files whose names do not tell, as in `FORMATS`; also of standard output.
    encoding : str or None
        Of CSV and TSV; None: that of the byte order mark, else UTF-8. A mark overrules it.
    delimiter : str or None
        Of CSV and TSV: one character; None: found.
    records : str or None
        Where in a JSON document the list of postings is, such as ``"data.jobs"``; None: found.
    table : str or None
        The table of a database or the sheet of a workbook; None: the only one.
    batch_size : int
        Rows that are read together.

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
                f"encoding must be one of text, such as utf-8 or cp1252, got {self.encoding!r}"
            )
        if self.delimiter is not None:
            # A shell cannot easily say a tab.
            delimiter = {r"\t": "\t", "tab": "\t"}.get(self.delimiter, self.delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n\0':
                raise ValueError(
                    f"delimiter must be one character, no quote and no line end, got {delimiter!r}"
                )
            object.__setattr__(self, "delimiter", delimiter)

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The text columns that were named."""
        named = self.text_column or ()
        return (named,) if isinstance(named, str) else tuple(named)


def is_text_encoding(name: str) -> bool:
    """Say whether a codec of this name turns bytes into text: not hex, zlib and the like.

    Examples
    --------
    >>> is_text_encoding("cp1252"), is_text_encoding("hex"), is_text_encoding("utf-9")
    (True, False, False)
    """
    try:
        return isinstance("é".encode(name, "replace").decode(name, "replace"), str)
    except Exception:  # noqa: BLE001  (codecs of all kinds are registered)
        return False
