"""The model card: intended use, training, accuracy."""

from collections.abc import Mapping
from typing import Any, Final

import jinja2

from roleclass._version import __version__
from roleclass.roles import Role, as_role

_ABOUT: Final = """\
## Data
It is not documented how these postings were chosen and who labelled them (`--about`)."""


def model_card(figures: Mapping[str, Any], precision: float, about: str | None = None) -> str:
    """Write the card of a model from its figures, with the template ``card.md.jinja``.

    Parameters
    ----------
    figures : dict
        What ``metrics.json`` holds; see `roleclass.training.run.train`.
    precision : float
        The precision that the thresholds were chosen for.
    about : str or None
        Markdown: where the data came from, who labelled it, what the model must not be used for,
        how it fails; or None.

    Returns
    -------
    str
        Markdown. Where no posting of ``dev`` has a role, the figures are those of cross-validation and
        are labelled as such.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("roleclass.training", ""),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  (Markdown)
    )
    of = figures["dev"] or figures["cross_validation"]
    roles = [as_role(name) for name in figures["corpus"]["train"]]
    return environment.get_template("card.md.jinja").render(
        figures,
        version=__version__,
        roles=roles,
        known_roles=all(isinstance(role, Role) for role in roles),
        precision=precision,
        about=(about or _ABOUT).strip(),
        of=of,
        judged="dev" if figures["dev"] else "cross-validation",
        slices={
            **of["by_part"],
            **{f"source {name}": row for name, row in of["by_source"].items()},
            **{f"year {name}": row for name, row in of["by_year"].items()},
            **{f"confidence {name}": row for name, row in of["by_confidence"].items()},
        },
    )
