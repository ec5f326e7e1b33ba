"""The report as one self-contained HTML page: no script, no font, no picture from elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final

from roleclass.report import chapters, work
from roleclass.report.charts import percent

Report = Mapping[str, Any]

_CHAPTERS: Final[tuple[tuple[str, str, Callable[[Report], str]], ...]] = (
    ("roles", "Roles", chapters.roles),
    ("change", "What changed", chapters.change),
    ("published", "Published labels", chapters.published),
    ("problems", "Problems", work.problems),
    ("titles", "Titles", chapters.titles),
    ("skills", "Skills and concepts", work.skills),
    ("words", "Words", work.words),
    ("groups", "Time, level, place", chapters.groups),
    ("atypical", "Atypical postings", chapters.atypical),
)


def render(report: Report, sources: Sequence[str] = ()) -> str:
    """Write a report as a page.

    Parameters
    ----------
    report : mapping
        As given by `roleclass.report.report.build_report`.
    sources : sequence of str
        The names of the files that it was made from.

    Returns
    -------
    str
        HTML. All that comes from postings is escaped. A chapter with nothing to tell is left out.

    Examples
    --------
    >>> from roleclass.report.report import build_report
    >>> render(build_report([]))[:15]
    '<!doctype html>'
    """
    written = [(key, name, body) for key, name, write in _CHAPTERS if (body := write(report))]
    links = "".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name, _ in written)
    sections = "".join(
        f'<section id="{key}"><h2>{escape(name)}</h2>{body}</section>'
        for key, name, body in written
    )
    css = files("roleclass.report").joinpath("page.css").read_text("utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Roles in {report['postings']:,} job "
        f"postings</title><style>{css}</style></head><body>"
        f"<header><h1>Roles in {report['postings']:,} job postings</h1>"
        f'<p class="lead">{_origin(report, sources)}</p>{_tiles(report)}</header>'
        f"<nav><ul>{links}</ul></nav><main>{sections}</main>{_footer(report)}</body></html>\n"
    )


def _origin(report: Report, sources: Iterable[str]) -> str:
    names = ", ".join(escape(name) for name in sources)
    classified, total = report["classified"], report["postings"]
    if classified == 0:
        roles = "Every role came with the postings."
    elif classified == total:
        roles = "Every role is the model's answer."
    else:
        roles = (
            f"{total - classified:,} roles came with the postings, "
            f"{classified:,} are the model's answers."
        )
    return f"From {names}. {roles}" if names else roles


def _tiles(report: Report) -> str:
    shares = {row["role"]: row["share"] for row in report["roles"]}
    tiles = (
        (percent(shares["ai-first"]), "of the postings are AI-First"),
        (percent(shares["ai-support"]), "are AI-Support"),
        (f"{report['words']['duties']:,}", "duties were read"),
        (
            percent(report["atypical"]["contradicting"]["share"]),
            "of the titles that promise an AI role stand over other duties",
        ),
    )
    return (
        '<div class="tiles">'
        + "".join(
            f'<div class="tile"><b>{value}</b><span>{what}</span></div>' for value, what in tiles
        )
        + "</div>"
    )


def _footer(report: Report) -> str:
    cutoffs = ", ".join(
        f"{name} from {percent(least)}" if least else f"{name} below that"
        for name, least in report["cutoffs"].items()
    )
    return (
        "<footer><p><b>How to read this.</b> The thin line in a bar is the 95 % interval of its "
        "share (Wilson); it knows of chance alone, not of how the postings were gathered. "
        "Problem areas are counted over the postings of the three AI roles that name duties, by "
        "phrases in those duties; requirements, benefits and the company's own praise do not "
        f"count. Tiers: {cutoffs}.</p><p>Made by roleclass {escape(report['roleclass'])}; the "
        "same figures are in report.json.</p></footer>"
    )
