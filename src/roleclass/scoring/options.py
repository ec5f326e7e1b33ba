"""`ScoreOptions`: what a run is asked to do."""

from dataclasses import dataclass
from typing import Literal

from roleclass.tables.options import ReadOptions

OnError = Literal["mark", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions(ReadOptions):
    """How to read (see `ReadOptions`), score and write.

    Attributes
    ----------
    prefix : str
        Put before the names of the columns that are added.
    areas : bool
        Add how many lines are of each part and work, and how many duties are in each problem area.
    lines : bool
        Add the duties, a text each.
    threads : int
        Threads that score; one more reads and writes.
    on_error : {"mark", "stop"}
        What to do with a row that cannot be scored: say so in its ``reason``, or stop.
    safe_csv : bool
        Put ``'`` before the cells of CSV and TSV that a spreadsheet would take for formulas.

    Examples
    --------
    >>> ScoreOptions(batch_size=512).threads
    1
    """

    prefix: str = ""
    areas: bool = False
    lines: bool = False
    threads: int = 1
    on_error: OnError = "mark"
    safe_csv: bool = False

    def __post_init__(self) -> None:
        ReadOptions.__post_init__(self)  # super() does not know a class that slots have rebuilt
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}")
        if self.on_error not in ("mark", "stop"):
            raise ValueError(f"on_error must be 'mark' or 'stop', got {self.on_error!r}")
