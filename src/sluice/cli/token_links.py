"""`sluice token link`: a link that signs somebody in to the dashboard, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.examples import examples

if TYPE_CHECKING:
    from sluice.server.auth.links import NewLink
    from sluice.server.kit.database import Database

EPILOG = examples(
    "sluice token link",
    "sluice token link --user-email ada@example.com --minutes 60",
)


def link(
    user_email: Annotated[
        str | None, typer.Option(help="Who signs in with it; else the first administrator.")
    ] = None,
    minutes: Annotated[
        int, typer.Option(min=1, max=7 * 24 * 60, help="Minutes in which it can be used.")
    ] = 15,
) -> None:
    """Print a link that signs a person in to the dashboard, once.

    The person's earlier links end with it. Standard output holds the link alone, standard error
    says what it is.
    """
    from sluice.cli.banner import public_address
    from sluice.cli.host import with_database
    from sluice.cli.local_users import user_id_of
    from sluice.cli.terminal import note
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.auth.links import LinkService
    from sluice.server.kit.database import utc_now
    from sluice.server.settings import load_settings

    settings = load_settings()

    async def work(database: Database) -> NewLink:
        async with database.write() as session:
            user_id = await user_id_of(session, user_email)
            return await LinkService(utc_now).create(
                session, SYSTEM, user_id, lifetime=timedelta(minutes=minutes)
            )

    made = with_database(work, settings=settings)
    note(f"Link {made.row.id} signs user {made.row.user_id} in once, until "
         f"{made.expires_at:%Y-%m-%d %H:%M} UTC; it is shown this once:")  # fmt: skip
    typer.echo(made.address(public_address(settings)))
