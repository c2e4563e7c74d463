"""The queries with which originals of a scope are erased."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, exists, select, update

from sluice.server.kit.repository import Repository
from sluice.server.vault.tables import PlaceholderUse, SealedOriginal, WrappedKey

AT_ONCE: Final = 500
"""Placeholders of one statement."""

_KEYS: Final = cast("Table", WrappedKey.__table__)
_ORIGINALS: Final = cast("Table", SealedOriginal.__table__)
_USES: Final = cast("Table", PlaceholderUse.__table__)
_OTHERS: Final = _USES.alias("others")

_LOCK: Final = (
    select(_KEYS.c.erasures).where(_KEYS.c.scope == bindparam("of_scope")).with_for_update()
)
_COUNT: Final = (
    update(_KEYS)
    .where(_KEYS.c.scope == bindparam("of_scope"))
    .values(erasures=_KEYS.c.erasures + 1)
)
_ERASE: Final = delete(_ORIGINALS).where(
    _ORIGINALS.c.scope == bindparam("of_scope"),
    _ORIGINALS.c.placeholder.in_(bindparam("some", expanding=True)),
)
_ALONE: Final = select(_USES.c.placeholder).where(
    _USES.c.holder == bindparam("of_holder"),
    _USES.c.scope == bindparam("of_scope"),
    ~exists().where(
        _OTHERS.c.scope == _USES.c.scope,
        _OTHERS.c.placeholder == _USES.c.placeholder,
        _OTHERS.c.holder != _USES.c.holder,
    ),
)
_ERASE_ALONE: Final = delete(_ORIGINALS).where(
    _ORIGINALS.c.scope == bindparam("of_scope"), _ORIGINALS.c.placeholder.in_(_ALONE)
)
_FORGET: Final = delete(_USES).where(
    _USES.c.holder == bindparam("of_holder"), _USES.c.scope == bindparam("of_scope")
)
_SOME_USES: Final = (
    _USES.c.holder == bindparam("of_holder"),
    _USES.c.scope == bindparam("of_scope"),
    _USES.c.placeholder.in_(bindparam("some", expanding=True)),
)
_ERASE_SOME_ALONE: Final = delete(_ORIGINALS).where(
    _ORIGINALS.c.scope == bindparam("of_scope"),
    _ORIGINALS.c.placeholder.in_(_ALONE.where(*_SOME_USES)),
)
_FORGET_SOME: Final = delete(_USES).where(*_SOME_USES)
_USED_BY: Final = select(_USES.c.placeholder).where(
    _USES.c.holder == bindparam("of_holder"), _USES.c.scope == bindparam("of_scope")
)
_HOLDERS: Final = select(_USES.c.holder, _USES.c.placeholder).where(
    _USES.c.scope == bindparam("of_scope"),
    _USES.c.placeholder.in_(bindparam("some", expanding=True)),
)


class ErasingRepository(Repository):
    """Originals of one scope, and who uses their placeholders."""

    async def lock(self, scope: str) -> None:
        """Wait for those who issue in this scope, and let the next ones wait."""
        await self._session.execute(_LOCK, {"of_scope": scope})

    async def count_erasure(self, scope: str) -> None:
        """What processes remember of before is stale."""
        await self._session.execute(_COUNT, {"of_scope": scope})

    async def erase(self, scope: str, placeholders: Collection[str]) -> int:
        """Delete the originals of these placeholders; how many there were."""
        erased = 0
        for some in _batches(placeholders):
            erased += await self._changed(_ERASE, {"of_scope": scope, "some": some})
        return erased

    async def erase_used_only_by(self, scope: str, holder: str) -> int:
        """Delete the originals of placeholders that this holder alone uses; how many."""
        return await self._changed(_ERASE_ALONE, {"of_scope": scope, "of_holder": holder})

    async def forget_uses(self, scope: str, holder: str) -> None:
        """The holder has nothing any more."""
        await self._session.execute(_FORGET, {"of_scope": scope, "of_holder": holder})

    async def erase_some_used_only_by(
        self, scope: str, holder: str, placeholders: Collection[str]
    ) -> int:
        """The same of some placeholders of the holder, which it has no more afterwards."""
        erased = 0
        for some in _batches(placeholders):
            values = {"of_scope": scope, "of_holder": holder, "some": some}
            erased += await self._changed(_ERASE_SOME_ALONE, values)
            await self._session.execute(_FORGET_SOME, values)
        return erased

    async def used_by(self, scope: str, holder: str) -> set[str]:
        """The placeholders that a holder has."""
        values = {"of_scope": scope, "of_holder": holder}
        return {str(row[0]) for row in await self._session.execute(_USED_BY, values)}

    async def holders_like(self, prefix: str) -> list[tuple[str, str]]:
        """Scopes and holders whose names begin so; whoever asks waits for a whole table."""
        query = (
            select(_USES.c.scope, _USES.c.holder)
            .where(_USES.c.holder.startswith(prefix, autoescape=True))
            .distinct()
        )
        return [(str(row[0]), str(row[1])) for row in await self._session.execute(query)]

    async def holders_of(self, scope: str, placeholders: Collection[str]) -> dict[str, set[str]]:
        """Placeholders by holder."""
        found: dict[str, set[str]] = {}
        for some in _batches(placeholders):
            values = {"of_scope": scope, "some": some}
            for holder, placeholder in await self._session.execute(_HOLDERS, values):
                found.setdefault(str(holder), set()).add(str(placeholder))
        return found

    async def _changed(self, statement: Any, values: dict[str, Any]) -> int:  # noqa: ANN401 (either kind of change)
        done = await self._session.execute(statement, values)
        return cast("CursorResult[Any]", done).rowcount


def _batches(placeholders: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(placeholders)
    for first in range(0, len(ordered), AT_ONCE):
        yield ordered[first : first + AT_ONCE]
