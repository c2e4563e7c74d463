"""Queries of the rows that recordings link to; on tables, since each recording of a run asks."""

from __future__ import annotations

from typing import Final, cast

from sqlalchemy import Table, bindparam, select

from sluice.server.features.testruns.tables import TestCase, TestRun
from sluice.server.kit.repository import Repository

_RUNS: Final = cast("Table", TestRun.__table__)
_CASES: Final = cast("Table", TestCase.__table__)
_RUN: Final = select(_RUNS.c.id, _RUNS.c.playlist_id).where(
    _RUNS.c.uid == bindparam("of_uid"), _RUNS.c.project_id == bindparam("of_project")
)
_CASE: Final = select(_CASES.c.id).where(
    _CASES.c.uid == bindparam("of_uid"),
    _CASES.c.project_id == bindparam("of_project"),
    _CASES.c.playlist_id == bindparam("of_playlist"),
)


class LinkingRepository(Repository):
    """Ids of rows by public ids."""

    async def run(self, project_id: int, uid: str) -> tuple[int, int | None] | None:
        """A test run and its playlist."""
        values = {"of_uid": uid, "of_project": project_id}
        row = (await self._session.execute(_RUN, values)).one_or_none()
        return (row[0], row[1]) if row is not None else None

    async def case(self, project_id: int, playlist_id: int, uid: str) -> int | None:
        """A test case of a playlist."""
        values = {"of_uid": uid, "of_project": project_id, "of_playlist": playlist_id}
        row = (await self._session.execute(_CASE, values)).one_or_none()
        return int(row[0]) if row is not None else None
