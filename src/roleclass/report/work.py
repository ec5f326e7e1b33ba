"""The chapters of the page on the work itself: problems, skills, words."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from roleclass.report.blocks import chart_row, dot, role_name, table
from roleclass.report.charts import bar, percent

Report = Mapping[str, Any]


def problems(report: Report) -> str:
    """How common the problem areas are, beside their published tier."""
    found = report["problems"]
    if not found["postings"]:
        return ""
    areas = [area for area in found["areas"] if area["kind"] == "problem"]
    head = (
        '<div class="row head"><span>area</span>'
        "<span>share of postings whose duties mention it</span>"
        "<span></span><span>measured</span><span>published</span></div>"
    )
    same = sum(area["tier"] == area["published_tier"] for area in areas)
    rows = head + "".join(
        '<div class="row"><span '
        f'class="name">{escape(area["name"])}</span>{bar(area, area["name"])}'
        f'<span class="num">{percent(area["share"])}</span>'
        '<span class="chips"><span '
        f'class="chip{"" if area["tier"] == area["published_tier"] else " differs"}" '
        f'data-what="measured:">{area["tier"]}</span>'
        f'<span class="chip" data-what="published:">{area["published_tier"]}</span></span></div>'
        for area in areas
    )
    older = [area for area in found["areas"] if area["kind"] != "problem"]
    return (
        f'<p class="lead">{found["sentences"]:,} duties of {found["postings"]:,} postings of the '
        f"three AI roles. The measured tier is the published one for {same} of {len(areas)} "
        "areas.</p>"
        f'<div class="rows tiers">{rows}</div>'
        f"<details><summary>By role, with sub-patterns</summary>{_areas_by_role(areas)}</details>"
        "<details><summary>The older list: core and modern responsibilities, specialisations"
        f"</summary>{_areas_by_role(older)}</details>"
    )


def _areas_by_role(areas: Iterable[Mapping[str, Any]]) -> str:
    rows = []
    for area in areas:
        for part in (area, *area["parts"]):
            name = escape(part["name"])
            rows.append(
                (
                    f"<b>{name}</b>" if part is area else name,
                    percent(part["share"]),
                    *(percent(of["share"]) for of in part["roles"].values()),
                )
            )
    return table(
        ("area", "all", *(role_name(role) for role in ("ai-first", "ai-support", "ml-first"))), rows
    )


def skills(report: Report) -> str:
    """Concepts and skills by role."""
    concepts, found = report["concepts"], report["skills"]
    if not concepts:
        return ""
    none = '<p class="note">Too few postings list skills.</p>'
    column = found["source"] == "column skills"
    source = "the column of skills" if column else "the tools that the texts name"
    cards = []
    for role in concepts:
        setting_apart = "".join(
            chart_row(
                escape(row["name"]),
                bar(row, row["name"], role, mark=row["elsewhere"]),
                percent(row["share"]),
            )
            for row in concepts[role][:10]
        )
        skilled = "".join(
            chart_row(escape(row["name"]), bar(row, row["name"], role), percent(row["share"]))
            for row in found["roles"].get(role, ())[:10]
        )
        cards.append(
            f"<div><h3>{dot(role)}{role_name(role)}: what sets it apart</h3>"
            f'<div class="rows">{setting_apart}</div></div>'
            f"<div><h3>{dot(role)}{role_name(role)}: skills asked for</h3>"
            f'<div class="rows">{skilled or none}</div></div>'
        )
    return (
        '<p class="lead">For each role, the concepts whose share is furthest above that in all '
        "other postings (the upright line), and the most frequent skills, from "
        f'{source} ({found["postings"]:,} postings).</p><div class="cards">{"".join(cards)}</div>'
    )


def words(report: Report) -> str:
    """Show the most common words, and the published counts where the input holds their batch."""
    found = report["words"]
    if not found["words"]:
        return ""
    largest = found["words"][0]["share"]
    rows = "".join(
        '<div class="rows">'
        + chart_row(
            escape(word["word"]),
            bar(word, word["word"], scale=largest),
            f"{word['n']:,} <small>{percent(word['share'])}</small>",
        )
        + "</div>"
        for word in found["words"]
    )
    return (
        f'<p class="lead">In how many of the {found["duties"]:,} duties a word occurs. Bars are '
        "drawn against the most common word.</p>"
        f'<div class="words">{rows}</div>{_published_words(found["published"])}'
    )


def _published_words(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    totals = [
        (name, f"{found[name]['measured']:,}", f"{found[name]['published']:,}")
        for name in ("postings", "responsibilities")
    ] + [
        (f"label {escape(label)}", f"{row['measured']:,}", f"{row['published']:,}")
        for label, row in found["labels"].items()
    ]
    counts = [
        (
            escape(word),
            f"{row['contained']:,}",
            f"{row['whole_word']:,}",
            f"<b>{row['published']:,}</b>"
            if row["published"] in (row["contained"], row["whole_word"])
            else f"{row['published']:,}",
        )
        for word, row in found["words"].items()
    ]
    return (
        f"<h3>Beside the published analysis of batch {escape(found['batch'])}</h3>"
        '<p class="note">Published word counts in bold come out again; the others match neither '
        "the duties that contain the letters nor those that contain the word.</p>"
        f'<div class="cards">{table(("", "measured", "published"), totals)}'
        f"{table(('word', 'contained', 'as a word', 'published'), counts)}</div>"
    )
