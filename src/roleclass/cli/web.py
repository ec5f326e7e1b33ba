"""``roleclass web``: use the model in a browser."""

import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from roleclass.classifier import RoleClassifier
from roleclass.cli.options import model_option
from roleclass.cli.terminal import end_in_order
from roleclass.web.server import DEFAULT_PORT, WebServer


@click.command(short_help="Use the model in your browser.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port to listen on.  [default: {DEFAULT_PORT}, or another if it is taken]",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@model_option
def web(port: int | None, no_browser: bool, model: Path | None) -> None:
    """Open a page on this machine: paste a posting, or upload a table and get it back scored.

    It answers only this machine, and sends nothing anywhere. Tables need roleclass[web]. Ctrl-C stops it.

    \b
    Examples:
      roleclass web
      roleclass web --port 9000 --no-browser
    """
    end_in_order()
    with WebServer(port, RoleClassifier(model)) as server, suppress(KeyboardInterrupt):
        click.echo(server.url)
        click.echo("Ctrl-C stops it.", err=True)
        if not no_browser:
            webbrowser.open(server.url)
        server.serve_forever()
