"""`score_files`: files in, the same rows with their roles out; `write_lines`: a row for each line."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from roleclass._version import __version__
from roleclass.engine.parallel import map_ahead
from roleclass.errors import ScoringError
from roleclass.scoring.checkpoint import Checkpoint
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.readings import all_lines, extras_of
from roleclass.scoring.rows import Beside, ByLine, Rows
from roleclass.scoring.scorer import ERROR, Scorer
from roleclass.scoring.summary import Summary
from roleclass.tables.columns import Selection, kinds_of, select
from roleclass.tables.files import is_once
from roleclass.tables.formats import Format
from roleclass.tables.reader import Chunk, Reader
from roleclass.tables.writers import check_schema, open_writer

_MESSAGES = 5  # of the same kind; the summary counts the rest
_NAME_LENGTH = 80  # characters of what names a row in a message


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

    Parameters
    ----------
    inputs : sequence of path
        Files of any of `FORMATS`, folders of them, patterns such as ``"jobs/*.parquet"``, or ``-``.
    output : path
        Must not exist; its ending tells the format. ``-`` is standard output, which takes the format
        of the first input unless `options` name one.
    options : ScoreOptions or None
    model : path or None
        As for `RoleClassifier`.
    resume : bool
        Go on with a run that was cut off.
    warn : callable
        Called with a sentence for each guess and for each row that could not be scored.
    progress : callable
        Called after each part with how far the run is.

    Returns
    -------
    Summary

    Raises
    ------
    ScoringError
        If the input cannot be read or the output cannot be written; the message says which, where
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
    """
    options = options or ScoreOptions()
    scorer = Scorer(model, options.prefix, extras_of(options))
    return _run(
        inputs,
        output,
        options,
        scorer,
        lambda schema, _, flat: Beside(schema, scorer, flat=flat),
        resume=resume,
        warn=warn,
        progress=progress,
    )


def write_lines(
    inputs: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    options: ScoreOptions | None = None,
    *,
    with_text: bool = True,
    model: str | os.PathLike[str] | None = None,
    resume: bool = False,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    r"""Write the lines of the postings of `inputs` to `output`, a row each, in order.

    Parameters
    ----------
    with_text : bool
        Whether to write what the lines say.
    inputs, output, options, model, resume, warn, progress
        As for `score_files`; of the options, those that add columns are not used.

    Returns
    -------
    Summary

    Raises
    ------
    ScoringError, ModelError
        As for `score_files`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "jobs.csv").write_text("id,text\n7,You will bake bread. You will sell it.\n8,\n")
    >>> _ = write_lines([folder / "jobs.csv"], folder / "lines.jsonl")
    >>> print((folder / "lines.jsonl").read_text()[:88])
    {"id": "7", "file": ...
    """
    options = options or ScoreOptions()
    return _run(
        inputs,
        output,
        options,
        Scorer(model, extras=[all_lines(with_text=with_text)]),
        lambda schema, selection, flat: ByLine(schema, selection, with_text=with_text, flat=flat),
        resume=resume,
        warn=warn,
        progress=progress,
    )


def _run(
    inputs: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    options: ScoreOptions,
    scorer: Scorer,
    rows_of: Callable[[pa.Schema, Selection, bool], Rows],
    *,
    resume: bool,
    warn: Callable[[str], None],
    progress: Callable[[Summary], None],
) -> Summary:
    """Score `inputs` and write what `rows_of` the input's schema makes of them."""
    target = os.fspath(output)
    names = [os.fspath(name) for name in inputs]
    format_ = _output_format(target, names, options.format)
    if target == "-" and resume:
        raise ScoringError(
            "standard output cannot be resumed; leave out --resume, or write to a file"
        )
    if resume and any(map(is_once, names)):
        raise ScoringError(
            "standard input and pipes cannot be resumed; leave out --resume, or read from a file"
        )
    flat = format_.kind in ("csv", "tsv")
    if options.safe_csv and not flat:
        raise ScoringError(f"{target} is no CSV or TSV; leave out --safe-csv, which is for these")
    with Reader(names, options) as reader:
        for note in reader.notes:
            warn(note)
        selection = select(kinds_of(reader.schema), options, warn=warn)
        rows = rows_of(reader.schema, selection, flat)
        check_schema(format_, rows.schema)
        checkpoint = None
        if target != "-":
            checkpoint = Checkpoint(
                Path(target),
                _fingerprint(reader, scorer, options, selection, rows),
                resume=resume,
            )
            if checkpoint.finished is not None:
                return checkpoint.finished
        run = _Run(reader, scorer, options, selection, rows, checkpoint, warn)
        try:
            with _destination(checkpoint, run.summary) as raw:
                run.write(raw, format_, progress)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            kept = (
                "; what was scored is kept: make room, then go on with --resume"
                if checkpoint
                else ""
            )
            raise ScoringError(f"cannot write {target}: {error.strerror or error}{kept}") from error
        finally:
            if checkpoint:
                checkpoint.release()
        return run.summary


def _output_format(target: str, inputs: Sequence[str], format_: str | None) -> Format:
    """Tell the format of the output: its name's, else the one asked for, else that of the input."""
    if target != "-" and not Path(target).name:
        raise ScoringError(f"the output {target!r} is no name of a file; expected one, or -")
    if target == "-" and format_ is None and inputs:
        of_input = Format.named(inputs[0])
        if of_input is not None:
            return of_input.written()
    found = Format.of(target, format_)
    return found if target != "-" and Format.named(target) else found.written()


def _fingerprint(
    reader: Reader, scorer: Scorer, options: ScoreOptions, selection: Selection, rows: Rows
) -> dict[str, Any]:
    columns = selection.described()
    return {
        "inputs": reader.fingerprint(),
        "model": scorer.model_sha256,
        "version": __version__,
        "text column": columns["text"],
        "title column": columns["title"],
        "format": options.format,
        "encoding": options.encoding,
        "delimiter": options.delimiter,
        "records": options.records,
        "table": options.table,
        "batch size": options.batch_size,
        "columns of the output": rows.schema.names,
    }


@contextmanager
def _destination(checkpoint: Checkpoint | None, summary: Summary) -> Iterator[BinaryIO]:
    if checkpoint is not None:
        with checkpoint.write_output(summary) as file:
            yield file
        return
    if sys.stdout is None or sys.stdout.closed:
        raise ScoringError("standard output is closed; name a file to write to")
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


class _Run:
    """The loop: read, score on several threads, write in order."""

    def __init__(
        self,
        reader: Reader,
        scorer: Scorer,
        options: ScoreOptions,
        selection: Selection,
        rows: Rows,
        checkpoint: Checkpoint | None,
        warn: Callable[[str], None],
    ) -> None:
        self._reader = reader
        self._scorer = scorer
        self._options = options
        self._selection = selection
        self._rows = rows
        self._checkpoint = checkpoint
        self._warn = warn
        self._without_text = 0
        self.summary = Summary.begin(scorer, reader.size)

    def write(self, raw: BinaryIO, format_: Format, progress: Callable[[Summary], None]) -> None:
        """Write all rows and their roles to `raw`."""
        start = time.perf_counter()
        with (
            open_writer(raw, format_, self._rows.schema, safe_csv=self._options.safe_csv) as writer,
            closing(map_ahead(self._score, self._reader, self._options.threads)) as answers,
        ):
            # Reading and writing happen in this thread while others score.
            for chunk, scores, resumed in answers:
                self._report_errors(chunk, scores)
                writer.write(self._rows.of(chunk, scores))
                self.summary.read += len(chunk.table)
                self.summary.add(scores, resumed=resumed)
                self.summary.position = chunk.position
                self.summary.seconds = time.perf_counter() - start
                progress(self.summary)
        self.summary.seconds = time.perf_counter() - start
        if self._without_text == self.summary.rows > 0:
            columns = " + ".join(map(str, self._selection.text))
            self._warn(
                f"no row could be scored: is the posting in {columns}, or is that there but empty? "
                "Name another column with --text-column"
            )
        if self.summary.rows != self.summary.read:  # never: rows are neither lost nor made
            raise ScoringError(f"{self.summary.read} rows were read, {self.summary.rows} written")

    def _score(self, chunk: Chunk) -> tuple[Chunk, pa.Table, bool]:
        if self._checkpoint:
            done = self._checkpoint.load(chunk.index, len(chunk.table), self._scorer.schema)
            if done is not None:
                return chunk, done, True
        scores = self._scorer.score_table(chunk.table, self._selection, chunk.faults)
        if self._checkpoint:
            self._checkpoint.save(chunk.index, scores)
        return chunk, scores, False

    def _report_errors(self, chunk: Chunk, scores: pa.Table) -> None:
        """Say what is wrong with the first few bad rows, or stop at the first."""
        reasons = scores.column(-1)
        bad = pc.indices_nonzero(pc.fill_null(pc.starts_with(reasons, ERROR), fill_value=False))
        for count, i in enumerate(bad.to_pylist(), self.summary.errors + 1):
            row = f"{chunk.source}: row {chunk.first_row + i}"
            if self._selection.id is not None:
                name = str(chunk.table[self._selection.id][i].as_py())[:_NAME_LENGTH]
                row += f" ({self._selection.id} {' '.join(name.split())})"
            reason = reasons[i].as_py().removeprefix(ERROR)
            if i not in chunk.faults:
                self._without_text += 1
                row += f", column {' + '.join(map(str, self._selection.text))}"
            if self._options.on_error == "stop":
                raise ScoringError(
                    f"{row}: {reason}; fix it, or mark such rows with --on-error mark"
                )
            if count <= _MESSAGES:
                self._warn(f"{row}: {reason}")
            elif count == _MESSAGES + 1:
                self._warn("more rows cannot be scored; see their reason in the output")
