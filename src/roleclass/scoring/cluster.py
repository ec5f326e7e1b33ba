"""Parquet in, Parquet out, on a Ray cluster. Needs ``roleclass[ray]``.

Ray Data hands out pieces: some row groups of one file. A stateful scorer on each worker reads a
piece, scores it and writes it to a file of its own, which appears all at once under a name that the
piece determines. So it does no harm if a worker dies and its piece is done again, or done twice.
Ray's own reader and writer of Parquet are not used: the reader did not survive the loss of a node
(Ray 2.60, ``ListFiles``), and readers that wait for a CPU that the scorers hold can hang a job.
"""

import json
import os
import posixpath
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from time import perf_counter
from typing import Any

import pyarrow as pa
from pyarrow import fs

from roleclass._version import __version__
from roleclass.errors import ScoringError, require_extra
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.pieces import Piece, absolute, open_parquet, plan, read_piece, resolve
from roleclass.scoring.readings import extras_of
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
        Parquet files, patterns, or addresses such as ``s3://bucket/jobs``, a file or a folder of
        them; every worker must see them under the same name.
    output : path
        A folder, or an address, that does not exist; every worker must be able to write to it. Its
        files, sorted by name, hold the rows in the order of the input.
    options : ScoreOptions or None
        `threads` is not used: a worker scores on one CPU, and there are many.
    model : path or None
        As for `RoleClassifier`; every worker must see it under the same name.
    resume : bool
        Go on with a run that was cut off.
    address : str or None
        Of the cluster, as for ``ray.init``; None for the one that this process or ``RAY_ADDRESS``
        knows, else one on this machine.
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
    import ray.data

    options = options or ScoreOptions()
    scorer = Scorer(model, options.prefix, extras_of(options))
    folder = absolute(output)
    pieces, schema = plan([os.fspath(name) for name in inputs], folder)
    selection = select(kinds_of(schema), options, warn=warn)
    scorer.check_names(schema.names)
    _prepare(folder, pieces, scorer, selection, resume=resume)

    summary = Summary.begin(scorer, sum(piece.size for piece in pieces))
    start = perf_counter()
    with _connected(address):
        workers = min(_workers(), max(len(pieces), 1))
        data = ray.data.from_items(
            [{"piece": i} for i in range(len(pieces))], override_num_blocks=max(len(pieces), 1)
        ).map_batches(
            PieceScorer,
            fn_constructor_kwargs={
                "pieces": pieces,
                "selection": selection,
                "options": options,
                "model": None if model is None else absolute(model),
                "model_sha256": scorer.model_sha256,
            },
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=workers),
        )
        try:
            for row in data.iter_rows():
                if row["error"]:
                    raise ScoringError(row["error"])
                summary.merge(Summary(**json.loads(row["summary"])))
                summary.read += pieces[int(row["piece"])].rows
                summary.position += pieces[int(row["piece"])].size
                summary.seconds = perf_counter() - start
                progress(summary)
        except ray.exceptions.RayError as error:
            raise ScoringError(
                f"the cluster gave up: {error}\nWhat was scored is kept: go on with --resume"
            ) from error
    summary.seconds = perf_counter() - start
    _check(folder, pieces)
    return summary


class PieceScorer:
    """What runs on a worker: loads the model once, then scores pieces."""

    def __init__(
        self,
        *,
        pieces: Sequence[Piece],
        selection: Selection,
        options: ScoreOptions,
        model: str | None,
        model_sha256: str,
    ) -> None:
        self._pieces = pieces
        self._selection = selection
        self._options = options
        self._scorer = Scorer(model, options.prefix, extras_of(options))
        if self._scorer.model_sha256 != model_sha256:
            raise ScoringError(
                "a worker has another model than the one that started the run; install the same "
                "version of roleclass on all nodes, or put the model where all of them see it"
            )

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Score the piece that `batch` names; give its summary, or what is wrong with it."""
        # An error goes back as a value: Ray would wrap it in its own, and a log.
        summary, error = Summary.begin(self._scorer), ""
        try:
            summary = self._score(self._pieces[int(batch["piece"][0])])
        except ScoringError as wrong:
            error = str(wrong)
        described = json.dumps(asdict(summary))
        return {"piece": list(batch["piece"]), "summary": [described], "error": [error]}

    def _score(self, piece: Piece) -> Summary:
        summary = Summary.begin(self._scorer)
        filesystem, target = resolve(piece.output)
        if filesystem.get_file_info(target).type == fs.FileType.File:
            with open_parquet(piece.output) as finished:
                scores = finished.read(columns=self._scorer.schema.names)
            summary.add(scores, resumed=True)
            return summary
        # Two workers may be at the same piece, if one was given up for dead.
        partial = posixpath.join(posixpath.dirname(target), f"_{uuid.uuid4().hex}.tmp")
        with open_parquet(piece.source) as source:
            schema = source.schema_arrow
            schema = pa.schema([*schema, *self._scorer.schema], metadata=schema.metadata)
            try:
                with (
                    filesystem.open_output_stream(partial) as raw,
                    open_writer(raw, Format("parquet"), schema) as writer,
                ):
                    for table in read_piece(source, piece, self._options.batch_size):
                        scores = self._scorer.score_table(table, self._selection, {})
                        self._check(piece, scores)
                        summary.add(scores, resumed=False)
                        columns = [*table.columns, *scores.columns]
                        writer.write(pa.Table.from_arrays(columns, schema=schema))
                filesystem.move(partial, target)
            except OSError as error:
                raise ScoringError(
                    f"cannot write {target}: {error}; what was scored is kept: go on with --resume"
                ) from error
        return summary

    def _check(self, piece: Piece, scores: pa.Table) -> None:
        if self._options.on_error == "stop":
            bad = [r for r in scores.column(-1).to_pylist() if r and r.startswith(ERROR)]
            if bad:
                raise ScoringError(f"{piece.source}: {bad[0]}; mark such rows with --on-error mark")


def _prepare(
    folder: str,
    pieces: Sequence[Piece],
    scorer: Scorer,
    selection: Selection,
    *,
    resume: bool,
) -> None:
    """Make the output folder, or check that it holds the beginning of this very run."""
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
            f"{folder} exists; go on with an unfinished run with --resume, or name another output"
        )
    before = b""
    if filesystem.get_file_info(known).type == fs.FileType.File:
        with filesystem.open_input_stream(known) as file:
            before = file.read()
    if before != described:
        raise ScoringError(
            f"{folder} is not an unfinished run of this input with these options; repeat the run "
            "as it was, or name another output"
        )


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    import logging

    import ray
    import ray.data

    ours = not ray.is_initialized()
    if ours:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    context, logger = ray.data.DataContext.get_current(), logging.getLogger("ray.data")
    before = context.enable_progress_bars, logger.level
    context.enable_progress_bars = False
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        context.enable_progress_bars = before[0]
        logger.setLevel(before[1])
        if ours:
            ray.shutdown()


def _workers() -> int:
    """Return how many scorers to start: not as many as there are CPUs, or other work would wait."""
    import ray

    cpus = int(ray.cluster_resources().get("CPU", 0))
    if cpus < 2:
        raise ScoringError(
            f"the cluster has {cpus} CPU; at least 2 are needed, one of them for what is not "
            "scoring: add a node, or score without --engine ray"
        )
    return cpus - 1


def _check(folder: str, pieces: Sequence[Piece]) -> None:
    """Count the rows that were written, remove what dead workers left, and mark the run as done."""
    for piece in pieces:
        with open_parquet(piece.output) as file:
            if file.metadata.num_rows != piece.rows:
                raise ScoringError(
                    f"{piece.output} has {file.metadata.num_rows} rows, expected {piece.rows}; "
                    "delete it and go on with --resume"
                )
    filesystem, path = resolve(folder)
    for file in filesystem.get_file_info(fs.FileSelector(path)):
        if file.base_name.endswith(".tmp"):
            filesystem.delete_file(file.path)
    with filesystem.open_output_stream(posixpath.join(path, "_SUCCESS")):
        pass
