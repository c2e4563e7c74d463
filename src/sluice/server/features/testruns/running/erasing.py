"""Erasing a person's data from the results of test runs, for another feature."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.testruns.running.repository import ResultRepository
from sluice.server.features.testruns.running.results import (
    OpenedResult,
    opened_result,
    sealed_texts,
)
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault

PORTION: Final = 200
"""Results of one transaction."""
ERASED: Final = "[erased]"


class ErasingResults:
    """Takes outputs out of results; that a case was answered, and what of it was judged, stays."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def erase(
        self,
        project: KnownProject,
        run_ids: Collection[int],
        playlist_ids: Collection[int],
        is_in: Callable[[object], bool],
    ) -> int:
        """Erase the texts that `is_in` is true of, from these runs and all over these playlists.

        Returns of how many results.
        """
        erased, after = 0, 0
        while True:
            async with self._database.write() as session:
                repository = ResultRepository(session)
                rows = await repository.of_runs(
                    project.id, run_ids, playlist_ids, after=after, limit=PORTION
                )
                key = await self._vault.key(session, project.scope)
                if not rows or key is None:
                    return erased
                after = rows[-1].id
                for row in rows:
                    texts = opened_result(row, project.scope, key)
                    if is_in([texts.output, texts.details]):
                        left = OpenedResult(ERASED, {}, texts.finish)
                        sealed = sealed_texts(row.uid, left, project.scope, key)
                        await repository.replace_texts(row.id, sealed)
                        erased += 1
