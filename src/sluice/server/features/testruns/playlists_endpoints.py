"""Playlists on our own API: listed, made, renamed, deleted, imported and exported."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from sluice.server.error_answers import failure_behind
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.linting import LintOut
from sluice.server.features.testruns.cases import CaseKind
from sluice.server.features.testruns.exports import exported
from sluice.server.features.testruns.importing import FileFormat
from sluice.server.features.testruns.imports import Imported, ImportOrder
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.schemas import (
    ImportOut,
    NamedPlaylistOut,
    PlaylistIn,
    PlaylistOut,
)
from sluice.server.kit.streaming import LineStream
from sluice.server.kit.wire import Data, NoNul, Page
from sluice.server.middleware.request_id import request_id_of
from sluice.server.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1/projects/{project_id}/playlists", tags=["Playlists"])

PlaylistPath = Annotated[
    str, Path(alias="playlist", max_length=200, description="The playlist's id or name."), NoNul
]
Cursor = Annotated[
    int, Query(ge=0, le=2**31 - 1, description="`nextCursor` of the part before, for what follows.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows at most.")]
Format = Annotated[
    FileFormat | None, Query(description="Of the file; else its media type says it.")
]
Kind = Annotated[CaseKind | None, Query(description="Of the cases, where the playlist is empty.")]
SkipInvalid = Annotated[
    bool, Query(alias="skipInvalid", description="Save what is right, in place of nothing.")
]
DryRun = Annotated[bool, Query(alias="dryRun", description="Look through it and save nothing.")]

MEDIA_TYPES = {FileFormat.CSV: "text/csv; charset=utf-8", FileFormat.JSONL: "application/jsonl"}
_LINES = "application/x-ndjson"
_READ_AS = {
    "text/csv": FileFormat.CSV,
    "application/csv": FileFormat.CSV,
    "application/jsonl": FileFormat.JSONL,
    "application/jsonlines": FileFormat.JSONL,
    _LINES: FileFormat.JSONL,
}


@router.get("")
async def list_playlists(
    project: Viewed, services: ServicesDep, cursor: Cursor = 0, limit: Limit = 100
) -> Page[PlaylistOut]:
    """The project's playlists, in the order in which they were made."""
    found = await services.workbench.playlists.page(project, after=cursor, limit=limit)
    more = str(found[-1].id) if len(found) == limit else None
    return Page(data=[PlaylistOut.of(one) for one in found], next_cursor=more)


@router.post("", status_code=201)
async def create_playlist(
    body: PlaylistIn, project: Edited, caller: KnownCaller, services: ServicesDep
) -> Data[NamedPlaylistOut]:
    """Make a playlist without cases."""
    lint = await _linted_name(services, project, body.name)
    playlists = services.workbench.playlists
    async with services.database.write() as session:
        made = await playlists.create(session, project, caller, body.name)
    return Data(data=_named(made, lint))


@router.get("/{playlist}")
async def get_playlist(
    playlist: PlaylistPath, project: Viewed, services: ServicesDep
) -> Data[PlaylistOut]:
    """One playlist, without its cases."""
    found = await services.workbench.playlists.find(project, playlist)
    return Data(data=PlaylistOut.of(found))


@router.patch("/{playlist}")
async def rename_playlist(
    playlist: PlaylistPath,
    body: PlaylistIn,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
) -> Data[NamedPlaylistOut]:
    """Give a playlist another name."""
    playlists = services.workbench.playlists
    found = await playlists.find(project, playlist)
    lint = await _linted_name(services, project, body.name)
    async with services.database.write() as session:
        await playlists.rename(session, project, caller, found, body.name)
    return Data(data=_named(await playlists.find(project, found.uid), lint))


@router.delete("/{playlist}", status_code=204)
async def delete_playlist(
    playlist: PlaylistPath, project: Edited, caller: KnownCaller, services: ServicesDep
) -> None:
    """Delete a playlist with its cases, their results, and originals that only they hold."""
    playlists = services.workbench.playlists
    found = await playlists.find(project, playlist)
    async with services.database.write() as session:
        await playlists.delete(session, project, caller, found)
    await services.workbench.forgetting.erased(project)


@router.post(
    "/{playlist}/import",
    response_model=None,
    responses={
        200: {
            "model": Data[ImportOut],
            "description": "What came of it; with `Accept: application/x-ndjson` lines that say "
            "how far it is, and a last one with `data` or `error`.",
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {name: {"schema": {"type": "string"}} for name in _READ_AS},
        }
    },
)
async def import_cases(
    playlist: PlaylistPath,
    request: Request,
    project: Edited,
    caller: KnownCaller,
    services: ServicesDep,
    file_format: Annotated[Format, Query(alias="format")] = None,
    kind: Kind = None,
    skip_invalid: SkipInvalid = False,
    dry_run: DryRun = False,
) -> Response:
    """Add the test cases of a CSV or JSON lines file: all, or none with every problem's line."""
    found = await services.workbench.playlists.find(project, playlist)
    order = ImportOrder(
        await request.body(),
        file_format or _format_of(request),
        kind,
        skip_invalid=skip_invalid,
        dry_run=dry_run,
    )
    steps = services.workbench.imports.run(project, caller, found, order)
    if _LINES in request.headers.get("accept", ""):
        return LineStream(_lines(steps, request_id_of(request.scope)))
    return Response(await _whole(steps), media_type="application/json")


@router.get(
    "/{playlist}/export",
    response_class=StreamingResponse,
    responses={
        200: {"content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}},
    },
)
async def export_cases(
    playlist: PlaylistPath,
    project: Viewed,
    services: ServicesDep,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.CSV,
) -> StreamingResponse:
    """All test cases as a file that can be imported again; with the project's placeholders."""
    found = await services.workbench.playlists.find(project, playlist)
    name = f"playlist-{found.uid}.{file_format.value}"
    return StreamingResponse(
        exported(services.workbench.playlists, project, found, file_format),
        media_type=MEDIA_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _linted_name(services: Services, project: KnownProject, name: str) -> LintOut:
    lint = await services.workbench.linter.lint(project, [("name", name)])
    lint.refuse_if(project.on_findings)
    return LintOut.of(lint)


def _named(playlist: KnownPlaylist, lint: LintOut) -> NamedPlaylistOut:
    return NamedPlaylistOut(**PlaylistOut.of(playlist).model_dump(), lint=lint)


def _format_of(request: Request) -> FileFormat:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _READ_AS:
        raise Unprocessable(
            "Say what kind of file it is: ?format=csv or ?format=jsonl, or with the header "
            "Content-Type: text/csv or application/jsonl."
        )
    return _READ_AS[media_type]


async def _whole(steps: AsyncGenerator[Imported, None]) -> str:
    last = Imported(0, 0)
    async with aclosing(steps):
        async for step in steps:
            last = step
    return Data[ImportOut](data=ImportOut.of(last)).model_dump_json(by_alias=True)


async def _lines(
    steps: AsyncGenerator[Imported, None], request_id: str
) -> AsyncGenerator[bytes, None]:
    failure: SluiceError | None = None
    async with aclosing(steps):
        try:
            async for step in steps:
                yield _line(step)
        except SluiceError as error:
            failure = error
        except Exception as error:
            failure = failure_behind(error)
            if failure is None:
                raise
    if failure is not None:
        yield _json_line({"error": failure.body(request_id), "status": failure.status})


def _line(step: Imported) -> bytes:
    line: dict[str, object] = {"done": step.done, "of": step.of}
    if step.ended:
        line["data"] = ImportOut.of(step).model_dump(mode="json", by_alias=True)
    return _json_line(line)


def _json_line(line: dict[str, object]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
