"""`sluice serve`."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from sluice.cli.examples import examples

EPILOG = examples(
    "sluice serve",
    "sluice serve --host 0.0.0.0 --port 9000",
    "SLUICE_DATA_DIR=/srv/sluice sluice serve",
    "sluice serve --port 0      # any free port; the first lines say which",
)


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; else SLUICE_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port, 0 for any free one; else SLUICE_PORT."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Server processes (PostgreSQL only); else SLUICE_WORKERS."
        ),
    ] = None,
    shutdown_seconds: Annotated[
        int,
        typer.Option(min=0, max=3600, help="How long answers under way may take after a stop."),
    ] = 8,
) -> None:
    """Start the server.

    Brings the database up to date, fills an empty one, and prints the address, the
    administrator's token (the first time only) and a line to try. The banner goes to standard
    output, logs go to standard error. SIGTERM and Ctrl-C stop it cleanly, with exit code 0.
    """
    gc.disable()  # all that is loaded now stays: to look for what does not takes a sixth longer
    from sluice.cli.serving import run_server

    gc.enable()
    given = {"host": host, "port": port, "workers": workers}
    run_server(
        {name: value for name, value in given.items() if value is not None}, shutdown_seconds
    )
