"""Read one posting from a file or from standard input."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from roleclass.cli.terminal import warn
from roleclass.errors import InputError
from roleclass.tables.dialect import encoding_of
from roleclass.tables.formats import no_text


def postings_in(files: Iterable[Path]) -> Iterator[Path]:
    """Give files, and in the place of a folder those in it and below, hidden ones left out."""
    for file in files:
        if not file.is_dir():
            yield file
            continue
        for path in sorted(file.rglob("*")):
            within = path.relative_to(file).parts
            if path.is_file() and not any(part.startswith(".") for part in within):
                yield path


def read_posting(file: Path) -> str:
    """Return the text of a file, ``-`` for standard input.

    Bytes that cannot be decoded are said on standard error and passed over.

    Raises
    ------
    InputError
        If it is a table or a binary file; the message names the command that reads tables.
    OSError
        If the file cannot be read.
    """
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    what = no_text(str(file), data[:4096])
    if what is not None:
        raise InputError(
            f"{file}: {what}, not the text of one posting; tables are read by "
            f"roleclass score {file} -o roles.csv"
        )
    encoding = encoding_of(data) or "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        warn(f"{file}: not {encoding} (byte {error.start}); what cannot be decoded is passed over")
        return data.decode(encoding, errors="replace")
