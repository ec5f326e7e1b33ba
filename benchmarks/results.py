"""What the benchmarks share: an option, tables, where and with what they ran, files written whole."""

import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import click

PACKAGES = ("roleclass", "numpy", "scikit-learn", "onnxruntime", "fasttext", "fasttext-wheel",
            "sentence-transformers")  # fmt: skip


output_option = click.option(
    "--output",
    default=Path("benchmarks/results"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the figures, as JSON and Markdown, and the plots.",
)


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; all columns but the first are set to the right.

    Examples
    --------
    >>> print(markdown_table(["who", "right"], [["a coin", "50"]]))
    | who | right |
    | --- | ---: |
    | a coin | 50 |
    """
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---", *["---:"] * (len(lines[0]) - 1)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def environment(command: str) -> dict[str, Any]:
    """Return the command, the machine and the versions that figures belong to."""
    return {
        "command": command,
        "machine": f"{platform.system()}, {platform.machine()}",
        "versions": {"python": platform.python_version(), **dict(_installed())},
    }


def write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _installed() -> Iterable[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
