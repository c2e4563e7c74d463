"""What a run needs to be executed, found anew by whichever process executes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sluice.server.auth.auth import Caller
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.roles import permissions_of
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.templates.known import KnownVersion
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.evaluators.documents import Evaluators
from sluice.server.features.testruns.evaluators.judging import Judge
from sluice.server.features.testruns.running.calling import ModelCalls
from sluice.server.features.testruns.running.documents import RunDocument
from sluice.server.features.testruns.running.executing import Plan
from sluice.server.features.testruns.running.repository import RunRepository
from sluice.server.features.testruns.running.targets import Target
from sluice.server.features.testruns.service import NO_RUN, KnownTestRun, opened_run
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


class Planning:
    """Checks again that the user for whom a run is made may do all of it."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        projects: Projects,
        conversations: Conversations,
        templates: Templates,
        calls: ModelCalls,
    ) -> None:
        self._database = database
        self._vault = vault
        self._projects = projects
        self._conversations = conversations
        self._templates = templates
        self._calls = calls

    async def opened(self, run_id: int) -> KnownTestRun:
        """A run of whichever project; raises `NotFound`."""
        everywhere = await self._projects.all_of(SYSTEM)
        async with self._database.read() as session:
            row = await RunRepository(session).by_id(run_id)
            project = next((one for one in everywhere if row and one.id == row.project_id), None)
            key = await self._vault.key(session, project.scope) if project else None
        if row is None or project is None or key is None:
            raise NotFound(NO_RUN, code="no_test_run")
        return opened_run(row, project.scope, key)

    async def plan(self, run: KnownTestRun) -> Plan:
        """Raises `SluiceError` where the run cannot be executed (any more)."""
        document = _document(run.document)
        caller = _caller(run.user_id, document.role)
        project = await self._projects.of(caller, document.project, ProjectRole.EDITOR)
        if run.model_instance_id is None:
            raise NotFound("The run names no model instance.")
        return Plan(
            run=run,
            document=document,
            project=project,
            caller=caller,
            conversation=await self._conversations.of_project(project.owner(caller)),
            version=await self._version(project, document.template_version),
            target=await self._calls.target(run.user_id, run.model_instance_id, document.model),
            judges=await self.judges(run.user_id, document.evaluators),
        )

    async def _version(self, project: KnownProject, uid: str | None) -> KnownVersion | None:
        return None if uid is None else await self._templates.version(project, uid)

    async def judges(self, user_id: int, evaluators: Evaluators) -> dict[str, Target]:
        """The model instances of a run's judges, by evaluator."""
        return {
            one.name: await self._calls.target(user_id, one.model_instance, None)
            for one in evaluators
            if isinstance(one, Judge)
        }


def _document(sealed: Mapping[str, Any]) -> RunDocument:
    try:
        return RunDocument.model_validate(dict(sealed))
    except ValidationError:
        pass
    # Outside of the handler: the error's object holds the document.
    raise Unprocessable(
        "What the run is to do cannot be done here any more; is a function of one of its "
        "evaluators not installed?",
        code="evaluators",
    )


def _caller(user_id: int, role: str) -> Caller:
    """Who started a run, as far as its rights go."""
    return Caller(user_id, None, "", role, permissions_of(role))
