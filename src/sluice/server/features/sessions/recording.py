"""Recording calls that were made: cleansed, stored, answered; counted later (see `counting`).

    recorded = await recordings.record(project, caller, NewRecording(session_uid, content, …))

Texts are cleansed in memory. One transaction then holds the recording, its session if it is new,
its values, new originals and which placeholders are used here; an answer comes after its commit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.errors import Conflict, Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.calls.body import as_json
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation
from sluice.server.features.proxy.wires.reading import Body, Reading
from sluice.server.features.sessions.attribute_repository import AttributeRepository, Of
from sluice.server.features.sessions.attributes import Holder, Kind, Named, flattened
from sluice.server.features.sessions.content import CONTENT, RAW, counted, opened, sealed_text
from sluice.server.features.sessions.merging import merge_metadata
from sluice.server.features.sessions.new import NewRecording, duration_ms, plain
from sluice.server.features.sessions.reading import Ids, read_content, read_values
from sluice.server.features.sessions.repository import RecordingRepository, StoredRecording
from sluice.server.features.sessions.tokens import estimated
from sluice.server.features.sessions.writing import MakeReady, SessionWriting, Write
from sluice.server.kit.database import utc_now

TABLE: Final = "recordings"
LONGEST_KEY: Final = 255
"""Characters of an `Idempotency-Key`."""
_UPDATES: Final = "updates"


class Recorded(NamedTuple):
    """What became of a recording."""

    uid: str
    repeated: bool
    """It was recorded before, just so."""


@dataclass(slots=True)
class Draft:
    """A recording on its way: its texts are cleansed in place."""

    new: NewRecording
    ids: Ids
    uid: str
    metadata: Body = field(repr=False)
    evaluations: Body = field(repr=False)
    raw: str | None = field(repr=False)

    def reading(self) -> Reading:
        """Everything in it that may hold text."""
        reading = Reading()
        self.ids.read(reading)
        read_content(self.new.content, reading)
        read_values(self.metadata, reading, "metadata")
        read_values(self.evaluations, reading, "evaluations")
        return reading


class Recordings:
    """The service that records."""

    def __init__(
        self,
        writing: SessionWriting,
        detector_version: str,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._writing = writing
        self._detector_version = detector_version
        self._wake = wake
        """Tells that there is something to count."""

    async def record(self, project: KnownProject, caller: Caller, new: NewRecording) -> Recorded:
        """Record one call and return after its commit; a session that is not there is made.

        What was recorded before under the same id or key, just so, is not recorded again. Raises
        `Conflict` for other content under a known id or key, `Unprocessable` for texts that have
        no UTF-8 form or ids that hold sensitive data, `Unavailable`.
        """
        project.require(ProjectRole.EDITOR)
        draft = _drafted(project, new)
        call, (recorded, session_id) = await self._writing.save(
            project, caller, new.session_uid, draft.reading(), self._ready(project, draft)
        )
        self._writing.rows.remember(call.conversation.id, session_id)
        self._wake()
        return recorded

    def _ready(self, project: KnownProject, draft: Draft) -> MakeReady[_Stored]:
        async def ready(call: CleansedCall, policy: PolicyInForce) -> Write[_Stored]:
            draft.ids.check()
            row = _Row.of(project, draft, call, policy, self._detector_version)

            async def write(session: AsyncSession) -> _Stored:
                session_id = await self._writing.rows.ensure(
                    session,
                    project,
                    call.conversation,
                    draft.new.session_uid,
                    environment=row.values["environment"],
                    test_run_id=draft.new.linked.test_run_id,
                )
                return await row.write(session, session_id), session_id

            return write

        return ready


_Stored = tuple[Recorded, int]
"""What became of it, and its session's row."""


@dataclass(slots=True)
class _Row:
    """A recording's columns and values, cleansed and sealed: ready to be written."""

    project_id: int
    conversation: Conversation
    content: Body = field(repr=False)
    values: dict[str, Any] = field(repr=False)
    metadata: Body = field(repr=False)
    evaluations: list[Named] = field(repr=False)
    given_uid: bool

    @classmethod
    def of(
        cls,
        project: KnownProject,
        draft: Draft,
        call: CleansedCall,
        policy: PolicyInForce,
        detector_version: str,
    ) -> _Row:
        """What is stored of a draft whose texts are cleansed."""
        held, new = call.conversation, draft.new
        values = _columns(new) | {
            "uid": draft.uid,
            "project_id": project.id,
            "created_at": utc_now(),
            "policy_group_id": policy.group_id,
            "policy_version": policy.number,
            "detector_version": detector_version,
            "manifest": counted(call.manifest),
            "content_sealed": sealed_text(
                held.vault, TABLE, draft.uid, as_json(new.content), CONTENT
            ),
            "raw_sealed": (
                sealed_text(held.vault, TABLE, draft.uid, draft.raw, RAW)
                if draft.raw is not None
                else None
            ),
            "repeat_key": _repeat_key(held, new.repeat_key),
        }
        evaluations = flattened(Kind.EVALUATION, draft.evaluations)
        given = new.uid is not None
        return cls(project.id, held, new.content, values, draft.metadata, evaluations, given)

    async def write(self, session: AsyncSession, session_id: int) -> Recorded:
        """Insert everything in the transaction that keeps the new originals."""
        repository = RecordingRepository(session)
        if (known := await self._known(repository)) is not None:
            return self._same(known, session_id)
        recording_id = await repository.insert({**self.values, "session_id": session_id})
        if self.metadata:
            await merge_metadata(session, self.project_id, session_id, self.metadata)
        of = Of(Holder.RECORDING, recording_id, self.project_id, session_id)
        await AttributeRepository(session).put(of, self.evaluations)
        return Recorded(self.values["uid"], repeated=False)

    async def _known(self, repository: RecordingRepository) -> StoredRecording | None:
        known = None
        if (key := self.values["repeat_key"]) is not None:
            known = await repository.repeated(key)
        if known is None and self.given_uid:
            known = await repository.stored(self.project_id, self.values["uid"])
        return known

    def _same(self, known: StoredRecording, session_id: int) -> Recorded:
        if known.session_id == session_id:
            before = opened(self.conversation.vault, TABLE, known.uid, known.content_sealed)
            before.pop(_UPDATES, None)
            if as_json(before) == as_json(self.content):
                return Recorded(known.uid, repeated=True)
        raise Conflict(
            "Another recording was made under this id or Idempotency-Key.", code="recorded_before"
        )


def _drafted(project: KnownProject, new: NewRecording) -> Draft:
    ids = Ids(
        {
            "session_id": new.session_uid,
            "completion_id": new.uid,
            "trace_id": new.trace_uid,
            "parent_id": new.parent_uid,
        }
    )
    if new.repeat_key is not None and len(new.repeat_key) > LONGEST_KEY:
        problem = Problem("Idempotency-Key", f"must have at most {LONGEST_KEY} characters")
        raise Unprocessable("The request is not valid.", errors=[problem])
    if named := _unplain(new):
        new.content["named"] = {**new.content.get("named", {}), **named}
    metadata, evaluations = dict(new.metadata), dict(new.evaluations)
    raw = as_json(new.content) if project.keep_raw else None
    return Draft(new, ids, new.uid or str(uuid4()), metadata, evaluations, raw)


def _unplain(new: NewRecording) -> dict[str, str]:
    """What was named in words that cannot stand in a column."""
    named = {
        "provider": new.provider,
        "model": new.model,
        "format": new.format,
        "environment": new.environment,
    }
    return {k: v for k, v in named.items() if v and plain(v, _LENGTHS[k]) is None}


_LENGTHS: Final = {"provider": 64, "model": 200, "format": 32, "environment": 64}


def _columns(new: NewRecording) -> dict[str, Any]:
    linked, (sent, said) = new.linked, estimated(new.content)
    return {
        "trace_uid": new.trace_uid,
        "parent_uid": new.parent_uid,
        "template_id": linked.template_id,
        "template_version_id": linked.template_version_id,
        "test_run_id": linked.test_run_id,
        "test_case_id": linked.test_case_id,
        "environment": plain(new.environment, _LENGTHS["environment"]),
        "provider": plain(new.provider, _LENGTHS["provider"]),
        "model": plain(new.model, _LENGTHS["model"]),
        "format": plain(new.format, _LENGTHS["format"]),
        "is_complete": new.is_complete,
        "started_at": new.started_at,
        "finished_at": new.finished_at,
        "duration_ms": duration_ms(new.started_at, new.finished_at),
        "input_tokens": sent if new.input_tokens is None else new.input_tokens,
        "output_tokens": said if new.output_tokens is None else new.output_tokens,
        "tokens_estimated": new.input_tokens is None or new.output_tokens is None,
    }


def _repeat_key(conversation: Conversation, given: str | None) -> bytes | None:
    if given is None:
        return None
    message = b"repeat\0" + given.encode("utf-8", "surrogatepass")
    # Under the session's own key: one session's requests say nothing of another's.
    return hmac.digest(conversation.vault.key.lookup_key, message, hashlib.sha256)
