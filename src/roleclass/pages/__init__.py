"""Shared by all HTML pages: the template environment, `base.html`, its style, the colours.

A template is named by its path within the package, such as ``evidence/templates/posting.html``. Text is
escaped unless a template says otherwise, and an undefined name is an error.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from roleclass.colours import CUSTOM, ROLES


def render(template: str, **values: Any) -> str:
    """Render a template.

    Parameters
    ----------
    template : str
        Its path within the package.
    **values
        Its variables.

    Examples
    --------
    >>> "<title>a &lt; b</title>" in render("pages/base.html", title="a < b")
    True
    """
    return _environment().get_template(template).render(values)


def stylesheet(*names: str) -> Markup:
    """Return the colours and some style sheets, by their paths within the package, as one sheet.

    Examples
    --------
    >>> "--ai-first: #4a3fb0;" in stylesheet()
    True
    """
    sheets = (files("roleclass").joinpath(name).read_text("utf-8") for name in names)
    return Markup("\n".join([_colours(), *sheets]))  # noqa: S704  (files of this package)


def percent(share: float) -> str:
    """Format a share as a percentage: only 0 and 1 are shown as 0 % and 100 %.

    Examples
    --------
    >>> percent(0.694), percent(0.9999), percent(0.002), percent(1)
    ('69 %', '> 99 %', '< 1 %', '100 %')
    """
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def tenths(share: float) -> str:
    """Format a share as a percentage, with tenths below 10 %.

    Examples
    --------
    >>> tenths(0.694), tenths(0.0023), tenths(0.0001), tenths(0.0)
    ('69 %', '0.2 %', '< 0.1 %', '0 %')
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.{1 if 0 < share < 0.0995 else 0}f} %"


def points(change: float) -> str:
    r"""Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.0123), points(-0.2) == "\N{MINUS SIGN}20.0"
    ('+1.2', True)
    """
    return f"{100 * change:+.1f}".replace("-", "\N{MINUS SIGN}")


def slug(text: str) -> str:
    """Return a text as a fragment identifier of a page.

    Examples
    --------
    >>> slug("AI/ML Engineer")
    'ai-ml-engineer'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower())


def width(share: float) -> str:
    """Format a share of a width for CSS and SVG, from 0 to 100 per cent.

    Examples
    --------
    >>> width(0.12345), width(1.2)
    ('12.35%', '100.00%')
    """
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"


def signed(weight: float) -> str:
    r"""Format a weight with its sign and two decimals.

    Examples
    --------
    >>> signed(0.914), signed(-0.06) == "\N{MINUS SIGN}0.06", signed(-0.001)
    ('+0.91', True, '0.00')
    """
    shown = f"{weight:+.2f}"
    return "0.00" if float(shown) == 0 else shown.replace("-", "\N{MINUS SIGN}")


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("roleclass", "."),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "percent": percent,
        "tenths": tenths,
        "points": points,
        "signed": signed,
    }
    environment.filters |= {"count": "{:,}".format, "slug": slug, "width": width}
    environment.globals |= {"stylesheet": stylesheet}
    return environment


def _colours() -> str:
    named = {**ROLES, "custom": CUSTOM}
    light, dark = (
        "".join(f"  --{name}: {colour[i]};\n" for name, colour in named.items()) for i in (0, 1)
    )
    return f":root {{\n{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{\n{dark}}} }}"
