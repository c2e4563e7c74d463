"""Links that sign in once: for the first start, and for people without an identity provider.

A link's code is 192 random bits, shown once and stored as a hash. It stands behind the `#` of
the address, which browsers send to nobody: so it is in no log and in no referrer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.config import Clock
from sluice.server.auth.links_repository import LinkRepository
from sluice.server.auth.links_tables import SignInLink
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.roles import Permission
from sluice.server.auth.tables import User
from sluice.server.errors import Conflict, NotFound
from sluice.server.features.audit.service import record
from sluice.server.kit.tokens import token_hash

LINK_LIFETIME: Final = timedelta(minutes=15)
FIRST_LINK_LIFETIME: Final = timedelta(hours=24)
"""Of the link that the first start prints."""
LINK_PATH: Final = "/dashboard/sign-in/link"
KEEP_ENDED: Final = timedelta(days=30)
"""How long an ended link is kept, so that it can be told from nonsense."""
_CODE_BYTES: Final = 24
_MAX_CODE_LENGTH: Final = 128


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link's row and its code, which nobody can read again later."""

    row: SignInLink
    code: str

    def __repr__(self) -> str:
        return f"NewLink(id={self.row.id})"

    @property
    def expires_at(self) -> datetime:
        """When it is too old."""
        return self.row.expires_at

    def address(self, base: str) -> str:
        """The whole link, under the address of the server without a slash at its end."""
        return f"{base.rstrip('/')}{LINK_PATH}#{self.code}"


@dataclass(frozen=True, slots=True)
class LinkService:
    """Works in the caller's transaction and never commits."""

    clock: Clock

    async def create(
        self,
        session: AsyncSession,
        caller: Caller,
        user_id: int,
        *,
        lifetime: timedelta = LINK_LIFETIME,
    ) -> NewLink:
        """A link for a user, whose earlier ones end with it.

        Raises `Forbidden`, `NotFound` for an unknown or disabled user, and `Conflict` for a
        project's own.
        """
        caller.require(Permission.MANAGE_PEOPLE)
        caller.require_scopes(None)
        user = await UserRepository(session).by_id(user_id, for_update=True)
        if user is None or user.deleted_at is not None:
            raise NotFound(f"There is no active user {user_id}.")
        if user.of_project:
            raise Conflict(
                f"User {user_id} is a project's own; nobody signs in as it.", code="project_user"
            )
        made = await self._add(session, user_id, caller.actor_id, lifetime)
        await record(
            session,
            "auth.link_created",
            actor_id=caller.actor_id,
            subject=f"link:{made.row.id}",
            details={"user_id": user_id, "minutes": int(lifetime.total_seconds() // 60)},
        )
        return made

    async def use(self, session: AsyncSession, code: str) -> User:
        """The user of a link, which is used up with that; raises `SignInRefused`."""
        if not 0 < len(code) <= _MAX_CODE_LENGTH:
            raise _unknown()
        hashed, links = token_hash(code), LinkRepository(session)
        usable = await links.use(hashed, self.clock())
        row = await links.by_hash(hashed)
        if row is None:
            raise _unknown()
        if not usable:
            raise _ended(row)
        user = await UserRepository(session).by_id(row.user_id)
        if user is None or user.deleted_at is not None:
            raise SignInRefused(
                Reason.DISABLED, "This link's user is disabled.", user_id=row.user_id
            )
        await record(session, "auth.link_used", actor_id=user.id, subject=f"link:{row.id}")
        return user

    async def _add(
        self, session: AsyncSession, user_id: int, actor_id: int | None, lifetime: timedelta
    ) -> NewLink:
        links, now = LinkRepository(session), self.clock()
        await links.purge(now - KEEP_ENDED)
        await links.replace_of_user(user_id, now)
        code = secrets.token_urlsafe(_CODE_BYTES)
        row = SignInLink(
            user_id=user_id,
            code_hash=token_hash(code),
            created_by=actor_id,
            created_at=now,
            expires_at=now + lifetime,
        )
        await links.add(row)
        return NewLink(row, code)


def code_of(pasted: str) -> str:
    """The code in what somebody pasted: the code itself, or the whole link."""
    return pasted.strip().rpartition("#")[2]


def _unknown() -> SignInRefused:
    return SignInRefused(Reason.UNKNOWN_LINK, "This link is not known here; make a new one.")


def _ended(row: SignInLink) -> SignInRefused:
    if row.used_at is not None:
        told = "This link was used already, or a newer one took its place; make a new one."
        return SignInRefused(Reason.USED_LINK, told, user_id=row.user_id)
    return SignInRefused(
        Reason.EXPIRED_LINK, "This link is too old; make a new one.", user_id=row.user_id
    )
