"""Write files atomically: even after a crash, no reader finds an incomplete file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path`, synced to disk, when the context ends without error.

    Parameters
    ----------
    path : Path
        Until then an existing file stays unchanged. A pipe or a device is written to directly.

    Yields
    ------
    binary file

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "roles.txt") as file:
    ...         _ = file.write(b"ai-first")
    ...         before = os.listdir(folder)
    ...     before, os.listdir(folder)
    (['roles.txt.part'], ['roles.txt'])
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    path = path.resolve()  # a link stays a link
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """Open a text file as `whole_file` does: UTF-8, line ends unchanged."""
    with whole_file(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()  # flushes, and does not close the file


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file atomically; text as UTF-8. See `whole_file`."""
    with whole_file(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
