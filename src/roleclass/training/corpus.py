"""Labelled postings: read from a folder of Parquet files, checked row by row."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from roleclass.errors import CorpusError
from roleclass.roles import AnyRole, Role, as_role
from roleclass.text import encode
from roleclass.training.spans import LineSpan, fitting, load_spans, read_parquet

SPLITS = ("train", "dev")

LINES = "lines.parquet"
"""The file with labelled lines in a corpus's folder; see `LineSpan`."""

Warn = Callable[[str], None]
"""Called with each warning: a file that was skipped, a row that was left out."""


@dataclass(frozen=True)
class LabelledPosting:
    """One labelled posting.

    Attributes
    ----------
    id : str
        Unique in its corpus.
    part : str
        The file that it came from, such as ``"boards"``.
    group : str
        Postings of one group (a board, otherwise a company) stay on one side of every fold.
    title, text : str or None, str
        What the model reads.
    role : Role or CustomRole
        The label.
    confidence : int
        How sure the annotator was: 3 any reader would agree, 2 probable, 1 a coin flip.
    runner_up : str or None
        The second most likely role, if the confidence is below 3.
    agreed : bool
        False if two annotators disagreed.
    split : str
        ``"train"`` or ``"dev"``.
    source : str
        Where it was posted: the board, otherwise the part.
    year : str
        When it was posted, if known: ``"2026"`` or ``""``.
    published_label : str or None
        The label of the corpus's publisher, only for comparison.
    lines : tuple of LineSpan
        Its labelled lines; empty if there are none.
    """

    id: str
    part: str
    group: str
    title: str | None
    text: str
    role: AnyRole
    confidence: int = 3
    runner_up: str | None = None
    agreed: bool = True
    split: str = "train"
    source: str = ""
    year: str = ""
    published_label: str | None = None
    lines: tuple[LineSpan, ...] = ()

    def encode(self, *, with_title: bool = True) -> bytes:
        """Return the bytes that the model reads."""
        return encode(self.text, self.title if with_title else None)


@dataclass(frozen=True)
class Corpus(Sequence[LabelledPosting]):
    """Labelled postings, in the order of their files."""

    postings: tuple[LabelledPosting, ...]

    def __len__(self) -> int:
        return len(self.postings)

    def __getitem__(self, index: Any) -> Any:
        return self.postings[index]

    def where(self, keep: Callable[[LabelledPosting], bool]) -> Self:
        """Return the postings for which `keep` is true.

        Examples
        --------
        >>> one = LabelledPosting("a", "jobs", "acme", None, "Sells shoes.", Role.OTHER, split="dev")
        >>> len(Corpus((one,)).where(lambda posting: posting.split == "train"))
        0
        """
        return type(self)(tuple(filter(keep, self.postings)))

    def at(self, indices: Iterable[int]) -> Self:
        """Return the postings at these indices, in their order."""
        return type(self)(tuple(self.postings[i] for i in indices))

    def split(self, name: str) -> Self:
        """Return the postings of one split that can be used for training or evaluation.

        Unclear postings have no role, and where two annotators disagree the answer is unknown.
        """
        return self.where(lambda p: p.split == name and p.role != Role.UNCLEAR and p.agreed)

    def unclear(self, name: str) -> Self:
        """Return the postings of one split that its annotators agree are unclear."""
        return self.where(lambda p: p.split == name and p.role == Role.UNCLEAR and p.agreed)

    def column(self, name: str) -> NDArray[Any]:
        """Return one attribute of all postings as an array.

        Examples
        --------
        >>> one = LabelledPosting("a", "jobs", "acme", None, "Sells shoes.", Role.OTHER)
        >>> Corpus((one,)).column("confidence")
        array([3])
        """
        values = [getattr(posting, name) for posting in self.postings]
        return np.array([str(v) if isinstance(v, str) else v for v in values])

    def fingerprint(self) -> str:
        """Return a hash of the postings and their labels, which identifies the corpus of a model."""
        digest = hashlib.sha256()
        for p in self.postings:
            digest.update(p.encode())
            digest.update(
                f"\0{p.id}\0{p.role}\0{p.confidence}\0{p.runner_up}\0{p.split}\0".encode()
            )
        return digest.hexdigest()[:16]

    def encode(self, *, with_title: bool = True) -> list[bytes]:
        """Return the bytes of all postings."""
        return [posting.encode(with_title=with_title) for posting in self.postings]


def load_corpus(
    folder: Path,
    *,
    warn: Warn,
    skip_bad_rows: bool = False,
    roles: Collection[str] = tuple(Role),
) -> Corpus:
    """Read every labelled Parquet file of a folder.

    A file is labelled if it has the columns ``id``, ``description`` and ``role``. Further columns are
    used where they exist: ``title``, ``company``, ``source``, ``confidence``, ``runner_up``,
    ``agreed``, ``split``, ``published_label``, and ``posted``, ``date`` or ``period`` for the year.

    Parameters
    ----------
    folder : Path
        Where the files are.
    warn : callable
        Called with a message for each file that is skipped and, with `skip_bad_rows`, each bad row.
    skip_bad_rows : bool
        Leave bad rows out instead of refusing the corpus.
    roles : collection of str
        The labels that may occur; ``unclear`` may in any case.

    Returns
    -------
    Corpus
        In the order of the file names and their rows.

    Raises
    ------
    CorpusError
        If the folder contains no labelled file, a file cannot be read, or rows are bad; each bad row is
        named with its file, number, column, value and what was expected.
    """
    files = sorted(set(folder.glob("*.parquet")) - {folder / LINES})
    if not files:
        raise CorpusError(
            f"no .parquet file in {folder}; expected at least one with labelled postings"
        )
    postings: dict[str, LabelledPosting] = {}
    problems: list[str] = []
    spans = load_spans(folder / LINES) if (folder / LINES).exists() else {}
    roles = dict.fromkeys([*roles, str(Role.UNCLEAR)])
    for file in files:
        columns, rows = read_parquet(file)
        missing = {"id", "description", "role"} - set(columns)
        if missing:
            warn(f"{file.name}: skipped, it has no column {', '.join(sorted(missing))}")
            continue
        for number, row in enumerate(rows):
            try:
                posting = _posting(row, file.stem, postings, roles, spans)
            except ValueError as error:
                problems.append(f"{file.name} row {number}: {error}")
            else:
                postings[posting.id] = posting
    if problems and not skip_bad_rows:
        raise CorpusError(_list_problems(folder, problems))
    for problem in problems:
        warn(f"{problem}; left out")
    if not postings:
        raise CorpusError(
            f"no labelled posting in {folder}; expected columns id, description and role"
        )
    return Corpus(tuple(postings.values()))


def _posting(
    row: Mapping[str, Any],
    part: str,
    known: Mapping[str, LabelledPosting],
    roles: Collection[str],
    spans: Mapping[str, tuple[LineSpan, ...]],
) -> LabelledPosting:
    """Check one row; raise a ValueError with the column and what was expected."""
    text = _string(row, "description")
    identifier = _string(row, "id")
    if not identifier:
        raise ValueError("column id: empty, expected a unique string")
    if identifier in known:
        where = known[identifier].part
        raise ValueError(f"column id: {identifier!r} is already in {where}.parquet")
    confidence = _one_of(row, "confidence", (1, 2, 3))
    given = {
        # A column with gaps is read as floats.
        "confidence": None if confidence is None else int(confidence),
        "split": _one_of(row, "split", SPLITS),
        "agreed": _one_of(row, "agreed", (True, False)),
    }
    return LabelledPosting(
        id=identifier,
        part=part,
        group=f"{part}/{row.get('source') or row.get('company') or identifier}",
        title=_string(row, "title", optional=True),
        text=text or "",
        role=as_role(_one_of(row, "role", roles, required=True)),
        runner_up=_one_of(row, "runner_up", roles),
        source=str(row.get("source") or part),
        year=_year(row),
        published_label=_string(row, "published_label", optional=True),
        lines=fitting(spans.get(identifier, ()), len(text or "")),
        **{name: value for name, value in given.items() if value is not None},
    )


def _string(row: Mapping[str, Any], column: str, *, optional: bool = False) -> Any:
    value = row.get(column)
    if isinstance(value, str) or (optional and value is None):
        return value
    raise ValueError(f"column {column}: expected a string, got {value!r:.60}")


def _one_of(
    row: Mapping[str, Any], column: str, expected: Collection[Any], *, required: bool = False
) -> Any:
    value = row.get(column)
    if value in expected or (value is None and not required):
        return value
    raise ValueError(
        f"column {column}: expected one of {', '.join(map(str, expected))}, got {value!r:.60}"
    )


def _year(row: Mapping[str, Any]) -> str:
    for column in ("posted", "date", "period"):
        value = str(row.get(column) or "")
        if value[:2] == "20" and value[:4].isdigit():
            return value[:4]
    return ""


def _list_problems(folder: Path, problems: Iterable[str], shown: int = 20) -> str:
    problems = list(problems)
    listed = "\n".join(f"  {problem}" for problem in problems[:shown])
    more = f"\n  ... and {len(problems) - shown} more" if len(problems) > shown else ""
    return (
        f"{len(problems)} bad rows in {folder}:\n{listed}{more}\n"
        "correct them, or leave them out with --skip-bad-rows"
    )
