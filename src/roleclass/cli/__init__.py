"""The command ``roleclass``: it parses arguments, calls the library, and prints.

Results go to standard output, everything else to standard error. Exit codes: 0 success, 1 an error
(the message says which), 2 a wrong command line.
"""

from typing import Any

import click

from roleclass._version import __version__
from roleclass.cli.terminal import message
from roleclass.errors import RoleclassError


class _Group(click.Group):
    """Commands are imported when they are called: ``predict`` must not wait for scikit-learn."""

    _commands = (
        "predict",
        "read",
        "problems",
        "explain",
        "score",
        "lines",
        "report",
        "web",
        "train",
        "evaluate",
        "corpus",
        "benchmark",
    )

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        from importlib import import_module

        if cmd_name not in self._commands:
            return None
        module = import_module(f"roleclass.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RoleclassError as error:
            raise click.ClickException(message(str(error))) from error
        except BrokenPipeError:
            raise  # click ends quietly
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(message(f"{named}{error.strerror or error}")) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="roleclass")
def main() -> None:
    """Say which kind of AI role a job posting describes.

    \b
    Examples:
      roleclass predict posting.txt
      roleclass predict --json *.txt > roles.jsonl
      roleclass read posting.txt
      roleclass explain posting.txt
      roleclass score jobs.csv -o jobs.roles.csv
      roleclass lines jobs.csv -o lines.parquet
      roleclass report postings.parquet -o market
      roleclass web
      roleclass train --corpus corpus --output runs/first
    """
