"""Reading what was recorded: with placeholders; originals only for who may see them, with a reason.

Other features read what was recorded here too: `ShownSessions.opened`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Entry, Mapping, RawText, cleanse
from sluice.engine.placeholders import ENTITY_TYPE_LIMIT, parse
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.cleansing.analyzing import Analyzes
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.attribute_repository import AttributeRepository
from sluice.server.features.sessions.attributes import Holder, Named
from sluice.server.features.sessions.content import RAW, opened
from sluice.server.features.sessions.finding import NO_RECORDING, NO_SESSION, can_be_id
from sluice.server.features.sessions.recording import TABLE
from sluice.server.features.sessions.repository import RecordingRepository, SessionRepository
from sluice.server.features.sessions.schemas import (
    NamedValue,
    RecordingDetail,
    RecordingInSession,
    RecordingOut,
    RevealedOut,
    SessionDetail,
    SessionOut,
    TraceOut,
)
from sluice.server.features.sessions.tables import Recording, Session, Trace
from sluice.server.features.sessions.trace_repository import TraceRepository
from sluice.server.features.sessions.tracing import TABLE as TRACES
from sluice.server.features.templates.version_ids import version_uids
from sluice.server.features.testruns.linking import run_uids
from sluice.server.kit.database import Database
from sluice.server.kit.json_strings import strings_in
from sluice.server.kit.sealing import DataKey
from sluice.server.kit.wire import WireModel
from sluice.server.vault import erasing, revealing
from sluice.server.vault.schemas import OriginalOut
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault, conversation_scope

MOST_RECORDINGS: Final = 200
"""Of a session's detail."""
MOST_TRACES: Final = 1_000
_EXACT: Final = re.compile(
    rf"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{{0,{ENTITY_TYPE_LIMIT}}}_[0-9]{{1,7}}(?![0-9])", re.ASCII
)


@dataclass(frozen=True, slots=True)
class KnownRecording:
    """A recording as other features see it, opened: with placeholders."""

    id: int
    uid: str
    session_uid: str
    template_version_id: int | None
    content: Body = field(repr=False)
    metadata: Body = field(repr=False)
    """Of its session."""


class ShownSessions:
    """Reads sessions, recordings and traces."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        projects: Projects,
        conversations: Conversations,
        analyzer: Analyzes,
    ) -> None:
        self._database = database
        self._vault = vault
        self._projects = projects
        self._conversations = conversations
        self._analyzer = analyzer

    async def page(
        self, project: KnownProject, *, before: str | None, limit: int
    ) -> list[SessionOut]:
        """Sessions, newest first, behind the one whose id is `before`; raises `NotFound`."""
        async with self._database.read() as session:
            repository, row_id = SessionRepository(session), None
            if before is not None:
                row_id = (await self._session(session, project, before)).id
            rows = await repository.page(project.id, before=row_id, limit=limit)
        names = await self._names(rows)
        return [names.session(row) for row in rows]

    async def session(self, project: KnownProject, uid: str) -> SessionDetail:
        """One session with its traces and its first recordings; raises `NotFound`."""
        async with self._database.read() as session:
            row = await self._session(session, project, uid)
            vault = await self._own(session, row)
            recorded = await self._read(session, row, after=0, limit=MOST_RECORDINGS)
            traces = await TraceRepository(session).of_session(row.id, MOST_TRACES)
            values = await AttributeRepository(session).of(Holder.TRACE, [t.id for t in traces])
        names = await self._names([row])
        return SessionDetail(
            **_dumped(names.session(row)),
            recorded=await self._shown(recorded),
            traces=[_trace(trace, vault, values.get(trace.id, [])) for trace in traces],
        )

    async def recordings(
        self, project: KnownProject, uid: str, *, after: str | None, limit: int
    ) -> list[RecordingInSession]:
        """A session's recordings, the oldest first, behind the one whose id is `after`."""
        async with self._database.read() as session:
            row = await self._session(session, project, uid)
            behind = 0
            if after is not None:
                behind = (await self._recording(session, project, after)).id
            recorded = await self._read(session, row, after=behind, limit=limit)
        return await self._shown(recorded)

    async def recording(self, project: KnownProject, uid: str) -> RecordingDetail:
        """One recording with its texts; raises `NotFound`."""
        async with self._database.read() as session:
            row = await self._recording(session, project, uid)
            of = await self._of(session, row)
            vault = await self._own(session, of)
            values = await AttributeRepository(session).of(Holder.RECORDING, [row.id])
        names = await self._names([row])
        return RecordingDetail(
            **_dumped(names.recording(row)),
            session_id=of.uid,
            content=opened(vault, TABLE, row.uid, row.content_sealed),
            values=NamedValue.all_of(values.get(row.id, [])),
            raw_kept=row.raw_sealed is not None,
        )

    async def opened(self, project: KnownProject, uids: Sequence[str]) -> list[KnownRecording]:
        """Recordings of a project for another feature, in the order asked; raises `NotFound`."""
        async with self._database.read() as session:
            found = await RecordingRepository(session).some(project.id, uids)
            rows = {row.uid: row for row in found}
            if any(uid not in rows for uid in uids):
                raise NotFound(NO_RECORDING)
            sessions: dict[int, tuple[Session, ScopeVault]] = {}
            for row in found:
                if row.session_id not in sessions:
                    of = await self._of(session, row)
                    sessions[row.session_id] = of, await self._own(session, of)
        return [_known(rows[uid], *sessions[rows[uid].session_id]) for uid in uids]

    async def uids_of(self, project: KnownProject, session_uid: str) -> list[str]:
        """The ids of all recordings of a session, the oldest first; raises `NotFound`."""
        async with self._database.read() as session:
            row = await self._session(session, project, session_uid)
            return await RecordingRepository(session).uids_of(row.id)

    async def reveal(
        self,
        caller: Caller,
        project: KnownProject,
        uid: str,
        *,
        reason: RawText,
        placeholders: Sequence[str] | None = None,
    ) -> RevealedOut:
        """A recording's originals; the reason, cleansed, stands in the audit log.

        With `placeholders` those alone, and not what the project keeps as it came.
        """
        caller.require(Permission.REVEAL)
        told = await self._cleansed(project, reason)
        async with self._database.write() as session:
            row = await self._recording(session, project, uid)
            of = await self._of(session, row)
            vault = await self._own(session, of)
            content = opened(vault, TABLE, row.uid, row.content_sealed)
            raw = None
            if row.raw_sealed and placeholders is None:
                raw = opened(vault, TABLE, row.uid, row.raw_sealed, RAW)
            standing = await self._entries(session, of, content)
            entries = revealing.chosen(standing, placeholders)
            await audit.record(
                session,
                revealing.EVENT,
                actor_id=caller.actor_id,
                subject=f"recording:{row.id}",
                details=revealing.details(told, entries, raw=raw is not None),
            )
        return RevealedOut(
            originals=[OriginalOut.model_validate(entry) for entry in entries],
            raw=raw,
        )

    async def reveal_session(
        self,
        caller: Caller,
        project: KnownProject,
        uid: str,
        *,
        reason: RawText,
        placeholders: Sequence[str] | None = None,
    ) -> list[OriginalOut]:
        """The originals of everything in a session, or some; as `reveal`."""
        caller.require(Permission.REVEAL)
        told = await self._cleansed(project, reason)
        async with self._database.write() as session:
            row = await self._session(session, project, uid)
            standing = await self._entries(session, row, None)
            entries = revealing.chosen(standing, placeholders)
            await audit.record(
                session,
                revealing.EVENT,
                actor_id=caller.actor_id,
                subject=f"session:{row.id}",
                details=revealing.details(told, entries),
            )
        return [OriginalOut.model_validate(entry) for entry in entries]

    async def _cleansed(self, project: KnownProject, reason: RawText) -> str:
        """What somebody says, for the audit log."""
        policy = await self._projects.policy(project)
        findings = await self._analyzer.findings(reason, policy)
        return cleanse(reason, findings, Mapping(), restorable=False).text

    async def _session(self, session: AsyncSession, project: KnownProject, uid: str) -> Session:
        can_be_id(uid, NO_SESSION)
        row = await SessionRepository(session).get(project.id, uid)
        if row is None:
            raise NotFound(NO_SESSION)
        return row

    async def _recording(self, session: AsyncSession, project: KnownProject, uid: str) -> Recording:
        can_be_id(uid, NO_RECORDING)
        row = await RecordingRepository(session).get(project.id, uid)
        if row is None:
            raise NotFound(NO_RECORDING)
        return row

    async def _of(self, session: AsyncSession, row: Recording) -> Session:
        found = await RecordingRepository(session).session_of(row)
        if found is None:
            raise NotFound(NO_RECORDING)
        return found

    async def _own(self, session: AsyncSession, row: Session) -> ScopeVault:
        scope = conversation_scope(row.conversation_id)
        key: DataKey | None = await self._vault.key(session, scope)
        if key is None:
            raise NotFound(NO_SESSION)
        return ScopeVault(scope, key)

    async def _read(
        self, session: AsyncSession, row: Session, *, after: int, limit: int
    ) -> list[tuple[Recording, list[Named]]]:
        rows = await RecordingRepository(session).of_session(row.id, after=after, limit=limit)
        values = await AttributeRepository(session).of(Holder.RECORDING, [r.id for r in rows])
        return [(one, values.get(one.id, [])) for one in rows]

    async def _shown(
        self, read: Sequence[tuple[Recording, list[Named]]]
    ) -> list[RecordingInSession]:
        names = await self._names([row for row, _ in read])
        return [
            RecordingInSession(**_dumped(names.recording(row)), values=NamedValue.all_of(values))
            for row, values in read
        ]

    async def _names(self, rows: Sequence[Recording | Session]) -> _Names:
        runs = {row.test_run_id for row in rows if row.test_run_id is not None}
        versions = {
            row.template_version_id
            for row in rows
            if isinstance(row, Recording) and row.template_version_id is not None
        }
        return _Names(
            await version_uids(self._database, versions) if versions else {},
            await run_uids(self._database, runs) if runs else {},
        )

    async def _entries(
        self, session: AsyncSession, row: Session, content: Body | None
    ) -> list[Entry]:
        """What stands in a recording, or in all of the session, for an original of it."""
        originals = await self._conversations.originals_of(session, row.conversation_id)
        if originals is None:
            return []
        holder = conversation_scope(row.conversation_id)
        used = await erasing.used_by(session, originals.scope, holder)
        names = _standing_in(content, used) if content is not None else used
        quoted = await originals.quoted(session, names)
        return list(quoted.entries.values())


@dataclass(frozen=True, slots=True)
class _Names:
    """Public ids of what rows refer to."""

    versions: dict[int, str]
    runs: dict[int, str]

    def session(self, row: Session) -> SessionOut:
        """A session as a list shows it."""
        return SessionOut.model_validate(
            _values(row, _SESSION_COLUMNS) | {"test_run_id": self._run(row)}
        )

    def recording(self, row: Recording) -> RecordingOut:
        """A recording without its texts."""
        version = row.template_version_id
        linked = {
            "test_run_id": self._run(row),
            "template_version_id": self.versions.get(version) if version is not None else None,
        }
        return RecordingOut.model_validate(_values(row, _RECORDING_COLUMNS) | linked)

    def _run(self, row: Recording | Session) -> str | None:
        return self.runs.get(row.test_run_id) if row.test_run_id is not None else None


def _values(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _dumped(shown: WireModel) -> dict[str, Any]:
    return shown.model_dump(by_alias=False)


def _known(row: Recording, of: Session, vault: ScopeVault) -> KnownRecording:
    content = opened(vault, TABLE, row.uid, row.content_sealed)
    return KnownRecording(row.id, row.uid, of.uid, row.template_version_id, content, dict(of.meta))


def _standing_in(content: Body, used: set[str]) -> set[str]:
    """Which of the session's placeholders stand in this content."""
    stand_ins = {name for name in used if parse(name) is None}
    found: set[str] = set()
    for text in strings_in(content):
        found.update(name for name in _EXACT.findall(text) if name in used)
        found.update(name for name in stand_ins if name in text)
    return found


def _trace(row: Trace, vault: ScopeVault, values: list[Named]) -> TraceOut:
    # A trace has no texts in columns of its own.
    return TraceOut.model_validate(
        {
            **_values(row, _TRACE_COLUMNS),
            "content": opened(vault, TRACES, row.uid, row.content_sealed),
            "values": NamedValue.all_of(values),
        }
    )


_TRACE_COLUMNS: Final = (
    "uid", "parent_uid", "kind", "started_at", "finished_at", "created_at", "manifest",
)  # fmt: skip
_SESSION_COLUMNS: Final = (
    "uid", "environment", "meta", "created_at", "last_recorded_at", "recordings", "input_tokens",
    "output_tokens", "cost",
)  # fmt: skip
_RECORDING_COLUMNS: Final = (
    "uid", "trace_uid", "parent_uid", "environment", "provider", "model", "format", "is_complete",
    "started_at", "finished_at", "duration_ms", "input_tokens", "output_tokens",
    "tokens_estimated", "cost", "created_at", "policy_group_id", "policy_version",
    "detector_version", "manifest",
)  # fmt: skip
