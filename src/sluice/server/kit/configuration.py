"""What rarely changes is read once, and kept as long as the database says that it stands.

One number in the database counts every change of users, API tokens, model instances, policies and
settings (by triggers, so that no way of changing them can forget it). Reading it costs one
statement; whatever was read under the same number still holds, in every process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar, cast

from sqlalchemy import BigInteger, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, Database

Value = TypeVar("Value")

MOST_KEPT: Final = 10_000


class Configuration(Base):
    """The one row with the number."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)


_TABLE: Final = cast("Table", Configuration.__table__)
_REVISION: Final = select(_TABLE.c.revision).where(_TABLE.c.id == 1)


class KeptConfiguration:
    """Values by key, all of one revision; the least used go first."""

    def __init__(self, database: Database, most: int = MOST_KEPT) -> None:
        self._database = database
        self._most = most
        self._revision: int | None = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    async def refresh(self) -> None:
        """Forget everything if something has changed; to be asked once for each call."""
        async with self._database.reading() as connection:
            revision = (await connection.execute(_REVISION)).scalar_one()
        if revision != self._revision:
            self._kept.clear()
            self._revision = revision

    async def get(self, key: Hashable, read: Callable[[], Awaitable[Value]]) -> Value:
        """What is kept under this key, else what `read` gives; its exceptions are not kept.

        What is read while something changes is not kept under the newer revision: it may be older.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("Value", self._kept[key])
        revision = self._revision
        value = await read()
        if revision == self._revision:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def forget(self, key: Hashable) -> None:
        """Read it anew the next time."""
        self._kept.pop(key, None)
