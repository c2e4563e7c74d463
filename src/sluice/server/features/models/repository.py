"""The queries of model instances."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, or_, select
from sqlalchemy.orm import selectinload

from sluice.server.features.models.named import NamedInstance
from sluice.server.features.models.tables import (
    AllowedTeam,
    AllowedUser,
    ModelConnection,
    ModelInstance,
)
from sluice.server.features.teams.membership import teams_of
from sluice.server.kit.repository import Repository

_WITH_PARTS: Final = (
    selectinload(ModelInstance.connections),
    selectinload(ModelInstance.allowed_users),
    selectinload(ModelInstance.allowed_teams),
)


def _present() -> Select[ModelInstance]:
    return select(ModelInstance).where(ModelInstance.deleted_at.is_(None)).options(*_WITH_PARTS)


def _usable(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    anybody = and_(~ModelInstance.allowed_users.any(), ~ModelInstance.allowed_teams.any())
    return or_(
        anybody,
        ModelInstance.allowed_users.any(AllowedUser.user_id == user_id),
        ModelInstance.allowed_teams.any(AllowedTeam.team_id.in_(teams_of(user_id))),
    )


# Of every prompt, so built once.
_USABLE_REVISION: Final = select(ModelInstance.revision).where(
    ModelInstance.id == bindparam("of_id"),
    ModelInstance.deleted_at.is_(None),
    _usable(bindparam("of_user", type_=Integer)),
)


_NAMES: Final = (
    select(ModelInstance.id, ModelInstance.name, ModelConnection.provider_key)
    .outerjoin(
        ModelConnection,
        and_(ModelConnection.model_instance_id == ModelInstance.id, ModelConnection.position == 0),
    )
    .where(ModelInstance.deleted_at.is_(None), _usable(bindparam("of_user", type_=Integer)))
    .order_by(ModelInstance.id)
)


class ModelRepository(Repository):
    """Model instances that are not deleted, with their connections, users and teams."""

    async def names(self, user_id: int) -> list[NamedInstance]:
        """Those that this user may use, by id."""
        rows = await self._session.execute(_NAMES, {"of_user": user_id})
        return [NamedInstance(*row) for row in rows]

    async def page(self, *, after: int = 0, limit: int | None = None) -> list[ModelInstance]:
        """Instances by id, those with larger ids than `after`."""
        query = _present().where(ModelInstance.id > after).order_by(ModelInstance.id)
        return list((await self._session.scalars(query.limit(limit))).all())

    async def all_of(self, instance_ids: Collection[int]) -> list[ModelInstance]:
        """Instances by their ids, deleted ones too: old threads still show theirs."""
        query = (
            select(ModelInstance).where(ModelInstance.id.in_(instance_ids)).options(*_WITH_PARTS)
        )
        return list((await self._session.scalars(query)).all())

    async def usable_by(self, user_id: int) -> list[ModelInstance]:
        """Those open to everybody or to this user, by id."""
        query = _present().where(_usable(user_id)).order_by(ModelInstance.id)
        return list((await self._session.scalars(query)).all())

    async def get(self, instance_id: int) -> ModelInstance | None:
        """One by id."""
        query = _present().where(ModelInstance.id == instance_id)
        return (await self._session.scalars(query)).one_or_none()

    async def usable_revision(self, instance_id: int, user_id: int) -> int | None:
        """The revision of an instance, if this user may use it."""
        values = {"of_id": instance_id, "of_user": user_id}
        return (await self._session.scalars(_USABLE_REVISION, values)).one_or_none()

    async def by_name(self, name: str) -> ModelInstance | None:
        """One by its name, deleted ones too: names are never used again."""
        query = select(ModelInstance).where(ModelInstance.name == name)
        return (await self._session.scalars(query)).one_or_none()

    async def uses_policy_group(self, group_id: int) -> list[str]:
        """The names of the instances that use a policy group."""
        uses = or_(
            ModelInstance.policy_group_id == group_id,
            ModelInstance.answer_policy_group_id == group_id,
        )
        query = select(ModelInstance.name).where(uses, ModelInstance.deleted_at.is_(None))
        return list((await self._session.scalars(query)).all())

    async def provider_keys(self) -> set[str]:
        """The providers of all that are not deleted."""
        query = (
            select(ModelConnection.provider_key)
            .distinct()
            .join(ModelInstance, ModelInstance.id == ModelConnection.model_instance_id)
            .where(ModelInstance.deleted_at.is_(None))
        )
        return set((await self._session.scalars(query)).all())

    async def labels(self) -> dict[int, str]:
        """The names of all that are not deleted."""
        query = select(ModelInstance.id, ModelInstance.name)
        rows = await self._session.execute(query.where(ModelInstance.deleted_at.is_(None)))
        return {row[0]: row[1] for row in rows}
