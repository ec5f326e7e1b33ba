"""Load and save results, with the day, the model and the machine of each."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import click
import jinja2

from roleclass.benchmark import machine
from roleclass.engine.model_file import default_model
from roleclass.pages import tenths
from roleclass.whole import write_whole

RESULTS: Final = Path(__file__).with_name("results")

output_option = click.option(
    "--output",
    default=RESULTS,
    show_default="benchmarks/results",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the figures, as JSON.",
)


def about(model: Path | None = None) -> dict[str, Any]:
    """Return the day, the model and the machine that figures belong to."""
    return {"measured": today(), "model": model_hash(model), "machine": machine()}


def model_hash(model: Path | None = None) -> str:
    """Return a hash of a model file; None: the one in the package."""
    return sha256((model or default_model()).read_bytes()).hexdigest()[:12]


def today() -> str:
    """Return the day, in UTC."""
    return datetime.now(UTC).date().isoformat()


def load(name: str, folder: Path = RESULTS) -> Any:
    """Return the figures of a benchmark; empty if it has not run."""
    file = folder / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def save(name: str, figures: Any, folder: Path) -> None:
    """Write the figures of a benchmark."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{name}.json", json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


def markdown(template: str, **filters: Callable[..., str]) -> jinja2.Template:
    """Return a Markdown template from the benchmarks' folder; an undefined name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown  # noqa: S701
    )
    environment.filters |= {"percent": tenths, "thousands": "{:,.0f}".format, **filters}
    return environment.get_template(template)
