"""Queries of the rows that recordings link to; on tables, since each recording of a run asks."""

from __future__ import annotations

from collections.abc import Collection
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
_RUN_UIDS: Final = select(_RUNS.c.id, _RUNS.c.uid).where(
    _RUNS.c.id.in_(bindparam("some", expanding=True))
)
AT_ONCE: Final = 500


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

    async def run_uids(self, ids: Collection[int]) -> dict[int, str]:
        """The public ids of test runs that are there."""
        found: dict[int, str] = {}
        wanted = sorted(ids)
        for first in range(0, len(wanted), AT_ONCE):
            values = {"some": wanted[first : first + AT_ONCE]}
            found |= {int(i): str(uid) for i, uid in await self._session.execute(_RUN_UIDS, values)}
        return found
