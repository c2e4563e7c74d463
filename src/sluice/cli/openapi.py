"""`sluice openapi`."""

from __future__ import annotations

from sluice.cli.examples import examples

EPILOG = examples("sluice openapi > openapi.json")


def openapi() -> None:
    """Print the server's OpenAPI document as JSON; no server and no database is needed."""
    from sluice.cli.terminal import write_json
    from sluice.server.app import create_app
    from sluice.server.kit.database import Database
    from sluice.server.kit.sealing import new_master_key, parse_master_keys
    from sluice.server.settings import Settings

    app = create_app(
        Settings(),
        database=Database("sqlite:///:memory:"),
        master_keys=parse_master_keys(new_master_key()),
    )
    write_json(app.openapi())
