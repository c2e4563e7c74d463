"""What an SDK recorded of a test run, one by one: for the results of `testruns`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import anyio.to_thread

from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.content import opened
from sluice.server.features.sessions.run_recordings_repository import (
    RunRecordingsRepository,
    SealedOfRun,
)
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault, conversation_scope

_TABLES: Final = {Holder.RECORDING: "recordings", Holder.TRACE: "traces"}


@dataclass(frozen=True, slots=True)
class RunRecording:
    """A recording or a trace of a run, unopened."""

    holder: Holder
    id: int
    uid: str
    test_case_id: int | None
    """None where the client did not say, as 0.1.6 never does."""
    created_at: datetime
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost: int | None
    """Millionths of a US dollar."""
    evaluations: Mapping[str, float] = field(default_factory=dict)
    """The client's own by name: numbers, and 1 or 0 for true and false."""


class RunRecordings:
    """Reads them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def of_run(self, test_run_id: int) -> list[RunRecording]:
        """Recordings in the order in which they came, then traces."""
        found: list[RunRecording] = []
        async with self._database.read() as session:
            repository = RunRecordingsRepository(session)
            for holder in (Holder.RECORDING, Holder.TRACE):
                values = await repository.evaluations(holder, test_run_id)
                rows = await repository.of_run(holder, test_run_id)
                found += [RunRecording(*row, values.get(row.id, {})) for row in rows]
        return found

    async def contents(self, some: Sequence[RunRecording]) -> dict[tuple[Holder, int], Body]:
        """What is in them, with placeholders; without those that were deleted meanwhile."""
        contents: dict[tuple[Holder, int], Body] = {}
        async with self._database.read() as session:
            for holder, table in _TABLES.items():
                ids = [one.id for one in some if one.holder is holder]
                sealed = await RunRecordingsRepository(session).sealed(holder, ids)
                scopes = sorted({conversation_scope(one.conversation_id) for one in sealed})
                keys = await self._vault.keys(session, scopes)
                of = await anyio.to_thread.run_sync(_opened, table, sealed, keys)
                contents |= {(holder, row_id): body for row_id, body in of.items()}
        return contents


def _opened(
    table: str, sealed: Sequence[SealedOfRun], keys: Mapping[str, DataKey]
) -> dict[int, Body]:
    found: dict[int, Body] = {}
    for one in sealed:
        scope = conversation_scope(one.conversation_id)
        if scope in keys:
            found[one.id] = opened(ScopeVault(scope, keys[scope]), table, one.uid, one.sealed)
    return found
