"""`ScoreOptions`: the options of a run."""

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
        Prefix of the names of the added columns.
    areas : bool
        Add the numbers of lines of each part and work, and of duties in each problem area.
    lines : bool
        Add the duties as a list of strings.
    each_line : bool
        Write a row for each line of a posting instead of its row; the options above do not apply.
    line_text : bool
        With `each_line`: whether to write the text of the lines.
    threads : int
        Number of threads that score; one more reads and writes.
    on_error : {"mark", "stop"}
        What to do with a row that cannot be scored: mark it in its ``reason``, or stop.
    safe_csv : bool
        Put ``'`` before CSV and TSV cells that a spreadsheet would take for formulas.

    Examples
    --------
    >>> ScoreOptions(batch_size=512).threads
    1
    """

    prefix: str = ""
    areas: bool = False
    lines: bool = False
    each_line: bool = False
    line_text: bool = True
    threads: int = 1
    on_error: OnError = "mark"
    safe_csv: bool = False

    def __post_init__(self) -> None:
        ReadOptions.__post_init__(self)  # super() fails in a dataclass with slots
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}")
        if self.on_error not in ("mark", "stop"):
            raise ValueError(f"on_error must be 'mark' or 'stop', got {self.on_error!r}")
