"""The queries of protected environments and of requests to change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Table, and_, delete, insert, or_, select, update

from sluice.server.features.templates.requested import RequestStatus
from sluice.server.features.templates.tables import (
    DeploymentRequest,
    ProtectedEnvironment,
    Template,
    TemplateVersion,
)
from sluice.server.kit.repository import Repository

_PROTECTED: Final = cast("Table", ProtectedEnvironment.__table__)
_REQUESTS: Final = cast("Table", DeploymentRequest.__table__)
_TEMPLATES: Final = cast("Table", Template.__table__)
_VERSIONS: Final = cast("Table", TemplateVersion.__table__)
_BASE: Final = _VERSIONS.alias("base")
_IS_OPEN: Final = _REQUESTS.c.status == RequestStatus.OPEN.value


class StoredProtection(NamedTuple):
    """A protected environment's row."""

    environment: str
    approver_role: str
    expires_hours: int
    changed_by: int | None
    changed_at: datetime


class StoredRequest(NamedTuple):
    """A request's row, its template's, and the numbers of its versions."""

    id: int
    uid: str
    template_id: int
    template_uid: str
    template_name: str
    environment: str
    kind: str
    version_id: int | None
    version_uid: str | None
    number: int | None
    base_version_id: int | None
    base_number: int | None
    status: str
    note_sealed: bytes | None
    requested_by: int | None
    requested_at: datetime
    expires_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    decision_note_sealed: bytes | None


_PROTECTION: Final = select(
    _PROTECTED.c.environment,
    _PROTECTED.c.approver_role,
    _PROTECTED.c.expires_hours,
    _PROTECTED.c.changed_by,
    _PROTECTED.c.changed_at,
)
_REQUEST: Final = (
    select(
        _REQUESTS.c.id,
        _REQUESTS.c.uid,
        _REQUESTS.c.template_id,
        _TEMPLATES.c.uid,
        _TEMPLATES.c.name,
        _REQUESTS.c.environment,
        _REQUESTS.c.kind,
        _REQUESTS.c.version_id,
        _VERSIONS.c.uid,
        _VERSIONS.c.number,
        _REQUESTS.c.base_version_id,
        _BASE.c.number,
        _REQUESTS.c.status,
        _REQUESTS.c.note_sealed,
        _REQUESTS.c.requested_by,
        _REQUESTS.c.requested_at,
        _REQUESTS.c.expires_at,
        _REQUESTS.c.decided_by,
        _REQUESTS.c.decided_at,
        _REQUESTS.c.decision_note_sealed,
    )
    .join_from(_REQUESTS, _TEMPLATES, _REQUESTS.c.template_id == _TEMPLATES.c.id)
    .outerjoin(_VERSIONS, _REQUESTS.c.version_id == _VERSIONS.c.id)
    .outerjoin(_BASE, _REQUESTS.c.base_version_id == _BASE.c.id)
)


class ProtectionRepository(Repository):
    """Which environments of a project are protected."""

    async def all(self, project_id: int) -> list[StoredProtection]:
        """Every one, by name."""
        query = _PROTECTION.where(_PROTECTED.c.project_id == project_id)
        rows = await self._session.execute(query.order_by(_PROTECTED.c.environment))
        return [StoredProtection(*row) for row in rows]

    async def one(self, project_id: int, environment: str) -> StoredProtection | None:
        """One; None: it is not protected."""
        query = _PROTECTION.where(_at(project_id, environment))
        row = (await self._session.execute(query)).one_or_none()
        return StoredProtection(*row) if row is not None else None

    async def put(self, project_id: int, environment: str, values: dict[str, Any]) -> None:
        """Protect an environment, or change how."""
        changed: Any = await self._session.execute(
            update(_PROTECTED).where(_at(project_id, environment)).values(**values)
        )
        if not changed.rowcount:
            place = {"project_id": project_id, "environment": environment}
            await self._session.execute(insert(_PROTECTED).values(**place, **values))

    async def remove(self, project_id: int, environment: str) -> bool:
        """Protect an environment no more; whether it was."""
        gone: Any = await self._session.execute(
            delete(_PROTECTED).where(_at(project_id, environment))
        )
        return bool(gone.rowcount)


class RequestRepository(Repository):
    """Requests of one project at a time."""

    async def append(self, values: dict[str, Any]) -> None:
        """Insert one."""
        await self._session.execute(insert(_REQUESTS).values(**values))

    async def one(self, project_id: int, uid: str) -> StoredRequest | None:
        """One by its public id."""
        return await self._one(
            _REQUEST.where(_REQUESTS.c.project_id == project_id, _REQUESTS.c.uid == uid)
        )

    async def open_one(
        self, template_id: int, environment: str, version_id: int | None, now: datetime
    ) -> StoredRequest | None:
        """The newest open one for the same version that has not expired."""
        query = _REQUEST.where(
            _of(template_id, environment),
            _REQUESTS.c.version_id.is_not_distinct_from(version_id),
            _is_open_at(now),
        )
        return await self._one(query.order_by(_REQUESTS.c.id.desc()).limit(1))

    async def page(
        self,
        project_id: int,
        *,
        statuses: Sequence[RequestStatus],
        template_uid: str | None,
        before: int | None,
        limit: int,
        now: datetime,
    ) -> list[StoredRequest]:
        """Those of these kinds (every one where none is named), newest first."""
        query = _REQUEST.where(_REQUESTS.c.project_id == project_id)
        if statuses:
            query = query.where(or_(*(_is(status, now) for status in statuses)))
        if template_uid is not None:
            query = query.where(_TEMPLATES.c.uid == template_uid)
        if before is not None:
            query = query.where(_REQUESTS.c.id < before)
        rows = await self._session.execute(query.order_by(_REQUESTS.c.id.desc()).limit(limit))
        return [StoredRequest._make(row) for row in rows]

    async def decide(self, request_id: int, values: dict[str, Any]) -> None:
        """Write what came of one; whoever calls holds its template's lock."""
        await self._session.execute(
            update(_REQUESTS).where(_REQUESTS.c.id == request_id).values(**values)
        )

    async def make_stale(self, template_id: int, environment: str, now: datetime) -> None:
        """The environment points elsewhere now: what is open for it can be decided no more."""
        await self._session.execute(
            update(_REQUESTS)
            .where(_of(template_id, environment), _is_open_at(now))
            .values(status=RequestStatus.STALE.value, decided_at=now)
        )

    async def withdraw_all(
        self, project_id: int, environment: str, *, by: int, now: datetime
    ) -> None:
        """Withdraw every open one of an environment."""
        await self._session.execute(
            update(_REQUESTS)
            .where(
                _REQUESTS.c.project_id == project_id,
                _REQUESTS.c.environment == environment,
                _is_open_at(now),
            )
            .values(status=RequestStatus.WITHDRAWN.value, decided_by=by, decided_at=now)
        )

    async def _one(self, query: Select[Any]) -> StoredRequest | None:
        row = (await self._session.execute(query)).one_or_none()
        return StoredRequest._make(row) if row is not None else None


def _at(project_id: int, environment: str) -> ColumnElement[bool]:
    return and_(_PROTECTED.c.project_id == project_id, _PROTECTED.c.environment == environment)


def _of(template_id: int, environment: str) -> ColumnElement[bool]:
    return and_(_REQUESTS.c.template_id == template_id, _REQUESTS.c.environment == environment)


def _is_open_at(now: datetime) -> ColumnElement[bool]:
    return and_(_IS_OPEN, _REQUESTS.c.expires_at > now)


def _is(status: RequestStatus, now: datetime) -> ColumnElement[bool]:
    if status is RequestStatus.OPEN:
        return _is_open_at(now)
    if status is RequestStatus.EXPIRED:
        return and_(_IS_OPEN, _REQUESTS.c.expires_at <= now)
    return _REQUESTS.c.status == status.value
