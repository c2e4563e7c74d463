"""Starting test runs of the server, cancelling them, and letting them go on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict, Unprocessable
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.cases import CaseKind
from sluice.server.features.testruns.evaluators.documents import evaluators_of
from sluice.server.features.testruns.playlists import KnownPlaylist, Playlists
from sluice.server.features.testruns.repository import TestRunRepository
from sluice.server.features.testruns.running import bodies
from sluice.server.features.testruns.running.calling import ModelCalls
from sluice.server.features.testruns.running.documents import StartIn, sealed_evaluators
from sluice.server.features.testruns.running.patterns import Patterns
from sluice.server.features.testruns.running.planning import Planning
from sluice.server.features.testruns.running.repository import ResultRepository, RunRepository
from sluice.server.features.testruns.running.runner import Runner
from sluice.server.features.testruns.running.targets import Target
from sluice.server.features.testruns.service import (
    LONGEST_NAME,
    KnownTestRun,
    MadeBy,
    RunStatus,
    TestRuns,
    run_holder,
    run_place,
)
from sluice.server.kit.database import Database, utc_now

_WORDS: Final = frozenset(
    {"criteria", "expected", "jsonSchema", "options", "pattern", "prompt", "values"}
)
"""Members of evaluators' documents that hold people's own words."""
_PROBE = [{"role": "user", "content": "?"}]
"""Stands for the messages of a case when only the rest of a request is checked."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run refers to."""

    playlist: KnownPlaylist
    version: KnownVersion | None
    target: Target
    cases: int
    last_case: int


class Starting:
    """The service that starts runs."""

    def __init__(
        self,
        *,
        database: Database,
        conversations: Conversations,
        cleansing: ProjectCleansing,
        playlists: Playlists,
        templates: Templates,
        test_runs: TestRuns,
        calls: ModelCalls,
        planning: Planning,
        runner: Runner,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._cleansing = cleansing
        self._playlists = playlists
        self._templates = templates
        self._test_runs = test_runs
        self._calls = calls
        self._planning = planning
        self._runner = runner

    async def start(self, project: KnownProject, caller: Caller, body: StartIn) -> KnownTestRun:
        """Save a run that is executed from now on.

        Raises `NotFound` for a playlist, template or model instance that is not there, and
        `Unprocessable` with every problem of what is asked for; `Forbidden` for who may send no
        prompts.
        """
        project.require(ProjectRole.EDITOR)
        caller.require(Permission.USE_MODELS)
        found = await self._found(project, caller, body)
        parameters = _parameters(found.version, body)
        await self._planning.judges(caller.user_id, body.evaluators)
        conversation = await self._conversations.of_project(project.owner(caller))
        # What evaluators look for is what stands in outputs: placeholders.
        said: dict[str, Any] = {
            "name": body.name,
            "description": body.description,
            "evaluators": sealed_evaluators(body.evaluators),
            # Numbers are settings; what is words may be anything.
            "parameters": {k: v for k, v in parameters.items() if not _is_number(v)},
        }
        patterns = Patterns(said["evaluators"])
        document = _unsaid(project, caller, body, found)
        row = _row(project, caller, found)
        reading = _read(said)

        async def ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[None]]:
            _refuse(patterns.put_back())
            _check(said["evaluators"])
            row["name"] = said["name"][:LONGEST_NAME]
            kept = {k: v for k, v in said.items() if k != "name"} | document
            kept["parameters"] = parameters | said["parameters"]
            return _writing(call, conversation, project, {**row}, kept)

        await self._cleansing.save(project, conversation, reading, ready)
        self._runner.wake()
        return await self._test_runs.known(project, row["uid"])

    async def cancel(self, project: KnownProject, run: KnownTestRun) -> KnownTestRun:
        """End a run; what is stored stays. Raises `Conflict` for one that is not under way."""
        project.require(ProjectRole.EDITOR)
        _refuse_of_sdk(run)
        async with self._database.write() as session:
            stopped = await RunRepository(session).stop(
                run.id, status=RunStatus.CANCELLED.value, at=utc_now()
            )
        if not stopped:
            raise Conflict("The test run has ended already.", code="test_run_ended")
        self._runner.wake()
        return await self._test_runs.known(project, run.uid)

    async def resume(
        self, project: KnownProject, caller: Caller, run: KnownTestRun, *, again: bool
    ) -> KnownTestRun:
        """Let a run go on with the cases that have no result; with `again` failed ones too.

        It is the caller's from now on. Raises `Conflict` for one that is under way or has
        nothing left, `NotFound` where the caller may not use its model instance.
        """
        project.require(ProjectRole.EDITOR)
        _refuse_of_sdk(run)
        caller.require(Permission.USE_MODELS)
        if run.model_instance_id is not None:
            await self._calls.target(caller.user_id, run.model_instance_id, None)
        conversation = await self._conversations.of_project(project.owner(caller))
        account = {"role": caller.role, "api_token_id": caller.api_token_id}
        document = {**run.document, **account}
        sealed = conversation.vault.key.seal(
            json.dumps(document, ensure_ascii=False), run_place(run.uid, project.scope)
        )
        async with self._database.write() as session:
            if again:
                await ResultRepository(session).delete_failed(run.id)
            left = await self._left(session, run)
            restarted = left and await RunRepository(session).restart(
                run.id, user_id=caller.user_id, document_sealed=sealed
            )
            if not restarted:
                raise Conflict(
                    "The test run is under way, or every case has its result.",
                    code="nothing_to_resume",
                )
        self._runner.wake()
        return await self._test_runs.known(project, run.uid)

    async def _left(self, session: AsyncSession, run: KnownTestRun) -> bool:
        if run.playlist_id is None:
            return False
        last = run.document.get("last_case", 0)
        rows = await ResultRepository(session).left(
            run.id, run.playlist_id, after=0, last=last, most=1
        )
        return bool(rows)

    async def _found(self, project: KnownProject, caller: Caller, body: StartIn) -> _Found:
        playlist = await self._playlists.find(project, body.playlist)
        version = await self._version(project, body)
        target = await self._calls.target(caller.user_id, body.model_instance, body.model)
        async with self._database.read() as session:
            cases, last = await ResultRepository(session).extent(
                playlist.id, CaseKind.COMPLETION.value
            )
        if not cases:
            message = "has no test cases that a model alone can answer"
            raise Unprocessable(
                "There is nothing to run.", errors=[Problem("playlist", message)], code="no_cases"
            )
        return _Found(playlist, version, target, cases, last)

    async def _version(self, project: KnownProject, body: StartIn) -> KnownVersion | None:
        if body.as_recorded:
            return None
        if body.template_version is not None:
            return await self._templates.version(project, body.template_version)
        return await self._templates.in_environment(project, body.template or "", body.environment)


def _parameters(version: KnownVersion | None, body: StartIn) -> dict[str, Any]:
    """The parameters of every call; raises `Unprocessable` for what no provider could be told."""
    content = version.content if version is not None else None
    before = content.parameters if content is not None else {}
    parameters, problems = bodies.parameters_of(before, body.parameters)
    for index, message in enumerate((content.messages if content is not None else None) or ()):
        if message.media_slots:
            path = f"template.messages[{index}].mediaSlots"
            problems.append(Problem(path, "holds media, which test runs of the server do not send"))
    _refuse(problems)
    probe = bodies.body_of(_PROBE, parameters, content)
    bodies.read(probe)
    bodies.translated(probe)
    return parameters


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _read(said: dict[str, Any]) -> Reading:
    """Everything in it that is somebody's words; kinds, names and modes are words of ours."""
    reading = Reading()
    for name in ("name", "description"):
        reading.text(said, name, name, "system")
    reading.values(said, "parameters", "parameters", "system")
    for index, evaluator in enumerate(said["evaluators"]):
        for name in sorted(_WORDS & evaluator.keys()):
            reading.values(evaluator, name, f"evaluators[{index}].{name}", "system")
    return reading


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Unprocessable("The test run cannot be started.", errors=problems)


def _check(evaluators: object) -> None:
    """Refuse evaluators of which nothing sensible is left when what was found is taken out."""
    try:
        evaluators_of(evaluators)
    except ValidationError as error:
        problems = [
            Problem(
                ".".join(["evaluators", *map(str, one["loc"][:1])]),
                "cannot be used without the sensitive values in it",
            )
            for one in error.errors(include_input=False, include_url=False)
        ]
    else:
        return
    _refuse(problems)


def _unsaid(project: KnownProject, caller: Caller, body: StartIn, found: _Found) -> dict[str, Any]:
    """The rest of the sealed document: names and numbers."""
    version = found.version
    return {
        "project": project.uid,
        "role": caller.role,
        "playlist": found.playlist.uid,
        "playlist_name": found.playlist.name,
        "last_case": found.last_case,
        "template": version.template_name if version is not None else None,
        "template_version": version.uid if version is not None else None,
        "environment": body.environment if body.template is not None else None,
        "instance_name": found.target.instance.name,
        "model": body.model,
        "concurrency": body.concurrency,
        "api_token_id": caller.api_token_id,
    }


def _row(project: KnownProject, caller: Caller, found: _Found) -> dict[str, Any]:
    return {
        "uid": str(uuid4()),
        "project_id": project.id,
        "playlist_id": found.playlist.id,
        "made_by": MadeBy.SERVER.value,
        "status": RunStatus.PENDING.value,
        "template_version_id": found.version.id if found.version is not None else None,
        "model_instance_id": found.target.instance.id,
        "user_id": caller.user_id,
        "cases": found.cases,
        "summary": {},
        "created_at": utc_now(),
    }


def _writing(
    call: CleansedCall,
    conversation: Conversation,
    project: KnownProject,
    row: dict[str, Any],
    document: dict[str, Any],
) -> Callable[[AsyncSession], Awaitable[None]]:
    row["document_sealed"] = conversation.vault.key.seal(
        json.dumps(document, ensure_ascii=False), run_place(row["uid"], project.scope)
    )
    names = [entry.placeholder for entry in call.mapping.entries]

    async def write(session: AsyncSession) -> None:
        run_id = await TestRunRepository(session).insert(row)
        await conversation.vault.use(session, names, run_holder(run_id))

    return write


def _refuse_of_sdk(run: KnownTestRun) -> None:
    if run.made_by is not MadeBy.SERVER:
        raise Conflict("An SDK makes this test run, not the server.", code="made_by_sdk")
