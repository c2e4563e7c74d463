"""Test runs as endpoints and other features use them: made by an SDK, or begun for the server."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.testruns.repository import TestRunRepository
from sluice.server.features.testruns.tables import TestRun
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault.service import Vault

NO_RUN: Final = "There is no such test run in this project."
LONGEST_NAME: Final = 200


class MadeBy(StrEnum):
    """Who asks the model."""

    SDK = "sdk"
    SERVER = "server"


class RunStatus(StrEnum):
    """How far a run is."""

    OPEN = "open"
    """An SDK's: its recordings come as they come."""
    PENDING = "pending"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewTestRun:
    """What a run is to be; name and description are cleansed when it is saved."""

    cases: int
    playlist_id: int | None = None
    test_suite_id: int | None = None
    name: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    made_by: MadeBy = MadeBy.SDK
    status: RunStatus = RunStatus.OPEN
    template_version_id: int | None = None
    model_instance_id: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More of the document, as somebody said it: cleansed when it is saved."""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """JSON that is sealed as it is: it must hold no text that was not cleansed."""


@dataclass(frozen=True, slots=True)
class KnownTestRun:
    """A run, opened; its public id is its `uid`."""

    id: int
    uid: str
    playlist_id: int | None
    test_suite_id: int | None
    name: str = field(repr=False)
    description: str = field(repr=False)
    document: dict[str, Any] = field(repr=False)
    """With the description."""
    made_by: MadeBy
    status: RunStatus
    template_version_id: int | None
    model_instance_id: int | None
    user_id: int
    cases: int
    summary: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str | None = None
    """Why it failed as a whole."""


def run_place(uid: str, scope: str) -> Place:
    """Where a run's document is sealed; `scope` is the project's."""
    return Place("test_runs", "document_sealed", uid, scope)


def run_holder(run_id: int) -> str:
    """What holds the placeholders of a run (see `PlaceholderUse`)."""
    return f"test_run:{run_id}"


class TestRuns:
    """The service of test runs."""

    __test__ = False

    def __init__(
        self,
        database: Database,
        vault: Vault,
        conversations: Conversations,
        cleansing: ProjectCleansing,
    ) -> None:
        self._database = database
        self._vault = vault
        self._conversations = conversations
        self._cleansing = cleansing

    async def create(self, project: KnownProject, caller: Caller, new: NewTestRun) -> KnownTestRun:
        """Save a run and return after its commit; raises `NotFound` for a deleted project."""
        project.require(ProjectRole.EDITOR)
        conversation = await self._conversations.of_project(project.owner(caller))
        words: dict[str, Any] = {
            "name": new.name,
            "description": new.description,
            "said": deepcopy(dict(new.said)),
        }
        reading = Reading()
        for name in words:
            reading.values(words, name, name, "system")
        uid = str(uuid4())

        async def ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[int]]:
            document = {**words["said"], **new.document, "description": words["description"]}
            row = _row(project, caller, new, uid, words["name"])
            sealed = conversation.vault.key.seal(
                json.dumps(document, ensure_ascii=False), run_place(uid, project.scope)
            )
            names = [entry.placeholder for entry in call.mapping.entries]

            async def write(session: AsyncSession) -> int:
                run_id = await TestRunRepository(session).insert({**row, "document_sealed": sealed})
                await conversation.vault.use(session, names, run_holder(run_id))
                return run_id

            return write

        await self._cleansing.save(project, conversation, reading, ready)
        return await self.known(project, uid)

    async def put_into_suite(self, run: KnownTestRun, test_suite_id: int) -> None:
        """Note of which suite a run is."""
        async with self._database.write() as session:
            await TestRunRepository(session).put_into_suite(run.uid, test_suite_id)

    async def known(self, project: KnownProject, uid: str) -> KnownTestRun:
        """The run of this public id; raises `NotFound`."""
        async with self._database.read() as session:
            row = await TestRunRepository(session).by_uid(project.id, uid)
            key = await self._vault.key(session, project.scope)
        if row is None or key is None:
            raise NotFound(NO_RUN, code="no_test_run")
        return opened_run(row, project.scope, key)


def _row(
    project: KnownProject, caller: Caller, new: NewTestRun, uid: str, name: str
) -> dict[str, Any]:
    return {
        "uid": uid,
        "project_id": project.id,
        "playlist_id": new.playlist_id,
        "test_suite_id": new.test_suite_id,
        "name": name[:LONGEST_NAME],
        "made_by": new.made_by.value,
        "status": new.status.value,
        "template_version_id": new.template_version_id,
        "model_instance_id": new.model_instance_id,
        "user_id": caller.user_id,
        "cases": new.cases,
        "summary": {},
        "started_at": utc_now() if new.status is RunStatus.OPEN else None,
    }


def opened_run(row: TestRun, scope: str, key: DataKey) -> KnownTestRun:
    """A run out of its row; raises `SealingError` where it was changed or moved."""
    document = json.loads(key.open(row.document_sealed, run_place(row.uid, scope)))
    return KnownTestRun(
        id=row.id,
        uid=row.uid,
        playlist_id=row.playlist_id,
        test_suite_id=row.test_suite_id,
        name=row.name,
        description=document.get("description", ""),
        document=document,
        made_by=MadeBy(row.made_by),
        status=RunStatus(row.status),
        template_version_id=row.template_version_id,
        model_instance_id=row.model_instance_id,
        user_id=row.user_id,
        cases=row.cases,
        summary=row.summary,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error_code=row.error_code,
    )
