"""Services refuse a role that is too low before they do anything, whoever calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import pytest

from sluice.server.errors import Forbidden
from sluice.server.features.projects.deleting import ProjectDeletion
from sluice.server.features.projects.known import FormatDialect, KnownProject, OnFindings
from sluice.server.features.projects.managing import ManagedProjects
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.teams import ProjectTeams
from sluice.server.features.sessions.erasing import Erasures
from sluice.server.features.sessions.recording import Recordings
from sluice.server.features.sessions.service import Sessions
from sluice.server.features.sessions.tracing import Traces
from sluice.server.features.sessions.updating import Updates
from sluice.server.features.templates.approvals import Approvals
from sluice.server.features.templates.deployments import Deployments
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.from_recordings import FromRecordings
from sluice.server.features.testruns.imports import Imports
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.running.deleting import RunDeletion
from sluice.server.features.testruns.running.starting import Starting
from sluice.server.features.testruns.service import TestRuns
from sluice.server.features.testruns.suites import Suites

pytestmark = pytest.mark.anyio

OWNERS: Final[tuple[tuple[type, str], ...]] = (
    (ManagedProjects, "change"),
    (ManagedProjects, "members"),
    (ManagedProjects, "set_member"),
    (ManagedProjects, "remove_member"),
    (ManagedProjects, "keys"),
    (ManagedProjects, "new_key"),
    (ManagedProjects, "revoke_key"),
    (ProjectTeams, "listing"),
    (ProjectTeams, "set"),
    (ProjectTeams, "remove"),
    (ProjectDeletion, "delete"),
    (Erasures, "erase"),
    (Approvals, "protect"),
    (Approvals, "unprotect"),
)
EDITORS: Final[tuple[tuple[type, str], ...]] = (
    (Recordings, "record"),
    (Sessions, "create"),
    (Sessions, "delete"),
    (Traces, "record"),
    (Traces, "update"),
    (Updates, "recording"),
    (Updates, "recording_feedback"),
    (Updates, "trace_feedback"),
    (Updates, "session_metadata"),
    (Updates, "trace_metadata"),
    (Templates, "save"),
    (Templates, "delete"),
    (Deployments, "deploy"),
    (Deployments, "roll_back"),
    (Deployments, "deploy_everywhere"),
    (Deployments, "withdraw"),
    (TestCases, "add"),
    (TestCases, "add_cleansed"),
    (TestCases, "change"),
    (TestCases, "delete"),
    (FromRecordings, "add"),
    (Imports, "run"),
    (Playlists, "create"),
    (Playlists, "rename"),
    (Playlists, "delete"),
    (RunDeletion, "delete"),
    (Starting, "start"),
    (Starting, "cancel"),
    (Starting, "resume"),
    (TestRuns, "create"),
    (Suites, "create"),
    (Suites, "delete"),
)
CASES: Final = [
    *((service, name, ProjectRole.EDITOR) for service, name in OWNERS),
    *((service, name, ProjectRole.VIEWER) for service, name in EDITORS),
]


def known(role: ProjectRole) -> KnownProject:
    return KnownProject(
        1, "alpha", "Alpha", 2, 3, 1, False, OnFindings.WARN, FormatDialect.NEVER, None, None, role
    )


async def asked(method: Callable[..., Any], project: KnownProject) -> None:
    """Call a method of a service that has nothing, with nothing but the project."""
    given = {
        name: project if name == "project" else None
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is parameter.empty and name != "self"
    }
    answer = method(**given)
    if inspect.isasyncgen(answer):
        await anext(answer)
    elif inspect.isawaitable(answer):
        await answer


@pytest.mark.parametrize(
    ("service", "name", "role"), CASES, ids=[f"{s.__name__}.{n}" for s, n, _ in CASES]
)
async def test_a_role_that_is_too_low_is_refused_by_the_service(
    service: type, name: str, role: ProjectRole
) -> None:
    nothing: Any = object.__new__(service)
    with pytest.raises(Forbidden) as refused:
        await asked(getattr(nothing, name), known(role))
    assert refused.value.code == "project_role"
