"""Users for commands on the server's own machine."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.cli.errors import CommandError
from sluice.server.auth.repository import UserRepository


async def user_id_of(session: AsyncSession, email: str | None) -> int:
    """The id of an active user, without an address the first administrator's.

    Raises `CommandError` if there is none.
    """
    users = UserRepository(session)
    if email is None:
        administrators = await users.active_administrators()
        if not administrators:
            raise CommandError("There is no active administrator; name a user with --user-email.")
        return administrators[0]
    user = await users.by_email(email.lower())
    if user is None or user.deleted_at is not None:
        raise CommandError("There is no active user with this e-mail address (--user-email).")
    return user.id
