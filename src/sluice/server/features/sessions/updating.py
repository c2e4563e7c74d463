"""What is said of a session or a recording later: more messages, feedback, metadata."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.sessions.attribute_repository import Of
from sluice.server.features.sessions.attributes import Holder, Kind
from sluice.server.features.sessions.content import RAW, added, counted, opened, sealed
from sluice.server.features.sessions.counting_repository import CountingRepository
from sluice.server.features.sessions.finding import NO_RECORDING, Finding, Found
from sluice.server.features.sessions.merging import merge_metadata, replace_values
from sluice.server.features.sessions.reading import read_content, read_values
from sluice.server.features.sessions.recording import TABLE
from sluice.server.features.sessions.repository import RecordingRepository, StoredRecording
from sluice.server.features.sessions.tokens import estimated_more
from sluice.server.features.sessions.writing import SessionWriting, Write
from sluice.server.vault.scopes import ScopeVault

Values = Mapping[str, Any]
UPDATES = "updates"


class Updates:
    """The service of changes; each is cleansed and committed before it returns."""

    def __init__(
        self, finding: Finding, writing: SessionWriting, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._finding = finding
        self._writing = writing
        self._wake = wake

    async def recording(
        self,
        project: KnownProject,
        caller: Caller,
        uid: str,
        messages: list[Any] | None,
        evaluations: Values,
    ) -> None:
        """Add messages and evaluations to a recording; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.recording(project, uid)
        content: Body = {UPDATES: [{"messages": messages}]} if messages else {}
        given: Body = dict(evaluations)
        raw = copy.deepcopy(content) if project.keep_raw else {}
        reading = Reading()
        read_content(content, reading)
        read_values(given, reading, "evaluations")

        async def ready(call: CleansedCall, _: PolicyInForce) -> Write[None]:
            same_conversation(found, call, NO_RECORDING)

            async def write(session: AsyncSession) -> None:
                repository = RecordingRepository(session)
                stored = await repository.stored(project.id, uid, for_update=True)
                if stored is None:
                    raise NotFound(NO_RECORDING)
                if content:
                    vault, manifest = call.conversation.vault, counted(call.manifest)
                    await _extend(repository, stored, vault, content, raw, manifest)
                    if stored.tokens_estimated:
                        more = estimated_more(messages or [])
                        await CountingRepository(session).more_tokens(stored.id, more)
                of = Of(Holder.RECORDING, found.id, project.id, found.session_id)
                await replace_values(session, of, Kind.EVALUATION, given)

            return write

        await self._writing.save(project, caller, found.session_uid, reading, ready)
        self._wake()

    async def recording_feedback(
        self, project: KnownProject, caller: Caller, uid: str, feedback: Values
    ) -> None:
        """Set feedback about a recording; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.recording(project, uid)
        await self.values(project, caller, found, Holder.RECORDING, {Kind.FEEDBACK: feedback})

    async def trace_feedback(
        self, project: KnownProject, caller: Caller, uid: str, feedback: Values
    ) -> None:
        """Set feedback about a trace; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.trace(project, uid)
        await self.values(project, caller, found, Holder.TRACE, {Kind.FEEDBACK: feedback})

    async def session_metadata(
        self, project: KnownProject, caller: Caller, uid: str, metadata: Values
    ) -> None:
        """Merge metadata into a session's; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.session(project, uid)
        await self.values(project, caller, found, Holder.SESSION, {Kind.METADATA: metadata})

    async def trace_metadata(
        self, project: KnownProject, caller: Caller, session_uid: str, uid: str, metadata: Values
    ) -> None:
        """Merge metadata into a trace's; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.trace(project, uid, session_uid)
        await self.values(project, caller, found, Holder.TRACE, {Kind.METADATA: metadata})

    async def values(
        self,
        project: KnownProject,
        caller: Caller,
        found: Found,
        holder: Holder,
        given: Mapping[Kind, Values],
    ) -> None:
        """Cleanse and set values of what was found."""
        documents = {kind: dict(values) for kind, values in given.items() if values}
        reading = Reading()
        for kind, values in documents.items():
            read_values(values, reading, kind)

        async def ready(call: CleansedCall, _: PolicyInForce) -> Write[None]:
            same_conversation(found, call, f"There is no such {holder} in this project.")

            async def write(session: AsyncSession) -> None:
                of = Of(holder, found.id, project.id, found.session_id)
                for kind, values in documents.items():
                    if holder is Holder.SESSION:
                        await merge_metadata(session, project.id, found.id, values)
                    else:
                        await replace_values(session, of, kind, values)

            return write

        await self._writing.save(project, caller, found.session_uid, reading, ready)


def same_conversation(found: Found, call: CleansedCall, message: str) -> None:
    """Raise `NotFound` where the session was deleted meanwhile, and its ids begin another one."""
    if call.conversation.id != found.conversation_id:
        raise NotFound(message)


async def _extend(
    repository: RecordingRepository,
    stored: StoredRecording,
    vault: ScopeVault,
    content: Body,
    raw: Body,
    manifest: dict[str, dict[str, int]],
) -> None:
    whole = opened(vault, TABLE, stored.uid, stored.content_sealed)
    whole[UPDATES] = [*whole.get(UPDATES, ()), *content[UPDATES]]
    raw_sealed = stored.raw_sealed
    if raw_sealed is not None and raw:
        kept = opened(vault, TABLE, stored.uid, raw_sealed, RAW)
        kept[UPDATES] = [*kept.get(UPDATES, ()), *raw[UPDATES]]
        raw_sealed = sealed(vault, TABLE, stored.uid, kept, RAW)
    await repository.change(
        stored.id,
        sealed(vault, TABLE, stored.uid, whole),
        raw_sealed,
        added(stored.manifest, manifest),
    )
