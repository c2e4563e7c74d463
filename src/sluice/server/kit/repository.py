"""The base of all repositories: the only places that hold queries."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession


class Repository:
    """Queries of one feature in one session; it flushes, but never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *rows: object) -> None:
        """Insert rows now, so that their ids are known and a conflict shows at once."""
        self._session.add_all(rows)
        await self._session.flush()
