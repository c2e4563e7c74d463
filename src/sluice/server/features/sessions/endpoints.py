"""Sessions and recordings on our own API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from sluice.engine import RawText
from sluice.server.features.projects.calling import Edited, KnownCaller, Viewed
from sluice.server.features.sessions.schemas import (
    RecordingDetail,
    RecordingInSession,
    RevealedOut,
    SessionDetail,
    SessionOut,
)
from sluice.server.kit.wire import Data
from sluice.server.services import ServicesDep
from sluice.server.vault.schemas import OriginalOut, RevealIn

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["Sessions"])

Uid = Annotated[str, Path(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[
    str | None, Query(max_length=64, description="The id of the last one of the page before.")
]


@router.get("/sessions")
async def list_sessions(
    project: Viewed, services: ServicesDep, before: Cursor = None, limit: Limit = 100
) -> Data[list[SessionOut]]:
    """A project's sessions, newest first."""
    shown = services.workbench.sessions.shown
    return Data(data=await shown.page(project, before=before, limit=limit))


@router.get("/sessions/{session_id}")
async def get_session(
    project: Viewed, session_id: Uid, services: ServicesDep
) -> Data[SessionDetail]:
    """A session with its traces, its first recordings, and what was said of them."""
    return Data(data=await services.workbench.sessions.shown.session(project, session_id))


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_session(
    project: Edited, caller: KnownCaller, session_id: Uid, services: ServicesDep
) -> None:
    """Delete a session: nothing of it can be read again."""
    sessions = services.workbench.sessions.sessions
    await sessions.delete(project, session_id, actor_id=caller.user_id)


@router.get("/sessions/{session_id}/recordings")
async def list_recordings(
    project: Viewed,
    session_id: Uid,
    services: ServicesDep,
    after: Cursor = None,
    limit: Limit = 100,
) -> Data[list[RecordingInSession]]:
    """A session's recordings without their texts, the oldest first."""
    shown = services.workbench.sessions.shown
    return Data(data=await shown.recordings(project, session_id, after=after, limit=limit))


@router.get("/recordings/{recording_id}")
async def get_recording(
    project: Viewed, recording_id: Uid, services: ServicesDep
) -> Data[RecordingDetail]:
    """A recording with its texts as they are kept: with placeholders."""
    return Data(data=await services.workbench.sessions.shown.recording(project, recording_id))


@router.post("/recordings/{recording_id}/reveal")
async def reveal(
    project: Viewed,
    caller: KnownCaller,
    recording_id: Uid,
    body: RevealIn,
    services: ServicesDep,
) -> Data[RevealedOut]:
    """A recording's originals; the reason (cleansed) and the caller stand in the audit log."""
    revealed = await services.workbench.sessions.shown.reveal(
        caller,
        project,
        recording_id,
        reason=RawText(body.reason),
        placeholders=body.placeholders,
    )
    return Data(data=revealed)


@router.post("/sessions/{session_id}/reveal")
async def reveal_session(
    project: Viewed,
    caller: KnownCaller,
    session_id: Uid,
    body: RevealIn,
    services: ServicesDep,
) -> Data[list[OriginalOut]]:
    """A session's originals; the reason (cleansed) and the caller stand in the audit log."""
    revealed = await services.workbench.sessions.shown.reveal_session(
        caller,
        project,
        session_id,
        reason=RawText(body.reason),
        placeholders=body.placeholders,
    )
    return Data(data=revealed)
