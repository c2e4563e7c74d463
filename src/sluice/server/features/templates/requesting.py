"""Asking for a change of a protected environment, in the transaction of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import Conflict
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.approval_repository import (
    ProtectionRepository,
    RequestRepository,
    StoredProtection,
    StoredRequest,
)
from sluice.server.features.templates.requested import (
    KnownRequest,
    Protection,
    RequestKind,
    RequestStatus,
)
from sluice.server.kit.database import utc_now
from sluice.server.kit.sealing import DataKey, Place

NEEDED: Final = "approval_needed"
"""The code of an error that says that a second person has to approve first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants; whoever makes it holds the template's lock."""

    template_id: int
    environment: str
    kind: RequestKind
    version_id: int | None
    base_version_id: int | None
    note: str = field(repr=False)
    user_id: int | None


async def protections(session: AsyncSession, project: KnownProject) -> dict[str, Protection]:
    """The protected environments of a project."""
    rows = await ProtectionRepository(session).all(project.id)
    return {row.environment: known_protection(row) for row in rows}


def known_protection(row: StoredProtection) -> Protection:
    """A row as other parts know it."""
    return Protection(
        environment=row.environment,
        approver_role=ProjectRole(row.approver_role),
        expires_hours=row.expires_hours,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )


async def request(
    session: AsyncSession,
    project: KnownProject,
    key: DataKey,
    protection: Protection,
    wanted: Wanted,
) -> KnownRequest:
    """Ask for a change; who asks for what is asked for already gets that request."""
    repository, now = RequestRepository(session), utc_now()
    found = await repository.open_one(
        wanted.template_id, wanted.environment, wanted.version_id, now
    )
    if found is not None:
        return known_request(found, key, project.scope)
    uid = str(uuid4())
    note = key.seal(wanted.note, note_place(uid, project.scope)) if wanted.note else None
    await repository.append(
        {
            "uid": uid,
            "project_id": project.id,
            "template_id": wanted.template_id,
            "environment": wanted.environment,
            "kind": wanted.kind.value,
            "version_id": wanted.version_id,
            "base_version_id": wanted.base_version_id,
            "status": RequestStatus.OPEN.value,
            "note_sealed": note,
            "requested_by": wanted.user_id,
            "requested_at": now,
            "expires_at": now + timedelta(hours=protection.expires_hours),
        }
    )
    row = await repository.one(project.id, uid)
    if row is None:
        raise Conflict("The request could not be saved; repeat it.")
    await note_event(session, "deployment.requested", row, wanted.user_id)
    return known_request(row, key, project.scope)


async def note_event(
    session: AsyncSession, event: str, row: StoredRequest, actor_id: int | None
) -> None:
    """An audit event about a request."""
    details: dict[str, str | int | bool] = {
        "request": row.uid,
        "environment": row.environment,
        "kind": row.kind,
    }
    if row.number is not None:
        details["version"] = row.number
    await audit.record(
        session, event, actor_id=actor_id, subject=f"template:{row.template_id}", details=details
    )


def note_place(uid: str, scope: str) -> Place:
    """Where the note of who asks is sealed."""
    return Place("deployment_requests", "note_sealed", uid, scope)


def decision_place(uid: str, scope: str) -> Place:
    """Where the note of who decides is sealed."""
    return Place("deployment_requests", "decision_note_sealed", uid, scope)


def known_request(row: StoredRequest, key: DataKey, scope: str) -> KnownRequest:
    """A request out of its row; raises `SealingError` where it was changed or moved."""
    return KnownRequest(
        row_id=row.id,
        uid=row.uid,
        template_uid=row.template_uid,
        template_name=row.template_name,
        environment=row.environment,
        kind=RequestKind(row.kind),
        number=row.number,
        base_number=row.base_number,
        status=status_of(row, utc_now()),
        note=_opened(key, row.note_sealed, note_place(row.uid, scope)),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_note=_opened(key, row.decision_note_sealed, decision_place(row.uid, scope)),
    )


def status_of(row: StoredRequest, now: datetime) -> RequestStatus:
    """What came of a request; an open one expires by itself."""
    status = RequestStatus(row.status)
    if status is RequestStatus.OPEN and row.expires_at <= now:
        return RequestStatus.EXPIRED
    return status


def _opened(key: DataKey, sealed: bytes | None, place: Place) -> str:
    return key.open(sealed, place) if sealed is not None else ""


def refuse_waiting(waiting: list[KnownRequest], done: str = "") -> None:
    """Raise `Conflict` on a wire that cannot say that something waits for approval.

    What was done stays, and asking again asks for nothing more.
    """
    if not waiting:
        return
    names = ", ".join(one.environment for one in waiting)
    requests = ", ".join(one.uid for one in waiting)
    raise Conflict(
        f"{done}Deploying to {names} takes a second person's approval, which was asked for: "
        f"request {requests}.",
        code=NEEDED,
    )
