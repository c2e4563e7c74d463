"""What was sent when a test case's recording was made, to be sent again."""

from __future__ import annotations

from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.showing import ShownSessions
from sluice.server.features.templates.rendering import Message
from sluice.server.features.testruns.cases import KnownCase


async def recorded_messages(
    shown: ShownSessions, project: KnownProject, case: KnownCase
) -> list[Message]:
    """The messages of the case's recording; of one that is gone, or of none, the case's history.

    Raises `Unprocessable` where there is neither.
    """
    messages = await _of_recording(shown, project, case.recording_uid) or case.history
    if not messages:
        raise Unprocessable("The test case has no messages of its own.", code="no_messages")
    return list(messages)


async def _of_recording(
    shown: ShownSessions, project: KnownProject, uid: str | None
) -> list[Message]:
    if uid is None:
        return []
    try:
        (recording,) = await shown.opened(project, [uid])
    except NotFound:
        return []
    if isinstance(prompt := recording.content.get("prompt"), str):
        return [{"role": "user", "content": prompt}]
    messages = recording.content.get("messages")
    return messages if isinstance(messages, list) else []
