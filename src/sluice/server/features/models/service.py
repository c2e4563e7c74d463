"""Creating, changing and reading model instances."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import CleansedText, RawText
from sluice.engine.errors import Problem
from sluice.server.auth.users import UserService
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.models.repository import ModelRepository
from sluice.server.features.models.schemas import (
    ConnectionAdminOut,
    ConnectionIn,
    ModelConnectionOut,
    ModelInstanceAdminOut,
    ModelInstanceIn,
    ModelInstanceOut,
)
from sluice.server.features.models.tables import AllowedUser, ModelConnection, ModelInstance
from sluice.server.features.policies.service import Policies, PolicyInForce
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
    connection: Connection | None


class Models:
    """The service of model instances."""

    def __init__(
        self,
        vault: Vault,
        policies: Policies,
        users: UserService,
        *,
        providers: Providers,
        exact_keys: bool,
        presentable: Callable[[RawText, PolicyInForce], Awaitable[CleansedText]],
    ) -> None:
        self._vault = vault
        self._policies = policies
        self._users = users
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
        connection = _connection(row.connections[0], key) if row.connections else None
        return UsableInstance(
            row.id, row.revision, row.name, row.policy_group_id, _instructions(row, key), connection
        )

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

    async def admin_listing(self, session: AsyncSession) -> list[ModelInstanceAdminOut]:
        """Every instance, for administrators."""
        key = await self._vault.settings_key(session)
        return [_admin(row, key) for row in await ModelRepository(session).all()]

    async def admin_get(self, session: AsyncSession, instance_id: int) -> ModelInstanceAdminOut:
        """One instance, for administrators."""
        key = await self._vault.settings_key(session)
        return _admin(await self._row(session, instance_id), key)

    async def find(self, session: AsyncSession, name: str) -> ModelInstanceAdminOut | None:
        """One by its name, None if there is none."""
        row = await ModelRepository(session).by_name(name)
        if row is None or row.deleted_at is not None:
            return None
        return await self.admin_get(session, row.id)

    async def create(
        self, session: AsyncSession, body: ModelInstanceIn, *, actor_id: int | None
    ) -> ModelInstanceAdminOut:
        """Make an instance; `Conflict` if the name was ever taken."""
        await self._check(session, body)
        repository = ModelRepository(session)
        if await repository.by_name(body.name) is not None:
            raise Conflict("A model instance of this name exists, or existed; choose another.")
        row = ModelInstance(
            name=body.name,
            policy_group_id=body.policy_group_id,
            user_id=actor_id,
            connections=[],
            allowed_users=[],
        )
        await repository.add(row)
        return await self._apply(session, row, body, actor_id, "model_instance.created")

    async def change(
        self, session: AsyncSession, instance_id: int, body: ModelInstanceIn, *, actor_id: int
    ) -> ModelInstanceAdminOut:
        """Change an instance as a whole; omitted credentials are kept."""
        row = await self._row(session, instance_id)
        key = await self._vault.settings_key(session)
        kept = _connection(row.connections[0], key) if row.connections else None
        await self._check(session, body, kept)
        taken = await ModelRepository(session).by_name(body.name)
        if taken is not None and taken.id != instance_id:
            raise Conflict("A model instance of this name exists, or existed; choose another.")
        row.name = body.name
        row.policy_group_id = body.policy_group_id
        row.revision += 1
        row.updated_at = utc_now()
        return await self._apply(session, row, body, actor_id, "model_instance.changed")

    async def delete(self, session: AsyncSession, instance_id: int, *, actor_id: int) -> None:
        """Mark an instance as deleted and forget its credentials."""
        row = await self._row(session, instance_id)
        row.deleted_at = utc_now()
        row.connections.clear()
        await _recorded(session, "model_instance.deleted", row.id, actor_id)

    async def names_using(self, session: AsyncSession, policy_group_id: int) -> list[str]:
        """The names of the instances that use a policy group."""
        return await ModelRepository(session).uses_policy_group(policy_group_id)

    async def _row(self, session: AsyncSession, instance_id: int) -> ModelInstance:
        row = await ModelRepository(session).get(instance_id)
        if row is None:
            raise NotFound("There is no such model instance.")
        return row

    async def _check(
        self, session: AsyncSession, body: ModelInstanceIn, kept: Connection | None = None
    ) -> None:
        problems = self._connection_problems(body.connection, kept)
        try:
            await self._policies.in_force(session, body.policy_group_id)
        except NotFound:
            problems.append(Problem("policyGroupId", "there is no policy group with this id"))
        missing = await self._users.missing(session, body.allowed_users)
        problems += [
            Problem(f"allowedUsers[{i}]", "there is no user with this id")
            for i, user_id in enumerate(body.allowed_users)
            if user_id in missing
        ]
        if problems:
            raise Unprocessable("The model instance cannot be saved.", errors=problems)

    def _connection_problems(
        self, wanted: ConnectionIn | None, kept: Connection | None
    ) -> list[Problem]:
        if wanted is None:
            return []
        credentials = wanted.credentials
        if credentials is None:
            credentials = dict(kept.credentials) if kept and _same_target(kept, wanted) else {}
        connection = Connection(
            wanted.provider_key, wanted.model, wanted.base_url, credentials, wanted.options
        )
        return [
            Problem(f"connection.{to_camel_path(p.path)}", p.message)
            for p in self._providers.problems(connection)
        ]

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
        _set_connection(row, body.connection, key)
        await session.flush()
        await _recorded(session, event, row.id, actor_id)
        return _admin(row, key)

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
            model_connections=[self._wire_connection(c) for c in row.connections],
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


def _set_connection(row: ModelInstance, wanted: ConnectionIn | None, key: DataKey) -> None:
    if wanted is None:
        row.connections = []
        return
    present = row.connections[0] if row.connections else ModelConnection()
    same_target = _same_target(present, wanted)
    present.provider_key, present.model = wanted.provider_key, wanted.model
    present.base_url, present.options = wanted.base_url, wanted.options
    if wanted.credentials is not None:
        sealed = key.seal(json.dumps(wanted.credentials), _credentials_place(row.id))
        present.credentials_sealed = sealed if wanted.credentials else None
    elif not same_target:
        # A credential must never be sent to an address that it was not given for.
        present.credentials_sealed = None
    row.connections = [present]


def _same_target(present: ModelConnection | Connection, wanted: ConnectionIn) -> bool:
    return (present.provider_key, present.base_url) == (wanted.provider_key, wanted.base_url)


async def _recorded(
    session: AsyncSession, event: str, instance_id: int, actor_id: int | None
) -> None:
    await audit.record(session, event, actor_id=actor_id, subject=f"model_instance:{instance_id}")


def _instructions_place(instance_id: int) -> Place:
    return Place("model_instances", "instructions_sealed", str(instance_id))


def _credentials_place(instance_id: int) -> Place:
    return Place("model_connections", "credentials_sealed", str(instance_id))


def _instructions(row: ModelInstance, key: DataKey) -> RawText:
    if row.instructions_sealed is None:
        return RawText("")
    return RawText(key.open(row.instructions_sealed, _instructions_place(row.id)))


def _connection(row: ModelConnection, key: DataKey) -> Connection:
    credentials: dict[str, str] = {}
    if row.credentials_sealed is not None:
        place = _credentials_place(row.model_instance_id)
        credentials = json.loads(key.open(row.credentials_sealed, place))
    return Connection(
        provider_key=row.provider_key,
        model=row.model,
        base_url=row.base_url,
        credentials=credentials,
        options=row.options,
    )


def _admin(row: ModelInstance, key: DataKey) -> ModelInstanceAdminOut:
    return ModelInstanceAdminOut(
        id=row.id,
        name=row.name,
        policy_group_id=row.policy_group_id,
        instructions=_instructions(row, key),
        connection=_admin_connection(row.connections[0]) if row.connections else None,
        allowed_users=[u.user_id for u in row.allowed_users],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _admin_connection(row: ModelConnection) -> ConnectionAdminOut:
    return ConnectionAdminOut(
        id=row.id,
        provider_key=row.provider_key,
        model=row.model,
        base_url=row.base_url,
        options=row.options,
        has_credentials=row.credentials_sealed is not None,
    )
