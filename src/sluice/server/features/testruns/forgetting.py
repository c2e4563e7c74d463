"""Originals that were erased, or that nobody will come back for."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final
from uuid import uuid4

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import Database
from sluice.server.vault import erasing

SAVING: Final = "saving:"
ABANDONED: Final = timedelta(hours=6)
"""A saving of test cases that is older was ended by a crash."""
EVERY: Final = 3_600.0
"""Seconds between two looks for such."""


def some_saving() -> str:
    """A holder of placeholders for the time of one saving, which says when it began."""
    return f"{SAVING}{int(time.time())}-{uuid4().hex}"


class Forgetting:
    """Lets nothing of erased originals stay in this process's memory, or in the database's log."""

    def __init__(
        self, database: Database, conversations: Conversations, cleansing: GatewayCleansing
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._cleansing = cleansing

    async def erased(self, project: KnownProject) -> None:
        """Originals of a project were erased, and that is committed.

        Other processes notice at their next call.
        """
        await self._forget(project.space_id)

    async def abandoned(self) -> bool:
        """Erase what savings left behind that a crash ended; says that there is no more."""
        before = time.time() - ABANDONED.total_seconds()
        async with self._database.read() as session:
            found = await erasing.holders_like(session, SAVING)
        for scope, holder in found:
            if _begun(holder) < before:
                async with self._database.write() as session:
                    await erasing.erase_unused(session, scope, holder)
                await self._forget(int(scope.removeprefix("conversation:")))
        return False

    async def _forget(self, space_id: int) -> None:
        self._cleansing.forget(space_id)
        await self._conversations.refresh_space(space_id)
        await self._database.forget_deleted()


def _begun(holder: str) -> int:
    return int(holder.removeprefix(SAVING).partition("-")[0])
