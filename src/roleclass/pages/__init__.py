"""What all HTML pages share: the templates' environment, `base.html`, its style, the colours.

A template is named by its path within the package, such as ``evidence/templates/posting.html``. All text is
escaped unless a template says otherwise, and a name that is not given is an error.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from roleclass.colours import CUSTOM, ROLES


def render(template: str, **values: Any) -> str:
    """Return a template filled in.

    Parameters
    ----------
    template : str
        Its path within the package.
    **values
        What it names.

    Examples
    --------
    >>> "<title>a &lt; b</title>" in render("pages/base.html", title="a < b")
    True
    """
    return _environment().get_template(template).render(values)


def stylesheet(*names: str) -> Markup:
    """Return the colours and some files of styles, by their paths within the package, as one sheet.

    Examples
    --------
    >>> "--ai-first: #4a3fb0;" in stylesheet()
    True
    """
    sheets = (files("roleclass").joinpath(name).read_text("utf-8") for name in names)
    return Markup("\n".join([_colours(), *sheets]))  # noqa: S704  (files of this package)


def percent(share: float) -> str:
    """Return a share for a person: nothing but 0 and 1 is said to be 0 % or 100 %.

    Examples
    --------
    >>> percent(0.694), percent(0.9999), percent(0.002), percent(1)
    ('69 %', '> 99 %', '< 1 %', '100 %')
    """
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def signed(weight: float) -> str:
    r"""Return a weight with its sign and two decimals.

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
    environment.filters |= {"percent": percent, "signed": signed}
    environment.globals |= {"stylesheet": stylesheet}
    return environment


def _colours() -> str:
    named = {**ROLES, "custom": CUSTOM}
    light, dark = (
        "".join(f"  --{name}: {colour[i]};\n" for name, colour in named.items()) for i in (0, 1)
    )
    return f":root {{\n{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{\n{dark}}} }}"
