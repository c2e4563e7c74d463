"""`sluice openapi`."""

from __future__ import annotations

from sluice.cli.examples import examples

EPILOG = examples("sluice openapi > openapi.json")


def openapi() -> None:
    """Print the server's OpenAPI document as JSON; no server and no database is needed."""
    from tempfile import TemporaryDirectory

    from sluice.cli.terminal import write_json
    from sluice.server.app import create_app
    from sluice.server.kit.database import Database
    from sluice.server.kit.sealing import new_master_key, parse_master_keys
    from sluice.server.settings import Settings

    with TemporaryDirectory() as folder:
        # The application is made and never started: it opens no database and seals nothing.
        database = Database(f"sqlite:///{folder}/none.db")
        keys = parse_master_keys(new_master_key())
        write_json(create_app(Settings(), database=database, master_keys=keys).openapi())
