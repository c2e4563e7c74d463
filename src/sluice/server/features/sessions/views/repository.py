"""The queries of saved views."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select

from sluice.server.features.sessions.views.tables import SavedView
from sluice.server.kit.repository import Repository


class SavedViewRepository(Repository):
    """Saved views of one project, as far as a user may see them."""

    async def listed(self, project_id: int, user_id: int, target: str | None) -> list[SavedView]:
        """A user's own and the shared ones, in the order in which they were made."""
        query = select(SavedView).where(*_seen(project_id, user_id))
        if target is not None:
            query = query.where(SavedView.target == target)
        return list((await self._session.scalars(query.order_by(SavedView.id))).all())

    async def one(
        self, project_id: int, user_id: int, uid: str, *, for_update: bool = False
    ) -> SavedView | None:
        """One that a user may see."""
        query = select(SavedView).where(SavedView.uid == uid, *_seen(project_id, user_id))
        if for_update:
            query = query.with_for_update()
        return (await self._session.scalars(query)).one_or_none()

    async def count(self, project_id: int, user_id: int) -> int:
        """How many are a user's own."""
        query = (
            select(func.count())
            .select_from(SavedView)
            .where(SavedView.project_id == project_id, SavedView.user_id == user_id)
        )
        return int((await self._session.scalars(query)).one())

    async def remove(self, row: SavedView) -> None:
        """Delete one."""
        await self._session.delete(row)
        await self._session.flush()

    async def delete_some(self, project_id: int, limit: int) -> int:
        """Delete some of a deleted project's; how many."""
        query = select(SavedView.id).where(SavedView.project_id == project_id).limit(limit)
        some = list((await self._session.scalars(query)).all())
        done = await self._session.execute(delete(SavedView).where(SavedView.id.in_(some)))
        return cast("CursorResult[Any]", done).rowcount


def _seen(project_id: int, user_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SavedView.project_id == project_id,
        or_(SavedView.user_id == user_id, SavedView.is_shared.is_(True)),
    )
