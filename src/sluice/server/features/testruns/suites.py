"""Test suites: a playlist with a template, a model instance and evaluators, to be run again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from pydantic import ConfigDict, Field, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.templates.content import LATEST, Environment, TemplateName
from sluice.server.features.testruns.cases import value_problems
from sluice.server.features.testruns.evaluators.documents import Evaluators
from sluice.server.features.testruns.evaluators.judging import Instance
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.repository import TestSuiteRepository
from sluice.server.features.testruns.running.documents import (
    AtOnce,
    Model,
    StartIn,
    Uid,
    sealed_evaluators,
)
from sluice.server.features.testruns.tables import TestSuite
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.kit.wire import StrictModel
from sluice.server.vault import erasing
from sluice.server.vault.service import Vault

NO_SUITE: Final = "There is no such test suite in this project."
PassRate = Annotated[float, Field(ge=0, le=1)]


class SuiteRuns(StrictModel):
    """How a suite is run, and when a run passes."""

    model_config = ConfigDict(hide_input_in_errors=True)

    template: TemplateName | None = None
    """The template whose version in `environment` is run; none for agents."""
    template_version: Uid | None = None
    """A version's id, in place of the template."""
    environment: Environment = LATEST
    model_instance: Instance | None = None
    """For runs of the server."""
    model: Model | None = None
    parameters: dict[str, Any] = Field(default_factory=dict, repr=False)
    evaluators: Evaluators = Field(default=(), repr=False)
    concurrency: AtOnce = 4
    pass_rate: PassRate = 1.0
    """The part of its verdicts that every evaluator must have passed."""


@dataclass(frozen=True, slots=True)
class KnownSuite:
    """A suite, opened; its public id is its `uid`."""

    id: int
    uid: str
    name: str
    playlist_id: int
    runs: SuiteRuns = field(repr=False)
    created_at: datetime

    def start(
        self,
        playlist: str,
        *,
        name: str | None = None,
        environment: str | None = None,
        version: str | None = None,
    ) -> StartIn:
        """The run that the server makes of it.

        Raises `Unprocessable` where the suite does not say enough.
        """
        said = self.runs.model_dump(exclude={"pass_rate", "evaluators"}, exclude_none=True)
        said |= {"playlist": playlist, "name": name or self.name, "evaluators": self.evaluators}
        if environment is not None:
            said |= {"environment": environment}
        if version is not None:
            said = {k: v for k, v in said.items() if k != "template"} | {
                "template_version": version
            }
        try:
            return StartIn.model_validate(said)
        except ValidationError as error:
            told = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [Problem(".".join(map(str, one["loc"])), one["msg"]) for one in told]
        raise Unprocessable("The test suite cannot be run by the server.", errors=problems)

    @property
    def evaluators(self) -> list[dict[str, Any]]:
        """As JSON."""
        return sealed_evaluators(self.runs.evaluators)


def _place(uid: str, scope: str) -> Place:
    return Place("test_suites", "document_sealed", uid, scope)


class Suites:
    """The service of test suites."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        conversations: Conversations,
        cleansing: ProjectCleansing,
        playlists: Playlists,
        forgetting: Forgetting,
    ) -> None:
        self._database = database
        self._vault = vault
        self._conversations = conversations
        self._cleansing = cleansing
        self._playlists = playlists
        self._forgetting = forgetting

    async def find(self, project: KnownProject, name_or_uid: str) -> KnownSuite:
        """The suite of this public id or name; raises `NotFound`."""
        async with self._database.read() as session:
            repository = TestSuiteRepository(session)
            row = await repository.by_uid(project.id, name_or_uid)
            if row is None:
                row = await repository.by_name(project.id, name_or_uid)
            key = await self._vault.key(session, project.scope)
        if row is None or key is None:
            raise NotFound(NO_SUITE, code="no_test_suite")
        return _opened(row, project.scope, key)

    async def page(self, project: KnownProject, *, after: int, limit: int) -> list[KnownSuite]:
        """Suites in the order in which they were made."""
        async with self._database.read() as session:
            rows = await TestSuiteRepository(session).page(project.id, after=after, limit=limit)
            key = await self._vault.key(session, project.scope)
        return [_opened(row, project.scope, key) for row in rows] if key is not None else []

    async def create(
        self, project: KnownProject, caller: Caller, name: str, playlist: str, runs: SuiteRuns
    ) -> KnownSuite:
        """Save a suite.

        Raises `NotFound` for the playlist, `Conflict` for a name that there is, `Unprocessable`.
        """
        project.require(ProjectRole.EDITOR)
        if problems := list(value_problems(runs.parameters, "parameters")):
            raise Unprocessable("The test suite cannot be saved.", errors=problems)
        found = await self._playlists.find(project, playlist)
        uid = str(uuid4())
        sealed = await self._sealed(project, caller, uid, runs)
        row = TestSuite(
            uid=uid,
            project_id=project.id,
            playlist_id=found.id,
            name=name,
            document_sealed=sealed,
        )
        taken = False
        try:
            async with self._database.write() as session:
                await TestSuiteRepository(session).add(row)
                await _audited(session, "test_suite.created", caller, uid)
        except IntegrityError:
            taken = True
        if taken:
            await self._erase(project, uid)
            raise Conflict("There is a test suite with this name already.", code="suite_exists")
        return await self.find(project, uid)

    async def delete(self, project: KnownProject, caller: Caller, suite: KnownSuite) -> None:
        """Delete a suite; its runs stay. Raises `NotFound`."""
        project.require(ProjectRole.EDITOR)
        async with self._database.write() as session:
            if not await TestSuiteRepository(session).delete(project.id, suite.uid):
                raise NotFound(NO_SUITE, code="no_test_suite")
            await _audited(session, "test_suite.deleted", caller, suite.uid)
        await self._erase(project, suite.uid)

    async def _sealed(
        self, project: KnownProject, caller: Caller, uid: str, runs: SuiteRuns
    ) -> bytes:
        """What a suite says, cleansed: evaluators look for what stands in outputs, placeholders."""
        conversation = await self._conversations.of_project(project.owner(caller))
        vault = conversation.vault
        said: dict[str, Any] = {
            "evaluators": sealed_evaluators(runs.evaluators),
            "parameters": runs.parameters,
        }
        reading = Reading()
        for name in said:
            reading.values(said, name, name, "system")
        rest = runs.model_dump(mode="json", exclude={"evaluators", "parameters"})

        async def ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[bytes]]:
            document = json.dumps({**rest, **said}, ensure_ascii=False)
            _check({**rest, **said})
            names = [entry.placeholder for entry in call.mapping.entries]

            async def write(session: AsyncSession) -> bytes:
                await vault.use(session, names, _holder(uid))
                return vault.key.seal(document, _place(uid, vault.scope))

            return write

        _, sealed = await self._cleansing.save(project, conversation, reading, ready)
        return sealed

    async def _erase(self, project: KnownProject, uid: str) -> None:
        async with self._database.write() as session:
            await erasing.erase_unused(session, project.scope, _holder(uid))
        await self._forgetting.erased(project)


def _holder(uid: str) -> str:
    return f"test_suite:{uid}"


def _check(document: dict[str, Any]) -> None:
    """Refuse what cannot be used any more when what was found is taken out."""
    try:
        SuiteRuns.model_validate(document)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [
            Problem(".".join(map(str, one["loc"][:2])), "holds sensitive values, without which "
                    "it cannot be used")
            for one in told
        ]  # fmt: skip
    else:
        return
    raise Unprocessable("The test suite cannot be saved.", errors=problems)


def _opened(row: TestSuite, scope: str, key: DataKey) -> KnownSuite:
    document = json.loads(key.open(row.document_sealed, _place(row.uid, scope)))
    runs = SuiteRuns.model_validate(document)
    return KnownSuite(row.id, row.uid, row.name, row.playlist_id, runs, row.created_at)


async def _audited(session: AsyncSession, event: str, caller: Caller, uid: str) -> None:
    await audit.record(session, event, actor_id=caller.user_id, subject=f"test_suite:{uid}")
