"""Writing audit events. Reading and verifying them is `log`'s."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import structlog
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from sluice.server.features.audit.appending import append
from sluice.server.features.audit.tables import AuditEvent
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey

KeyOf: TypeAlias = Callable[[AsyncSession], Awaitable[DataKey]]

_KEY_OF: Final = "audit key"
_WAITING: Final = "audit events"


@dataclass(slots=True)
class _Waiting:
    """Events of a transaction that are appended when it commits."""

    key: DataKey | None = field(repr=False)
    events: list[AuditEvent] = field(default_factory=list)


def seal_chain(database: Database, key_of: KeyOf) -> None:
    """Let the chain of this database's events be sealed under this key from now on."""
    database.session_info[_KEY_OF] = key_of


async def record(
    session: AsyncSession,
    event: str,
    *,
    actor_id: int | None,
    subject: str = "",
    details: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Append an event in the caller's transaction.

    An event that cannot be written fails the action that it is about. On PostgreSQL it is written
    as the last thing before the commit: the chain's end is locked for that moment alone, and no
    two transactions wait for each other in a circle. `details` hold ids, names of entity types and
    counts; never text.
    """
    row = AuditEvent(
        at=utc_now(),
        event=event,
        actor_id=actor_id,
        subject=subject,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
        details=dict(details or {}),
    )
    key_of: KeyOf | None = session.info.get(_KEY_OF)
    key = await key_of(session) if key_of is not None else None
    # SQLite has one writer anyway. What is undone to a savepoint must take its events with it.
    if session.get_bind().dialect.name == "sqlite" or session.in_nested_transaction():
        await session.run_sync(append, [row], key)
        return
    if _WAITING not in session.info:
        session.info[_WAITING] = _Waiting(key)
        sqlalchemy_event.listen(session.sync_session, "before_commit", _append_waiting)
    session.info[_WAITING].events.append(row)


def _append_waiting(session: Session) -> None:
    if not session.in_nested_transaction():
        waiting: _Waiting | None = session.info.pop(_WAITING, None)
        if waiting is not None:
            append(session, waiting.events, waiting.key)
