"""Pages in a project: `/projects/{project_id}/…`, for those who have a role in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from sluice.server.dashboard.signing_in import Visitor
from sluice.server.features.projects.calling import ProjectUid
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.playlists_endpoints import PlaylistPath
from sluice.server.services import ServicesDep, services_of


def in_project(needs: ProjectRole) -> Callable[..., Awaitable[KnownProject]]:
    """A dependency: the path's project, if the visitor has this role in it.

    Raises `NotFound` for who has none, `Forbidden` for a lower one.
    """

    async def found(request: Request, caller: Visitor, project_id: ProjectUid) -> KnownProject:
        project = await services_of(request).workbench.projects.of(caller, project_id, needs)
        request.state.project = project
        return project

    return found


ViewedPage = Annotated[KnownProject, Depends(in_project(ProjectRole.VIEWER))]
EditedPage = Annotated[KnownProject, Depends(in_project(ProjectRole.EDITOR))]
OwnedPage = Annotated[KnownProject, Depends(in_project(ProjectRole.OWNER))]


async def _playlist(
    project: ViewedPage, services: ServicesDep, playlist: PlaylistPath
) -> KnownPlaylist:
    return await services.workbench.playlists.find(project, playlist)


ChosenPlaylist = Annotated[KnownPlaylist, Depends(_playlist)]
"""The path's playlist; raises `NotFound`."""


def project_of(request: Request) -> KnownProject | None:
    """The project in which a page stands, if it does."""
    found: KnownProject | None = getattr(request.state, "project", None)
    return found
