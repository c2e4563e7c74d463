"""Protecting environments, and deciding what is asked for in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.errors import Conflict, Forbidden, NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.approval_repository import (
    ProtectionRepository,
    RequestRepository,
    StoredRequest,
)
from sluice.server.features.templates.deployment_repository import DeploymentRepository
from sluice.server.features.templates.deployments import (
    Deployments,
    Intent,
    Pointing,
    refuse_latest,
)
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.opened import opened, project_key
from sluice.server.features.templates.repository import TemplateRepository
from sluice.server.features.templates.requested import (
    KnownRequest,
    Protection,
    RequestKind,
    RequestStatus,
)
from sluice.server.features.templates.requesting import (
    decision_place,
    known_protection,
    known_request,
    note_event,
    note_place,
    status_of,
)
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

NO_REQUEST: Final = "There is no such request in this project."
NOT_PROTECTED: Final = "This environment is not protected."


class Approvals:
    """Which environments are protected, and what waits for a second person."""

    def __init__(self, database: Database, vault: Vault, deployments: Deployments) -> None:
        self._database = database
        self._vault = vault
        self._deployments = deployments

    async def protections(self, project: KnownProject) -> list[Protection]:
        """The protected environments, by name."""
        async with self._database.read() as session:
            rows = await ProtectionRepository(session).all(project.id)
        return [known_protection(row) for row in rows]

    async def protection(self, project: KnownProject, environment: str) -> Protection:
        """How an environment is protected; raises `NotFound` where it is not."""
        async with self._database.read() as session:
            row = await ProtectionRepository(session).one(project.id, environment)
        if row is None:
            raise NotFound(NOT_PROTECTED)
        return known_protection(row)

    async def protect(
        self, project: KnownProject, protection: Protection, *, user_id: int
    ) -> Protection:
        """Protect an environment, or change how; raises `Forbidden` for who is no owner.

        What is open already keeps its time; who may approve is asked when somebody does.
        """
        project.require(ProjectRole.OWNER)
        refuse_latest(protection.environment)
        values = {
            "approver_role": protection.approver_role.value,
            "expires_hours": protection.expires_hours,
            "changed_by": user_id,
            "changed_at": utc_now(),
        }
        async with self._database.write() as session:
            await ProtectionRepository(session).put(project.id, protection.environment, values)
            await audit.record(
                session,
                "environment.protected",
                actor_id=user_id,
                subject=f"project:{project.id}",
                details={
                    "environment": protection.environment,
                    "approver_role": protection.approver_role.value,
                },
            )
        return await self.protection(project, protection.environment)

    async def unprotect(self, project: KnownProject, environment: str, *, user_id: int) -> None:
        """Protect an environment no more; what waits for approval there is withdrawn.

        Raises `Forbidden` for who is no owner, `NotFound`.
        """
        project.require(ProjectRole.OWNER)
        async with self._database.write() as session:
            if not await ProtectionRepository(session).remove(project.id, environment):
                raise NotFound(NOT_PROTECTED)
            await RequestRepository(session).withdraw_all(
                project.id, environment, by=user_id, now=utc_now()
            )
            await audit.record(
                session,
                "environment.unprotected",
                actor_id=user_id,
                subject=f"project:{project.id}",
                details={"environment": environment},
            )

    async def page(
        self,
        project: KnownProject,
        *,
        statuses: Sequence[RequestStatus] = (),
        template_uid: str | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[KnownRequest]:
        """Requests, newest first; `before` is the `row_id` of the last one of the page before."""
        async with self._database.read() as session:
            key = await project_key(self._vault, session, project)
            rows = await RequestRepository(session).page(
                project.id,
                statuses=statuses,
                template_uid=template_uid,
                before=before,
                limit=limit,
                now=utc_now(),
            )
        return [known_request(row, key, project.scope) for row in rows]

    async def get(self, project: KnownProject, uid: str) -> KnownRequest:
        """One request; raises `NotFound`."""
        async with self._database.read() as session:
            key = await project_key(self._vault, session, project)
            row = await RequestRepository(session).one(project.id, uid)
        if row is None:
            raise NotFound(NO_REQUEST)
        return known_request(row, key, project.scope)

    async def approve(
        self, project: KnownProject, uid: str, *, note: str = "", user_id: int
    ) -> KnownRequest:
        """Do what was asked for.

        Raises `NotFound`, `Forbidden` for who may not approve or has asked for it, `Conflict` for
        a request that is not open any more, and as deploying does.
        """
        await self._refuse_unsayable(project, uid)
        async with self._database.write() as session:
            row = await _locked(session, project, uid)
            await _refuse_approver(session, project, row, user_id)
            await _refuse_stale(session, row)
            key = await project_key(self._vault, session, project)
            await _decide(session, project, key, row, RequestStatus.APPROVED, note, user_id)
            await note_event(session, "deployment.approved", row, user_id)
            await self._carry_out(session, project, key, row, user_id)
        return await self.get(project, uid)

    async def reject(
        self, project: KnownProject, uid: str, *, note: str, user_id: int
    ) -> KnownRequest:
        """Say no, and why; raises as `approve`."""
        async with self._database.write() as session:
            row = await _locked(session, project, uid)
            await _refuse_approver(session, project, row, user_id)
            key = await project_key(self._vault, session, project)
            await _decide(session, project, key, row, RequestStatus.REJECTED, note, user_id)
            await note_event(session, "deployment.rejected", row, user_id)
        return await self.get(project, uid)

    async def withdraw(self, project: KnownProject, uid: str, *, user_id: int) -> KnownRequest:
        """Ask for it no more: for who asked, and for owners; raises as `approve`."""
        project.require(ProjectRole.EDITOR)
        async with self._database.write() as session:
            row = await _locked(session, project, uid)
            if row.requested_by != user_id:
                project.require(ProjectRole.OWNER)
            key = await project_key(self._vault, session, project)
            await _decide(session, project, key, row, RequestStatus.WITHDRAWN, "", user_id)
            await note_event(session, "deployment.request_withdrawn", row, user_id)
        return await self.get(project, uid)

    async def _refuse_unsayable(self, project: KnownProject, uid: str) -> None:
        """Before the transaction, as when something is deployed without approval."""
        async with self._database.read() as session:
            row = await RequestRepository(session).one(project.id, uid)
            if row is None:
                raise NotFound(NO_REQUEST)
            version = await self._version(session, project, row)
        if version is not None:
            await self._deployments.refuse_unsayable(
                project, version.template_name, version.content, [row.environment]
            )

    async def _carry_out(
        self,
        session: AsyncSession,
        project: KnownProject,
        key: DataKey,
        row: StoredRequest,
        user_id: int,
    ) -> None:
        note = ""
        if row.note_sealed is not None:
            note = key.open(row.note_sealed, note_place(row.uid, project.scope))
        kind = RequestKind(row.kind)
        intent = Intent(row.requested_by, note, kind, approved_by=user_id)
        version = await self._version(session, project, row)
        if version is None:
            await self._deployments.point_nowhere(session, row.template_id, row.environment, intent)
        else:
            pointing = Pointing(row.environment, version, intent)
            await self._deployments.point(session, project, key, pointing)

    async def _version(
        self, session: AsyncSession, project: KnownProject, row: StoredRequest
    ) -> KnownVersion | None:
        if row.version_uid is None:
            return None
        found = await TemplateRepository(session).version(project.id, row.version_uid)
        if found is None:
            raise NotFound(NO_REQUEST)
        return opened(found, await project_key(self._vault, session, project), project.scope)


async def _locked(session: AsyncSession, project: KnownProject, uid: str) -> StoredRequest:
    """An open request, its template locked; raises `NotFound`, `Conflict`."""
    repository = RequestRepository(session)
    row = await repository.one(project.id, uid)
    if row is not None:
        await TemplateRepository(session).locked(project.id, row.template_uid)
        # Again: it may have been decided while this waited for the lock.
        row = await repository.one(project.id, uid)
    if row is None:
        raise NotFound(NO_REQUEST)
    status = status_of(row, utc_now())
    if status is not RequestStatus.OPEN:
        raise Conflict(
            f"This request is {status}; deploy anew to ask for it again.", code=f"request_{status}"
        )
    return row


async def _refuse_approver(
    session: AsyncSession, project: KnownProject, row: StoredRequest, user_id: int
) -> None:
    protection = await ProtectionRepository(session).one(project.id, row.environment)
    needed = ProjectRole(protection.approver_role) if protection is not None else ProjectRole.OWNER
    project.require(needed)
    if user_id == project.user_id:
        raise Forbidden("A project's key approves nothing; a person has to.", code="person_needed")
    if user_id == row.requested_by:
        raise Forbidden("Somebody else has to approve what you asked for.", code="second_person")


async def _refuse_stale(session: AsyncSession, row: StoredRequest) -> None:
    there = await DeploymentRepository(session).version_id(row.template_id, row.environment)
    if there != row.base_version_id:
        raise Conflict(
            "Another version was deployed meanwhile; deploy anew to ask for it again.",
            code="request_stale",
        )


async def _decide(
    session: AsyncSession,
    project: KnownProject,
    key: DataKey,
    row: StoredRequest,
    status: RequestStatus,
    note: str,
    user_id: int,
) -> None:
    sealed = key.seal(note, decision_place(row.uid, project.scope)) if note else None
    values = {
        "status": status.value,
        "decided_by": user_id,
        "decided_at": utc_now(),
        "decision_note_sealed": sealed,
    }
    await RequestRepository(session).decide(row.id, values)
