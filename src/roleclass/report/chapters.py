"""The chapters of the page, each from its part of the report; one with nothing to tell is empty."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from roleclass.report.blocks import chart_row, dot, in_points, legend, role_name, table
from roleclass.report.charts import bar, columns, percent, stack
from roleclass.roles import Role

Report = Mapping[str, Any]


def roles(report: Report) -> str:
    """Shares of the roles."""
    rows = "".join(
        chart_row(
            f"{dot(row['role'])}{role_name(row['role'])}",
            bar(row, role_name(row["role"]), row["role"]),
            f"{percent(row['share'])} <small>{row['n']:,}</small>",
        )
        for row in report["roles"]
    )
    meaning = "".join(f"<li><b>{role.label}.</b> {escape(role.definition)}</li>" for role in Role)
    return (
        f'<div class="rows">{rows}</div>'
        f"<details><summary>What the roles mean</summary><ul>{meaning}</ul></details>"
    )


def change(report: Report) -> str:
    """Tell what changed from the first batch to the last."""
    batches = report["batches"]
    if not batches["roles"]:
        return ""
    first, last = (batches["roles"][0][side]["batch"] for side in ("before", "after"))
    areas = [
        area
        for area in report["problems"]["areas"]
        if "batches" in area and area["kind"] == "problem"
    ]
    moved = sorted(areas, key=lambda area: -abs(area["batches"]["change"]))
    lead = (
        f"From batch {escape(first)} to batch {escape(last)}. A change in bold is larger than "
        "chance alone explains (its 95 % interval leaves out zero)."
    )
    parts = [
        f'<p class="lead">{lead}</p>',
        _changes("Roles", ((role_name(row["label"]), row) for row in batches["roles"])),
    ]
    if batches["published"]:
        parts.append(
            _changes("Published labels", ((row["label"], row) for row in batches["published"]))
        )
    if moved:
        parts.append(_changes("Problem areas", ((area["name"], area["batches"]) for area in moved)))
    return "".join(parts)


def _changes(title: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    body = []
    for name, row in rows:
        told = in_points(row["change"])
        sure = row["low"] > 0 or row["high"] < 0
        body.append(
            (
                escape(name),
                f"{percent(row['before']['share'])} <small>{row['before']['n']}</small>",
                f"{percent(row['after']['share'])} <small>{row['after']['n']}</small>",
                f"<b>{told}</b>" if sure else told,
                f"<small>{in_points(row['low'])} to {in_points(row['high'])}</small>",
            )
        )
    return table((title, "before", "after", "points", "95 % interval"), body, kind="changes")


def published(report: Report) -> str:
    """Our labels beside the published ones."""
    found = report["published"]
    if not found:
        return ""
    same = found["agreement"]
    rows = [
        (
            escape(label),
            *(f"<b>{n:,}</b>" if label == role else f"{n:,}" for role, n in row.items()),
            f"{percent(found['labels'][label]['share'])}",
        )
        for label, row in found["table"].items()
    ]
    head = ("published", *(role.label for role in Role), "share")
    return (
        "<p>The roles here and the labels that came with the postings agree on "
        f"{percent(same['share'])} of "
        f"{same['of']:,} ({percent(same['low'])} to {percent(same['high'])}). A line is a "
        "published label, a column "
        f"is a role; they agree where it is bold.</p>{table(head, rows)}"
    )


def titles(report: Report) -> str:
    """Show the most frequent titles, and the titles of each role."""
    found = report["titles"]
    if not found["most_frequent"]:
        return ""
    rows = "".join(
        chart_row(
            escape(row["title"]),
            stack(row["roles"], row["title"]),
            f"{percent(row['ai_first']['share'])} <small>of {row['n']:,}</small>",
        )
        for row in found["most_frequent"]
    )
    lists = "".join(
        f'<div><h3>{dot(role)}{role_name(role)}</h3><div class="rows">'
        + "".join(f"{chart_row(escape(row['title']), '', str(row['n']))}" for row in rows_of)
        + "</div></div>"
        for role, rows_of in found["by_role"].items()
        if rows_of and role != "unclear"
    )
    return (
        f'<p class="lead">Without seniority there are {found["distinct"]:,} different titles. '
        "These are the most frequent ones, with the roles they stand for and their share of "
        f'AI-First.</p>{legend()}<div class="rows">{rows}</div>'
        "<details><summary>The most frequent titles of each role</summary>"
        f'<div class="cards">{lists}</div></details>'
    )


def groups(report: Report) -> str:
    """Roles over time, by level and by place."""
    found = report["groups"]
    parts = []
    if len(found["time"]) > 1:
        parts.append(
            "<h3>Over time</h3>"
            + columns([(row["group"], row["roles"]) for row in found["time"]], "Roles over time")
        )
    for name in ("level", "place"):
        if found[name]:
            rows = "".join(
                chart_row(
                    escape(row["group"]),
                    stack(row["roles"], row["group"]),
                    f"{percent(row['ai_first']['share'])} <small>of {row['n']:,}</small>",
                )
                for row in found[name]
            )
            parts.append(f'<h3>By {name}</h3><div class="rows">{rows}</div>')
    if not parts:
        return ""
    return (
        '<p class="lead">Figures are shares of AI-First. Sources differ from period to period and '
        "from place to place: read a difference as one between sources first.</p>"
        f"{legend()}{''.join(parts)}"
    )


def atypical(report: Report) -> str:
    """Titles that promise one role over duties of another."""
    found = report["atypical"]
    if not found["contradicting"]["of"]:
        return ""
    promises = [
        (
            role_name(says),
            *(f"<b>{n:,}</b>" if says == role else f"{n:,}" for role, n in row.items()),
        )
        for says, row in found["table"].items()
    ]
    surest = [
        (
            f"{escape(row['title'] or '')}<br><small>{escape(row['company'] or '')}</small>",
            role_name(row["promises"]),
            f"{dot(row['role'])}{role_name(row['role'])}",
            _confidence(row["confidence"]),
        )
        for row in found["surest"]
    ]
    share = found["contradicting"]
    crossed = table(("the title promises", *(role.label for role in Role)), promises)
    listed = table(("title", "promises", "is", "confidence"), surest, kind="texts")
    return (
        f'<p class="lead">{share["of"]:,} titles promise one of the AI roles; {share["n"]:,} of '
        f"these postings ({percent(share['share'])}) are of another role, by their "
        f"duties.</p>{crossed}"
        f"<details><summary>The surest contradictions</summary>{listed}</details>"
    )


def _confidence(value: float | None) -> str:
    if value is None:
        return ""
    # A table of labelled postings may hold its readers' own scale, from 1 to 3.
    return percent(value) if value <= 1 else f"{value:g}"
