"""`Auth`: the one object through which the rest of the server asks who is calling."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from sluice.server.auth.api_tokens import refuse_formless
from sluice.server.auth.callers import SYSTEM, Caller
from sluice.server.auth.config import AuthConfig, Clock
from sluice.server.auth.identity.base import Identity, IdentityProvider, read_token
from sluice.server.auth.identity.config import Admission
from sluice.server.auth.identity.registry import choose_provider
from sluice.server.auth.links import NewLink
from sluice.server.auth.refusals import SignInForbidden, SignInRefused
from sluice.server.auth.repository import SessionRow, UserRepository
from sluice.server.auth.roles import Role, Scope, permissions_of, scopes_of, within
from sluice.server.auth.service import SignInService
from sluice.server.auth.sessions import (
    ReplayedSession,
    SignedIn,
    as_signed_in,
    scopes_of_session,
)
from sluice.server.auth.tables import User
from sluice.server.auth.throttle import Throttle
from sluice.server.errors import NotFound
from sluice.server.features.audit.service import record
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.tokens import looks_like_token

__all__ = ["Auth", "Caller"]


@dataclass(slots=True)
class _Attempt:
    method: str


class Auth:
    """Sign-in, sessions and API tokens on one database, each call in its own transaction."""

    def __init__(
        self,
        database: Database,
        config: AuthConfig | None = None,
        providers: Sequence[IdentityProvider] = (),
        *,
        clock: Clock = utc_now,
    ) -> None:
        self.database = database
        self.config = config or AuthConfig()
        self.providers = tuple(providers)
        self.service = SignInService(self.config, clock)
        self.throttle = Throttle(
            failures=self.config.max_failed_sign_ins,
            window=self.config.failed_sign_in_window.total_seconds(),
            addresses=self.config.max_throttled_addresses,
        )

    async def ensure_administrator(self, given_token: str | None = None) -> str | None:
        """The token to print at the first start; None at every later one.

        Raises `ValueError` for a given token that cannot be one.
        """
        try:
            async with self.database.write() as session:
                return await self.service.ensure_administrator(session, given_token)
        except IntegrityError:
            return None  # another replica was first

    async def sign_in_with_token(self, token: str, *, address: str) -> SignedIn:
        """A session for an API token; raises `SignInRefused` or `RateLimited`."""
        async with self._attempt("token", address):
            refuse_formless(token)
            async with self.database.write() as session:
                return await self.service.sign_in_with_token(session, token)

    async def sign_in_with_link(self, code: str, *, address: str) -> SignedIn:
        """A session for a link that signs in once; raises `SignInRefused` or `RateLimited`."""
        async with self._attempt("link", address), self.database.write() as session:
            return await self.service.sign_in_with_link(session, code)

    async def link_for_administrator(self, lifetime: timedelta) -> NewLink:
        """A link for the administrator who was first; for the server's own machine.

        Raises `NotFound` if there is none.
        """
        async with self.database.write() as session:
            administrators = await UserRepository(session).active_administrators()
            if not administrators:
                raise NotFound("There is no active administrator.")
            return await self.service.links.create(
                session, SYSTEM, administrators[0], lifetime=lifetime
            )

    async def sign_in_with_provider_token(self, token: str, *, address: str) -> SignedIn:
        """A session for an identity provider's access token.

        Raises `SignInRefused`, `SignInForbidden`, `RateLimited`, or `Unavailable` if the
        provider cannot be asked. The provider is asked before the transaction begins.
        """
        async with self._attempt("provider", address) as attempt:
            provider = choose_provider(self.providers, read_token(token))
            attempt.method = provider.name
            identity = await provider.verify(token)
            async with self.database.write() as session:
                return await self.service.sign_in_with_identity(
                    session, identity, provider.admission, provider.name
                )

    async def sign_in_with_proof(
        self,
        prove: Callable[[], Awaitable[Identity]],
        admission: Admission,
        provider: str,
        *,
        address: str,
    ) -> SignedIn:
        """A session for whom a provider vouches for in its own way.

        Raises `RateLimited`, `SignInForbidden`, and whatever `prove` raises.
        """
        async with self._attempt(provider, address):
            identity = await prove()
            async with self.database.write() as session:
                return await self.service.sign_in_with_identity(
                    session, identity, admission, provider
                )

    async def continue_session(self, session_id: str) -> SignedIn:
        """The session with its present id, which may be a new one; raises `SignInRefused`."""
        sessions = self.service.sessions
        found = await self._find_session(session_id)
        if sessions.is_touch_due(found.session) or sessions.is_rotation_due(found.session):
            async with self.database.write() as session:
                return await sessions.renew(session, session_id)
        return as_signed_in(found, session_id)

    async def continue_as(self, session_id: str) -> tuple[Caller, SignedIn]:
        """The same, and whose session it is."""
        signed_in = await self.continue_session(session_id)
        caller = _caller(signed_in.user, session_id=signed_in.session.id, scopes=signed_in.scopes)
        return caller, signed_in

    async def sign_out(self, session_id: str) -> None:
        """End a session; raises `SignInRefused` if there is none."""
        async with self.database.write() as session:
            await self.service.sign_out(session, session_id)

    async def caller_of_session(self, session_id: str) -> Caller:
        """Whose session this is; raises `SignInRefused`. Writes once a minute at most."""
        sessions = self.service.sessions
        found = await self._find_session(session_id)
        if sessions.is_touch_due(found.session):
            async with self.database.write() as session:
                await sessions.touch(session, found.session)
        scopes = scopes_of_session(found)
        return _caller(found.user, session_id=found.session.id, scopes=scopes)

    async def caller_of_token(self, token: str, *, address: str) -> Caller:
        """Whose API token this is; raises `SignInRefused` or `RateLimited`.

        Only tokens that are not of our making count for the throttle: ours cannot be
        guessed, and a program with an old one must not shut out its neighbours.
        """
        return (await self.caller_and_end_of_token(token, address=address))[0]

    async def caller_and_end_of_token(
        self, token: str, *, address: str
    ) -> tuple[Caller, datetime | None]:
        """The same, and when the token expires."""
        guessable = not looks_like_token(token)
        if guessable:
            self.throttle.check(address)
        try:
            async with self.database.read() as session:
                found = await self.service.tokens.find(session, token)
        except SignInRefused:
            if guessable:
                self.throttle.failed(address)
            raise
        if self.service.tokens.is_touch_due(found.token):
            async with self.database.write() as session:
                await self.service.tokens.touch(session, found.token)
        scopes = scopes_of(found.token.scopes)
        caller = _caller(found.user, api_token_id=found.token.id, scopes=scopes)
        return caller, found.token.expires_at

    @asynccontextmanager
    async def _attempt(self, method: str, address: str) -> AsyncIterator[_Attempt]:
        self.throttle.check(address)
        attempt = _Attempt(method)
        try:
            yield attempt
        except (SignInRefused, SignInForbidden) as refusal:
            self.throttle.failed(address)
            await self._record_refusal(refusal, attempt.method)
            raise

    async def _record_refusal(self, refusal: SignInRefused | SignInForbidden, method: str) -> None:
        # In its own transaction: that of the attempt has been rolled back.
        async with self.database.write() as session:
            await record(
                session,
                "auth.sign_in_refused",
                actor_id=refusal.user_id,
                details={"method": method, "reason": refusal.reason.value},
            )

    async def _find_session(self, session_id: str) -> SessionRow:
        try:
            async with self.database.read() as session:
                return await self.service.sessions.find(session, session_id)
        except ReplayedSession as replay:
            async with self.database.write() as session:
                await self.service.sessions.record_replay(session, replay)
            raise


def _caller(
    user: User,
    *,
    session_id: int | None = None,
    api_token_id: int | None = None,
    scopes: frozenset[Scope] | None = None,
) -> Caller:
    # A project's keys manage nothing, whatever somebody made of the project's user.
    role = Role.MEMBER.value if user.of_project else user.role
    return Caller(
        user_id=user.id,
        email=user.email,
        name=user.name,
        role=role,
        permissions=within(permissions_of(role), scopes),
        session_id=session_id,
        api_token_id=api_token_id,
        of_project=user.of_project,
        scopes=scopes,
    )
