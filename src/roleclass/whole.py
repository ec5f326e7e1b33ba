"""Files that are there whole or not at all: whatever ends a program, no reader finds half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that takes its place, on the disk, once the context ends well.

    Parameters
    ----------
    path : Path
        Until then a file of that name stays as it is. A pipe or a device is written to directly.

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
    """Give a file of text, UTF-8 with line ends as they are written, as `whole_file` does."""
    with whole_file(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()  # which writes what is left and does not close the file


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file as a whole or not at all; text as UTF-8. See `whole_file`."""
    with whole_file(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
