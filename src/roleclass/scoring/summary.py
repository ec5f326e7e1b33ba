"""`Summary`: the counts of a run so far."""

from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from roleclass.roles import Role
from roleclass.scoring.readings import ALL_LINES
from roleclass.scoring.scorer import ERROR, Scorer


@dataclass(slots=True)
class Summary:
    """The counts of a run so far.

    Attributes
    ----------
    roles : dict of str to int
        Rows of each role; ``unclear`` without the errors.
    rows, read : int
        Rows written and read: equal at the end of a run.
    resumed : int
        Rows whose answers came from an earlier run.
    errors : int
        Rows that could not be scored.
    lines : int
        Lines of postings written, with `ScoreOptions.each_line`.
    seconds : float
    position, size : int
        Bytes of the input that were read, and in all.
    """

    roles: dict[str, int]
    rows: int = 0
    read: int = 0
    resumed: int = 0
    errors: int = 0
    lines: int = 0
    seconds: float = 0.0
    position: int = 0
    size: int = 0

    @classmethod
    def begin(cls, scorer: Scorer, size: int = 0) -> "Summary":
        """Return an empty summary for a new run."""
        roles = [*scorer.roles, Role.UNCLEAR]
        return cls(roles={str(role): 0 for role in roles}, size=size)

    @property
    def rows_per_second(self) -> float:
        """Rows scored in this run, without resumed ones, per second."""
        return (self.rows - self.resumed) / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, ready for JSON."""
        plain = asdict(self)
        del plain["position"], plain["size"]
        if not self.lines:
            del plain["lines"]
        return {
            **plain,
            "unclear": self.roles[Role.UNCLEAR],
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows_per_second, 1),
        }

    def add(self, scores: pa.Table, *, resumed: bool) -> None:
        """Count the rows of a part, given the columns that `Scorer` adds."""
        errors = pc.sum(pc.starts_with(scores.column(-1), ERROR)).as_py() or 0
        self.rows += len(scores)
        self.resumed += len(scores) * resumed
        self.errors += errors
        for entry in scores.column(0).value_counts().to_pylist():
            self.roles[entry["values"]] += entry["counts"]
        self.roles[Role.UNCLEAR] -= errors
        if ALL_LINES in scores.column_names:
            self.lines += pc.sum(pc.list_value_length(scores[ALL_LINES])).as_py() or 0

    def merge(self, other: "Summary") -> None:
        """Add the counts of another summary."""
        self.rows += other.rows
        self.resumed += other.resumed
        self.errors += other.errors
        for role, count in other.roles.items():
            self.roles[role] += count
