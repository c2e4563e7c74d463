"""Finding what a client names, and the session that it is of."""

from __future__ import annotations

from typing import Final, NamedTuple

from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.sessions.finding_repository import FindingRepository
from sluice.server.features.sessions.reading import UID
from sluice.server.kit.database import Database

NO_SESSION: Final = "There is no such session in this project."
NO_RECORDING: Final = "There is no such completion in this project."
NO_TRACE: Final = "There is no such trace in this project."


class Found(NamedTuple):
    """A row and its session, which may be the row itself."""

    id: int
    session_id: int
    session_uid: str
    conversation_id: int


class Finding:
    """Finds rows by the ids that clients know; by quick statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def session(self, project: KnownProject, uid: str) -> Found:
        """A session; raises `NotFound`."""
        can_be_id(uid, NO_SESSION)
        async with self._database.reading() as session:
            row = await FindingRepository(session).session(project.id, uid)
        return _there(row, NO_SESSION)

    async def recording(self, project: KnownProject, uid: str) -> Found:
        """A recording; raises `NotFound`."""
        can_be_id(uid, NO_RECORDING)
        async with self._database.reading() as session:
            row = await FindingRepository(session).recording(project.id, uid)
        return _there(row, NO_RECORDING)

    async def trace(self, project: KnownProject, uid: str, session_uid: str | None = None) -> Found:
        """A trace, of this session if one is named; raises `NotFound`."""
        can_be_id(uid, NO_TRACE)
        async with self._database.reading() as session:
            row = await FindingRepository(session).trace(project.id, uid)
        found = _there(row, NO_TRACE)
        if session_uid not in (None, found.session_uid):
            raise NotFound(NO_TRACE)
        return found


def can_be_id(uid: str, message: str) -> None:
    """Raise `NotFound` for what is no id: PostgreSQL does not even take every text."""
    if not UID.fullmatch(uid):
        raise NotFound(message)


def _there(row: tuple[int, int, str, int] | None, message: str) -> Found:
    if row is None:
        raise NotFound(message)
    return Found(*row)
