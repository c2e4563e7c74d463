"""The queries of deployments: where environments point, and how that came."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, delete, insert, select, update

from sluice.server.features.templates.tables import DeployedVersion, Deployment, TemplateVersion
from sluice.server.kit.repository import Repository

_DEPLOYED: Final = cast("Table", DeployedVersion.__table__)
_DEPLOYMENTS: Final = cast("Table", Deployment.__table__)
_VERSIONS: Final = cast("Table", TemplateVersion.__table__)
_PREVIOUS: Final = _VERSIONS.alias("previous")

LOOKED_BACK: Final = 1_000
"""Deployments of an environment through which a rollback looks."""


class StoredDeployment(NamedTuple):
    """One deployment of the history."""

    id: int
    environment: str
    number: int
    version_uid: str
    previous_number: int | None
    note_sealed: bytes | None
    user_id: int | None
    at: datetime
    approved_by: int | None
    is_emergency: bool


class DeploymentRepository(Repository):
    """Deployments of one template at a time."""

    async def version_id(self, template_id: int, environment: str) -> int | None:
        """Which version an environment points to."""
        query = select(_DEPLOYED.c.version_id).where(*_at(template_id, environment))
        found: int | None = (await self._session.scalars(query)).one_or_none()
        return found

    async def point(
        self, template_id: int, environment: str, version_id: int, at: datetime
    ) -> None:
        """Let an environment point to a version; whoever calls holds the template's lock."""
        values = {"version_id": version_id, "deployed_at": at}
        changed: Any = await self._session.execute(
            update(_DEPLOYED).where(*_at(template_id, environment)).values(**values)
        )
        if not changed.rowcount:
            place = {"template_id": template_id, "environment": environment}
            await self._session.execute(insert(_DEPLOYED).values(**place, **values))

    async def withdraw(self, template_id: int, environment: str) -> bool:
        """Let an environment point nowhere; whether it did."""
        gone: Any = await self._session.execute(
            delete(_DEPLOYED).where(*_at(template_id, environment))
        )
        return bool(gone.rowcount)

    async def append(self, values: dict[str, Any]) -> None:
        """Add to the history."""
        await self._session.execute(insert(_DEPLOYMENTS).values(**values))

    async def version_ids(self, template_id: int, environment: str) -> list[int]:
        """The versions that were deployed to an environment, oldest first."""
        query = (
            select(_DEPLOYMENTS.c.version_id)
            .where(
                _DEPLOYMENTS.c.template_id == template_id,
                _DEPLOYMENTS.c.environment == environment,
            )
            .order_by(_DEPLOYMENTS.c.id.desc())
            .limit(LOOKED_BACK)
        )
        return list(reversed((await self._session.scalars(query)).all()))

    async def number(self, version_id: int) -> int:
        """A version's number."""
        query = select(_VERSIONS.c.number).where(_VERSIONS.c.id == version_id)
        return int((await self._session.scalars(query)).one())

    async def page(
        self, template_id: int, *, environment: str | None, before: int | None, limit: int
    ) -> list[StoredDeployment]:
        """The history, newest first."""
        query = (
            select(
                _DEPLOYMENTS.c.id,
                _DEPLOYMENTS.c.environment,
                _VERSIONS.c.number,
                _VERSIONS.c.uid,
                _PREVIOUS.c.number,
                _DEPLOYMENTS.c.note_sealed,
                _DEPLOYMENTS.c.user_id,
                _DEPLOYMENTS.c.at,
                _DEPLOYMENTS.c.approved_by,
                _DEPLOYMENTS.c.is_emergency,
            )
            .join_from(_DEPLOYMENTS, _VERSIONS, _DEPLOYMENTS.c.version_id == _VERSIONS.c.id)
            .outerjoin(_PREVIOUS, _DEPLOYMENTS.c.previous_version_id == _PREVIOUS.c.id)
            .where(_DEPLOYMENTS.c.template_id == template_id)
            .order_by(_DEPLOYMENTS.c.id.desc())
            .limit(limit)
        )
        if environment is not None:
            query = query.where(_DEPLOYMENTS.c.environment == environment)
        if before is not None:
            query = query.where(_DEPLOYMENTS.c.id < before)
        return [StoredDeployment._make(row) for row in await self._session.execute(query)]


def _at(template_id: int, environment: str) -> tuple[Any, Any]:
    return _DEPLOYED.c.template_id == template_id, _DEPLOYED.c.environment == environment
