"""Make a run safe to kill: a lock, finished parts, and a rename at the end.

They are in a hidden folder beside the output, ``.OUTPUT.parts``. A part is the added columns
of one chunk of input, which take the time. A resumed run reads its input from the
start, reuses finished parts, scores the rest, and writes the whole
output at once: it cannot lose or repeat a row, and its output is that of an uninterrupted run.

Everything is synced to disk before it counts. A part begins with a checksum of its content, its index and
the description of its run (``run.json``): a part that is damaged, swapped or from another run is
scored again.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from roleclass.errors import ScoringError
from roleclass.scoring.summary import Summary
from roleclass.whole import sync_folder, whole_file, write_whole

_DIGEST_SIZE: Final = hashlib.sha256().digest_size


class Checkpoint:
    """The finished parts of one output, held by one run at a time.

    Parameters
    ----------
    output : Path
        The file that will appear when everything is written.
    fingerprint : dict
        What the parts depend on, as JSON. It must be the same when a run is resumed.
    resume : bool
        Whether to continue an unfinished run.

    Attributes
    ----------
    finished : Summary or None
        The summary of a run that was interrupted after its last step, with the output complete.

    Raises
    ------
    ScoringError
        If the output exists and is not from the run to be resumed, another run is writing it, there is
        an unfinished run and `resume` is false, or that run had another input or other options.
    """

    def __init__(self, output: Path, fingerprint: dict[str, Any], *, resume: bool) -> None:
        self.output = output
        self.folder = output.with_name(f".{output.name}.parts")
        self.finished: Summary | None = None
        self._key = json.dumps(fingerprint, sort_keys=True).encode()
        if output.exists() and not (resume and self.folder.exists()):
            raise self._exists()
        try:
            self.folder.mkdir(exist_ok=True)
            if self.folder.is_symlink():  # we would write and delete elsewhere
                raise ScoringError(f"{self.folder} is a link; delete it or choose another output")
            # The system releases the lock whenever the process ends.
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
        known = self.folder / "run.json"
        if not known.exists():
            if self.output.exists():  # another run ended between the first look and the lock
                raise self._exists()
            # Without a description, the input of the parts is unknown.
            for left in (*self.folder.glob("part-*"), *self.folder.glob("finished.*")):
                left.unlink()
            write_whole(known, json.dumps(fingerprint, indent=2))
            return
        if not resume:
            raise ScoringError(
                f"an earlier run of {self.output} did not finish; continue it with --resume, "
                f"or delete {self.folder} to start again"
            )
        try:
            before = dict(json.loads(known.read_bytes()))
        except (ValueError, TypeError, RecursionError):
            raise ScoringError(f"{known} is damaged; delete {self.folder} to start again") from None
        changed = sorted(
            key for key in before.keys() | fingerprint if before.get(key) != fingerprint.get(key)
        )
        if changed:
            raise ScoringError(
                f"the unfinished run of {self.output} had other {' and '.join(changed)}; "
                f"repeat it unchanged, or delete {self.folder} to start again"
            )
        if self.output.exists():
            self.finished = self._finished()
            if self.finished is None:
                raise self._exists()
            self._remove()

    def _exists(self) -> ScoringError:
        return ScoringError(f"{self.output} exists; delete it or choose another output")

    def _finished(self) -> Summary | None:
        """Return the summary of the run, if the output is the file that it wrote."""
        try:
            note = json.loads((self.folder / "finished.json").read_bytes())
            mine = note["file"] == _identity(self.output)
            return Summary(**note["summary"]) if mine else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def release(self) -> None:
        """Release the lock on the output."""
        self._lock.release()

    def load(self, index: int, rows: int, schema: pa.Schema) -> pa.Table | None:
        """Return a finished part; None if it is missing or changed."""
        try:
            content = memoryview(self._path(index).read_bytes())
        except OSError:
            return None
        data = content[_DIGEST_SIZE:]
        if content[:_DIGEST_SIZE] != self._digest(index, data):
            return None
        table = pq.read_table(pa.BufferReader(pa.py_buffer(data)))
        return table if len(table) == rows and table.schema.equals(schema) else None

    def save(self, index: int, scores: pa.Table) -> None:
        """Save a finished part."""
        sink = pa.BufferOutputStream()
        pq.write_table(scores, sink)
        data = sink.getvalue()
        with whole_file(self._path(index)) as file:
            file.write(self._digest(index, data))
            file.write(data)

    def _digest(self, index: int, data: Any) -> bytes:
        digest = hashlib.sha256(self._key)
        digest.update(index.to_bytes(8, "big"))
        digest.update(data)
        return digest.digest()

    def _path(self, index: int) -> Path:
        return self.folder / f"part-{index:07d}.parquet"

    @contextmanager
    def write_output(self, summary: Summary) -> Iterator[BinaryIO]:
        """Open a file that becomes the output, atomically, if the context ends without error.

        `summary` is saved for a later run that finds this one finished.
        """
        partial = self.folder / "output"
        with whole_file(partial) as file:
            yield file
        note = {"file": _identity(partial), "summary": asdict(summary)}
        write_whole(self.folder / "finished.json", json.dumps(note))
        partial.replace(self.output)
        sync_folder(self.output.parent)
        self._remove()

    def _remove(self) -> None:
        """Rename the folder, then delete it, so that no run finds a part of it."""
        self.release()
        doomed = self.folder.with_name(f"{self.folder.name}.old")
        shutil.rmtree(doomed, ignore_errors=True)  # of a run that was killed here
        with suppress(OSError):  # a second run does the same; the output is complete in any case
            self.folder.replace(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def _identity(path: Path) -> list[int]:
    """Return the identity of a file: it survives renaming, but not rewriting."""
    stat = path.stat()
    return [stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns]
