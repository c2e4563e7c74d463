"""Playlists as endpoints and other features use them: found, listed, and opened.

What is read opens a session of its own; what changes rows takes the caller's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.errors import Conflict, NotFound
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.cases import KnownCase, opened_case
from sluice.server.features.testruns.repository import (
    PlaylistRepository,
    TestCaseRepository,
    WholeProject,
)
from sluice.server.features.testruns.tables import Playlist
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault import erasing
from sluice.server.vault.service import Vault

NO_PLAYLIST: Final = "There is no such playlist in this project."
NO_CASE: Final = "There is no such test case in this playlist."
MOST_CASES: Final = 50_000
"""Of one playlist."""
PORTION: Final = 500
"""Cases that are opened at once."""


@dataclass(frozen=True, slots=True)
class KnownPlaylist:
    """A playlist; its public id is its `uid`."""

    id: int
    uid: str
    name: str
    cases: int
    created_at: datetime
    updated_at: datetime


def playlist_holder(playlist_id: int) -> str:
    """What holds the placeholders of a playlist's cases (see `PlaceholderUse`)."""
    return f"playlist:{playlist_id}"


class Playlists:
    """The service of playlists."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(self, project: KnownProject, name_or_uid: str) -> KnownPlaylist:
        """The playlist of this public id or name; raises `NotFound`."""
        async with self._database.read() as session:
            repository = PlaylistRepository(session)
            row = await repository.by_uid(project.id, name_or_uid)
            if row is None:
                row = await repository.by_name(project.id, name_or_uid)
            if row is None:
                raise NotFound(NO_PLAYLIST, code="no_playlist")
            return _known(row, await TestCaseRepository(session).count(row.id))

    async def by_id(self, project: KnownProject, playlist_id: int) -> KnownPlaylist:
        """The playlist of this row; raises `NotFound`."""
        async with self._database.read() as session:
            row = await PlaylistRepository(session).by_id(project.id, playlist_id)
            if row is None:
                raise NotFound(NO_PLAYLIST, code="no_playlist")
            return _known(row, await TestCaseRepository(session).count(row.id))

    async def page(
        self, project: KnownProject, *, after: int = 0, limit: int = 100
    ) -> list[KnownPlaylist]:
        """Playlists in the order in which they were made; `after` is the id of the last one."""
        async with self._database.read() as session:
            rows = await PlaylistRepository(session).page(project.id, after=after, limit=limit)
        return [_known(row, cases) for row, cases in rows]

    async def create(
        self, session: AsyncSession, project: KnownProject, caller: Caller, name: str
    ) -> KnownPlaylist:
        """Make a playlist without cases; raises `Conflict` for a name that there is."""
        project.require(ProjectRole.EDITOR)
        repository, row = (
            PlaylistRepository(session),
            Playlist(uid=str(uuid4()), project_id=project.id, name=name),
        )
        if await repository.by_name(project.id, name) is not None:
            raise _taken()
        await _added(repository, row)
        await _audited(session, "playlist.created", caller, row.uid)
        return _known(row, 0)

    async def rename(
        self,
        session: AsyncSession,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        name: str,
    ) -> None:
        """Give another name; raises `Conflict` for one that there is, `NotFound`."""
        project.require(ProjectRole.EDITOR)
        repository = PlaylistRepository(session)
        other = await repository.by_name(project.id, name)
        if other is not None and other.id != playlist.id:
            raise _taken()
        try:
            renamed = await repository.rename(project.id, playlist.id, name)
        except IntegrityError:
            renamed = None
        if renamed is None:
            raise _taken()
        if not renamed:
            raise NotFound(NO_PLAYLIST, code="no_playlist")
        await _audited(session, "playlist.renamed", caller, playlist.uid)

    async def delete(
        self, session: AsyncSession, project: KnownProject, caller: Caller, playlist: KnownPlaylist
    ) -> None:
        """Delete a playlist with its cases, what came of them, and originals of its own.

        Call `Forgetting.erased` once it is committed. Raises `NotFound`.
        """
        project.require(ProjectRole.EDITOR)
        await erasing.lock(session, project.scope)
        if not await PlaylistRepository(session).delete(project.id, playlist.id):
            raise NotFound(NO_PLAYLIST, code="no_playlist")
        await erasing.erase_unused(session, project.scope, playlist_holder(playlist.id))
        await _audited(session, "playlist.deleted", caller, playlist.uid, playlist.cases)

    async def cases(self, project: KnownProject, playlist: KnownPlaylist) -> list[KnownCase]:
        """Every case of a playlist, opened, in the order in which they were added."""
        portions = [portion async for portion in self.portions(project, playlist)]
        return [case for portion in portions for case in portion]

    async def portions(
        self, project: KnownProject, playlist: KnownPlaylist
    ) -> AsyncIterator[Sequence[KnownCase]]:
        """The same in portions, so that a long playlist is never in memory as a whole."""
        after = 0
        while portion := await self.case_page(project, playlist, after=after, limit=PORTION):
            yield portion
            after = portion[-1].id

    async def case_page(
        self, project: KnownProject, playlist: KnownPlaylist, *, after: int = 0, limit: int = 100
    ) -> list[KnownCase]:
        """Cases behind the one of this id."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            rows = await TestCaseRepository(session).page(playlist.id, after=after, limit=limit)
        return [opened_case(row, project.scope, key) for row in rows]

    async def numbered_page(
        self, project: KnownProject, playlist: KnownPlaylist, *, page: int, size: int
    ) -> list[KnownCase]:
        """Page `page` (from 1) of a playlist's cases, and the first case of the next page."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            rows = await TestCaseRepository(session).page(
                playlist.id, after=0, limit=size + 1, offset=(page - 1) * size
            )
        return [opened_case(row, project.scope, key) for row in rows]

    async def case(self, project: KnownProject, playlist: KnownPlaylist, uid: str) -> KnownCase:
        """One case, opened; raises `NotFound`."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            row = await TestCaseRepository(session).one(playlist.id, uid)
        if row is None:
            raise NotFound(NO_CASE, code="no_test_case")
        return opened_case(row, project.scope, key)

    async def some_cases(
        self, project: KnownProject, playlist_id: int, uids: Sequence[str]
    ) -> dict[str, KnownCase]:
        """Those of these cases that there are, opened, by public id."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            rows = await TestCaseRepository(session).some(playlist_id, uids)
        return {row.uid: opened_case(row, project.scope, key) for row in rows}

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        """Delete a portion of a project's playlists, test runs and test suites; how many rows."""
        return await WholeProject(session).delete_some(project.id)

    async def _key(self, session: AsyncSession, project: KnownProject) -> DataKey:
        key = await self._vault.key(session, project.scope)
        if key is None:
            raise NotFound("There is no such project.")
        return key


async def _added(repository: PlaylistRepository, row: Playlist) -> None:
    taken = False
    try:
        await repository.add(row)
    except IntegrityError:
        taken = True
    if taken:
        # Outside of the handler: what the database says may hold the name.
        raise _taken()


def _taken() -> Conflict:
    return Conflict("There is a playlist with this name already.", code="playlist_exists")


async def _audited(
    session: AsyncSession, event: str, caller: Caller, uid: str, cases: int | None = None
) -> None:
    details = {"cases": cases} if cases is not None else None
    await audit.record(
        session, event, actor_id=caller.user_id, subject=f"playlist:{uid}", details=details
    )


def _known(row: Playlist, cases: int) -> KnownPlaylist:
    return KnownPlaylist(row.id, row.uid, row.name, cases, row.created_at, row.updated_at)
