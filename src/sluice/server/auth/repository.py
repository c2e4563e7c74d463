"""The queries about users, sessions and API tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Update, delete, func, or_, select, update

from sluice.server.auth.roles import Role
from sluice.server.auth.tables import ApiToken, AuthSession, User
from sluice.server.kit.repository import Repository

PURGE_LIMIT = 100
"""Ended sessions that one sign-in clears away at most."""


class SessionRow(NamedTuple):
    """A session, its user, and the API token that opened it."""

    session: AuthSession
    user: User
    token: ApiToken | None


class TokenRow(NamedTuple):
    """An API token and its user."""

    token: ApiToken
    user: User


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list shows; what is not said shows all."""

    role: str | None = None
    disabled: bool | None = None
    of_project: bool | None = None
    """Whether the own users of projects, or only people."""
    text: str = ""
    """Part of a name or an address, in any case."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a query of users asks for."""
        found: list[ColumnElement[bool]] = []
        if self.role is not None:
            found.append(User.role == self.role)
        if self.disabled is not None:
            found.append(User.deleted_at.is_not(None) if self.disabled else _active())
        if self.of_project is not None:
            found.append(User.of_project.is_(self.of_project))
        if self.text:
            texts = (User.name, User.email)
            found.append(or_(*(text.icontains(self.text, autoescape=True) for text in texts)))
        return found


class Activity(NamedTuple):
    """What somebody signs in with, and when they last did something."""

    sessions: int = 0
    tokens: int = 0
    last_used_at: datetime | None = None


class UserRepository(Repository):
    """Users, disabled ones too unless a method says otherwise."""

    async def by_id(self, user_id: int, *, for_update: bool = False) -> User | None:
        """The user with this id; `for_update` makes other writers of it wait."""
        query = select(User).where(User.id == user_id)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.scalars(query)).one_or_none()

    async def by_identity(self, issuer: str, subject: str) -> User | None:
        """The user whom an identity provider knows by this subject."""
        query = select(User).where(User.issuer == issuer, User.subject == subject)
        return (await self._session.scalars(query)).one_or_none()

    async def by_email(self, email: str) -> User | None:
        """The user with this address (lower case)."""
        return (await self._session.scalars(select(User).where(User.email == email))).one_or_none()

    async def existing(self, user_ids: Collection[int]) -> set[int]:
        """Those of the ids that a user has, disabled or not."""
        query = select(User.id).where(User.id.in_(user_ids))
        return set((await self._session.scalars(query)).all())

    async def by_ids(self, user_ids: Collection[int]) -> list[User]:
        """The users with these ids."""
        query = select(User).where(User.id.in_(user_ids)).order_by(User.id)
        return list((await self._session.scalars(query)).all())

    async def any_exists(self) -> bool:
        """Whether there is any user at all."""
        return (await self._session.scalars(select(User.id).limit(1))).first() is not None

    async def page(self, wanted: UserFilter, *, after: int, limit: int) -> list[User]:
        """At most `limit` users with ids above `after`, by id."""
        query = select(User).where(User.id > after, *wanted.conditions())
        return list((await self._session.scalars(query.order_by(User.id).limit(limit))).all())

    async def activity(self, user_ids: Collection[int], now: datetime) -> dict[int, Activity]:
        """What users have to sign in with that is valid; those who have nothing are left out."""
        found: dict[int, Activity] = {}
        for table, valid in ((AuthSession, AuthSession.expires_at > now), (ApiToken, _lasts(now))):
            query = (
                select(table.user_id, func.count(), func.max(table.last_used_at))
                .where(table.user_id.in_(user_ids), table.revoked_at.is_(None), valid)
                .group_by(table.user_id)
            )
            for user_id, count, last in await self._session.execute(query):
                known = found.get(user_id, Activity())
                both = [moment for moment in (known.last_used_at, last) if moment is not None]
                name = "sessions" if table is AuthSession else "tokens"
                found[user_id] = known._replace(
                    **{name: count}, last_used_at=max(both, default=None)
                )
        return found

    async def active_administrators(self) -> list[int]:
        """Ids of all who can administer; locked, so that two cannot remove each other."""
        query = (
            select(User.id)
            .where(User.role == Role.ADMINISTRATOR.value, User.deleted_at.is_(None))
            .order_by(User.id)
            .with_for_update()
        )
        return list((await self._session.scalars(query)).all())


class SessionRepository(Repository):
    """Sessions, ended ones too unless a method says otherwise."""

    async def by_id_hash(self, id_hash: str) -> SessionRow | None:
        """The session whose present or previous id has this hash."""
        matches = or_(AuthSession.id_hash == id_hash, AuthSession.previous_id_hash == id_hash)
        row = (await self._session.execute(_sessions().where(matches))).one_or_none()
        return SessionRow(*row) if row is not None else None

    async def by_id(self, session_id: int) -> SessionRow | None:
        """The session with this number."""
        query = _sessions().where(AuthSession.id == session_id)
        row = (await self._session.execute(query)).one_or_none()
        return SessionRow(*row) if row is not None else None

    async def page(
        self, *, user_id: int | None, after: int, limit: int, now: datetime
    ) -> list[SessionRow]:
        """Sessions that have not ended, with numbers above `after`."""
        query = _sessions().where(
            AuthSession.id > after,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
            User.deleted_at.is_(None),
        )
        if user_id is not None:
            query = query.where(AuthSession.user_id == user_id)
        rows = await self._session.execute(query.order_by(AuthSession.id).limit(limit))
        return [SessionRow(*row) for row in rows]

    async def touch(self, session_id: int, *, now: datetime, expires_at: datetime) -> None:
        """Write the last use, and drop the rotation's key once its grace is over."""
        await self._session.execute(
            _update(AuthSession)
            .where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None))
            .values(last_used_at=now, expires_at=expires_at)
        )
        await self._session.execute(
            _update(AuthSession)
            .where(AuthSession.id == session_id, AuthSession.previous_valid_until <= now)
            .values(rotation_key=None)
        )

    async def rotate(self, session_id: int, *, presented_hash: str, **values: object) -> bool:
        """Set a new id if the presented one is still the present one; whether it was."""
        result = await self._session.execute(
            _update(AuthSession)
            .where(AuthSession.id == session_id, AuthSession.id_hash == presented_hash)
            .values(previous_id_hash=presented_hash, **values)
            .returning(AuthSession.id)
        )
        return result.one_or_none() is not None

    async def forget_previous(self, session_id: int) -> None:
        """Let the id before the last rotation be as unknown as any other."""
        await self._session.execute(
            _update(AuthSession)
            .where(AuthSession.id == session_id)
            .values(previous_id_hash=None, rotation_key=None)
        )

    async def revoke(self, session_id: int, now: datetime) -> bool:
        """End one session; whether it had not been revoked before."""
        result = await self._session.execute(
            _update(AuthSession)
            .where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None))
            .values(revoked_at=now, rotation_key=None)
            .returning(AuthSession.id)
        )
        return result.one_or_none() is not None

    async def revoke_of_user(self, user_id: int, now: datetime) -> int:
        """End every session of a user; how many there were."""
        return await self._revoke_where(AuthSession.user_id == user_id, now)

    async def revoke_of_token(self, token_id: int, now: datetime) -> int:
        """End every session that an API token opened; how many there were."""
        return await self._revoke_where(AuthSession.api_token_id == token_id, now)

    async def _revoke_where(self, condition: ColumnElement[bool], now: datetime) -> int:
        result = await self._session.execute(
            _update(AuthSession)
            .where(condition, AuthSession.revoked_at.is_(None))
            .values(revoked_at=now, rotation_key=None)
            .returning(AuthSession.id)
        )
        return len(result.all())

    async def purge(self, ended_before: datetime) -> None:
        """Delete some of the sessions that ended long ago."""
        old = select(AuthSession.id).where(AuthSession.expires_at < ended_before)
        ids = (await self._session.scalars(old.limit(PURGE_LIMIT))).all()
        if ids:
            await self._session.execute(delete(AuthSession).where(AuthSession.id.in_(ids)))


class TokenRepository(Repository):
    """API tokens, revoked ones too."""

    async def by_hash(self, hashed: str) -> TokenRow | None:
        """The token with this hash, and its user."""
        row = (await self._session.execute(_tokens(ApiToken.token_hash == hashed))).one_or_none()
        return TokenRow(*row) if row is not None else None

    async def by_id(self, token_id: int) -> TokenRow | None:
        """The token with this number, and its user."""
        row = (await self._session.execute(_tokens(ApiToken.id == token_id))).one_or_none()
        return TokenRow(*row) if row is not None else None

    async def page(
        self, *, user_id: int | None, after: int, limit: int, valid_at: datetime | None = None
    ) -> list[TokenRow]:
        """Tokens with numbers above `after`; with a moment only those that are valid then."""
        query = _tokens(ApiToken.id > after)
        if valid_at is not None:
            query = query.where(ApiToken.revoked_at.is_(None), _lasts(valid_at), _active())
        if user_id is not None:
            query = query.where(ApiToken.user_id == user_id)
        rows = await self._session.execute(query.order_by(ApiToken.id).limit(limit))
        return [TokenRow(*row) for row in rows]

    async def unrevoked_of(self, user_id: int) -> list[ApiToken]:
        """A user's tokens that are not revoked, by number."""
        query = (
            select(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
            .order_by(ApiToken.id)
        )
        return list((await self._session.scalars(query)).all())

    async def touch(self, token_id: int, now: datetime) -> None:
        """Write the last use."""
        await self._session.execute(
            _update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now)
        )

    async def revoke(self, token_id: int, now: datetime) -> bool:
        """Revoke one token; whether it had not been revoked before."""
        result = await self._session.execute(
            _update(ApiToken)
            .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(ApiToken.id)
        )
        return result.one_or_none() is not None


def _active() -> ColumnElement[bool]:
    return User.deleted_at.is_(None)


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)


def _update(table: type[AuthSession | ApiToken]) -> Update:
    # Objects that were read before are not changed; the queries here read them anew.
    return update(table).execution_options(synchronize_session=False)


def _sessions() -> Select[AuthSession, User, ApiToken]:
    return (
        select(AuthSession, User, ApiToken)
        .join(User, User.id == AuthSession.user_id)
        .outerjoin(ApiToken, ApiToken.id == AuthSession.api_token_id)
        .execution_options(populate_existing=True)
    )


def _tokens(condition: ColumnElement[bool]) -> Select[ApiToken, User]:
    return (
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(condition)
        .execution_options(populate_existing=True)
    )
