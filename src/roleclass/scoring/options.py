"""`ScoreOptions`: what a run is asked to do."""

import codecs
import os
from dataclasses import dataclass
from typing import Literal

from roleclass.scoring.formats import FORMATS, Format

OnError = Literal["mark", "stop"]


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
class ScoreOptions:
    """How to read, score and write.

    Attributes
    ----------
    text_column, title_column : str or None
        The columns that hold the posting and its title; None: guess.
    id_column : str or None
        A column that names a row in messages about it.
    format : str or None
        Of standard input, standard output and files whose names do not tell: ``"csv"``, ``"tsv"``,
        ``"jsonl"`` or ``"parquet"``, with ``".gz"`` or ``".zst"`` after it if compressed.
    encoding : str
        Of CSV and TSV input; a byte order mark overrules it.
    prefix : str
        Put before the names of the columns that are added.
    batch_size : int
        Rows that are read, scored and checkpointed together.
    threads : int
        Threads that score; one more reads and writes.
    on_error : {"mark", "stop"}
        What to do with a row that cannot be scored: say so in its ``reason``, or stop.
    safe_csv : bool
        Put ``'`` before the cells of CSV and TSV that a spreadsheet would take for formulas.

    Raises
    ------
    ValueError
        If a value is out of range or unknown.

    Examples
    --------
    >>> ScoreOptions(batch_size=512).threads
    1
    """

    text_column: str | None = None
    title_column: str | None = None
    id_column: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    prefix: str = ""
    batch_size: int = 2048
    threads: int = 1
    on_error: OnError = "mark"
    safe_csv: bool = False

    def __post_init__(self) -> None:
        for name in ("batch_size", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f"no encoding is called {self.encoding!r}") from None
        if self.format is not None and Format.named(self.format) is None:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {self.format!r}")
        if self.on_error not in ("mark", "stop"):
            raise ValueError(f"on_error must be 'mark' or 'stop', got {self.on_error!r}")
