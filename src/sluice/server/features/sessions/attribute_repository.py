"""The queries of named values: metadata, feedback, evaluations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from sluice.server.features.sessions.attributes import Holder, Named
from sluice.server.features.sessions.tables import Attribute
from sluice.server.kit.repository import Repository

_TABLE: Final = cast("Table", Attribute.__table__)
_PRIMARY: Final = [_TABLE.c.holder, _TABLE.c.holder_id, _TABLE.c.name]
_DROP: Final = delete(_TABLE).where(
    _TABLE.c.holder == bindparam("of_holder"),
    _TABLE.c.holder_id == bindparam("of_id"),
    or_(
        _TABLE.c.name == bindparam("of_name"),
        func.substr(_TABLE.c.name, 1, bindparam("of_length")) == bindparam("of_prefix"),
    ),
)
_OF: Final = (
    select(_TABLE.c.holder_id, _TABLE.c.name, _TABLE.c.text, _TABLE.c.number)
    .where(
        _TABLE.c.holder == bindparam("of_holder"),
        _TABLE.c.holder_id.in_(bindparam("some", expanding=True)),
    )
    .order_by(_TABLE.c.holder_id, _TABLE.c.name)
)


def _upsert(insert: Any) -> Any:  # noqa: ANN401 (each dialect has its own function)
    statement = insert(_TABLE)
    replaced = {"text": statement.excluded.text, "number": statement.excluded.number}
    return statement.on_conflict_do_update(index_elements=_PRIMARY, set_=replaced)


_UPSERT: Final = {
    "sqlite": _upsert(sqlite.insert),
    "postgresql": _upsert(postgresql.insert),
}
AT_ONCE: Final = 500


class Of(NamedTuple):
    """What has the values, and where it belongs."""

    holder: Holder
    holder_id: int
    project_id: int
    session_id: int


class AttributeRepository(Repository):
    """Named values of sessions, recordings and traces."""

    async def put(self, of: Of, named: Sequence[Named]) -> None:
        """Set these values, in place of those that have the same names."""
        if named:
            statement = _UPSERT[self._session.get_bind().dialect.name]
            held = {**of._asdict(), "holder": of.holder.value}
            # In one order, so that two writers never wait for each other in a circle.
            rows = [{**held, **one._asdict()} for one in sorted(named)]
            await self._session.execute(statement, rows)

    async def replace(self, of: Of, names: Collection[str], named: Sequence[Named]) -> None:
        """Set these values, in place of all that stands under `names`."""
        for name in sorted(names):
            prefix = f"{name}."
            values = {"of_holder": of.holder.value, "of_id": of.holder_id, "of_name": name}
            values |= {"of_prefix": prefix, "of_length": len(prefix)}
            await self._session.execute(_DROP, values)
        await self.put(of, named)

    async def of(self, holder: Holder, ids: Collection[int]) -> dict[int, list[Named]]:
        """The values of several holders of one kind, by name."""
        found: dict[int, list[Named]] = {}
        ordered = sorted(ids)
        for first in range(0, len(ordered), AT_ONCE):
            some = ordered[first : first + AT_ONCE]
            values = {"of_holder": holder.value, "some": some}
            for holder_id, *rest in await self._session.execute(_OF, values):
                found.setdefault(int(holder_id), []).append(Named(*rest))
        return found
