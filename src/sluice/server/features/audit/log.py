"""The audit log as people read it: pages, files, and whether its chain is sound."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import UserService
from sluice.server.features.audit import exporting, service, verifying
from sluice.server.features.audit.exporting import AuditFormat
from sluice.server.features.audit.filters import AuditFilter
from sluice.server.features.audit.repository import AuditRepository
from sluice.server.features.audit.schemas import (
    AuditEventOut,
    Verification,
    VerificationProgress,
)
from sluice.server.features.audit.tables import AuditEvent
from sluice.server.features.audit.verifying import Noted
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault

EXPORTED_AT_ONCE: Final = 1_000
"""Events of a file that are in memory together."""


class AuditLog:
    """The service of the audit log's readers."""

    def __init__(self, database: Database, vault: Vault, users: UserService) -> None:
        self._database = database
        self._vault = vault
        self._users = users

    async def page(
        self, caller: Caller, wanted: AuditFilter, *, before: int | None = None, limit: int = 100
    ) -> list[AuditEventOut]:
        """The newest events first, at most `limit`, with ids below `before`."""
        caller.require(Permission.AUDIT)
        async with self._database.read() as session:
            rows = await AuditRepository(session).newest(wanted, before=before, limit=limit)
            return await self._out(session, rows)

    async def kinds(self, caller: Caller) -> Sequence[str]:
        """The names of all events that there are."""
        caller.require(Permission.AUDIT)
        async with self._database.read() as session:
            return await AuditRepository(session).kinds()

    async def begin_export(self, caller: Caller, written: AuditFormat) -> None:
        """Note in the log that it is taken away; to be called before `exported`."""
        caller.require(Permission.AUDIT)
        async with self._database.write() as session:
            details = {"format": written.value}
            await service.record(
                session, "audit.exported", actor_id=caller.actor_id, details=details
            )

    async def exported(
        self, caller: Caller, wanted: AuditFilter, written: AuditFormat
    ) -> AsyncGenerator[bytes, None]:
        """The file in pieces, the oldest event first."""
        caller.require(Permission.AUDIT)
        if beginning := exporting.beginning(written):
            yield beginning
        last = 0
        while True:
            async with self._database.read() as session:
                rows = await AuditRepository(session).after(wanted, last, EXPORTED_AT_ONCE)
                told = await self._out(session, rows)
            if not rows:
                return
            yield exporting.portion(written, told)
            last = rows[-1].id

    async def verify(
        self, caller: Caller, noted: Noted | None = None
    ) -> AsyncGenerator[VerificationProgress | Verification, None]:
        """How far it has come, again and again, and at last the result."""
        caller.require(Permission.AUDIT)
        async with self._database.read() as session:
            key = await self._vault.settings_key(session)
        async for told in verifying.verified(self._database, key, noted):
            yield told

    async def verification(self, caller: Caller, noted: Noted | None = None) -> Verification:
        """The result alone."""
        result: Verification | None = None
        async for told in self.verify(caller, noted):
            if isinstance(told, Verification):
                result = told
        if result is None:
            raise RuntimeError("a verification ended without a result")
        return result

    async def _out(self, session: AsyncSession, rows: Sequence[AuditEvent]) -> list[AuditEventOut]:
        ids = {row.actor_id for row in rows if row.actor_id is not None}
        people = await self._users.people(session, ids)
        told = [AuditEventOut.model_validate(row) for row in rows]
        for event in told:
            if event.actor_id in people:
                event.actor_name = people[event.actor_id].name
        return told
