"""What is to be done when originals of a project were erased, and that is committed."""

from __future__ import annotations

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.kit.database import Database


class Forgetting:
    """Lets nothing of it stay in this process's memory, or in the database's log."""

    def __init__(
        self, database: Database, conversations: Conversations, cleansing: GatewayCleansing
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._cleansing = cleansing

    async def erased(self, project: KnownProject) -> None:
        """Other processes notice at their next call."""
        self._cleansing.forget(project.space_id)
        await self._conversations.refresh_space(project.space_id)
        await self._database.forget_deleted()
