"""The pieces that the chapters of the page are made of. What is passed in is HTML already."""

from collections.abc import Iterable, Sequence

from roleclass.roles import Role


def in_points(change: float) -> str:
    """Return a difference of shares in percentage points."""
    return f"{100 * change:+.1f}".replace("-", "−")  # noqa: RUF001  (a minus sign)


def chart_row(name: str, chart: str, number: str) -> str:
    """Return a line of a chart: what it is, a drawing or nothing, a figure."""
    return (
        f'<div class="row"><span class="name">{name}</span>{chart or "<span></span>"}'
        f'<span class="num">{number}</span></div>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    """Return a table; all but the first column hold numbers, unless `kind` is "texts"."""
    align = "" if kind == "texts" else ' class="num"'
    titles = f"<th>{head[0]}</th>" + "".join(f"<th{align}>{name}</th>" for name in head[1:])
    body = "".join(
        f"<tr><td>{row[0]}</td>" + "".join(f"<td{align}>{cell}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def legend() -> str:
    """Return which colour is which role."""
    return (
        '<p class="key">'
        + "".join(f"<span>{dot(role)}{role.label}</span>" for role in Role)
        + "</p>"
    )


def dot(role: str) -> str:
    """Return a dot in the colour of a role."""
    return f'<span class="dot {role}"></span>'


def role_name(role: str) -> str:
    """Return the name of a role for a person."""
    return Role(role).label
