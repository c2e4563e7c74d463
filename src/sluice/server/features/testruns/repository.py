"""The queries of playlists, test cases, test runs and test suites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Select, Table, bindparam, delete, func, insert, select, update

from sluice.server.features.testruns.tables import (
    Playlist,
    TestCase,
    TestCaseResult,
    TestRun,
    TestSuite,
)
from sluice.server.kit.database import utc_now
from sluice.server.kit.repository import Repository

_PLAYLISTS: Final = cast("Table", Playlist.__table__)
_CASES: Final = cast("Table", TestCase.__table__)
_RUNS: Final = cast("Table", TestRun.__table__)

_TOUCH: Final = (
    update(_PLAYLISTS)
    .where(
        _PLAYLISTS.c.id == bindparam("of_id"), _PLAYLISTS.c.project_id == bindparam("of_project")
    )
    .values(updated_at=bindparam("now"))
)
_CHANGE_CASE: Final = (
    update(_CASES)
    .where(_CASES.c.uid == bindparam("of_uid"), _CASES.c.playlist_id == bindparam("of_playlist"))
    .values(content_sealed=bindparam("content"), findings=bindparam("found"))
)
_ADD_CASES: Final = insert(_CASES)
_ADD_RUN: Final = insert(_RUNS)

AT_ONCE: Final = 500
"""Rows of one insertion or one query."""
PORTION: Final = 2_000
"""Rows of a project that are deleted at once."""


class PlaylistRepository(Repository):
    """Playlists of a project."""

    async def by_uid(self, project_id: int, uid: str) -> Playlist | None:
        """One by its public id."""
        query = select(Playlist).where(Playlist.project_id == project_id, Playlist.uid == uid)
        return (await self._session.scalars(query)).one_or_none()

    async def by_id(self, project_id: int, playlist_id: int) -> Playlist | None:
        """One by its row."""
        query = select(Playlist).where(
            Playlist.project_id == project_id, Playlist.id == playlist_id
        )
        return (await self._session.scalars(query)).one_or_none()

    async def by_name(self, project_id: int, name: str) -> Playlist | None:
        """One by its name."""
        query = select(Playlist).where(Playlist.project_id == project_id, Playlist.name == name)
        return (await self._session.scalars(query)).one_or_none()

    async def page(self, project_id: int, *, after: int, limit: int) -> list[tuple[Playlist, int]]:
        """Playlists with greater ids, and how many cases each has."""
        cases = (
            select(func.count())
            .where(TestCase.playlist_id == Playlist.id)
            .correlate(Playlist)
            .scalar_subquery()
        )
        query = (
            select(Playlist, cases)
            .where(Playlist.project_id == project_id, Playlist.id > after)
            .order_by(Playlist.id)
            .limit(limit)
        )
        return [(row[0], int(row[1])) for row in await self._session.execute(query)]

    async def rename(self, project_id: int, playlist_id: int, name: str) -> bool:
        """Give another name; whether the playlist was there."""
        return await self._changed(
            update(Playlist)
            .where(Playlist.id == playlist_id, Playlist.project_id == project_id)
            .values(name=name, updated_at=utc_now())
        )

    async def touch(self, project_id: int, playlist_id: int) -> bool:
        """Note a change, and let others who change the playlist wait; whether it was there."""
        values = {"of_id": playlist_id, "of_project": project_id, "now": utc_now()}
        result = await self._session.execute(_TOUCH, values)
        return cast("CursorResult[Any]", result).rowcount > 0

    async def delete(self, project_id: int, playlist_id: int) -> bool:
        """Delete one with its cases and their results; whether it was there."""
        return await self._changed(
            delete(Playlist).where(Playlist.id == playlist_id, Playlist.project_id == project_id)
        )

    async def _changed(self, statement: Any) -> bool:  # noqa: ANN401 (an update or a deletion)
        result = await self._session.execute(statement)
        return cast("CursorResult[Any]", result).rowcount > 0


class PlaylistState(NamedTuple):
    """Equal as long as nobody has changed a playlist."""

    updated_at: datetime
    cases: int
    newest: int


class TestCaseRepository(Repository):
    """Test cases of a playlist, in the order in which they were added."""

    __test__ = False

    async def page(
        self, playlist_id: int, *, after: int, limit: int, offset: int = 0
    ) -> list[TestCase]:
        """Cases with greater ids, without the first `offset` of them."""
        query = (
            select(TestCase)
            .where(TestCase.playlist_id == playlist_id, TestCase.id > after)
            .order_by(TestCase.id)
            .limit(limit)
            .offset(offset)
        )
        return list((await self._session.scalars(query)).all())

    async def some(self, playlist_id: int, uids: Sequence[str]) -> list[TestCase]:
        """Those of these public ids that there are."""
        found: list[TestCase] = []
        for first in range(0, len(uids), AT_ONCE):
            query = select(TestCase).where(
                TestCase.playlist_id == playlist_id,
                TestCase.uid.in_(uids[first : first + AT_ONCE]),
            )
            found += (await self._session.scalars(query)).all()
        return found

    async def one(self, playlist_id: int, uid: str) -> TestCase | None:
        """One by its public id."""
        query = select(TestCase).where(TestCase.playlist_id == playlist_id, TestCase.uid == uid)
        return (await self._session.scalars(query)).one_or_none()

    async def count(self, playlist_id: int) -> int:
        """How many a playlist has."""
        query = select(func.count()).where(_CASES.c.playlist_id == playlist_id)
        return int((await self._session.execute(query)).scalar_one())

    async def state(self, playlist_id: int) -> PlaylistState | None:
        """How a playlist is now; None for a deleted one."""
        query = (
            select(_PLAYLISTS.c.updated_at, func.count(_CASES.c.id), func.max(_CASES.c.id))
            .outerjoin(_CASES, _CASES.c.playlist_id == _PLAYLISTS.c.id)
            .where(_PLAYLISTS.c.id == playlist_id)
            .group_by(_PLAYLISTS.c.updated_at)
        )
        row = (await self._session.execute(query)).one_or_none()
        return PlaylistState(row[0], int(row[1]), int(row[2] or 0)) if row is not None else None

    async def kind(self, playlist_id: int) -> str | None:
        """Of the cases of a playlist; None for an empty one."""
        query = (
            select(_CASES.c.kind)
            .where(_CASES.c.playlist_id == playlist_id)
            .order_by(_CASES.c.id)
            .limit(1)
        )
        row = (await self._session.execute(query)).first()
        return str(row[0]) if row is not None else None

    async def recordings_in(self, playlist_id: int, uids: Sequence[str]) -> set[str]:
        """Those of these recordings from which a case was made."""
        found: set[str] = set()
        for first in range(0, len(uids), AT_ONCE):
            query = select(TestCase.recording_uid).where(
                TestCase.playlist_id == playlist_id,
                TestCase.recording_uid.in_(uids[first : first + AT_ONCE]),
            )
            found.update(uid for uid in await self._session.scalars(query) if uid is not None)
        return found

    async def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert cases, in their order."""
        for first in range(0, len(rows), AT_ONCE):
            some = [dict(row) for row in rows[first : first + AT_ONCE]]
            await self._session.execute(_ADD_CASES, some)

    async def change(
        self, playlist_id: int, uid: str, *, content: bytes, findings: Mapping[str, int]
    ) -> bool:
        """Put another content in the place of one's; whether the case was there."""
        values = {
            "of_uid": uid,
            "of_playlist": playlist_id,
            "content": content,
            "found": dict(findings),
        }
        result = await self._session.execute(_CHANGE_CASE, values)
        return cast("CursorResult[Any]", result).rowcount > 0

    async def delete(self, playlist_id: int, uids: Sequence[str]) -> int:
        """Delete cases with their results; how many there were."""
        deleted = 0
        for first in range(0, len(uids), AT_ONCE):
            some = uids[first : first + AT_ONCE]
            query = delete(TestCase).where(
                TestCase.playlist_id == playlist_id, TestCase.uid.in_(some)
            )
            result = await self._session.execute(query)
            deleted += cast("CursorResult[Any]", result).rowcount
        return deleted


class TestRunRepository(Repository):
    """Test runs of a project."""

    __test__ = False

    async def insert(self, values: Mapping[str, Any]) -> int:
        """Insert a run; its id."""
        result = cast("CursorResult[Any]", await self._session.execute(_ADD_RUN, dict(values)))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def by_uid(self, project_id: int, uid: str) -> TestRun | None:
        """One by its public id."""
        query = select(TestRun).where(TestRun.project_id == project_id, TestRun.uid == uid)
        return (await self._session.scalars(query)).one_or_none()

    async def put_into_suite(self, uid: str, test_suite_id: int) -> None:
        """Note of which suite a run is."""
        query = update(TestRun).where(TestRun.uid == uid).values(test_suite_id=test_suite_id)
        await self._session.execute(query)


class TestSuiteRepository(Repository):
    """Test suites of a project."""

    __test__ = False

    async def by_uid(self, project_id: int, uid: str) -> TestSuite | None:
        """One by its public id."""
        query = select(TestSuite).where(TestSuite.project_id == project_id, TestSuite.uid == uid)
        return (await self._session.scalars(query)).one_or_none()

    async def by_name(self, project_id: int, name: str) -> TestSuite | None:
        """One by its name."""
        query = select(TestSuite).where(TestSuite.project_id == project_id, TestSuite.name == name)
        return (await self._session.scalars(query)).one_or_none()

    async def page(self, project_id: int, *, after: int, limit: int) -> list[TestSuite]:
        """Suites with greater ids."""
        query = (
            select(TestSuite)
            .where(TestSuite.project_id == project_id, TestSuite.id > after)
            .order_by(TestSuite.id)
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())

    async def delete(self, project_id: int, uid: str) -> bool:
        """Delete one; its runs stay. Whether it was there."""
        query = delete(TestSuite).where(TestSuite.project_id == project_id, TestSuite.uid == uid)
        result = await self._session.execute(query)
        return cast("CursorResult[Any]", result).rowcount > 0


class WholeProject(Repository):
    """Everything of a project in this feature's tables."""

    async def delete_some(self, project_id: int) -> int:
        """Delete a portion of it, what refers to something else first; how many rows."""
        runs = select(TestRun.id).where(TestRun.project_id == project_id)
        playlists = select(Playlist.id).where(Playlist.project_id == project_id)
        for wanted in (
            select(TestCaseResult.id).where(TestCaseResult.test_run_id.in_(runs)),
            select(TestCase.id).where(TestCase.playlist_id.in_(playlists)),
            runs,
            select(TestSuite.id).where(TestSuite.project_id == project_id),
            playlists,
        ):
            if deleted := await self._delete_some(wanted):
                return deleted
        return 0

    async def _delete_some(self, wanted: Select[int]) -> int:
        [column] = wanted.selected_columns
        query = delete(column.table).where(column.in_(wanted.limit(PORTION)))
        return cast("CursorResult[Any]", await self._session.execute(query)).rowcount
