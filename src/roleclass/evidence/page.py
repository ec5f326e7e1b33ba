"""An explanation as one self-contained HTML page."""

from html import escape
from importlib.resources import files
from itertools import pairwise

from roleclass.evidence.explanation import Explanation
from roleclass.prediction import Prediction

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}</style>
<h1>{heading}</h1>
<p>{summary}</p>
<pre>{document}</pre>
<table>
<thead><tr><th scope="col">weight</th><th scope="col">line</th><th scope="col">taken for</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
<table>
<thead><tr><th scope="col">weight</th><th scope="col">what</th><th scope="col">times</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</html>
"""

Mark = tuple[int, int, float]


def marks(why: Explanation, top: int) -> list[Mark]:
    """Return the stretches to highlight: start, end and weight, in order and apart from each other.

    A stretch where several of the `top` pieces of evidence stand has the sum of what they weigh,
    each shared out over its places.

    Examples
    --------
    >>> from roleclass import Role
    >>> from roleclass.evidence.explanation import Evidence
    >>> both = (Evidence("ngram", "ai", 1.0, ((0, 2),)), Evidence("ngram", "ai agent", -0.5, ((0, 8),)))
    >>> marks(Explanation("ai agent", Role.OTHER, Role.AI_FIRST, 0.5, 0.0, both), top=2)
    [(0, 2, 0.5), (2, 8, -0.5)]
    """
    steps: dict[int, list[tuple[int, float]]] = {}  # what begins (1) and ends (-1) at a place
    for item in why.evidence[:top]:
        share = item.weight / max(1, len(item.spans))
        for start, end in item.spans:
            steps.setdefault(start, []).append((1, share))
            steps.setdefault(end, []).append((-1, share))
    found = []
    standing, weight = 0, 0.0
    for start, end in pairwise(sorted(steps)):
        standing += sum(step for step, _ in steps[start])
        weight = weight + sum(step * share for step, share in steps[start]) if standing else 0.0
        if weight:
            found.append((start, end, weight))
    return found


def evidence_page(why: Explanation, prediction: Prediction, top: int) -> str:
    """Write the page: the posting with its evidence marked, and a table of the weightiest.

    Parameters
    ----------
    why : Explanation
    prediction : Prediction
        Of the same posting.
    top : int
        How many pieces of evidence to show.

    Returns
    -------
    str
        HTML that loads nothing from anywhere: the posting, its lines with what each was taken for and
        what it weighs, and the evidence. All of the posting's text is escaped.
    """
    answer = (
        f"{prediction.role.label}: {prediction.reason}"
        if prediction.reason is not None
        else f"{prediction.role.label}, {prediction.confidence:.0%}"
    )
    listed = [(item.weight, item.name, len(item.spans)) for item in why.evidence[:top]]
    listed.append((sum(item.weight for item in why.evidence[top:]), "everything else", 0))
    listed.append((why.prior, "before reading", 0))
    return _PAGE.format(
        css=files("roleclass.evidence").joinpath("page.css").read_text("utf-8"),
        title=escape(answer),
        heading=escape(answer),
        summary=escape(
            f"{why.role.label} against {why.against.label}: log-odds {why.log_odds:+.2f}. "
            "What speaks for the first is green, what speaks for the second is red."
        ),
        document=_highlighted(why, top),
        lines="\n".join(
            f'<tr><td class="{"for" if weight > 0 else "against"}">{weight:+.2f}</td>'
            f"<td>{escape(why.document[line.start : line.end])}</td>"
            f"<td>{line.part}{'' if line.work == 'none' else f', {line.work}'}</td></tr>"
            for line, weight in why.lines
        ),
        rows="\n".join(
            f'<tr><td class="{"for" if weight > 0 else "against"}">{weight:+.2f}</td>'
            f"<td>{escape(name)}</td><td>{times or ''}</td></tr>"
            for weight, name, times in listed
        ),
    )


def _highlighted(why: Explanation, top: int) -> str:
    parts = []
    done = 0
    stretches = marks(why, top)
    strongest = max((abs(weight) for *_, weight in stretches), default=1.0)
    for start, end, weight in stretches:
        parts.append(escape(why.document[done:start]))
        side = "for" if weight > 0 else "against"
        strength = 0.15 + 0.45 * abs(weight) / strongest
        style = f"background: rgb(var(--{side}) / {strength:.2f})"
        text = escape(why.document[start:end])
        parts.append(f'<mark style="{style}" title="{weight:+.2f}">{text}</mark>')
        done = end
    return "".join([*parts, escape(why.document[done:])])
