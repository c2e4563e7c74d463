"""The queries of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, insert, select, update

from sluice.server.features.proxy.conversations.tables import StoredConversation
from sluice.server.kit.database import utc_now
from sluice.server.kit.repository import Repository

_TABLE: Final = cast("Table", StoredConversation.__table__)
_NAMED: Final = select(_TABLE.c.id).where(_TABLE.c.named_by == bindparam("name"))
_ADD: Final = insert(_TABLE)
_USED: Final = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of_id"), _TABLE.c.last_used_at < bindparam("before"))
    .values(last_used_at=bindparam("now"))
)
_DELETE: Final = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("of_id"),
        _TABLE.c.user_id == bindparam("of_user"),
        _TABLE.c.deleted_at.is_(None),
        # Not a project's: neither one in it, nor its own, which nobody's ids name.
        _TABLE.c.space_id.is_(None),
        _TABLE.c.named_by.is_not(None),
    )
    .values(deleted_at=bindparam("now"), named_by=None)
)
_IN_SPACE: Final = (_TABLE.c.space_id == bindparam("of_space")) | (
    _TABLE.c.id == bindparam("of_space")
)
_ALL_OF_SPACE: Final = select(_TABLE.c.id).where(_IN_SPACE).order_by(_TABLE.c.id)
_DELETE_SPACE: Final = (
    update(_TABLE)
    .where(_IN_SPACE, _TABLE.c.deleted_at.is_(None))
    .values(deleted_at=bindparam("now"), named_by=None)
)
_AMONG: Final = select(_TABLE.c.named_by).where(
    _TABLE.c.named_by.in_(bindparam("names", expanding=True))
)
NAMES_AT_ONCE: Final = 500
"""Names of one query."""
_END: Final = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of_id"), _TABLE.c.deleted_at.is_(None))
    .values(deleted_at=bindparam("now"), named_by=None)
)


class ConversationRepository(Repository):
    """Conversations that are not deleted."""

    async def named(self, name: bytes) -> int | None:
        """The id of the conversation that the client's ids stand for."""
        row = (await self._session.execute(_NAMED, {"name": name})).one_or_none()
        return int(row[0]) if row is not None else None

    async def insert(
        self,
        *,
        user_id: int,
        api_token_id: int | None,
        named_by: bytes | None,
        space_id: int | None = None,
    ) -> int:
        """Insert a conversation; returns its id. Raises `IntegrityError` if it is there."""
        values = {
            "user_id": user_id,
            "api_token_id": api_token_id,
            "named_by": named_by,
            "space_id": space_id,
        }
        result = cast("CursorResult[Any]", await self._session.execute(_ADD, values))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def space_of(self, conversation_id: int) -> int | None:
        """The conversation whose placeholders it uses; None: its own."""
        query = select(_TABLE.c.space_id).where(_TABLE.c.id == conversation_id)
        row = (await self._session.execute(query)).one_or_none()
        return int(row[0]) if row is not None and row[0] is not None else None

    async def among(self, names: Sequence[bytes]) -> set[bytes]:
        """Those of these names that conversations have."""
        found: set[bytes] = set()
        for first in range(0, len(names), NAMES_AT_ONCE):
            some = names[first : first + NAMES_AT_ONCE]
            rows = await self._session.execute(_AMONG, {"names": some})
            found.update(bytes(row[0]) for row in rows)
        return found

    async def used(self, conversation_id: int, now: datetime, *, unless_within: timedelta) -> None:
        """Note when it was used, unless that is noted of a moment ago."""
        values = {"of_id": conversation_id, "now": now, "before": now - unless_within}
        await self._session.execute(_USED, values)

    async def delete(self, conversation_id: int, user_id: int) -> bool:
        """Mark a user's own conversation as deleted; whether there was one. Never a project's."""
        values = {"of_id": conversation_id, "of_user": user_id, "now": utc_now()}
        result = cast("CursorResult[Any]", await self._session.execute(_DELETE, values))
        return result.rowcount > 0

    async def end(self, conversation_id: int) -> None:
        """Mark a conversation as deleted, whoever's it is."""
        await self._session.execute(_END, {"of_id": conversation_id, "now": utc_now()})

    async def delete_space(self, space_id: int) -> list[int]:
        """Mark a project's own conversation and all in it as deleted; the ids of all there were."""
        rows = await self._session.execute(_ALL_OF_SPACE, {"of_space": space_id})
        found = [int(row[0]) for row in rows]
        await self._session.execute(_DELETE_SPACE, {"of_space": space_id, "now": utc_now()})
        return found

    async def in_space(self, space_id: int, most: int) -> list[int]:
        """Some of the conversations in a project, the first ones."""
        query = select(_TABLE.c.id).where(_TABLE.c.space_id == space_id).order_by(_TABLE.c.id)
        return [int(row[0]) for row in await self._session.execute(query.limit(most))]

    async def leave_space(self, conversation_ids: Sequence[int]) -> None:
        """They use no other conversation's placeholders any more."""
        await self._session.execute(
            update(_TABLE).where(_TABLE.c.id.in_(conversation_ids)).values(space_id=None)
        )
