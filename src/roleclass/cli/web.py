"""``roleclass web``: the page in a browser."""

import webbrowser
from contextlib import suppress

import click

from roleclass.page_server import DEFAULT_PORT, PageServer, page_folder


@click.command(short_help="Try the model in your browser.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port to listen on.  [default: {DEFAULT_PORT}, another if it is taken]",
)
@click.option("--no-browser", is_flag=True, help="Print the address only.")
def web(port: int | None, no_browser: bool) -> None:
    """Open a page on this machine: paste a posting or drop a CSV, see roles and evidence.

    The model runs in the browser; nothing is sent anywhere. Ctrl-C ends it.

    \b
    Examples:
      roleclass web
      roleclass web --port 9000 --no-browser
    """
    with PageServer(page_folder(), port) as server, suppress(KeyboardInterrupt):
        click.echo(server.url)
        click.echo("Ctrl-C ends it.", err=True)
        if not no_browser:
            webbrowser.open(server.url)
        server.serve_forever()
