"""Creating, changing and reading model instances."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import CleansedText, RawText
from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import UserService
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.models.connections import (
    admin_connection,
    complete,
    opened_connections,
    set_connections,
    wanted_connections,
)
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.models.repository import ModelRepository
from sluice.server.features.models.schemas import (
    Attachments,
    ModelConnectionOut,
    ModelInstanceAdminOut,
    ModelInstanceIn,
    ModelInstanceOut,
)
from sluice.server.features.models.tables import (
    AllowedTeam,
    AllowedUser,
    ModelConnection,
    ModelInstance,
)
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.features.teams.service import Teams
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.kit.wire import to_camel_path
from sluice.server.providers.base import Connection
from sluice.server.providers.registry import Providers, wire_key
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class UsableInstance:
    """What a prompt needs of a model instance."""

    id: int
    revision: int
    name: str
    policy_group_id: int
    instructions: RawText = field(repr=False)
    connections: tuple[Connection, ...]
    """The first is asked first; the others when those before could not begin to answer."""
    answer_policy_group_id: int | None = None
    attachments: Attachments = Attachments.REFUSE

    @property
    def connection(self) -> Connection | None:
        """The first connection, if there is one."""
        return self.connections[0] if self.connections else None


class Models:
    """The service of model instances."""

    def __init__(
        self,
        vault: Vault,
        policies: Policies,
        users: UserService,
        teams: Teams,
        *,
        providers: Providers,
        exact_keys: bool,
        presentable: Callable[[RawText, PolicyInForce], Awaitable[CleansedText]],
    ) -> None:
        self._vault = vault
        self._policies = policies
        self._users = users
        self._teams = teams
        self._providers = providers
        self._exact_keys = exact_keys
        # Instructions are an administrator's text: callers see them without sensitive values.
        self._presentable = presentable
        self._usable: dict[int, UsableInstance] = {}

    async def usable(self, session: AsyncSession, instance_id: int, user_id: int) -> UsableInstance:
        """The instance, if this user may use it; else `NotFound`."""
        revision = await ModelRepository(session).usable_revision(instance_id, user_id)
        if revision is None:
            raise NotFound("There is no such model instance, or you may not use it.")
        known = self._usable.get(instance_id)
        if known is None or known.revision != revision:
            known = await self._read_usable(session, instance_id)
            self._usable[instance_id] = known
        return known

    async def _read_usable(self, session: AsyncSession, instance_id: int) -> UsableInstance:
        row = await self._row(session, instance_id)
        key = await self._vault.settings_key(session)
        return UsableInstance(
            id=row.id,
            revision=row.revision,
            name=row.name,
            policy_group_id=row.policy_group_id,
            instructions=_instructions(row, key),
            connections=opened_connections(row, key),
            answer_policy_group_id=row.answer_policy_group_id,
            attachments=Attachments(row.attachments),
        )

    async def names(self, session: AsyncSession, user_id: int) -> list[NamedInstance]:
        """The instances that this user may use, by id, as far as a call is routed by them."""
        return await ModelRepository(session).names(user_id)

    async def provider_keys(self, session: AsyncSession) -> set[str]:
        """The providers that instances lead to."""
        return await ModelRepository(session).provider_keys()

    async def labels(self, session: AsyncSession) -> dict[int, str]:
        """The name of every instance by id."""
        return await ModelRepository(session).labels()

    async def listing(self, session: AsyncSession, user_id: int) -> list[ModelInstanceOut]:
        """The instances that this user may use, as the Liminal wire shows them."""
        key = await self._vault.settings_key(session)
        rows = await ModelRepository(session).usable_by(user_id)
        return [await self._wire(session, row, key) for row in rows]

    async def presented(
        self, session: AsyncSession, instance_ids: Collection[int]
    ) -> dict[int, ModelInstanceOut]:
        """Instances by id, as the Liminal wire shows them inside a thread."""
        key = await self._vault.settings_key(session)
        rows = await ModelRepository(session).all_of(instance_ids)
        return {row.id: await self._wire(session, row, key) for row in rows}

    async def presentable(
        self, session: AsyncSession, instance_id: int, text: RawText
    ) -> CleansedText:
        """A text about an instance's threads, for people who did not write it."""
        (row,) = await ModelRepository(session).all_of([instance_id])
        return await self._present(session, row, text)

    async def admin_listing(
        self, session: AsyncSession, caller: Caller, *, after: int = 0, limit: int | None = None
    ) -> list[ModelInstanceAdminOut]:
        """Instances by id behind `after`, for those who manage or watch them; opens each."""
        caller.require(Permission.VIEW_MODELS)
        rows = await ModelRepository(session).page(after=after, limit=limit)
        return [await self._shown(session, caller, row) for row in rows]

    async def admin_get(
        self, session: AsyncSession, caller: Caller, instance_id: int
    ) -> ModelInstanceAdminOut:
        """One instance, for those who manage or watch them."""
        caller.require(Permission.VIEW_MODELS)
        return await self._shown(session, caller, await self._row(session, instance_id))

    async def connections(
        self, session: AsyncSession, caller: Caller, instance_id: int
    ) -> tuple[Connection, ...]:
        """An instance's connections with their credentials, to try them."""
        caller.require(Permission.MANAGE_MODELS)
        row = await self._row(session, instance_id)
        return opened_connections(row, await self._vault.settings_key(session))

    async def find(
        self, session: AsyncSession, caller: Caller, name: str
    ) -> ModelInstanceAdminOut | None:
        """One by its name, None if there is none."""
        caller.require(Permission.VIEW_MODELS)
        row = await ModelRepository(session).by_name(name)
        if row is None or row.deleted_at is not None:
            return None
        return await self.admin_get(session, caller, row.id)

    async def create(
        self, session: AsyncSession, caller: Caller, body: ModelInstanceIn
    ) -> ModelInstanceAdminOut:
        """Make an instance; `Conflict` if the name was ever taken."""
        caller.require(Permission.MANAGE_MODELS)
        await self._check(session, body)
        repository = ModelRepository(session)
        if await repository.by_name(body.name) is not None:
            raise Conflict("A model instance of this name exists, or existed; choose another.")
        row = ModelInstance(
            name=body.name,
            policy_group_id=body.policy_group_id,
            user_id=caller.actor_id,
            connections=[],
            allowed_users=[],
            allowed_teams=[],
        )
        await repository.add(row)
        return await self._apply(session, row, body, caller.actor_id, "model_instance.created")

    async def change(
        self, session: AsyncSession, caller: Caller, instance_id: int, body: ModelInstanceIn
    ) -> ModelInstanceAdminOut:
        """Change an instance as a whole; omitted credentials are kept."""
        caller.require(Permission.MANAGE_MODELS)
        row = await self._row(session, instance_id)
        key = await self._vault.settings_key(session)
        await self._check(session, body, opened_connections(row, key))
        taken = await ModelRepository(session).by_name(body.name)
        if taken is not None and taken.id != instance_id:
            raise Conflict("A model instance of this name exists, or existed; choose another.")
        row.name = body.name
        row.policy_group_id = body.policy_group_id
        row.revision += 1
        row.updated_at = utc_now()
        return await self._apply(session, row, body, caller.actor_id, "model_instance.changed")

    async def delete(self, session: AsyncSession, caller: Caller, instance_id: int) -> None:
        """Mark an instance as deleted and forget its credentials."""
        caller.require(Permission.MANAGE_MODELS)
        row = await self._row(session, instance_id)
        row.deleted_at = utc_now()
        row.connections.clear()
        # A team that nothing else names can be deleted.
        row.allowed_teams.clear()
        await _recorded(session, "model_instance.deleted", row.id, caller.actor_id)

    async def names_using(self, session: AsyncSession, policy_group_id: int) -> list[str]:
        """The names of the instances that use a policy group."""
        return await ModelRepository(session).uses_policy_group(policy_group_id)

    async def _row(self, session: AsyncSession, instance_id: int) -> ModelInstance:
        row = await ModelRepository(session).get(instance_id)
        if row is None:
            raise NotFound("There is no such model instance.")
        return row

    async def _check(
        self, session: AsyncSession, body: ModelInstanceIn, kept: Sequence[Connection] = ()
    ) -> None:
        problems = [*self._connection_problems(body, kept)]
        groups = {
            "policyGroupId": body.policy_group_id,
            "answerPolicyGroupId": body.answer_policy_group_id,
        }
        problems += [
            Problem(path, "there is no policy group with this id")
            for path, group_id in groups.items()
            if group_id is not None and not await self._policies.exists(session, group_id)
        ]
        missing = await self._users.missing(session, body.allowed_users)
        problems += [
            Problem(f"allowedUsers[{i}]", "there is no user with this id")
            for i, user_id in enumerate(body.allowed_users)
            if user_id in missing
        ]
        missing = await self._teams.missing(session, body.allowed_teams)
        problems += [
            Problem(f"allowedTeams[{i}]", "there is no team with this id")
            for i, team_id in enumerate(body.allowed_teams)
            if team_id in missing
        ]
        if problems:
            raise Unprocessable("The model instance cannot be saved.", errors=problems)

    def _connection_problems(
        self, body: ModelInstanceIn, kept: Sequence[Connection]
    ) -> Iterator[Problem]:
        if body.fallbacks and body.connection is None:
            yield Problem("connection", "give the first connection before the fallbacks")
        for position, wanted in enumerate(wanted_connections(body)):
            path = "connection" if position == 0 else f"fallbacks[{position - 1}]"
            connection = complete(wanted, kept, position)
            for problem in self._providers.problems(connection):
                yield Problem(f"{path}.{to_camel_path(problem.path)}", problem.message)

    async def _apply(
        self,
        session: AsyncSession,
        row: ModelInstance,
        body: ModelInstanceIn,
        actor_id: int | None,
        event: str,
    ) -> ModelInstanceAdminOut:
        key = await self._vault.settings_key(session)
        row.instructions_sealed = key.seal(body.instructions, _instructions_place(row.id))
        row.allowed_users = [AllowedUser(user_id=i) for i in sorted(set(body.allowed_users))]
        row.allowed_teams = [AllowedTeam(team_id=i) for i in sorted(set(body.allowed_teams))]
        row.answer_policy_group_id = body.answer_policy_group_id
        row.attachments = body.attachments.value
        set_connections(row, body, key)
        await session.flush()
        await _recorded(session, event, row.id, actor_id)
        return _admin(row, key)

    async def _shown(
        self, session: AsyncSession, caller: Caller, row: ModelInstance
    ) -> ModelInstanceAdminOut:
        """Who may not change instructions sees them without sensitive values."""
        shown = _admin(row, await self._vault.settings_key(session))
        if caller.may(Permission.MANAGE_MODELS):
            return shown
        presented = await self._present(session, row, RawText(shown.instructions))
        return shown.model_copy(update={"instructions": presented})

    async def _present(
        self, session: AsyncSession, row: ModelInstance, text: RawText
    ) -> CleansedText:
        """The text without what its policy's terms and the detectors find."""
        if not text:
            return CleansedText("")
        try:
            policy = await self._policies.in_force(session, row.policy_group_id)
        except NotFound:
            # Both are deleted: nobody can tell any more what was to be hidden.
            return CleansedText("")
        return await self._presentable(text, policy)

    async def _wire(
        self, session: AsyncSession, row: ModelInstance, key: DataKey
    ) -> ModelInstanceOut:
        return ModelInstanceOut(
            id=row.id,
            policy_group_id=row.policy_group_id,
            user_id=row.user_id,
            instructions=await self._present(session, row, _instructions(row, key)),
            name=row.name,
            model_connections=[self._wire_connection(c) for c in row.connections[:1]],
            allowed_teams=[t.team_id for t in row.allowed_teams],
            allowed_users=[u.user_id for u in row.allowed_users],
            created_at=row.created_at,
            updated_at=row.updated_at,
            deleted_at=row.deleted_at,
        )

    def _wire_connection(self, row: ModelConnection) -> ModelConnectionOut:
        return ModelConnectionOut(
            id=row.id,
            model_instance_id=row.model_instance_id,
            model=row.model,
            provider_key=wire_key(row.provider_key, exact=self._exact_keys),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


async def _recorded(
    session: AsyncSession, event: str, instance_id: int, actor_id: int | None
) -> None:
    await audit.record(session, event, actor_id=actor_id, subject=f"model_instance:{instance_id}")


def _instructions_place(instance_id: int) -> Place:
    return Place("model_instances", "instructions_sealed", str(instance_id))


def _instructions(row: ModelInstance, key: DataKey) -> RawText:
    if row.instructions_sealed is None:
        return RawText("")
    return RawText(key.open(row.instructions_sealed, _instructions_place(row.id)))


def _admin(row: ModelInstance, key: DataKey) -> ModelInstanceAdminOut:
    return ModelInstanceAdminOut(
        id=row.id,
        name=row.name,
        policy_group_id=row.policy_group_id,
        instructions=_instructions(row, key),
        connection=admin_connection(row.connections[0]) if row.connections else None,
        fallbacks=[admin_connection(further) for further in row.connections[1:]],
        answer_policy_group_id=row.answer_policy_group_id,
        attachments=Attachments(row.attachments),
        allowed_users=[u.user_id for u in row.allowed_users],
        allowed_teams=[t.team_id for t in row.allowed_teams],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
