"""API tokens: made for a user, shown once, checked at each call, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.config import AuthConfig, Clock
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.repository import (
    SessionRepository,
    TokenRepository,
    TokenRow,
    UserRepository,
)
from sluice.server.auth.roles import Permission, Scope
from sluice.server.auth.tables import ApiToken
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.audit.service import record
from sluice.server.kit.tokens import (
    GIVEN_TOKEN_MAX_LENGTH,
    is_mistyped,
    new_token,
    same_hash,
    token_hash,
    visible_prefix,
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's row and the token itself, which nobody can read again later."""

    row: ApiToken
    token: str

    def __repr__(self) -> str:
        return f"NewToken(id={self.row.id})"


@dataclass(frozen=True, slots=True)
class TokenService:
    """Works in the caller's transaction and never commits."""

    config: AuthConfig
    clock: Clock

    async def page(
        self,
        session: AsyncSession,
        caller: Caller,
        *,
        user_id: int | None,
        after: int,
        limit: int,
        valid: bool = False,
    ) -> list[TokenRow]:
        """Tokens with numbers above `after`, revoked ones too: of one user or of all.

        `valid`: only those with which somebody could come in now.
        """
        caller.require_self_or(user_id, Permission.VIEW_PEOPLE)
        now = self.clock() if valid else None
        return await TokenRepository(session).page(
            user_id=user_id, after=after, limit=limit, valid_at=now
        )

    async def get(self, session: AsyncSession, caller: Caller, token_id: int) -> TokenRow:
        """One token and its user; raises `NotFound`."""
        caller.require(Permission.VIEW_PEOPLE)
        found = await TokenRepository(session).by_id(token_id)
        if found is None:
            raise NotFound(f"There is no API token {token_id}.")
        return found

    async def create(
        self,
        session: AsyncSession,
        caller: Caller,
        *,
        user_id: int,
        name: str,
        expires_at: datetime | None = None,
        scopes: frozenset[Scope] | None = None,
    ) -> NewToken:
        """A new token for anybody. Raises like `issue`, and `Forbidden` for wider scopes."""
        caller.require(Permission.MANAGE_PEOPLE)
        caller.require_scopes(scopes)
        return await self.issue(
            session,
            user_id=user_id,
            name=name,
            actor_id=caller.actor_id,
            expires_at=expires_at,
            scopes=scopes,
        )

    async def issue(
        self,
        session: AsyncSession,
        *,
        user_id: int,
        name: str,
        actor_id: int | None,
        expires_at: datetime | None = None,
        given: str | None = None,
        scopes: frozenset[Scope] | None = None,
    ) -> NewToken:
        """A new token for a user, or the given one; who calls this has seen that it may be.

        Raises `Unprocessable` for an end in the past and `NotFound` for an unknown or
        disabled user.
        """
        now = self.clock()
        if expires_at is not None and expires_at <= now:
            raise Unprocessable(
                "The token would already have expired.",
                errors=[Problem("expiresAt", "must be in the future")],
            )
        user = await UserRepository(session).by_id(user_id, for_update=True)
        if user is None or user.deleted_at is not None:
            raise NotFound(f"There is no active user {user_id}.")
        token = given if given is not None else new_token()
        row = ApiToken(
            user_id=user_id,
            name=name,
            token_hash=token_hash(token),
            prefix=visible_prefix(token),
            created_at=now,
            expires_at=expires_at,
            scopes=sorted(scopes) if scopes is not None else None,
        )
        await TokenRepository(session).add(row)
        await self._record(session, "auth.token_created", row, actor_id)
        return NewToken(row, token)

    async def find(self, session: AsyncSession, token: str) -> TokenRow:
        """The valid token and its user; raises `SignInRefused`. Only reads."""
        refuse_formless(token)
        hashed = token_hash(token)
        found = await TokenRepository(session).by_hash(hashed)
        if found is None or not same_hash(found.token.token_hash, hashed):
            raise SignInRefused(Reason.UNKNOWN_TOKEN, "This token is not known here.")
        self._refuse_invalid(found)
        return found

    def is_touch_due(self, row: ApiToken) -> bool:
        """Whether the last use is old enough to be written again."""
        return (
            row.last_used_at is None or self.clock() - row.last_used_at >= self.config.touch_every
        )

    async def touch(self, session: AsyncSession, row: ApiToken) -> None:
        """Write that the token is in use."""
        await TokenRepository(session).touch(row.id, self.clock())

    async def of_user(self, session: AsyncSession, user_id: int) -> list[ApiToken]:
        """A user's tokens that are not revoked, by number."""
        return await TokenRepository(session).unrevoked_of(user_id)

    async def revoke_of_user(
        self, session: AsyncSession, user_id: int, token_id: int, *, actor_id: int | None
    ) -> None:
        """End one of this user's tokens; raises `NotFound` for somebody else's."""
        found = await TokenRepository(session).by_id(token_id)
        if found is None or found.user.id != user_id:
            raise NotFound(f"There is no such API token {token_id}.")
        await self.end(session, token_id, actor_id=actor_id)

    async def revoke(self, session: AsyncSession, caller: Caller, token_id: int) -> ApiToken:
        """End anybody's token and the sessions that it opened; raises `NotFound`."""
        caller.require(Permission.MANAGE_PEOPLE)
        return await self.end(session, token_id, actor_id=caller.actor_id)

    async def revoke_own(self, session: AsyncSession, caller: Caller, token_id: int) -> None:
        """End one of the caller's own tokens; raises `NotFound`, also for somebody else's.

        Raises `Forbidden` for a project's key, which manages nothing.
        """
        caller.require_self_or(caller.user_id, Permission.MANAGE_PEOPLE)
        await self.revoke_of_user(session, caller.user_id, token_id, actor_id=caller.actor_id)

    async def end(self, session: AsyncSession, token_id: int, *, actor_id: int | None) -> ApiToken:
        """End a token and the sessions that it opened; raises `NotFound`."""
        tokens = TokenRepository(session)
        now = self.clock()
        if await tokens.revoke(token_id, now):
            await SessionRepository(session).revoke_of_token(token_id, now)
            await record(
                session, "auth.token_revoked", actor_id=actor_id, subject=f"token:{token_id}"
            )
        found = await tokens.by_id(token_id)
        if found is None:
            raise NotFound(f"There is no API token {token_id}.")
        return found.token

    def _refuse_invalid(self, found: TokenRow) -> None:
        token, user = found
        if token.revoked_at is not None:
            raise SignInRefused(Reason.REVOKED_TOKEN, "This token was revoked.", user_id=user.id)
        if token.expires_at is not None and self.clock() >= token.expires_at:
            raise SignInRefused(Reason.EXPIRED_TOKEN, "This token has expired.", user_id=user.id)
        if user.deleted_at is not None:
            raise SignInRefused(Reason.DISABLED, "This token's user is disabled.", user_id=user.id)

    async def _record(
        self, session: AsyncSession, event: str, row: ApiToken, actor_id: int | None
    ) -> None:
        await record(
            session,
            event,
            actor_id=actor_id,
            subject=f"token:{row.id}",
            details={
                "user_id": row.user_id,
                "expires": row.expires_at is not None,
                "scopes": "all" if row.scopes is None else ", ".join(row.scopes),
            },
        )


def refuse_formless(token: str) -> None:
    """Raise `SignInRefused` for what can be no token, without asking the database."""
    if not token:
        raise SignInRefused(Reason.MISSING, "A token is missing; send one.")
    if is_mistyped(token):
        raise SignInRefused(
            Reason.MISTYPED,
            "This token is mistyped or cut off: its checksum does not fit. Copy it again.",
        )
    if len(token) > GIVEN_TOKEN_MAX_LENGTH:
        raise SignInRefused(Reason.UNKNOWN_TOKEN, "This token is not known here.")
