"""Users: made at their first sign-in, given a role, disabled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.config import Clock
from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.config import Admission
from sluice.server.auth.refusals import Reason, SignInForbidden
from sluice.server.auth.repository import (
    Activity,
    SessionRepository,
    UserFilter,
    UserRepository,
)
from sluice.server.auth.roles import Permission, Role, strongest
from sluice.server.auth.tables import User
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit.service import record

EVERYBODY: Final = UserFilter()


def role_of(identity: Identity, admission: Admission) -> Role | None:
    """What the provider's configuration makes of somebody; None: they may not come in."""
    given = {
        Role.ADMINISTRATOR: identity.email in admission.administrator_emails
        or bool(identity.groups & admission.administrator_groups),
        Role.POLICY_EDITOR: bool(identity.groups & admission.policy_editor_groups),
        Role.PROMPT_EDITOR: bool(identity.groups & admission.prompt_editor_groups),
        Role.AUDITOR: bool(identity.groups & admission.auditor_groups),
        Role.MEMBER: admission.allow_everyone
        or _in_allowed_domain(identity, admission)
        or bool(identity.groups & admission.allowed_groups),
    }
    return strongest(role for role, is_given in given.items() if is_given)


def _in_allowed_domain(identity: Identity, admission: Admission) -> bool:
    if identity.email is None:
        return False
    _, at, domain = identity.email.rpartition("@")
    return bool(at) and domain in admission.allowed_domains


@dataclass(frozen=True, slots=True)
class Person:
    """A user who is somebody, as features know them."""

    id: int
    email: str | None
    name: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class UserService:
    """Works in the caller's transaction and never commits."""

    clock: Clock

    async def admit(self, session: AsyncSession, identity: Identity, admission: Admission) -> User:
        """The user of an identity, made now if this is their first sign-in.

        Checked at every sign-in, so that leaving a group is enough to stay outside. Raises
        `SignInForbidden` for who is not allowed, is disabled, or has somebody else's address.
        """
        user = await UserRepository(session).by_identity(identity.issuer, identity.subject)
        user_id = user.id if user is not None else None
        role = role_of(identity, admission)
        if role is None:
            raise SignInForbidden(
                Reason.NOT_ALLOWED,
                "You are signed in at your identity provider, but neither your e-mail domain "
                "nor any of your groups may use this server; ask its administrator.",
                user_id=user_id,
            )
        if user is None:
            user = await self._first_sign_in(session, identity, admission, role)
        _refuse_disabled(user)
        await self._follow_provider(session, user, identity, role)
        return user

    async def missing(self, session: AsyncSession, user_ids: Collection[int]) -> set[int]:
        """Those of the ids that no user has."""
        return set(user_ids) - await UserRepository(session).existing(user_ids)

    async def with_email(self, session: AsyncSession, email: str) -> int:
        """The id of the user with this address; raises `Unprocessable` if there is none."""
        user = await UserRepository(session).by_email(email.strip().lower())
        if user is None or user.of_project:
            problems = [Problem("email", "nobody here has this address")]
            raise Unprocessable("There is no such user.", errors=problems)
        return user.id

    async def page(
        self,
        session: AsyncSession,
        caller: Caller,
        *,
        after: int,
        limit: int,
        wanted: UserFilter = EVERYBODY,
    ) -> list[User]:
        """Users with ids above `after`, disabled ones too unless the filter says otherwise."""
        caller.require(Permission.VIEW_PEOPLE)
        return await UserRepository(session).page(wanted, after=after, limit=limit)

    async def activity(
        self, session: AsyncSession, caller: Caller, user_ids: Collection[int]
    ) -> dict[int, Activity]:
        """What users have to sign in with, and when they last did something; by user id."""
        caller.require(Permission.VIEW_PEOPLE)
        found = await UserRepository(session).activity(user_ids, self.clock())
        return {user_id: found.get(user_id, Activity()) for user_id in user_ids}

    async def get(self, session: AsyncSession, caller: Caller, user_id: int) -> User:
        """One user; raises `NotFound`."""
        caller.require_self_or(user_id, Permission.VIEW_PEOPLE)
        user = await UserRepository(session).by_id(user_id)
        if user is None:
            raise NotFound(f"There is no user {user_id}.")
        return user

    async def first_steps_are_closed(self, session: AsyncSession, user_id: int) -> bool:
        """Whether this user put the dashboard's first steps away."""
        user = await UserRepository(session).by_id(user_id)
        return user is not None and user.first_steps_closed_at is not None

    async def close_first_steps(self, session: AsyncSession, user_id: int) -> None:
        """Put the dashboard's first steps away for this user; raises `NotFound`."""
        user = await self._existing(session, user_id)
        user.first_steps_closed_at = user.first_steps_closed_at or self.clock()

    async def set_role(
        self, session: AsyncSession, caller: Caller, user_id: int, role: Role
    ) -> User:
        """Give a role by hand; from then on sign-ins do not change it.

        Raises `NotFound`, or `Conflict` if nobody could administer afterwards.
        """
        caller.require(Permission.MANAGE_PEOPLE)
        user = await self._person(session, user_id)
        if role is not Role.ADMINISTRATOR:
            await self._keep_an_administrator(session, user)
        user.role_set_by_hand = True
        await self._change_role(session, user, role, actor_id=caller.actor_id)
        return user

    async def disable(self, session: AsyncSession, caller: Caller, user_id: int) -> User:
        """Shut somebody out: their sessions end at once and their tokens stop working.

        Raises `NotFound`, or `Conflict` if nobody could administer afterwards.
        """
        caller.require(Permission.MANAGE_PEOPLE)
        user = await self._person(session, user_id)
        if user.deleted_at is not None:
            return user
        await self._keep_an_administrator(session, user)
        now = self.clock()
        user.deleted_at = now
        ended = await SessionRepository(session).revoke_of_user(user.id, now)
        await record(
            session,
            "user.disabled",
            actor_id=caller.actor_id,
            subject=f"user:{user.id}",
            details={"sessions_ended": ended},
        )
        return user

    async def enable(self, session: AsyncSession, caller: Caller, user_id: int) -> User:
        """Let a disabled user in again; raises `NotFound`. Ended sessions stay ended."""
        caller.require(Permission.MANAGE_PEOPLE)
        user = await self._person(session, user_id)
        if user.deleted_at is not None:
            user.deleted_at = None
            actor_id = caller.actor_id
            await record(session, "user.enabled", actor_id=actor_id, subject=f"user:{user.id}")
        return user

    async def unlink(self, session: AsyncSession, caller: Caller, user_id: int) -> User:
        """Forget which identity a user has, so that a new one with their address can take it.

        For people whose account at the provider was deleted and made anew. Raises `NotFound`.
        """
        caller.require(Permission.MANAGE_PEOPLE)
        user = await self._person(session, user_id)
        user.issuer = user.subject = None
        await SessionRepository(session).revoke_of_user(user.id, self.clock())
        actor_id = caller.actor_id
        await record(session, "user.unlinked", actor_id=actor_id, subject=f"user:{user.id}")
        return user

    async def change(
        self,
        session: AsyncSession,
        caller: Caller,
        user_id: int,
        *,
        role: Role | None,
        disabled: bool | None,
        unlink: bool,
    ) -> None:
        """Several of these at once, in an order that makes all of it or nothing possible."""
        if disabled is False:
            await self.enable(session, caller, user_id)
        if role is not None:
            await self.set_role(session, caller, user_id, role)
        if unlink:
            await self.unlink(session, caller, user_id)
        if disabled is True:
            await self.disable(session, caller, user_id)

    async def people(self, session: AsyncSession, user_ids: Collection[int]) -> dict[int, Person]:
        """Those of these users who are people, disabled or not, by id."""
        found = await UserRepository(session).by_ids(user_ids)
        return {user.id: _person(user) for user in found if not user.of_project}

    async def everybody(self, session: AsyncSession, most: int) -> list[Person] | None:
        """All people, disabled or not, by id; None where they are more than `most`."""
        wanted = UserFilter(of_project=False)
        found = await UserRepository(session).page(wanted, after=0, limit=most + 1)
        return [_person(user) for user in found] if len(found) <= most else None

    async def new_project_user(
        self, session: AsyncSession, name: str, *, actor_id: int | None
    ) -> User:
        """The own user of a project that is made in this transaction.

        It is a member without an identity: nobody signs in as it, and only API tokens act as it.
        """
        now = self.clock()
        user = User(
            name=_project_name(name),
            role=Role.MEMBER.value,
            role_set_by_hand=True,
            of_project=True,
            created_at=now,
            updated_at=now,
        )
        await UserRepository(session).add(user)
        await record(
            session,
            "user.created",
            actor_id=actor_id,
            subject=f"user:{user.id}",
            details={"role": user.role, "of_project": True},
        )
        return user

    async def rename_project_user(self, session: AsyncSession, user_id: int, name: str) -> None:
        """Let a project's own user be called after its project again."""
        user = await self._existing(session, user_id)
        user.name = _project_name(name)

    async def retire_project_user(
        self, session: AsyncSession, user_id: int, *, actor_id: int | None
    ) -> None:
        """Shut out the own user of a project that is deleted, and forget the project's name."""
        user = await self._existing(session, user_id)
        user.name, user.deleted_at = "Deleted project", self.clock()
        await record(session, "user.disabled", actor_id=actor_id, subject=f"user:{user.id}")

    async def _existing(self, session: AsyncSession, user_id: int) -> User:
        user = await UserRepository(session).by_id(user_id, for_update=True)
        if user is None:
            raise NotFound(f"There is no user {user_id}.")
        return user

    async def _person(self, session: AsyncSession, user_id: int) -> User:
        user = await self._existing(session, user_id)
        if user.of_project:
            raise Conflict(
                f"User {user_id} is a project's own; change the project and its keys instead.",
                code="project_user",
            )
        return user

    async def _keep_an_administrator(self, session: AsyncSession, user: User) -> None:
        if await UserRepository(session).active_administrators() == [user.id]:
            raise Conflict(
                f"User {user.id} is the last administrator; make another one first.",
                code="last_administrator",
            )

    async def _first_sign_in(
        self, session: AsyncSession, identity: Identity, admission: Admission, role: Role
    ) -> User:
        try:
            async with session.begin_nested():
                return await self._link_or_create(session, identity, admission, role)
        except IntegrityError:
            # Somebody else's transaction made the same user meanwhile (PostgreSQL).
            user = await UserRepository(session).by_identity(identity.issuer, identity.subject)
            if user is None:
                raise _email_in_use() from None
            return user

    async def _link_or_create(
        self, session: AsyncSession, identity: Identity, admission: Admission, role: Role
    ) -> User:
        users = UserRepository(session)
        known = await users.by_email(identity.email) if identity.email else None
        mine = (identity.issuer, identity.subject)
        if known is not None and (known.issuer, known.subject) == mine:
            # Another transaction made this very user since it was looked for (PostgreSQL).
            return known
        if known is not None:
            return await self._link(session, known, identity, admission)
        now = self.clock()
        user = User(
            email=identity.email,
            name=identity.name,
            role=role.value,
            issuer=identity.issuer,
            subject=identity.subject,
            created_at=now,
            updated_at=now,
        )
        await users.add(user)
        await record(
            session,
            "user.created",
            actor_id=user.id,
            subject=f"user:{user.id}",
            details={"role": role.value},
        )
        return user

    async def _link(
        self, session: AsyncSession, user: User, identity: Identity, admission: Admission
    ) -> User:
        # A provider may claim an address that is here already only if no other identity has
        # it, and only for a domain that the operator trusts this provider with.
        if user.issuer is not None or not _in_allowed_domain(identity, admission):
            raise _email_in_use()
        user.issuer, user.subject = identity.issuer, identity.subject
        await record(session, "user.linked", actor_id=user.id, subject=f"user:{user.id}")
        return user

    async def _follow_provider(
        self, session: AsyncSession, user: User, identity: Identity, role: Role
    ) -> None:
        user.name = identity.name or user.name
        await self._follow_email(session, user, identity)
        if not user.role_set_by_hand and user.role != role.value:
            await self._change_role(session, user, role, actor_id=None)

    async def _follow_email(self, session: AsyncSession, user: User, identity: Identity) -> None:
        if identity.email is None or identity.email == user.email:
            return
        if await UserRepository(session).by_email(identity.email) is not None:
            raise _email_in_use(user.id)
        user.email = identity.email

    async def _change_role(
        self, session: AsyncSession, user: User, role: Role, *, actor_id: int | None
    ) -> None:
        before, user.role = user.role, role.value
        await record(
            session,
            "user.role_changed",
            actor_id=actor_id,
            subject=f"user:{user.id}",
            details={"from": before, "to": role.value},
        )


def _person(user: User) -> Person:
    return Person(user.id, user.email, user.name, disabled=user.deleted_at is not None)


def _project_name(name: str) -> str:
    return f"Project {name}"


def _refuse_disabled(user: User) -> None:
    if user.deleted_at is not None:
        raise SignInForbidden(
            Reason.DISABLED,
            "Your user is disabled on this server; ask its administrator.",
            user_id=user.id,
        )


def _email_in_use(user_id: int | None = None) -> SignInForbidden:
    return SignInForbidden(
        Reason.EMAIL_IN_USE,
        "Another user of this server has your e-mail address; ask its administrator to "
        "unlink that user's identity.",
        user_id=user_id,
    )
