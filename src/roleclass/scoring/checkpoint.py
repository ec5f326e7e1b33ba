"""What makes a run safe to kill: a lock, finished parts, and a rename at the end.

All of it lies in a hidden folder beside the output, ``.OUTPUT.parts``. A part is the added columns
of one chunk of input: they are what costs time. A run that is resumed reads its input from the
start, takes the answers of finished parts from their files, scores the rest, and writes the whole
output in one go: it cannot lose or repeat a row, and it ends as a run that was not disturbed.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.errors import ScoringError


class Checkpoint:
    """The finished parts of one output, held by one run at a time.

    Parameters
    ----------
    output : Path
        The file that will appear when everything is written.
    fingerprint : dict
        What the parts depend on; JSON. A run that is resumed must have the same.
    resume : bool
        Whether to go on with an unfinished run.

    Raises
    ------
    ScoringError
        If the output exists, another run is at it, an unfinished run is there and `resume` is
        false, or that run had another input or other options.
    """

    def __init__(self, output: Path, fingerprint: dict[str, Any], *, resume: bool) -> None:
        self.output = output
        self.folder = output.with_name(f".{output.name}.parts")
        if output.exists():
            raise ScoringError(f"{output} exists; delete it or choose another output")
        try:
            self.folder.mkdir(exist_ok=True)
            if self.folder.is_symlink():  # it would lead what we write and delete elsewhere
                raise ScoringError(f"{self.folder} is a link; delete it or choose another output")
            # The system lets go of the lock when the process ends, however it ends.
            self._lock = filelock.FileLock(self.folder / "lock", timeout=0)
            self._lock.acquire()
        except filelock.Timeout:
            raise ScoringError(
                f"another run is writing {output}; wait for it or choose another output"
            ) from None
        except OSError as error:
            raise ScoringError(f"{output}: cannot be written: {error.strerror or error}") from error
        try:
            self._check(fingerprint, resume=resume)
        except BaseException:
            self.release()
            raise

    def _check(self, fingerprint: dict[str, Any], *, resume: bool) -> None:
        if self.output.exists():  # another run ended between the first look and the lock
            raise ScoringError(f"{self.output} exists; delete it or choose another output")
        known = self.folder / "run.json"
        if not known.exists():
            _write_atomically(known, json.dumps(fingerprint, indent=2).encode())
            return
        if not resume:
            raise ScoringError(
                f"an earlier run of {self.output} did not finish; go on with --resume, "
                f"or delete {self.folder} to start afresh"
            )
        try:
            before = dict(json.loads(known.read_bytes()))
        except (ValueError, TypeError, RecursionError):
            raise ScoringError(
                f"{known} is damaged; delete {self.folder} to start afresh"
            ) from None
        changed = sorted(
            key for key in before.keys() | fingerprint if before.get(key) != fingerprint.get(key)
        )
        if changed:
            raise ScoringError(
                f"the unfinished run of {self.output} had other {' and '.join(changed)}; "
                f"repeat it as it was, or delete {self.folder} to start afresh"
            )

    def release(self) -> None:
        """Let other runs have the output."""
        self._lock.release()

    def load(self, index: int, rows: int, schema: pa.Schema) -> pa.Table | None:
        """Return a finished part; None if it is not there or not whole."""
        path = self._path(index)
        if not path.exists():
            return None
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowException):
            return None  # torn by a loss of power: score it again
        return table if len(table) == rows and table.schema.equals(schema) else None

    def save(self, index: int, scores: pa.Table) -> None:
        """Keep a finished part."""
        path = self._path(index)
        partial = path.with_suffix(".tmp")
        pq.write_table(scores, partial)
        partial.replace(path)

    def _path(self, index: int) -> Path:
        return self.folder / f"part-{index:07d}.parquet"

    @contextmanager
    def write_output(self) -> Iterator[BinaryIO]:
        """Give a file that becomes the output, all at once, if the context ends well."""
        partial = self.folder / "output"
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.output)
        self.release()
        shutil.rmtree(self.folder)


def _write_atomically(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".tmp")
    partial.write_bytes(data)
    partial.replace(path)
