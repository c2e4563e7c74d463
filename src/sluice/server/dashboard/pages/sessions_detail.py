"""One session and one recording: as a conversation, as a tree of steps, and as four texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine import RawText
from sluice.server.dashboard.forms import every, fields_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import EditedPage, ViewedPage
from sluice.server.dashboard.pages.sessions import playlists_of
from sluice.server.dashboard.pages.sessions_shown import (
    Exchange,
    Texts,
    as_json,
    of_recording,
    tree,
    without_repeated,
)
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import SluiceError
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.schemas import RecordingInSession, SessionDetail
from sluice.server.services import Services, ServicesDep
from sluice.server.vault.schemas import OriginalOut, RevealIn

router = GuardedRouter(prefix="/projects/{project_id}")

Uid = Annotated[str, Path(max_length=64)]
After = Annotated[str | None, Query(max_length=64)]
EXCHANGES: Final = 25
"""Recordings of one page of a conversation."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """What came of asking for originals."""

    originals: list[OriginalOut] | None = field(default=None, repr=False)
    raw: str = field(default="", repr=False)
    error: SluiceError | None = None
    reason: str = field(default="", repr=False)


NOTHING: Final = Revealed()


async def reveal_in(request: Request) -> RevealIn:
    """What the dialog says; raises `Unprocessable`."""
    fields, only = await fields_of(request), await every(request, "only")
    said = {"reason": fields.get("reason", ""), "placeholders": only or None}
    return validated(RevealIn, said)


@router.get("/sessions/{session_id}")
async def show_session(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    session_id: Uid,
    after: After = None,
    tab: Annotated[str, Query(pattern="^(conversation|tree)$")] = "conversation",
) -> Response:
    """A session: its conversation, or its steps as a tree."""
    return await _session(request, project, services, session_id, after, tab)


@router.post("/sessions/{session_id}/reveal")
async def reveal_session(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    session_id: Uid,
    after: After = None,
) -> Response:
    """The same with originals in their places; the reason and who asked are recorded."""
    reason, shown = (await fields_of(request)).get("reason", ""), services.workbench.sessions.shown
    try:
        body = await reveal_in(request)
        originals = await shown.reveal_session(
            caller,
            project,
            session_id,
            reason=RawText(body.reason),
            placeholders=body.placeholders,
        )
        revealed = Revealed(originals)
    except SluiceError as error:
        revealed = Revealed(error=error, reason=reason)
    return await _session(request, project, services, session_id, after, "conversation", revealed)


@router.post("/sessions/{session_id}/delete")
async def delete_session(
    request: Request, project: EditedPage, caller: Visitor, services: ServicesDep, session_id: Uid
) -> Response:
    """Delete a session: nothing of it can be read again."""
    sessions = services.workbench.sessions.sessions
    await sessions.delete(project, session_id, actor_id=caller.user_id)
    said = "The session is deleted; its key is destroyed."
    return see_other(request, f"/projects/{project.uid}/sessions", said)


@router.get("/recordings/{recording_id}")
async def show_recording(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    recording_id: Uid,
) -> Response:
    """A recording: what was written, what the model saw and answered, what came back."""
    return await _recording(request, project, services, recording_id)


@router.post("/recordings/{recording_id}/reveal")
async def reveal_recording(
    request: Request,
    project: ViewedPage,
    caller: Visitor,
    services: ServicesDep,
    recording_id: Uid,
) -> Response:
    """The same with originals in their places; the reason and who asked are recorded."""
    reason = (await fields_of(request)).get("reason", "")
    try:
        body = await reveal_in(request)
        found = await services.workbench.sessions.shown.reveal(
            caller,
            project,
            recording_id,
            reason=RawText(body.reason),
            placeholders=body.placeholders,
        )
        revealed = Revealed(found.originals, as_json(found.raw))
    except SluiceError as error:
        revealed = Revealed(error=error, reason=reason)
    return await _recording(request, project, services, recording_id, revealed)


async def _session(
    request: Request,
    project: KnownProject,
    services: Services,
    uid: str,
    after: str | None,
    tab: str,
    revealed: Revealed = NOTHING,
) -> Response:
    shown = services.workbench.sessions.shown
    detail = await shown.session(project, uid)
    recorded = await shown.recordings(project, uid, after=after, limit=EXCHANGES + 1)
    texts = Texts(_types(recorded), revealed.originals)
    exchanges = await _exchanges(services, project, recorded[:EXCHANGES], texts)
    here = f"/projects/{project.uid}/sessions/{uid}"
    return page(
        request,
        "sessions/session.html",
        title="Session",
        status=revealed.error.status if revealed.error is not None else 200,
        session=detail,
        here=here,
        tab=tab,
        exchanges=exchanges,
        nodes=tree(detail.traces, detail.recorded) if tab == "tree" else [],
        traces={one.id: _trace(texts, one.content) for one in detail.traces if tab == "tree"},
        manifest=_manifest(detail),
        after=after,
        older=recorded[EXCHANGES - 1].id if len(recorded) > EXCHANGES else None,
        playlists=await playlists_of(services, project),
        metadata=texts.cut(as_json(detail.metadata)),
        **revealing(texts, revealed),
    )


async def _recording(
    request: Request,
    project: KnownProject,
    services: Services,
    uid: str,
    revealed: Revealed = NOTHING,
) -> Response:
    detail = await services.workbench.sessions.shown.recording(project, uid)
    texts = Texts(detail.manifest, revealed.originals)
    return page(
        request,
        "sessions/recording.html",
        title="Recording",
        status=revealed.error.status if revealed.error is not None else 200,
        recording=detail,
        here=f"/projects/{project.uid}/recordings/{uid}",
        exchange=of_recording(texts, detail.content),
        manifest=detail.manifest,
        playlists=await playlists_of(services, project),
        **revealing(texts, revealed),
    )


def revealing(texts: Texts, revealed: Revealed) -> dict[str, object]:
    """What the dialog and the places of originals need."""
    problems = problems_by_field(revealed.error) if revealed.error is not None else {}
    return {
        "is_revealed": texts.is_revealed,
        "is_all_revealed": texts.is_all_revealed,
        "placeholders": dict(texts.found),
        "raw": revealed.raw,
        "reveal_problems": problems,
        "reveal_reason": revealed.reason,
    }


async def _exchanges(
    services: Services,
    project: KnownProject,
    recorded: list[RecordingInSession],
    texts: Texts,
) -> list[tuple[RecordingInSession, Exchange]]:
    uids = [one.id for one in recorded]
    opened = await services.workbench.sessions.shown.opened(project, uids)
    found = without_repeated([of_recording(texts, one.content) for one in opened])
    return list(zip(recorded, found, strict=True))


def _types(recorded: list[RecordingInSession]) -> set[str]:
    return {kind for one in recorded for kind in one.manifest}


def _manifest(detail: SessionDetail) -> dict[str, dict[str, int]]:
    """What was cleansed in the recordings and steps that are shown."""
    counts: dict[str, dict[str, int]] = {}
    manifests = [one.manifest for one in detail.recorded]
    for manifest in [*manifests, *(one.manifest for one in detail.traces)]:
        for kind, actions in manifest.items():
            of_kind = counts.setdefault(kind, {})
            for action, count in actions.items():
                of_kind[action] = of_kind.get(action, 0) + count
    return dict(sorted(counts.items()))


def _trace(texts: Texts, content: dict[str, object]) -> dict[str, object]:
    """A step's texts."""
    return {
        "name": content.get("agent_name") or content.get("name") or "Step",
        "input": texts.turns(_text(content.get("input")), "input"),
        "output": texts.turns(_text(content.get("output")), "output"),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else as_json(value)
