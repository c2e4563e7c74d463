"""Templates on our own API, under `/api/v1/projects/{project_id}`.

A template is named by its id in paths, by its name where it is saved and in `?name=`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.templates.approval_schemas import RequestOut
from sluice.server.features.templates.content import Environment, TemplateName, Uid
from sluice.server.features.templates.listing import Asked
from sluice.server.features.templates.requested import KnownRequest
from sluice.server.features.templates.schemas import (
    DeployedOut,
    DeployIn,
    DeploymentOut,
    DifferenceOut,
    EnvironmentOut,
    LintedOut,
    LintIn,
    RollbackIn,
    SavedOut,
    SaveIn,
    TemplateNumbersOut,
    TemplateOut,
    VersionNumber,
    VersionOut,
)
from sluice.server.kit.wire import Data, NoNul, RowId
from sluice.server.services import ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Templates"])

TemplateUid = Annotated[Uid, Path(description="The template's id.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]
After = Annotated[
    str, Query(max_length=200, description="Only templates behind this name, to page on."), NoNul
]
NameFilter = Annotated[TemplateName | None, Query(description="Only the one of this name.")]
FolderFilter = Annotated[
    str, Query(max_length=200, description="Only those in this folder, and in its folders."), NoNul
]
SearchFilter = Annotated[
    str, Query(max_length=200, description="Only those whose name holds this."), NoNul
]


async def _asked(
    name: NameFilter = None,
    after: After = "",
    folder: FolderFilter = "",
    search: SearchFilter = "",
    limit: Limit = 100,
) -> Asked:
    return Asked(limit, after, name, folder, search)


AskedTemplates = Annotated[Asked, Depends(_asked)]
Number = Annotated[VersionNumber, Path(description="The version's number in its template.")]
BeforeNumber = Annotated[
    VersionNumber, Query(description="Only versions below this number, to page back.")
]


@router.get("/templates")
async def list_templates(
    project: Viewed, services: ServicesDep, asked: AskedTemplates
) -> Data[list[TemplateOut]]:
    """Templates by name, with their newest version and where environments point."""
    return Data(data=await services.workbench.template_listing.page(project, asked))


@router.get("/templates/folders")
async def list_folders(project: Viewed, services: ServicesDep) -> Data[dict[str, int]]:
    """The folders that stand in templates' names, and how many templates each holds."""
    return Data(data=await services.workbench.template_listing.folders(project))


@router.get("/templates/numbers")
async def list_numbers(
    project: Viewed,
    services: ServicesDep,
    asked: AskedTemplates,
    days: Annotated[int, Query(ge=1, le=90, description="So many days until now.")] = 7,
) -> Data[list[TemplateNumbersOut]]:
    """How often templates were called lately, what that cost, and their median time."""
    listing = services.workbench.template_listing
    return Data(data=await listing.numbers(project, asked, days=days))


@router.post("/templates", status_code=201)
async def save(
    body: SaveIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[SavedOut]:
    """Save a version; a template of this name is made if there is none.

    A version that says the same as another one is not saved again: that one is the answer.
    """
    saved = await services.workbench.templates.save(
        project,
        body.name,
        body.content,
        user_id=caller.user_id,
        environments=body.environments,
    )
    return Data(data=SavedOut.of(saved))


@router.post("/templates/lint")
async def lint(body: LintIn, project: Viewed, services: ServicesDep) -> Data[LintedOut]:
    """Look a version through without saving it."""
    templates = services.workbench.templates
    found = await templates.lint(project, body.name, body.content)
    same = await templates.same_as(project, body.name, body.content)
    return Data(data=LintedOut.about(found, body.content, same))


@router.get("/environments")
async def list_environments(project: Viewed, services: ServicesDep) -> Data[list[EnvironmentOut]]:
    """The environments that are protected or to which something is deployed; `latest` is there
    besides."""
    return Data(data=await services.workbench.template_listing.environments(project))


@router.get("/environments/{environment}/versions")
async def list_deployed(
    environment: Environment, project: Viewed, services: ServicesDep
) -> Data[list[VersionOut]]:
    """Every version of an environment, by its template's name; `latest`: the newest of each."""
    found = await services.workbench.template_listing.in_environment(project, environment)
    return Data(data=[VersionOut.of(version) for version in found])


@router.get("/templates/{template_id}")
async def get(
    template_id: TemplateUid, project: Viewed, services: ServicesDep
) -> Data[TemplateOut]:
    """One template."""
    return Data(data=await services.workbench.template_listing.template(project, template_id))


@router.delete("/templates/{template_id}", status_code=204)
async def delete(
    template_id: TemplateUid, project: Edited, caller: KnownCaller, services: ServicesDep
) -> None:
    """Delete a template with all of its versions and its history."""
    await services.workbench.templates.delete(project, template_id, user_id=caller.user_id)


@router.get("/templates/{template_id}/versions")
async def list_versions(
    template_id: TemplateUid,
    project: Viewed,
    services: ServicesDep,
    before: BeforeNumber = 2**31 - 1,
    limit: Limit = 50,
) -> Data[list[VersionOut]]:
    """The versions of a template, newest first."""
    found = await services.workbench.template_listing.versions(
        project, template_id, before=before, limit=limit
    )
    return Data(data=[VersionOut.of(version) for version in found])


@router.get("/templates/{template_id}/versions/{number}")
async def get_version(
    template_id: TemplateUid, number: Number, project: Viewed, services: ServicesDep
) -> Data[VersionOut]:
    """One version."""
    listing = services.workbench.template_listing
    return Data(data=VersionOut.of(await listing.version(project, template_id, number)))


@router.get("/templates/{template_id}/diff")
async def diff(
    template_id: TemplateUid,
    project: Viewed,
    services: ServicesDep,
    before: Annotated[VersionNumber, Query(alias="from")],
    after: Annotated[VersionNumber, Query(alias="to")],
) -> Data[DifferenceOut]:
    """What differs between two versions: messages, everything else, and both as one text."""
    listing = services.workbench.template_listing
    found = await listing.difference(project, template_id, before, after)
    return Data(data=DifferenceOut.of(found))


@router.get("/templates/{template_id}/deployments")
async def list_deployments(
    template_id: TemplateUid,
    project: Viewed,
    services: ServicesDep,
    environment: Environment | None = None,
    before: Annotated[RowId | None, Query(description="Only those with a smaller id.")] = None,
    limit: Limit = 100,
) -> Data[list[DeploymentOut]]:
    """The history of a template's deployments, newest first."""
    rows = await services.workbench.deployments.history(
        project, template_id, environment=environment, before=before, limit=limit
    )
    return Data(data=[DeploymentOut.model_validate(row) for row in rows])


_MAY_WAIT: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": Data[DeployedOut],
        "description": "The environment is protected: `request` waits for a second person.",
    }
}


@router.post("/templates/{template_id}/deployments", status_code=201, responses=_MAY_WAIT)
async def deploy(
    template_id: TemplateUid,
    body: DeployIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
    response: Response,
) -> Data[DeployedOut]:
    """Let an environment point to a version."""
    waiting = await services.workbench.deployments.deploy(
        project,
        template_id,
        body.version,
        body.environment,
        note=body.note,
        user_id=caller.user_id,
    )
    template = await services.workbench.template_listing.template(project, template_id)
    return _deployed(response, template, waiting)


@router.post("/templates/{template_id}/rollback", status_code=201, responses=_MAY_WAIT)
async def roll_back(
    template_id: TemplateUid,
    body: RollbackIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
    response: Response,
) -> Data[DeployedOut]:
    """Let an environment point to the version before, or to the one that is named."""
    waiting = await services.workbench.deployments.roll_back(
        project,
        template_id,
        body.environment,
        number=body.version,
        note=body.note,
        user_id=caller.user_id,
        is_emergency=body.emergency,
    )
    template = await services.workbench.template_listing.template(project, template_id)
    return _deployed(response, template, waiting)


def _deployed(
    response: Response, template: TemplateOut, waiting: KnownRequest | None
) -> Data[DeployedOut]:
    if waiting is not None:
        response.status_code = 202
    return Data(data=DeployedOut.about(template, waiting))


@router.delete(
    "/templates/{template_id}/environments/{environment}",
    status_code=204,
    responses={202: {**_MAY_WAIT[202], "model": Data[RequestOut]}},
)
async def withdraw(
    template_id: TemplateUid,
    environment: Environment,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Response:
    """Let an environment point nowhere for this template."""
    waiting = await services.workbench.deployments.withdraw(
        project, template_id, environment, user_id=caller.user_id
    )
    if waiting is None:
        return Response(status_code=204)
    said = Data(data=RequestOut.of(waiting)).model_dump_json(by_alias=True)
    return Response(said, status_code=202, media_type="application/json")
