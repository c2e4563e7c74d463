"""Traces: steps of an agent or a tool, with what went in and what came out."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import Conflict, NotFound
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.sessions.attribute_repository import Of
from sluice.server.features.sessions.attributes import Holder, Kind
from sluice.server.features.sessions.content import RAW, added, counted, opened, sealed
from sluice.server.features.sessions.finding import NO_TRACE, Finding
from sluice.server.features.sessions.merging import replace_values
from sluice.server.features.sessions.new import NOT_LINKED, Linked, plain
from sluice.server.features.sessions.reading import Ids, read_content, read_values
from sluice.server.features.sessions.trace_repository import StoredTrace, TraceRepository
from sluice.server.features.sessions.updating import same_conversation
from sluice.server.features.sessions.writing import SessionWriting, Write
from sluice.server.vault.scopes import ScopeVault

TABLE: Final = "traces"
KIND: Final = 16
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewTrace:
    """One trace; `content` holds `agent_name`, `name`, `input` and `output`, raw."""

    session_uid: str
    uid: str
    content: Body = field(repr=False)
    kind: str | None = field(default=None, repr=False)
    parent_uid: str | None = None
    values: Mapping[Kind, Values] = field(default_factory=dict, repr=False)
    linked: Linked = NOT_LINKED
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Traces:
    """The service of traces."""

    def __init__(self, finding: Finding, writing: SessionWriting, detector_version: str) -> None:
        self._finding = finding
        self._writing = writing
        self._detector_version = detector_version

    async def record(self, project: KnownProject, caller: Caller, new: NewTrace) -> None:
        """Record a trace, in place of an earlier one of this id; its session is made if need be.

        Raises `Conflict` for a trace of another session, `Unprocessable`, `Unavailable`.
        """
        project.require(ProjectRole.EDITOR)
        ids = Ids({"session_id": new.session_uid, "trace_id": new.uid, "parent_id": new.parent_uid})
        raw = copy.deepcopy(new.content) if project.keep_raw else None
        values = {kind: dict(given) for kind, given in new.values.items()}
        reading = _reading(new.content, values)
        ids.read(reading)

        async def ready(call: CleansedCall, policy: PolicyInForce) -> Write[int]:
            ids.check()
            columns = self._columns(new, call, policy, raw)

            async def write(session: AsyncSession) -> int:
                session_id = await self._writing.rows.ensure(
                    session, project, call.conversation, new.session_uid,
                    test_run_id=new.linked.test_run_id,
                )  # fmt: skip
                trace_id = await _put(session, project, session_id, new.uid, columns)
                of = Of(Holder.TRACE, trace_id, project.id, session_id)
                for kind, given in values.items():
                    await replace_values(session, of, kind, given)
                return session_id

            return write

        call, session_id = await self._writing.save(
            project, caller, new.session_uid, reading, ready
        )
        self._writing.rows.remember(call.conversation.id, session_id)

    async def update(
        self,
        project: KnownProject,
        caller: Caller,
        session_uid: str,
        uid: str,
        content: Body,
        given: Mapping[Kind, Values],
        linked: Linked,
    ) -> None:
        """Change a trace's output (`content`), values and test run; raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        found = await self._finding.trace(project, uid, session_uid)
        raw = copy.deepcopy(content)
        values = {kind: dict(one) for kind, one in given.items()}
        reading = _reading(content, values)

        async def ready(call: CleansedCall, _: PolicyInForce) -> Write[None]:
            same_conversation(found, call, NO_TRACE)

            async def write(session: AsyncSession) -> None:
                repository = TraceRepository(session)
                stored = await repository.stored(project.id, uid, for_update=True)
                if stored is None:
                    raise NotFound(NO_TRACE)
                if content:
                    vault, manifest = call.conversation.vault, counted(call.manifest)
                    await _change(repository, stored, vault, content, raw, manifest)
                if linked.test_run_id is not None:
                    await repository.link(stored.id, linked.test_run_id, linked.test_case_id)
                of = Of(Holder.TRACE, found.id, project.id, found.session_id)
                for kind, one in values.items():
                    await replace_values(session, of, kind, one)

            return write

        await self._writing.save(project, caller, found.session_uid, reading, ready)

    def _columns(
        self, new: NewTrace, call: CleansedCall, policy: PolicyInForce, raw: Body | None
    ) -> dict[str, Any]:
        vault = call.conversation.vault
        return {
            "parent_uid": new.parent_uid,
            "kind": plain(new.kind, KIND),
            "test_run_id": new.linked.test_run_id,
            "test_case_id": new.linked.test_case_id,
            "started_at": new.started_at,
            "finished_at": new.finished_at,
            "policy_group_id": policy.group_id,
            "policy_version": policy.number,
            "detector_version": self._detector_version,
            "manifest": counted(call.manifest),
            "content_sealed": sealed(vault, TABLE, new.uid, new.content),
            "raw_sealed": sealed(vault, TABLE, new.uid, raw, RAW) if raw is not None else None,
        }


def _reading(content: Body, values: Mapping[Kind, Body]) -> Reading:
    reading = Reading()
    read_content(content, reading)
    for kind, given in values.items():
        read_values(given, reading, kind)
    return reading


async def _put(
    session: AsyncSession, project: KnownProject, session_id: int, uid: str, columns: dict[str, Any]
) -> int:
    repository = TraceRepository(session)
    stored = await repository.stored(project.id, uid, for_update=True)
    if stored is None:
        ids = {"uid": uid, "project_id": project.id, "session_id": session_id}
        return await repository.insert({**columns, **ids})
    if stored.session_id != session_id:
        raise Conflict("Another session has a trace of this id.", code="trace_of_another_session")
    await repository.replace(stored.id, columns)
    return stored.id


async def _change(
    repository: TraceRepository,
    stored: StoredTrace,
    vault: ScopeVault,
    content: Body,
    raw: Body,
    manifest: dict[str, dict[str, int]],
) -> None:
    whole = {**opened(vault, TABLE, stored.uid, stored.content_sealed), **content}
    raw_sealed = stored.raw_sealed
    if raw_sealed is not None:
        kept = {**opened(vault, TABLE, stored.uid, raw_sealed, RAW), **raw}
        raw_sealed = sealed(vault, TABLE, stored.uid, kept, RAW)
    await repository.change(
        stored.id, sealed(vault, TABLE, stored.uid, whole), raw_sealed,
        added(stored.manifest, manifest),
    )  # fmt: skip
