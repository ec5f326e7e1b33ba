"""Changes to a posting that must not change its role: insertions, replacements, other layouts.

Inserted lines come from other postings of the corpus or from ``behaviour.toml``, whose lines were
written for this purpose. The same seed gives the same change, whatever else is changed before it.
"""

import re
import textwrap
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow.parquet as pq

from roleclass.training.corpus import Corpus, LabelledPosting

WRITTEN: Final[Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("behaviour.toml").read_text("utf-8")
)
"""Lines, titles and postings of professions: all written by hand."""

PLACES: Final = ("front", "middle", "end")

_MARKS = r"[-*•·\u2013\u2014▪◦‣]|\d{1,2}[.)]|[a-z]\)"
_LIST_MARK = re.compile(rf"\s*(?:{_MARKS})\s+")


Apply = Callable[[LabelledPosting, Random], LabelledPosting]


@dataclass(frozen=True)
class Change:
    """One kind of change, of a group such as ``"company"``, with a unique name."""

    group: str
    name: str
    apply: Apply

    @property
    def forgives(self) -> bool:
        """Whether the codebook lets a reader call an Other AI-Support afterwards."""
        return self.group in ("company", "nice-to-have", "notice")

    def of(self, posting: LabelledPosting) -> LabelledPosting:
        """Return the posting, changed as its id and the change's name say."""
        return self.apply(posting, Random(f"{self.name}/{posting.id}"))  # noqa: S311


def changes(dev: Corpus, lines: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Return every change; postings of `dev` lend each other titles and lines, if any are labelled."""
    company = _lent(lines, "company", ("genai", "ai-topic"), number=2)
    nice = _lent(lines, "nice-to-have", ("genai",), number=1)
    layouts: dict[str, Callable[[str], str]] = {
        "sections in another order": rotate,
        "upper case": str.upper,
        "lower case": str.lower,
        "no blank lines": without_blank_lines,
        **{f"wrapped at {width}": partial(wrap, width=width) for width in (60, 80, 100)},
    }
    made = [
        *(
            (f"{whose}, {place}", "company", apply(place))
            for place in PLACES
            for whose, apply in (
                ("company lines of others", partial(_lend, company)),
                ("written company lines", partial(_put, "company")),
            )
        ),
        ("a nice-to-have of others", "nice-to-have", _lend(nice, "end")),
        ("a written nice-to-have", "nice-to-have", _put("nice-to-have", "end")),
        ("hiring with AI", "notice", _put("notice", "end")),
        ("a benefit", "benefits", _put("benefits", "end")),
        *((f"title: {title}", "title", _titled(title)) for title in WRITTEN["titles"]),
        ("title of another posting", "title", _title_of_another(dev)),
        *((name, "layout", _laid_out(change)) for name, change in layouts.items()),
        ("wrapped at 60 to 100, lists hanging", "layout", _hanging),
    ]
    return [Change(group, name, apply) for name, group, apply in made if apply is not None]


def labelled_lines(folder: Path, dev: Corpus) -> list[dict[str, Any]]:
    """Return the rows of ``lines.parquet`` that are of postings of `dev`, each with its ``posting``.

    Lines of other postings are left out: a model may have learnt from them. Empty if there is no such file.
    """
    file = folder / "lines.parquet"
    if not file.exists():
        return []
    postings = {posting.id: posting for posting in dev}
    return [
        {**row, "posting": postings[row["id"]]}
        for row in pq.read_table(file).to_pylist()
        if row["id"] in postings and row["split"] == "dev"
    ]


def insert(text: str, line: str, place: str) -> str:
    r"""Insert a line before a text, at its end, or between the two lines in its middle.

    A text of one line is opened between two sentences.

    Examples
    --------
    >>> insert("One.\nTwo and\nthree.", "New.", "middle")
    'One.\nNew.\nTwo and\nthree.'
    """
    if place == "front":
        return f"{line}\n\n{text}"
    if place == "end":
        return f"{text.rstrip()}\n\n{line}\n"
    # No small letter after the gap: that would be a sentence that goes on.
    gaps = [gap.end() for gap in re.finditer(r"\n(?=\s*[^\sa-z])", text)] or [
        gap.end() for gap in re.finditer(r"[.!?]\s+(?=[A-Z])", text)
    ]
    at = min(gaps, key=lambda gap: abs(gap - len(text) / 2), default=len(text))
    before = text[:at] if text[:at].endswith("\n") else f"{text[:at]}\n"
    return f"{before}{line}\n{text[at:]}"


def rotate(text: str) -> str:
    r"""Cut a text before the heading that is nearest to its middle, and swap the two parts.

    Examples
    --------
    >>> rotate("About us\nWe bake.\n\nYour work\n- Bake bread.\n")
    'Your work\n- Bake bread.\n\nAbout us\nWe bake.\n'
    """
    starts = [
        block.start(1)
        for block in re.finditer(r"\n[^\S\n]*\n+([^\n]+)(?=\n\s*\S)", text)
        if is_heading(block.group(1))
    ]
    if not starts:
        return text
    at = min(starts, key=lambda start: abs(start - len(text) / 2))
    return f"{text[at:].rstrip()}\n\n{text[:at].rstrip()}\n"


def is_heading(line: str) -> bool:
    """Return whether a line after an empty one looks like a heading.

    Examples
    --------
    >>> is_heading("What you will do:"), is_heading("- Bake bread"), is_heading("We bake bread.")
    (True, False, False)
    """
    return len(line) <= 60 and not _LIST_MARK.match(line) and line.rstrip()[-1:] not in ".;,!"


def without_blank_lines(text: str) -> str:
    r"""Remove empty lines.

    Examples
    --------
    >>> without_blank_lines("One.\n\n \nTwo.")
    'One.\nTwo.'
    """
    return "\n".join(line for line in text.splitlines() if line.strip())


def wrap(text: str, width: int, *, hanging: bool = False) -> str:
    r"""Break each line at a width, as a mail program does; with `hanging`, list items are indented.

    Examples
    --------
    >>> wrap("- Bake bread and cakes.", 12, hanging=True)
    '- Bake bread\n  and cakes.'
    """
    return "\n".join(
        textwrap.fill(
            line,
            width,
            subsequent_indent="  " if hanging and _LIST_MARK.match(line) else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )


def with_another_item(text: str, start: int, end: int, item: str) -> str:
    r"""Insert another item after the one at ``text[start:end]``, with the same bullet.

    Examples
    --------
    >>> with_another_item("We\n* bake.\nYou eat.", 5, 10, "Brew.")
    'We\n* bake.\n* Brew.\nYou eat.'
    """
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    mark = text[line_start:start]
    rest = text[end : line_end if line_end >= 0 else len(text)]
    if rest.strip(" .;") or not re.fullmatch(rf"\s*(?:(?:{_MARKS})\s*)?", mark):
        # The sentence is one of several in its line.
        return f"{text[:end].rstrip()} {item}{text[end:]}"
    at = end + len(rest)
    return f"{text[:at]}\n{mark}{item}{text[at:]}"


def _put(kind: str, place: str) -> Apply:
    """Insert a written line."""
    return lambda posting, chance: replace(
        posting, text=insert(posting.text, chance.choice(WRITTEN[kind]), place)
    )


def _lend(lent: Sequence[tuple[str, str]], place: str) -> Apply | None:
    """Insert lines of another board's or company's posting; None if there are none."""

    def apply(posting: LabelledPosting, chance: Random) -> LabelledPosting:
        _, line = chance.choice([one for one in lent if one[0] != posting.group])
        return replace(posting, text=insert(posting.text, line, place))

    return apply if lent else None


def _lent(
    lines: Sequence[Mapping[str, Any]], part: str, work: Sequence[str], number: int
) -> list[tuple[str, str]]:
    """Return groups of `number` consecutive lines for insertion, with the group of their posting."""
    of_posting: dict[LabelledPosting, list[str]] = {}
    for line in lines:
        if line["part"] == part and line["work"] in work:
            text = " ".join(line["posting"].text[line["start"] : line["end"]].split())
            of_posting.setdefault(line["posting"], []).append(text)
    lent = []
    for posting, texts in of_posting.items():
        for i in range(0, max(1, len(texts) - number + 1), number):
            together = " ".join(texts[i : i + number])
            # In its own posting the heading says so.
            heading = "Nice to have:\n" if part == "nice-to-have" else ""
            lent.append((posting.group, heading + together))
    return lent if len({group for group, _ in lent}) > 1 else []


def _titled(title: str) -> Apply:
    return lambda posting, _: replace(posting, title=title)


def _title_of_another(dev: Corpus) -> Apply:
    def apply(posting: LabelledPosting, chance: Random) -> LabelledPosting:
        titles = sorted({p.title for p in dev if p.title and p.group != posting.group})
        return replace(posting, title=chance.choice(titles)) if titles else posting

    return apply


def _laid_out(change: Callable[[str], str]) -> Apply:
    return lambda posting, _: replace(posting, text=change(posting.text))


def _hanging(posting: LabelledPosting, chance: Random) -> LabelledPosting:
    return replace(posting, text=wrap(posting.text, chance.randint(60, 100), hanging=True))
