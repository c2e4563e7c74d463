"""Signing in and out, and the first administrator."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.api_tokens import TokenService
from sluice.server.auth.config import AuthConfig, Clock
from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.config import Admission
from sluice.server.auth.links import LinkService
from sluice.server.auth.refusals import Reason, SignInForbidden
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.roles import Role
from sluice.server.auth.sessions import SessionService, SignedIn
from sluice.server.auth.tables import User
from sluice.server.auth.users import UserService
from sluice.server.features.audit.service import record
from sluice.server.kit.tokens import check_given_token


@dataclass(frozen=True, slots=True)
class SignInService:
    """Works in the caller's transaction and never commits."""

    config: AuthConfig
    clock: Clock

    @property
    def sessions(self) -> SessionService:
        """The service of sessions with the same clock."""
        return SessionService(self.config, self.clock)

    @property
    def tokens(self) -> TokenService:
        """The service of API tokens with the same clock."""
        return TokenService(self.config, self.clock)

    @property
    def links(self) -> LinkService:
        """The service of links that sign in once, with the same clock."""
        return LinkService(self.clock)

    @property
    def users(self) -> UserService:
        """The service of users with the same clock."""
        return UserService(self.clock)

    async def sign_in_with_token(self, session: AsyncSession, token: str) -> SignedIn:
        """A new session for an API token's user.

        Raises `SignInRefused`, or `SignInForbidden` for a project's key, which opens none.
        """
        found = await self.tokens.find(session, token)
        if found.user.of_project:
            raise SignInForbidden(
                Reason.PROJECT_KEY,
                "This is a project's key: send it with each call; nobody signs in with it.",
                user_id=found.user.id,
            )
        await self.tokens.touch(session, found.token)
        signed_in = await self.sessions.open(session, found.user, token=found.token)
        await self._record(session, signed_in, "token")
        return signed_in

    async def sign_in_with_link(self, session: AsyncSession, code: str) -> SignedIn:
        """A new session for the user of a link; raises `SignInRefused`."""
        user = await self.links.use(session, code)
        signed_in = await self.sessions.open(session, user)
        await self._record(session, signed_in, "link")
        return signed_in

    async def sign_in_with_identity(
        self, session: AsyncSession, identity: Identity, admission: Admission, provider: str
    ) -> SignedIn:
        """A new session for somebody whom an identity provider has just vouched for.

        Raises `SignInForbidden` if they may not use this server.
        """
        user = await self.users.admit(session, identity, admission)
        signed_in = await self.sessions.open(session, user)
        await self._record(session, signed_in, provider)
        return signed_in

    async def sign_out(self, session: AsyncSession, session_id: str) -> None:
        """End the session that this id belongs to; raises `SignInRefused`."""
        found = await self.sessions.find(session, session_id)
        await self.sessions.end(
            session, found.session.id, actor_id=found.user.id, event="auth.sign_out"
        )

    async def ensure_administrator(
        self, session: AsyncSession, given_token: str | None = None
    ) -> str | None:
        """At the first start: make the administrator, and the token to show once.

        The token is `given_token` if there is one. Does nothing and returns None when there
        are users already. Raises `ValueError` for a given token that cannot be one.
        """
        if given_token is not None:
            check_given_token(given_token)
        if await UserRepository(session).any_exists():
            return None
        user = await self._first_administrator(session)
        made = await self.tokens.issue(
            session, user_id=user.id, name="first start", actor_id=None, given=given_token
        )
        return made.token

    async def _first_administrator(self, session: AsyncSession) -> User:
        now = self.clock()
        user = User(
            email=self.config.administrator_email.lower(),
            name="Administrator",
            role=Role.ADMINISTRATOR.value,
            role_set_by_hand=True,
            created_at=now,
            updated_at=now,
        )
        await UserRepository(session).add(user)
        await record(
            session,
            "user.created",
            actor_id=None,
            subject=f"user:{user.id}",
            details={"role": user.role, "first_start": True},
        )
        return user

    async def _record(self, session: AsyncSession, signed_in: SignedIn, method: str) -> None:
        await record(
            session,
            "auth.sign_in",
            actor_id=signed_in.user.id,
            subject=f"session:{signed_in.session.id}",
            details={"method": method},
        )
