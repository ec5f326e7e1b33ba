r"""Restore line breaks that a scraper lost: "What you will doTrain modelsWe offerA pension" is four lines.

If the elements of a page are joined without a separator, a line ends and the next begins within a
run of letters. Such a *seam* looks like a name in camel case ("TypeScript"), so three conditions must hold:

- The text as a whole is glued: it has two clear seams or more, and at most twice as many line breaks.
- The run of letters is not a name: not one of `NAMES`, and not capitalised and repeated.
- A line can end before the seam, and begin after it.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

NAMES: Final = tuple(Path(__file__).with_name("names.txt").read_text("utf-8").split())
"""Names in camel case that would be cut: the most frequent of ten thousand postings, and similar ones.

Others need no entry, because no line ends with their first letters (eBay, iOS, MySQL, PyTorch, McKinsey) or
begins with their last (OpenAI, MongoDB, SaaS).
"""

_KNOWN: Final = frozenset(map(str.lower, NAMES))

_HEADINGS: Final = frozenset(
    {
        "responsibilities", "requirements", "qualifications", "benefits", "skills", "overview", "duties",
        "description", "summary", "perks", "profile", "education", "experience", "tasks", "compensation",
        "us", "do",
    }
)  # fmt: skip
"""Last words of headings; any other capitalised word before a capital may be half of a name."""

_SHORT_ENDS: Final = frozenset({"us", "do", "it", "in", "on", "up", "to", "go", "be", "me", "so"})
"""Words of two letters that lines end with; names begin with others, such as ``reInvent``."""

_UNITS: Final = frozenset(
    {"year", "years", "yrs", "month", "months", "week", "weeks", "day", "days", "hour", "hours"}
)
"""Characters that a number may follow without a line ending between them."""

_LINE: Final = 100
_FREE: Final = 10
_SPARSE: Final = 300
"""A text with a line break per this many characters, beyond the first ten, is not glued, nor is
one with less than one possible seam per 300."""

_LONGEST_RUN: Final = 100
_LONGEST_TEXT: Final = 2**20
"""A longer run of letters is not made of words; a longer text is not a posting."""

_LOWER: Final = "a-zß-öø-ÿ"
_UPPER: Final = "A-ZÀ-ÖØ-Þ"
_QUOTE: Final = "'\u2019"
_WORD: Final = f"{_LOWER}{_UPPER}0-9{_QUOTE}"

# The capital first: it is rare, so that most of a text is skipped at once.
_PERHAPS: Final = re.compile(rf"[{_UPPER}](?<=[{_LOWER}{_QUOTE}.!?:)+#].)")

# Classes of bytes for `_PERHAPS`: before a capital (a), a capital or the first byte of another one (A).
_KINDS: Final = bytes(
    ord(
        "a" if chr(byte) in "abcdefghijklmnopqrstuvwxyz'.!?:)+#" or 0x80 <= byte < 0xC0
        else "A" if chr(byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ\xc3"
        else " "
    )
    for byte in range(256)
)  # fmt: skip

_ADDRESS: Final = r"(?:https?://|www\.)[^ \t\r\n]*"
_RUN: Final = (  # of letters and digits, with a change of case in it or a colon and a capital behind it
    rf"(?<![{_WORD}#@_])(?:"
    rf"(?P<run>[{_WORD}]*(?:[{_LOWER}0-9{_QUOTE}][{_UPPER}]|[{_UPPER}]{{2}}[{_LOWER}])[{_WORD}]*)"
    rf"|(?P<word>[{_WORD}]+)(?=:[{_UPPER}]))(?![{_WORD}@])"
)
_DOMAIN: Final = (
    rf"(?:J[sS]|N(?:et|ET)|I[oO]|A[iI]|C(?:om|OM))(?![{_WORD}])"  # Node.JS, not a sentence
)
_SENTENCE: Final = rf"(?<=[{_LOWER}]{{2}})(?:[!?]|\.(?!{_DOMAIN}))"
_CAPITAL: Final = rf"(?=[{_UPPER}][{_LOWER}{_UPPER}]|[AI] )"
_YEARS: Final = (
    rf"(?<=[{_LOWER}]{{2}})(?=[0-9]{{1,2}}(?:\+|-[0-9]{{1,2}}\+?)? ?(?:years|yrs)(?![{_WORD}]))"
)
_TOKEN: Final = re.compile(
    rf"{_ADDRESS}|{_RUN}|(?P<end>(?:{_SENTENCE}|\)|(?<=\+)\+|(?<=C)#){_CAPITAL}|{_YEARS})"
)
"""An address, which is skipped, a run, or the end of a line outside a run."""

_PIECE: Final = re.compile(
    rf"[{_UPPER}]+(?:s(?![{_LOWER}])|(?![{_LOWER}]))[0-9]*"
    rf"|[{_UPPER}]?[{_LOWER}]+(?:[{_QUOTE}][{_LOWER}]+)*[0-9]*"
    rf"|[0-9]+|[{_QUOTE}]"
)
"""A run is made of acronyms, words, numbers and quotation marks."""

_BEGINS: Final = re.compile(rf"[{_UPPER}].")
_ONE_LETTER: Final = frozenset({"A ", "I ", "C+", "C#"})
_SMALL: Final = re.compile(rf"[{_LOWER}{_QUOTE}]{{3,}}")
_ACRONYM: Final = re.compile(rf"[{_UPPER}]{{2,}}s?")
_INFLECTED: Final = re.compile(rf"[{_QUOTE}]?s$")


def unglue(text: str) -> str:
    r"""Restore the line breaks of a text whose lines were joined without a separator.

    Parameters
    ----------
    text : str
        A posting.

    Returns
    -------
    str
        The text with a line feed at each seam, or the same object if the text is not glued.
        A second call changes nothing.

    Examples
    --------
    >>> unglue("Your tasksWrite services in TypeScriptReview code on GitHubYour profileTwo years of Go")
    'Your tasks\nWrite services in TypeScript\nReview code on GitHub\nYour profile\nTwo years of Go'
    >>> unglue("We write TypeScript at AcmeSoft.")
    'We write TypeScript at AcmeSoft.'
    """
    breaks = text.count("\n")
    least = max(2, -(-breaks // 2))
    if (breaks - _FREE) * _LINE > len(text) or len(text) > _LONGEST_TEXT:
        return text
    # Counting bytes first rules out most texts in a tenth of the time.
    kinds_of_bytes = text.encode("utf-8", "replace").translate(_KINDS)
    enough = max(least, -(-len(text) // _SPARSE))
    if kinds_of_bytes.count(b"aA") < enough:
        return text
    if len(_PERHAPS.findall(text)) < enough:
        return text
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup]
    runs = Counter(run for token in tokens if (run := token["run"]))
    # A capitalised run that is repeated is an unknown name.
    names = _KNOWN.union(
        run.lower() for run, times in runs.items() if times > 1 and not run[0].islower()
    )
    sentences: list[int] = []
    clear: list[int] = []
    likely: list[int] = []
    kinds: set[str] = set()  # of clear seams: a repeated name such as clientId counts once
    for token in tokens:
        run = token["run"] or token["word"]
        if not run:
            sentences.append(token.end())
        elif len(run) <= _LONGEST_RUN and run.lower() not in names:
            for at, is_clear in _seams(run, text[token.end() : token.end() + 1], names):
                (clear if is_clear else likely).append(token.start() + at)
                kinds.update([run] if is_clear else [])
    if len(sentences) + len(kinds) < least:
        return text
    cuts = sorted(sentences + clear + (likely if len(kinds) > 1 else []))
    return "\n".join(text[i:j] for i, j in pairwise([0, *cuts, len(text)]))


def _seams(run: str, after: str, names: Container[str]) -> Iterator[tuple[int, bool]]:
    """Yield the offsets in a run of letters where lines end, each with whether it is clear."""
    pieces = _PIECE.findall(run)
    line, at = "", 0  # the text since the last seam
    while pieces:
        # A name as a whole, or one piece.
        several = range(min(len(pieces), 4), 1, -1)
        taken = next((n for n in several if _is_name("".join(pieces[:n]), names)), 1)
        piece = "".join(pieces[:taken])
        del pieces[:taken]
        begins = _BEGINS.match(piece) or (not pieces and piece + after in _ONE_LETTER)
        clear = _ends_line(line, piece) if line and begins else None
        if not clear and not pieces and after in {",", ")"}:
            clear = None  # an unknown name in a list, "AcmeSoft, ..."
        if clear is None:
            line += piece
        else:
            yield at, clear
            line = piece
        at += len(piece)
    if after == ":" and _ends_line(line, ""):
        yield at + 1, True


def _is_name(run: str, names: Container[str]) -> bool:
    return run.lower() in names or _INFLECTED.sub("", run.lower()) in names


def _ends_line(line: str, following: str) -> bool | None:
    """Whether a line ends here: clearly, likely (false), or not (none)."""
    if line.lower() in _HEADINGS or line in _SHORT_ENDS or _SMALL.fullmatch(line):
        return True
    if _ACRONYM.fullmatch(following) or (line.isdecimal() and following.lower() in _UNITS):
        return None  # SparkSQL; 3Years
    return False if len(line) > 2 or _ACRONYM.fullmatch(line) else None
