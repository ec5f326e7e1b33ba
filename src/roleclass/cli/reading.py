"""Read one posting from a file or from standard input."""

import codecs
import sys
from pathlib import Path

from roleclass.cli.terminal import warn

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_posting(file: Path) -> str:
    """Return the text of a file, ``-`` for standard input.

    Bytes that cannot be decoded are said on standard error and passed over.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        warn(f"{file}: not {encoding} (byte {error.start}); what cannot be decoded is passed over")
        return data.decode(encoding, errors="replace")
