"""The queries about links that sign in once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from sluice.server.auth.links_tables import SignInLink
from sluice.server.kit.repository import Repository


class LinkRepository(Repository):
    """Links, used ones too unless a method says otherwise."""

    async def by_hash(self, hashed: str) -> SignInLink | None:
        """The link whose code has this hash."""
        query = select(SignInLink).where(SignInLink.code_hash == hashed)
        return (await self._session.scalars(query)).one_or_none()

    async def use(self, hashed: str, now: datetime) -> bool:
        """Mark a link as used; whether it could still be. Of several at once one succeeds."""
        result = await self._session.execute(
            update(SignInLink)
            .where(
                SignInLink.code_hash == hashed,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > now,
            )
            .values(used_at=now)
            .returning(SignInLink.id)
            .execution_options(synchronize_session=False)
        )
        return result.one_or_none() is not None

    async def replace_of_user(self, user_id: int, now: datetime) -> None:
        """Let a user's earlier links be used no more."""
        await self._session.execute(
            update(SignInLink)
            .where(SignInLink.user_id == user_id, SignInLink.used_at.is_(None))
            .values(used_at=now)
            .execution_options(synchronize_session=False)
        )

    async def purge(self, ended_before: datetime) -> None:
        """Delete links that ended long ago."""
        old = SignInLink.expires_at < ended_before
        await self._session.execute(
            delete(SignInLink).where(old).execution_options(synchronize_session=False)
        )
