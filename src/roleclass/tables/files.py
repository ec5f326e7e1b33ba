"""Find and open input files: names, folders, patterns, pipes, standard input."""

import io
import os
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

from roleclass.errors import InputError
from roleclass.tables.formats import Format


class InputFile:
    """A file to read, perhaps several times.

    Parameters
    ----------
    name : str
        As the user gave it; for messages.
    path : Path
        The file, or a temporary copy of a pipe.
    format_ : Format

    Attributes
    ----------
    size : int
        Bytes at the start.
    share : float
        The share that has been read, if the stream does not show it.
    """

    def __init__(self, name: str, path: Path, format_: Format) -> None:
        self.name = name
        self.path = path
        self.format = format_
        self._before = _state(path)
        self.size = self._before[0]
        self.share = 0.0
        self._raw: BinaryIO | None = None

    @property
    def position(self) -> int:
        """The approximate number of bytes that have been read."""
        is_open = self._raw is not None and not self._raw.closed
        return self._raw.tell() if self._raw and is_open else int(self.share * self.size)

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader]:
        """Open the file; yield its decompressed content."""
        with self.path.open("rb") as raw, self.format.unpacked(raw) as content:
            self._raw = raw
            yield content
            self.share = 1.0 if raw.closed else raw.tell() / max(self.size, 1)

    def fingerprint(self) -> dict[str, object]:
        """Return the identity of the file, which must be the same when a run is resumed."""
        size, modified = self._before
        return {"file": str(self.path.resolve()), "bytes": size, "modified_ns": modified}

    def check_unchanged(self) -> None:
        """Raise an `InputError` if the file has changed since the start."""
        now = _state(self.path)
        if now != self._before:
            raise InputError(
                f"changed while it was read: it had {self.size:,} bytes and now has {now[0]:,}, or "
                "was rewritten; start again when no program writes to it"
            )


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def find_files(
    inputs: Iterable[str], format_: str | None, warn: Callable[[str], None]
) -> Iterator[InputFile]:
    """Yield the files that `inputs` name, in order.

    Parameters
    ----------
    inputs, warn
        As for `expand`.
    format_ : str or None
        The format of files without a known extension.

    Raises
    ------
    InputError
        As `expand`; or if the format of a file is unknown.
    """
    for name in expand(inputs, warn):
        what = Format.of(name, format_)
        if name == "-":
            if sys.stdin is None or sys.stdin.closed:
                raise InputError("standard input is closed")
            yield _kept("standard input", sys.stdin.buffer, what)
        elif stat.S_ISREG(Path(name).stat().st_mode):
            yield InputFile(name, Path(name), what)
        else:  # a pipe, which can only be read once
            with Path(name).open("rb") as pipe:
                yield _kept(name, pipe, what)


def _kept(name: str, stream: BinaryIO, format_: Format) -> InputFile:
    """Copy a stream to a temporary file, which exists as long as the returned object."""
    # Parquet has its index at the end and JSON is read twice: a pipe allows neither.
    try:
        descriptor, path = tempfile.mkstemp(prefix="roleclass-input-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(stream, file)
            kept = InputFile(name, Path(path), format_)
        except BaseException:
            Path(path).unlink()
            raise
    except OSError as error:
        raise InputError(
            f"{name} cannot be kept in {tempfile.gettempdir()}: {error.strerror or error}; make room there, "
            "or name another folder by the variable TMPDIR"
        ) from error
    weakref.finalize(kept, Path(path).unlink)  # when the program ends, at the latest
    return kept


def is_once(name: str) -> bool:
    """Return whether an input can be read only once: standard input or a named pipe.

    Examples
    --------
    >>> is_once("-"), is_once("jobs.csv")
    (True, False)
    """
    path = Path(name)
    return name == "-" or (path.exists() and not (path.is_file() or path.is_dir()))


def expand(inputs: Iterable[str], warn: Callable[[str], None] = lambda _: None) -> list[str]:
    """List the files that `inputs` name; a name without a file is a pattern.

    A folder stands for the files in and below it with a known extension, except hidden ones; `warn`
    is called with a message about the others.

    Raises
    ------
    InputError
        If a file does not exist or cannot be read, a name is empty, a folder contains no table, a
        pattern matches nothing, or two names lead to the same file.

    Examples
    --------
    >>> expand(["no_such_folder/*.csv"])
    Traceback (most recent call last):
    ...
    roleclass.errors.InputError: no_such_folder/*.csv: no such file, and no file matches it
    """
    files: list[str] = []
    for name in inputs:
        if not name:  # Path("") is the working folder
            raise InputError("an empty name is not a file; expected a file, a folder or -")
        if name != "-" and not Path(name).exists():
            matches = sorted(glob(name, recursive=True)) if has_magic(name) else []  # noqa: PTH207
            if not matches:
                raise InputError(f"{name}: no such file, and no file matches it")
        else:
            matches = [name]
        for match in matches:
            files += _in_folder(match, warn) if match != "-" and Path(match).is_dir() else [match]
    if not files:
        raise InputError("no input; name files, folders, patterns, or - for standard input")
    seen: dict[object, str] = {}
    for file in files:
        identity = file if file == "-" else _identity(Path(file))
        if identity in seen:
            also = "" if seen[identity] == file else f" (also as {seen[identity]})"
            raise InputError(f"{file} is named twice{also}; its rows would be duplicated")
        seen[identity] = file
    return files


def merge_notes(messages: Iterable[tuple[str, str]], files: int) -> list[str]:
    """Return each message about files once; with the names of its files if there are several.

    Parameters
    ----------
    messages : iterable of (str, str)
        The name of a file, and a message about it.
    files : int
        The number of files.

    Examples
    --------
    >>> merge_notes([("a.csv", "delimiter: semicolon"), ("b.csv", "delimiter: semicolon")], files=3)
    ['a.csv and 1 more: delimiter: semicolon']
    """
    about: dict[str, list[str]] = {}
    for name, message in messages:
        about.setdefault(message, []).append(name)
    return [
        message if files == 1 else f"{some(named, 1)}: {message}"
        for message, named in about.items()
    ]


def some(listed: Sequence[str], shown: int = 30) -> str:
    """List the first few names, for a message.

    Examples
    --------
    >>> some(["id", "title", "text"], shown=2)
    'id, title and 1 more'
    """
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return ", ".join(listed[:shown]) + more


def files_below(folder: Path) -> list[Path]:
    """Return the files in and below a folder, except hidden ones."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _in_folder(folder: str, warn: Callable[[str], None]) -> list[str]:
    found: list[str] = []
    others: list[str] = []
    for path in files_below(Path(folder)):
        if Format.named(path.name) is not None:
            found.append(str(path))
        else:
            others.append(path.name)
    if not found:
        raise InputError(
            f"{folder} is a folder without a table (.csv, .json, .parquet, ...); name its files, and "
            "their format with --format. For files that contain one posting each, use roleclass predict"
        )
    if others:
        warn(
            f"{folder}: skipped {some(others, 1)}, not a table by its extension; for files that contain "
            "one posting each, use roleclass predict"
        )
    return found


def _identity(path: Path) -> object:
    """Check that a file can be read; return its identity, which does not depend on names or links."""
    state = path.stat()
    if stat.S_ISFIFO(state.st_mode) or stat.S_ISSOCK(state.st_mode):
        return state.st_dev, state.st_ino  # opening it now would consume its content
    if not stat.S_ISREG(state.st_mode):
        raise InputError(f"{path} is a device; expected a file, a folder or a pipe")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    return state.st_dev, state.st_ino
