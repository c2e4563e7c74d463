"""What is exported of recordings, sessions and traces: everything, with placeholders.

Read in portions, so that a million of them is never in memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from enum import StrEnum
from typing import Any, Final

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.features.sessions.attribute_repository import AttributeRepository
from sluice.server.features.sessions.attributes import Holder, Named
from sluice.server.features.sessions.content import opened
from sluice.server.features.sessions.export_repository import ExportRepository, Sealed
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.pages import Effort
from sluice.server.features.sessions.search.schemas import FoundRecording, FoundSession
from sluice.server.features.sessions.search.service import Search, Searching
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.kit.wire import wire_time
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault, conversation_scope

PORTION: Final = 500
Row = dict[str, Any]

_EFFORT: Final = Effort(seconds=0.5, first_window=PORTION)


class ExportKind(StrEnum):
    """What the rows of a file are."""

    RECORDINGS = "recordings"
    SESSIONS = "sessions"
    TRACES = "traces"

    @property
    def target(self) -> Target:
        """What a filter chooses: traces are those of the sessions that it lets through."""
        return Target.RECORDINGS if self is ExportKind.RECORDINGS else Target.SESSIONS


class ExportRows:
    """Reads rows for a file."""

    def __init__(self, database: Database, vault: Vault, searching: Searching) -> None:
        self._database = database
        self._vault = vault
        self._searching = searching

    async def portions(self, kind: ExportKind, search: Search) -> AsyncGenerator[list[Row], None]:
        """The rows that a search finds, in its order."""
        async with aclosing(self._searching.portions(search, PORTION, _EFFORT)) as found:
            async for rows in found:
                async with self._database.read() as session:
                    ready = await self._complete(session, kind, rows)
                if ready:
                    yield ready

    async def _complete(
        self, session: AsyncSession, kind: ExportKind, rows: list[Row]
    ) -> list[Row]:
        ids = [int(row["id"]) for row in rows]
        if kind is ExportKind.SESSIONS:
            values = await AttributeRepository(session).of(Holder.SESSION, ids)
            return [
                {**_plain(FoundSession.of(row)), "values": _values(values.get(row["id"], []))}
                for row in rows
            ]
        repository = ExportRepository(session)
        if kind is ExportKind.RECORDINGS:
            sealed = await repository.recordings(ids)
            contents = await self._contents(session, "recordings", sealed)
            values = await AttributeRepository(session).of(Holder.RECORDING, ids)
            return [_recording(row, contents[row["id"]], values.get(row["id"], []))
                    for row in rows if row["id"] in contents]  # fmt: skip
        traces = await repository.traces(ids)
        contents = await self._contents(session, "traces", traces)
        values = await AttributeRepository(session).of(Holder.TRACE, [one.id for one in traces])
        return [
            _trace(one, contents[one.id], values.get(one.id, []))
            for one in traces
            if one.id in contents
        ]

    async def _contents(
        self, session: AsyncSession, table: str, sealed: Sequence[Sealed]
    ) -> dict[int, Row]:
        """Opened contents by row; without those of sessions that were deleted meanwhile."""
        scopes = sorted({conversation_scope(one.conversation_id) for one in sealed})
        keys = await self._vault.keys(session, scopes)

        def work() -> dict[int, Row]:
            found: dict[int, Row] = {}
            for one in sealed:
                scope = conversation_scope(one.conversation_id)
                if scope in keys:
                    found[one.id] = _opened(table, one, scope, keys[scope])
            return found

        return await anyio.to_thread.run_sync(work)


def _opened(table: str, one: Sealed, scope: str, key: DataKey) -> Row:
    return opened(ScopeVault(scope, key), table, one.uid, one.content_sealed)


def _recording(row: Row, content: Row, values: Sequence[Named]) -> Row:
    return {**_plain(FoundRecording.of(row)), "content": content, "values": _values(values)}


def _trace(one: Sealed, content: Row, values: Sequence[Named]) -> Row:
    return {
        "id": one.uid,
        "session": one.session_uid,
        "parent": one.parent_uid,
        "kind": one.kind,
        "createdAt": wire_time(one.created_at) if one.created_at else None,
        "startedAt": wire_time(one.started_at) if one.started_at else None,
        "finishedAt": wire_time(one.finished_at) if one.finished_at else None,
        "entityTypes": one.manifest,
        "content": content,
        "values": _values(values),
    }


def _plain(found: FoundRecording | FoundSession) -> Row:
    return found.model_dump(mode="json", by_alias=True)


def _values(named: Sequence[Named]) -> Row:
    """Metadata, feedback and evaluations by their whole names."""
    return {one.name: one.text if one.text is not None else one.number for one in named}
