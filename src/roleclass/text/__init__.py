"""The text contract, shared by training and the ONNX graph: the bytes and tokens of a posting.

A posting is UTF-8 bytes without markup (`roleclass.text.markup`), with its title, if any, on a line of
its own before the text.
ASCII letters are folded to lower case. Token bytes are ``a-z 0-9 + #``, so that ``C++`` and ``C#``
are words and ``GPT-4`` is ``gpt 4``; every other byte, including all non-ASCII, separates. A token
is a maximal run of token bytes. No token or phrase crosses the end of a posting.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from roleclass.text.glue import unglue
from roleclass.text.markup import plain

TOKEN_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789+#"
"""The bytes that make up tokens, after folding."""

SEPARATOR = b" "

MAX_BYTES: Final = 16 * 2**20
"""A longer text is answered `unclear`, so that one row cannot exhaust the memory."""

FOLD = bytes(
    folded
    if (folded := ord(chr(byte).lower()) if byte < 128 else 0) in TOKEN_BYTES
    else SEPARATOR[0]
    for byte in range(256)
)
"""The folding of each of the 256 bytes: itself, its lower-case letter, or a separator (a space)."""


def encode(text: str, title: str | None = None) -> bytes:
    r"""Turn a posting into the bytes that the model reads.

    Parameters
    ----------
    text : str
        The posting; HTML or Markdown is converted to the visible text. Lone surrogates, which
        UTF-8 cannot hold, count as separators.
    title : str or None
        The job title, likewise; it becomes the first line, followed by an empty one. If it is None or blank,
        or the text is blank, there is no such line.

    Returns
    -------
    bytes
        UTF-8. A posting of more than `MAX_BYTES`, which is not read, is left unchanged.

    Examples
    --------
    >>> encode("Build agents.", title="AI Engineer")
    b'AI Engineer\n\nBuild agents.'
    >>> encode("<p>Build <b>R&amp;D</b> agents.</p>")
    b'Build R&D agents.'
    """
    line = _one_line(title or "")
    given = (line, text)
    data = _utf8(line, text)
    if len(data) > MAX_BYTES:
        return data
    line, text = _one_line(plain(line)), plain(text)
    # A title alone decides nothing, so it is dropped without a text.
    cleaned = ("" if not text or text.isspace() else line, unglue(text))
    return data if cleaned == given else _utf8(*cleaned)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _utf8(line: str, text: str) -> bytes:
    data = text.encode("utf-8", errors="replace")
    # A title is one line. The empty line after it ends it even before a small letter.
    return b"%b\n\n%b" % (line.encode("utf-8", errors="replace"), data) if line else data


def tokenize(data: bytes) -> list[bytes]:
    r"""Split a posting's bytes into tokens, in order.

    Parameters
    ----------
    data : bytes
        A posting from `encode`.

    Returns
    -------
    list of bytes
        Lower-case tokens.

    Examples
    --------
    >>> tokenize(b"C++/C# and GPT-4, na\xc3\xafve")
    [b'c++', b'c#', b'and', b'gpt', b'4', b'na', b've']
    """
    return data.translate(FOLD).split()


def characters_before(data: bytes) -> NDArray[np.int32]:
    """Return how many characters begin before each byte of a posting, to map bytes to characters.

    Parameters
    ----------
    data : bytes
        UTF-8.

    Returns
    -------
    int32 array of shape (len(data) + 1,)
        The last entry is the number of characters.

    Examples
    --------
    >>> characters_before("né!".encode()).tolist()
    [0, 1, 2, 2, 3]
    """
    # A character begins at each byte that does not continue one.
    begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
    return np.concatenate([np.zeros(1, np.int32), np.cumsum(begins, dtype=np.int32)])


def pack(rows: Sequence[bytes], step: int = 1) -> NDArray[np.uint8]:
    """Pack postings into one zero-padded matrix, the input of the model.

    Parameters
    ----------
    rows : sequence of bytes
        Postings from `encode`.
    step : int
        Rows are padded to a multiple of this number of bytes.

    Returns
    -------
    uint8 array of shape (N, L)
        L is at least the longest row's length, and at least 1. Zero is a separator, so padding adds
        no token.

    Examples
    --------
    >>> pack([b"ab", b"c"])
    array([[97, 98],
           [99,  0]], dtype=uint8)
    """
    width = -(-(max(map(len, rows), default=0) or 1) // step) * step
    padded = b"".join([row.ljust(width, b"\0") for row in rows])
    return np.frombuffer(padded, dtype=np.uint8).reshape(len(rows), width)
