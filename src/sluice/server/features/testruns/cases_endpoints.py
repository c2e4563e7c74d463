"""Test cases on our own API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from sluice.server.errors import NotFound
from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.testruns.cases import CasePath
from sluice.server.features.testruns.playlists import NO_CASE
from sluice.server.features.testruns.playlists_endpoints import Cursor, Limit, PlaylistPath
from sluice.server.features.testruns.saving import NewCase
from sluice.server.features.testruns.schemas import (
    FromRecordingsIn,
    SavedCasesOut,
    TestCaseIn,
    TestCaseOut,
    TestCasesIn,
)
from sluice.server.kit.wire import Data, NoNul, Page
from sluice.server.services import ServicesDep

router = APIRouter(
    prefix="/api/v1/projects/{project_id}/playlists/{playlist}/test-cases", tags=["Playlists"]
)
from_recordings = APIRouter(
    prefix="/api/v1/projects/{project_id}/playlists/{playlist}/from-recordings", tags=["Playlists"]
)

CaseUid = Annotated[str, Path(alias="case_id", max_length=36), NoNul]


@router.get("")
async def list_cases(
    playlist: PlaylistPath,
    project: Viewed,
    services: ServicesDep,
    cursor: Cursor = 0,
    limit: Limit = 100,
) -> Page[TestCaseOut]:
    """Test cases in the order in which they were added."""
    playlists = services.workbench.playlists
    found = await playlists.find(project, playlist)
    cases = await playlists.case_page(project, found, after=cursor, limit=limit)
    more = str(cases[-1].id) if len(cases) == limit else None
    return Page(data=[TestCaseOut.of(case) for case in cases], next_cursor=more)


@router.post("", status_code=201)
async def add_cases(
    playlist: PlaylistPath,
    body: TestCasesIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[SavedCasesOut]:
    """Add test cases, all or none; what is found in them is replaced by placeholders."""
    found = await services.workbench.playlists.find(project, playlist)
    cases = [
        NewCase(content, CasePath(f"testCases[{index}]."))
        for index, content in enumerate(body.test_cases)
    ]
    saved = await services.workbench.test_cases.add(project, caller, found, cases, body.kind)
    return Data(data=SavedCasesOut.of(saved))


@from_recordings.post("", status_code=201)
async def add_recorded(
    playlist: PlaylistPath,
    body: FromRecordingsIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[SavedCasesOut]:
    """Make test cases from recordings; those of which there is one already are left out."""
    found = await services.workbench.playlists.find(project, playlist)
    saved = await services.workbench.from_recordings.add(
        project, caller, found, recordings=body.recordings, sessions=body.sessions
    )
    return Data(data=SavedCasesOut.of(saved))


@router.get("/{case_id}")
async def get_case(
    playlist: PlaylistPath, case_id: CaseUid, project: Viewed, services: ServicesDep
) -> Data[TestCaseOut]:
    """One test case."""
    found = await services.workbench.playlists.find(project, playlist)
    case = await services.workbench.playlists.case(project, found, case_id)
    return Data(data=TestCaseOut.of(case))


@router.put("/{case_id}")
async def change_case(
    playlist: PlaylistPath,
    case_id: CaseUid,
    body: TestCaseIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[SavedCasesOut]:
    """Put another content in the place of a test case's."""
    found = await services.workbench.playlists.find(project, playlist)
    saved = await services.workbench.test_cases.change(project, caller, found, case_id, body)
    return Data(data=SavedCasesOut.of([saved]))


@router.delete("/{case_id}", status_code=204)
async def delete_case(
    playlist: PlaylistPath,
    case_id: CaseUid,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> None:
    """Delete a test case, what came of it in test runs, and originals that only it holds."""
    found = await services.workbench.playlists.find(project, playlist)
    if not await services.workbench.test_cases.delete(project, caller, found, [case_id]):
        raise NotFound(NO_CASE, code="no_test_case")
