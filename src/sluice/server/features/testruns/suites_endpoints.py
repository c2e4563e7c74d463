"""Test suites on our own API."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import Field

from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.testruns.playlists_endpoints import Cursor, Limit
from sluice.server.features.testruns.schemas import PlaylistName
from sluice.server.features.testruns.suites import KnownSuite, SuiteRuns
from sluice.server.kit.wire import Data, NoNul, Page, WireModel, WireTime
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}/test-suites", tags=["Test suites"])

SuitePath = Annotated[
    str, Path(alias="suite", max_length=200, description="The test suite's id or name."), NoNul
]


class SuiteIn(SuiteRuns):
    """A test suite to be made."""

    name: PlaylistName
    """It stands unsealed, so it must not say anything of anybody."""
    playlist: Annotated[str, Field(min_length=1, max_length=200), NoNul]
    """Its name or id."""


class SuiteOut(WireModel):
    """A test suite."""

    id: str
    name: str
    runs: SuiteRuns
    created_at: WireTime

    @classmethod
    def of(cls, suite: KnownSuite) -> Self:
        """From the service's."""
        return cls(id=suite.uid, name=suite.name, runs=suite.runs, created_at=suite.created_at)


@router.get("")
async def list_suites(
    project: Viewed, services: ServicesDep, cursor: Cursor = 0, limit: Limit = 100
) -> Page[SuiteOut]:
    """The project's test suites, in the order in which they were made."""
    found = await services.workbench.suites.page(project, after=cursor, limit=limit)
    more = str(found[-1].id) if len(found) == limit else None
    return Page(data=[SuiteOut.of(suite) for suite in found], next_cursor=more)


@router.post("", status_code=201)
async def create_suite(
    body: SuiteIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[SuiteOut]:
    """Make a test suite."""
    lint = await services.workbench.linter.lint(project, [("name", body.name)])
    lint.refuse_if(project.on_findings)
    runs = SuiteRuns.model_validate(body.model_dump(exclude={"name", "playlist"}))
    made = await services.workbench.suites.create(project, caller, body.name, body.playlist, runs)
    return Data(data=SuiteOut.of(made))


@router.get("/{suite}")
async def get_suite(suite: SuitePath, project: Viewed, services: ServicesDep) -> Data[SuiteOut]:
    """One test suite."""
    return Data(data=SuiteOut.of(await services.workbench.suites.find(project, suite)))


@router.delete("/{suite}", status_code=204)
async def delete_suite(
    suite: SuitePath, project: Edited, caller: KnownCaller, services: ServicesDep
) -> None:
    """Delete a test suite; its runs stay."""
    found = await services.workbench.suites.find(project, suite)
    await services.workbench.suites.delete(project, caller, found)
