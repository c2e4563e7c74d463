"""What rarely changes is read once, and kept as long as the database says that it stands.

A number in the database counts every change of users, API tokens, model instances, policies,
projects and settings, another one every change of prompt templates and of where environments point
(by triggers, so that no way of changing them can forget it). Reading it costs one statement;
whatever was read under the same number still holds, in every process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Any, Final, TypeVar, cast

from sqlalchemy import BigInteger, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from sluice.server.kit.database import Base, Database

Value = TypeVar("Value")

MOST_KEPT: Final = 10_000


class Counted(IntEnum):
    """What the number of a row counts the changes of."""

    SETTINGS = 1
    """Who may do what."""
    PROMPTS = 2


class Configuration(Base):
    """One row for each kind of what is counted."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    """One of `Counted`."""
    revision: Mapped[int] = mapped_column(BigInteger)


_TABLE: Final = cast("Table", Configuration.__table__)
_REVISIONS: Final = select(_TABLE.c.id, _TABLE.c.revision)

_Counter = tuple[int, int]
"""A database in this process, and what is counted in it."""
_ASKED: Final[ContextVar[dict[_Counter, int] | None]] = ContextVar("asked", default=None)
"""Where only the first `refresh` counts: what it read."""


@contextmanager
def as_of_first_asked() -> Iterator[None]:
    """What is kept is asked for once in here, all kinds together, and is as of that moment.

    For a short request that changes nothing of it, and for which several ask: who may do what, and
    what is deployed, is decided as of its beginning, for all of it.
    """
    token = _ASKED.set({})
    try:
        yield
    finally:
        _ASKED.reset(token)


class KeptConfiguration:
    """Values by key, all of one revision; the least used go first."""

    def __init__(
        self,
        database: Database,
        most: int = MOST_KEPT,
        counted: Counted = Counted.SETTINGS,
    ) -> None:
        self._database = database
        self._counter = (id(database), int(counted))
        self._most = most
        self._revision: int | None = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def revision(self) -> int | None:
        """The number as of the last `refresh`."""
        return self._revision

    async def refresh(self) -> None:
        """Forget everything if something has changed; to be asked once for each call.

        Within `as_of_first_asked` only the first time asks the database.
        """
        asked = _ASKED.get()
        if asked is not None and self._counter in asked:
            revision = asked[self._counter]
            # Another request may have seen a newer one meanwhile.
            stands = self._revision is not None and revision <= self._revision
        else:
            revisions = await self._revisions()
            revision = revisions[self._counter]
            stands = revision == self._revision
            if asked is not None:
                asked |= revisions
        if not stands:
            self._kept.clear()
            self._revision = revision

    async def _revisions(self) -> dict[_Counter, int]:
        async with self._database.reading() as connection:
            rows = await connection.execute(_REVISIONS)
        return {(id(self._database), int(kind)): int(revision) for kind, revision in rows}

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
