"""Score Parquet files on a Ray cluster. Needs ``roleclass[ray]``.

A task is a piece: some row groups of one file. A worker reads it, scores it and writes it atomically to
its own file, whose name depends only on the piece. So it does no harm if a worker dies
and its piece is repeated. Ray Data is not used: its Parquet reader did not survive the
loss of a node (Ray 2.60, ``ListFiles``), and readers that wait for a CPU held by scorers can hang a job.
"""

import json
import logging
import os
import posixpath
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from time import perf_counter

import pyarrow as pa
from pyarrow import fs

from roleclass._version import __version__
from roleclass.errors import RoleclassError, ScoringError, require_extra
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.pieces import Piece, absolute, open_parquet, plan, read_piece, resolve
from roleclass.scoring.scorer import ERROR, Scorer
from roleclass.scoring.summary import Summary
from roleclass.tables.columns import Selection, kinds_of, select
from roleclass.tables.formats import Format
from roleclass.tables.writers import open_writer


def score_on_cluster(
    inputs: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    options: ScoreOptions | None = None,
    *,
    model: str | os.PathLike[str] | None = None,
    resume: bool = False,
    address: str | None = None,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Score Parquet files on a Ray cluster, into a folder of Parquet files.

    Parameters
    ----------
    inputs : sequence of path
        Parquet files, patterns, or addresses of files or folders such as ``s3://bucket/jobs``;
        every worker must see them under the same name.
    output : path
        A folder, or an address, that does not exist; every worker must be able to write to it. Its
        files, sorted by name, hold the rows in the order of the input.
    options : ScoreOptions or None
        `threads` is ignored: each worker scores on one CPU.
    model : path or None
        As for `RoleClassifier`; every worker must see it under the same name.
    resume : bool
        Continue an interrupted run.
    address : str or None
        Address of the cluster, as for ``ray.init``; None for that of this process or ``RAY_ADDRESS``,
        otherwise one on this machine.
    warn, progress : callable
        As for `score_files`.

    Returns
    -------
    Summary

    Raises
    ------
    ScoringError
        If the input cannot be read, the output cannot be written, or the cluster is too small.
    ModelError
        If the model file is missing, damaged or not a roleclass model.
    """
    require_extra("ray", "ray")
    import ray

    options = options or ScoreOptions()
    scorer = Scorer(model, options)
    folder = absolute(output)
    pieces, schema = plan([os.fspath(name) for name in inputs], folder)
    selection = select(kinds_of(schema), options, warn=warn)
    scorer.check_names(schema.names)
    _prepare(folder, pieces, scorer, selection, resume=resume)

    summary = Summary.begin(scorer, sum(piece.size for piece in pieces))
    start = perf_counter()
    with _connected(address):
        # Unlimited: a task is retried if its worker died, not if it raised.
        task = ray.remote(num_cpus=1, max_retries=-1)(score_piece)
        where = None if model is None else absolute(model)
        what = (selection, options, where, scorer.model_sha256)
        tasks = {task.remote(piece, *what): piece for piece in pieces}
        waiting = list(tasks)
        try:
            while waiting:
                [done], waiting = ray.wait(waiting)
                summary.merge(ray.get(done))
                summary.read += tasks[done].rows
                summary.position += tasks[done].size
                summary.seconds = perf_counter() - start
                progress(summary)
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, RoleclassError):
                raise cause from None
            raise ScoringError(
                f"the cluster failed: {error}\nThe scored rows are kept: continue with --resume"
            ) from error
        finally:
            for left in waiting:
                ray.cancel(left)
    _check(folder, pieces)
    return summary


def score_piece(
    piece: Piece,
    selection: Selection,
    options: ScoreOptions,
    model: str | None,
    model_sha256: str,
) -> Summary:
    """Score a piece and write it, unless it exists; run by a worker."""
    scorer = _scorer(model, options, model_sha256)
    summary = Summary.begin(scorer)
    filesystem, target = resolve(piece.output)
    if filesystem.get_file_info(target).type == fs.FileType.File:
        with open_parquet(piece.output) as finished:
            scores = finished.read(columns=scorer.schema.names)
        summary.add(scores, resumed=True)
        return summary
    # Two workers may score the same piece, if one was wrongly considered dead.
    partial = posixpath.join(posixpath.dirname(target), f"_{uuid.uuid4().hex}.tmp")
    with open_parquet(piece.source) as source:
        schema = source.schema_arrow
        schema = pa.schema([*schema, *scorer.schema], metadata=schema.metadata)
        try:
            with (
                filesystem.open_output_stream(partial) as raw,
                open_writer(raw, Format("parquet"), schema) as write,
            ):
                for table in read_piece(source, piece, options.batch_size):
                    scores = scorer.score_table(table, selection, {})
                    bad = [r for r in scores.column(-1).to_pylist() if r and r.startswith(ERROR)]
                    if bad and options.on_error == "stop":
                        raise ScoringError(
                            f"{piece.source}: {bad[0]}; mark such rows with --on-error mark"
                        )
                    summary.add(scores, resumed=False)
                    columns = [*table.columns, *scores.columns]
                    write(pa.Table.from_arrays(columns, schema=schema))
            filesystem.move(partial, target)
        except OSError as error:
            raise ScoringError(
                f"cannot write {target}: {error}; the scored rows are kept: continue with --resume"
            ) from error
    return summary


@lru_cache(1)  # once for all pieces that a process scores
def _scorer(model: str | None, options: ScoreOptions, model_sha256: str) -> Scorer:
    scorer = Scorer(model, options)
    if scorer.model_sha256 != model_sha256:
        raise ScoringError(
            "a worker has another model than the process that started the run; install the same "
            "version of roleclass on all nodes, or put the model where all nodes can read it"
        )
    return scorer


def _prepare(
    folder: str,
    pieces: Sequence[Piece],
    scorer: Scorer,
    selection: Selection,
    *,
    resume: bool,
) -> None:
    """Make the output folder, or check that it holds an unfinished run with the same description."""
    filesystem, path = resolve(folder)
    described = json.dumps(
        {
            "pieces": [asdict(piece) for piece in pieces],
            "model": scorer.model_sha256,
            "version": __version__,
            "columns": selection.described(),
            "added": scorer.schema.names,
        }
    ).encode()
    known = posixpath.join(path, "_run.json")
    if filesystem.get_file_info(path).type == fs.FileType.NotFound:
        filesystem.create_dir(path, recursive=True)
        with filesystem.open_output_stream(known) as file:
            file.write(described)
        return
    if not resume:
        raise ScoringError(
            f"{folder} exists; continue an unfinished run with --resume, or name another output"
        )
    before = b""
    if filesystem.get_file_info(known).type == fs.FileType.File:
        with filesystem.open_input_stream(known) as file:
            before = file.read()
    if before != described:
        raise ScoringError(
            f"{folder} is not an unfinished run of this input with these options; repeat the run "
            "unchanged, or name another output"
        )


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    import ray

    ours = not ray.is_initialized()
    if ours:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        if ray.cluster_resources().get("CPU", 0) < 1:
            raise ScoringError("the cluster has no CPU; add a node, or score without --engine ray")
        yield
    finally:
        if ours:
            ray.shutdown()


def _check(folder: str, pieces: Sequence[Piece]) -> None:
    """Count the written rows, remove the files of dead workers, and mark the run as done."""
    for piece in pieces:
        with open_parquet(piece.output) as file:
            if file.metadata.num_rows != piece.rows:
                raise ScoringError(
                    f"{piece.output} has {file.metadata.num_rows} rows, expected {piece.rows}; "
                    "delete it and continue with --resume"
                )
    filesystem, path = resolve(folder)
    for file in filesystem.get_file_info(fs.FileSelector(path)):
        if file.base_name.endswith(".tmp"):
            filesystem.delete_file(file.path)
    with filesystem.open_output_stream(posixpath.join(path, "_SUCCESS")):
        pass
