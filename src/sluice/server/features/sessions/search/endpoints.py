"""Searching on our own API. A filter stands in the body: it may hold people's data."""

from __future__ import annotations

from fastapi import APIRouter

from sluice.server.features.projects.calling import KnownCaller, Viewed
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.schemas import FoundRecording, FoundSession, SearchIn
from sluice.server.features.sessions.search.service import Searching
from sluice.server.kit.wire import Page
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Sessions and recordings"])


@router.post("/recordings/search")
async def search_recordings(
    body: SearchIn, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> Page[FoundRecording]:
    """The recordings that a filter lets through, a page at a time.

    A page may have fewer rows than its limit, or none, and still name what follows: a search
    that no index helps stops after a while.
    """
    searching: Searching = services.workbench.search.searching
    search = await searching.begin(project, caller, Target.RECORDINGS, body.filter, body.order)
    found = await searching.page(search, body.cursor, body.limit)
    rows = [FoundRecording.of(row) for row in found.rows]
    return Page(data=rows, next_cursor=found.next_cursor)


@router.post("/sessions/search")
async def search_sessions(
    body: SearchIn, project: Viewed, caller: KnownCaller, services: ServicesDep
) -> Page[FoundSession]:
    """The sessions that a filter lets through; what only recordings have, one of them must have."""
    searching: Searching = services.workbench.search.searching
    search = await searching.begin(project, caller, Target.SESSIONS, body.filter, body.order)
    found = await searching.page(search, body.cursor, body.limit)
    rows = [FoundSession.of(row) for row in found.rows]
    return Page(data=rows, next_cursor=found.next_cursor)
