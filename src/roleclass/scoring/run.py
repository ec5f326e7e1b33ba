"""`score_files`: write the rows of files with their roles, or a row for each line of their postings."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from roleclass._version import __version__
from roleclass.engine.parallel import map_ahead
from roleclass.errors import ScoringError
from roleclass.scoring.checkpoint import Checkpoint
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.rows import RowsOfLines, RowsWithRoles
from roleclass.scoring.scorer import ERROR, Scorer
from roleclass.scoring.summary import Summary
from roleclass.tables.columns import Selection, kinds_of, select
from roleclass.tables.files import is_once
from roleclass.tables.formats import Format
from roleclass.tables.reader import Chunk, Reader
from roleclass.tables.writers import check_schema, open_writer

_MESSAGES = 5  # about rows; the summary counts the rest
_NAME_LENGTH = 80  # characters of a row's id in a message


def score_files(
    inputs: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    options: ScoreOptions | None = None,
    *,
    model: str | os.PathLike[str] | None = None,
    resume: bool = False,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    r"""Write the rows of `inputs`, in order and with all columns, and their roles to `output`.

    With ``options.each_line`` it writes a row for each line of the postings instead.

    Parameters
    ----------
    inputs : sequence of path
        Files of any of `FORMATS`, folders of them, patterns such as ``"jobs/*.parquet"``, or ``-``.
    output : path
        Must not exist; its extension determines the format. ``-`` is standard output, in the format
        of the first input unless `options` name one.
    options : ScoreOptions or None
    model : path or None
        As for `RoleClassifier`.
    resume : bool
        Continue an interrupted run.
    warn : callable
        Called with each warning: guesses, and rows that could not be scored.
    progress : callable
        Called with the summary so far after each part.

    Returns
    -------
    Summary

    Raises
    ------
    ScoringError
        If the input cannot be read or the output cannot be written; the message says where,
        and what to do.
    ModelError
        If the model file is missing, damaged or not a roleclass model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "jobs.csv").write_text("id,text\n7,Prepares the payroll.\n8,\n")
    >>> score_files([folder / "jobs.csv"], folder / "roles.csv").rows
    2
    >>> _ = score_files([folder / "jobs.csv"], folder / "lines.jsonl", ScoreOptions(each_line=True))
    >>> print((folder / "lines.jsonl").read_text()[:88])
    {"id": "7", "file": ...
    """
    options = options or ScoreOptions()
    scorer = Scorer(model, options)
    target = os.fspath(output)
    names = [os.fspath(name) for name in inputs]
    format_ = _output_format(target, names, options, resume=resume)
    reader = Reader(names, options)
    for note in reader.notes:
        warn(note)
    selection = select(kinds_of(reader.schema), options, warn=warn)
    flat = format_.kind in ("csv", "tsv")
    rows = (
        RowsOfLines(reader.schema, selection, scorer, flat=flat)
        if options.each_line
        else RowsWithRoles(reader.schema, scorer, flat=flat)
    )
    check_schema(format_, rows.schema)
    checkpoint = None
    if target != "-":
        described = _fingerprint(reader, scorer, options, selection, rows.schema)
        checkpoint = Checkpoint(Path(target), described, resume=resume)
        if checkpoint.finished is not None:
            return checkpoint.finished
    summary = Summary.begin(scorer, reader.size)
    start = time.perf_counter()
    without_text = 0
    score = partial(_score, checkpoint, scorer, selection)
    with (
        _destination(target, checkpoint, summary) as raw,
        open_writer(raw, format_, rows.schema, safe_csv=options.safe_csv) as write,
        closing(map_ahead(score, reader, options.threads)) as answers,
    ):
        # Reading and writing happen in this thread while others score.
        for chunk, scores, resumed in answers:
            without_text += _report_errors(chunk, scores, summary, options, selection, warn)
            write(rows.of(chunk, scores))
            summary.read += len(chunk.table)
            summary.add(scores, resumed=resumed)
            summary.position = chunk.position
            summary.seconds = time.perf_counter() - start
            progress(summary)
        if summary.rows != summary.read:  # a defect: rows are never lost or added
            raise ScoringError(f"{summary.read} rows were read, {summary.rows} written")
    if without_text == summary.rows > 0:
        warn(
            f"no row could be scored, as {_named(selection)} has no text; name another column with "
            "--text-column"
        )
    return summary


def _output_format(
    target: str, inputs: Sequence[str], options: ScoreOptions, *, resume: bool
) -> Format:
    """Return the format of the output: by its name, otherwise as asked for, otherwise that of the input."""
    if target != "-" and not Path(target).name:
        raise ScoringError(f"the output {target!r} is not a file name; expected one, or -")
    if target == "-" and resume:
        raise ScoringError(
            "standard output cannot be resumed; leave out --resume, or write to a file"
        )
    if resume and any(map(is_once, inputs)):
        raise ScoringError(
            "standard input and pipes cannot be resumed; leave out --resume, or read from a file"
        )
    known = Format.named(target if target != "-" or options.format or not inputs else inputs[0])
    found = known or Format.of(target, options.format)
    format_ = found if target != "-" and known else found.written()
    if options.safe_csv and format_.kind not in ("csv", "tsv"):
        raise ScoringError(
            f"{target} is not CSV or TSV; leave out --safe-csv, which is only for these"
        )
    return format_


def _score(
    checkpoint: Checkpoint | None, scorer: Scorer, selection: Selection, chunk: Chunk
) -> tuple[Chunk, pa.Table, bool]:
    """Return the added columns of a chunk, and whether they come from an earlier run."""
    if checkpoint:
        done = checkpoint.load(chunk.index, len(chunk.table), scorer.schema)
        if done is not None:
            return chunk, done, True
    scores = scorer.score_table(chunk.table, selection, chunk.faults)
    if checkpoint:
        checkpoint.save(chunk.index, scores)
    return chunk, scores, False


def _fingerprint(
    reader: Reader, scorer: Scorer, options: ScoreOptions, selection: Selection, schema: pa.Schema
) -> dict[str, Any]:
    read = ("format", "encoding", "delimiter", "records", "table", "batch_size")
    return {
        "inputs": reader.fingerprint(),
        "model": scorer.model_sha256,
        "version": __version__,
        **{f"{what} column": column for what, column in selection.described().items()},
        **{name.replace("_", " "): getattr(options, name) for name in read},
        "columns of the output": schema.names,
    }


@contextmanager
def _destination(
    target: str, checkpoint: Checkpoint | None, summary: Summary
) -> Iterator[BinaryIO]:
    """Yield the stream to write to; a system error is raised with what was kept."""
    try:
        if checkpoint is not None:
            with checkpoint.write_output(summary) as file:
                yield file
        elif sys.stdout is None or sys.stdout.closed:
            raise ScoringError("standard output is closed; name a file to write to")
        else:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        kept = "; the scored rows are kept: free disk space, then continue with --resume" * bool(
            checkpoint
        )
        raise ScoringError(f"cannot write {target}: {error.strerror or error}{kept}") from error
    finally:
        if checkpoint:
            checkpoint.release()


def _report_errors(
    chunk: Chunk,
    scores: pa.Table,
    summary: Summary,
    options: ScoreOptions,
    selection: Selection,
    warn: Callable[[str], None],
) -> int:
    """Warn of the first few bad rows, or stop at the first; return the number of rows without a text."""
    without_text = 0
    reasons = scores.column(-1)
    bad = pc.indices_nonzero(pc.fill_null(pc.starts_with(reasons, ERROR), fill_value=False))
    for count, i in enumerate(bad.to_pylist(), summary.errors + 1):
        row = f"{chunk.source}: row {chunk.first_row + i}"
        if selection.id is not None:
            name = str(chunk.table[selection.id][i].as_py())[:_NAME_LENGTH]
            row += f" ({selection.id} {' '.join(name.split())})"
        reason = reasons[i].as_py().removeprefix(ERROR)
        if i not in chunk.faults:
            without_text += 1
            row += f", column {_named(selection)}"
        if options.on_error == "stop":
            raise ScoringError(f"{row}: {reason}; fix it, or mark such rows with --on-error mark")
        if count <= _MESSAGES:
            warn(f"{row}: {reason}")
        elif count == _MESSAGES + 1:
            warn("further rows cannot be scored; see their reason in the output")
    return without_text


def _named(selection: Selection) -> str:
    return " + ".join(map(str, selection.text))
