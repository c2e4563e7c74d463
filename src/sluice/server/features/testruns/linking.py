"""Test runs and their cases, as recordings name them."""

from __future__ import annotations

from collections.abc import Collection

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.testruns.linking_repository import LinkingRepository
from sluice.server.kit.database import Database


class RunIds:
    """Finds the rows that public ids stand for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids_of(
        self, project: KnownProject, run_uid: str, case_uid: str | None
    ) -> tuple[int, int | None] | None:
        """The rows of a run and of a case of its playlist; None for another project's run."""
        async with self._database.reading() as session:
            repository = LinkingRepository(session)
            run = await repository.run(project.id, run_uid)
            if run is None or run[1] is None or case_uid is None:
                return (run[0], None) if run is not None else None
            return run[0], await repository.case(project.id, run[1], case_uid)


async def run_uids(database: Database, ids: Collection[int]) -> dict[int, str]:
    """The public ids of these test runs, as far as they are there."""
    async with database.read() as session:
        return await LinkingRepository(session).run_uids(ids)
