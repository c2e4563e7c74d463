"""Sessions: opened at a sign-in, continued, given new ids, ended.

A session id is an opaque random value; the database holds its hash. At a rotation the new id
is an HMAC of the old one under a key made for this rotation. So all clients that hold the old
id and come within the grace get the same new one, and there is nothing to grow: neither the
hashes nor the key tell the new id to somebody who does not hold the old one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.config import AuthConfig, Clock
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.repository import SessionRepository, SessionRow
from sluice.server.auth.roles import Permission, Scope, scopes_of
from sluice.server.auth.tables import ApiToken, AuthSession, User
from sluice.server.errors import NotFound
from sluice.server.features.audit.service import record
from sluice.server.kit.tokens import new_session_id, same_hash, token_hash

KEEP_ENDED: Final = timedelta(days=30)
"""How long an ended session is kept, so that its replay can be told from nonsense."""
MAX_SESSION_ID_LENGTH: Final = 128


class ReplayedSession(SignInRefused):
    """An id from before the last rotation, after its grace: its holder missed the new one,
    or is not the session's owner."""

    def __init__(self, session_number: int, user_id: int) -> None:
        super().__init__(
            Reason.REPLAYED_SESSION,
            "This session id was replaced by a newer one; sign in again.",
            user_id=user_id,
        )
        self.session_number = session_number


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user and the session id that their client must use from now on."""

    user: User
    session: AuthSession
    session_id: str
    scopes: frozenset[Scope] | None = None
    """Of the API token that opened the session."""

    def __repr__(self) -> str:
        return f"SignedIn(user={self.user.id}, session={self.session.id})"


@dataclass(frozen=True, slots=True)
class SessionService:
    """Works in the caller's transaction and never commits."""

    config: AuthConfig
    clock: Clock

    async def open(
        self, session: AsyncSession, user: User, *, token: ApiToken | None = None
    ) -> SignedIn:
        """A new session with an id that nobody could know before."""
        now = self.clock()
        session_id = new_session_id()
        absolute = now + self.config.session_absolute
        row = AuthSession(
            user_id=user.id,
            api_token_id=token.id if token is not None else None,
            id_hash=token_hash(session_id),
            created_at=now,
            rotated_at=now,
            last_used_at=now,
            expires_at=min(now + self.config.session_idle, absolute),
            absolute_expires_at=absolute,
        )
        sessions = SessionRepository(session)
        await sessions.purge(now - KEEP_ENDED)
        await sessions.add(row)
        scopes = scopes_of(token.scopes) if token is not None else None
        return SignedIn(user, row, session_id, scopes)

    async def find(self, session: AsyncSession, session_id: str) -> SessionRow:
        """The live session with this id; raises `SignInRefused`. Only reads."""
        if not session_id or len(session_id) > MAX_SESSION_ID_LENGTH:
            raise _unknown()
        hashed = token_hash(session_id)
        found = await SessionRepository(session).by_id_hash(hashed)
        if found is None:
            raise _unknown()
        self._refuse_ended(found)
        self._refuse_replayed(found.session, hashed)
        return found

    def is_touch_due(self, row: AuthSession) -> bool:
        """Whether the last use is old enough to be written again."""
        return self.clock() - row.last_used_at >= self.config.touch_every

    def is_rotation_due(self, row: AuthSession) -> bool:
        """Whether the session's id is old enough to be replaced."""
        return self.clock() - row.rotated_at >= self.config.session_rotate_after

    async def touch(self, session: AsyncSession, row: AuthSession) -> None:
        """Write that the session is in use, which moves its idle end."""
        now = self.clock()
        expires_at = min(now + self.config.session_idle, row.absolute_expires_at)
        await SessionRepository(session).touch(row.id, now=now, expires_at=expires_at)

    async def renew(self, session: AsyncSession, session_id: str) -> SignedIn:
        """Continue a session: touch it, and rotate its id if that is due.

        Raises `SignInRefused`.
        """
        found = await self.find(session, session_id)
        if self.is_touch_due(found.session):
            await self.touch(session, found.session)
        if self.is_rotation_due(found.session):
            await self._rotate(session, found.session, session_id)
            found = await self.find(session, session_id)
        return as_signed_in(found, session_id)

    async def record_replay(self, session: AsyncSession, replay: ReplayedSession) -> None:
        """Write down that a replaced id was used, once for each such id."""
        await SessionRepository(session).forget_previous(replay.session_number)
        await record(
            session,
            "auth.session_replayed",
            actor_id=replay.user_id,
            subject=f"session:{replay.session_number}",
        )

    async def page(
        self, session: AsyncSession, caller: Caller, *, user_id: int | None, after: int, limit: int
    ) -> list[SessionRow]:
        """Sessions that have not ended, with numbers above `after`: of one user or of all."""
        caller.require_self_or(user_id, Permission.VIEW_PEOPLE)
        return await SessionRepository(session).page(
            user_id=user_id, after=after, limit=limit, now=self.clock()
        )

    async def revoke(self, session: AsyncSession, caller: Caller, session_number: int) -> None:
        """End anybody's session at once; raises `NotFound`."""
        caller.require(Permission.MANAGE_PEOPLE)
        await self.end(
            session, session_number, actor_id=caller.actor_id, event="auth.session_revoked"
        )

    async def revoke_own(self, session: AsyncSession, caller: Caller, session_number: int) -> None:
        """End one of the caller's own sessions; raises `NotFound`, also for somebody else's."""
        caller.require_self_or(caller.user_id, Permission.MANAGE_PEOPLE)
        found = await SessionRepository(session).by_id(session_number)
        if found is None or found.user.id != caller.user_id:
            raise NotFound(f"You have no session {session_number}.")
        await self.end(
            session, session_number, actor_id=caller.actor_id, event="auth.session_revoked"
        )

    async def end(
        self, session: AsyncSession, session_number: int, *, actor_id: int | None, event: str
    ) -> None:
        """Revoke a session by its number; raises `NotFound` if there is none."""
        sessions = SessionRepository(session)
        if await sessions.by_id(session_number) is None:
            raise NotFound(f"There is no session {session_number}.")
        if await sessions.revoke(session_number, self.clock()):
            await record(session, event, actor_id=actor_id, subject=f"session:{session_number}")

    async def _rotate(self, session: AsyncSession, row: AuthSession, session_id: str) -> None:
        key = secrets.token_bytes(32)
        now = self.clock()
        # Of several at once only one finds the presented id still there; the others then
        # read what it has set.
        await SessionRepository(session).rotate(
            row.id,
            presented_hash=token_hash(session_id),
            id_hash=token_hash(successor(key, session_id)),
            rotation_key=key,
            rotated_at=now,
            previous_valid_until=now + self.config.session_grace,
        )

    def _refuse_ended(self, found: SessionRow) -> None:
        row, user, token = found
        now = self.clock()
        ended = (
            row.revoked_at is not None
            or user.deleted_at is not None
            or now >= row.expires_at  # never later than the absolute end
            or (token is not None and not is_valid(token, now))
        )
        if ended:
            raise SignInRefused(
                Reason.ENDED_SESSION, "This session has ended; sign in again.", user_id=user.id
            )

    def _refuse_replayed(self, row: AuthSession, hashed: str) -> None:
        if same_hash(row.id_hash, hashed):
            return
        if row.previous_valid_until is None or self.clock() >= row.previous_valid_until:
            raise ReplayedSession(row.id, row.user_id)


def as_signed_in(found: SessionRow, session_id: str) -> SignedIn:
    """A live session with the id that the holder of `session_id` must use from now on."""
    present = current_id(found.session, session_id)
    return SignedIn(found.user, found.session, present, scopes_of_session(found))


def scopes_of_session(found: SessionRow) -> frozenset[Scope] | None:
    """What a session is limited to: like the API token that opened it, if one did."""
    return scopes_of(found.token.scopes) if found.token is not None else None


def successor(key: bytes, session_id: str) -> str:
    """The id that replaces a session id: 256 bits, safe in a cookie."""
    digest = hmac.digest(key, session_id.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def current_id(row: AuthSession, session_id: str) -> str:
    """The present id of a session, for somebody who holds it or the one before."""
    if same_hash(row.id_hash, token_hash(session_id)) or row.rotation_key is None:
        return session_id
    return successor(row.rotation_key, session_id)


def is_valid(token: ApiToken, now: datetime) -> bool:
    """Whether an API token is neither revoked nor expired."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def _unknown() -> SignInRefused:
    return SignInRefused(Reason.UNKNOWN_SESSION, "There is no such session; sign in again.")
