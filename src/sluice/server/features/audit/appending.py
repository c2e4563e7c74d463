"""Appending to the chain: the one place that inserts audit events.

The row of the head is locked from before the insertion until the transaction ends, so that events
of concurrent transactions are chained in the order of their ids, which have no gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Row, Table, func, insert, select, update
from sqlalchemy.orm import Session

from sluice.server.features.audit.chain import EMPTY, Head, hash_after
from sluice.server.features.audit.tables import AuditEvent, AuditHead
from sluice.server.kit.sealing import DataKey

RESUMED: Final = "audit.chain_resumed"
"""The event that tells that the chain was not found as it had been left; why is in `reason`."""

# Built once, and on tables: a prompt that is blocked writes an event.
_EVENTS: Final = cast("Table", AuditEvent.__table__)
_HEADS: Final = cast("Table", AuditHead.__table__)
_HEAD: Final = select(_HEADS).where(_HEADS.c.id == 1).with_for_update()
_LAST: Final = select(_EVENTS.c.id, _EVENTS.c.hash).order_by(_EVENTS.c.id.desc()).limit(1)
_COUNT: Final = select(func.count()).select_from(_EVENTS)
_ADD: Final = insert(_EVENTS)
_ADD_HEAD: Final = insert(_HEADS)
_SET_HEAD: Final = update(_HEADS).where(_HEADS.c.id == 1)


def append(session: Session, events: Sequence[AuditEvent], key: DataKey | None) -> None:
    """Number, chain and insert events; without a key the new head stays unsealed."""
    row = session.execute(_HEAD).one_or_none()
    reason = _wrong(session, row, key)
    head = Head(row.last_id, row.events, row.hash) if row is not None else EMPTY
    if reason is not None:
        head = _found(session)
        told = AuditEvent(event=RESUMED, subject="", details={"reason": reason})
        told.at, told.actor_id = events[0].at, None
        events = [told, *events]
    for event in events:
        event.id = head.last_id + 1
        event.hash = hash_after(head.hash, event)
        head = Head(event.id, head.events + 1, event.hash)
    session.execute(_ADD, [_values(event) for event in events])
    _set_head(session, head, key, is_new=row is None)


def _wrong(session: Session, row: Row[Any] | None, key: DataKey | None) -> str | None:
    """Why a head must not be believed."""
    if row is None:
        return "missing" if session.execute(_LAST).first() is not None else None
    if key is None:
        return None
    head = Head(row.last_id, row.events, row.hash)
    if row.sealed is not None:
        return None if head.is_sealed_as(row.sealed, key) else "changed"
    # Nothing is there yet: nothing can be lost.
    return "unsealed" if head != EMPTY else None


def _found(session: Session) -> Head:
    """Where the chain ends by what is there."""
    last = session.execute(_LAST).first()
    if last is None:
        return EMPTY
    return Head(last.id, session.execute(_COUNT).scalar_one(), last.hash)


def _set_head(session: Session, head: Head, key: DataKey | None, *, is_new: bool) -> None:
    values = {
        "last_id": head.last_id,
        "events": head.events,
        "hash": head.hash,
        "sealed": head.sealed(key) if key is not None else None,
    }
    if is_new:
        session.execute(_ADD_HEAD, {"id": 1, **values})
    else:
        session.execute(_SET_HEAD, values)


def _values(event: AuditEvent) -> dict[str, Any]:
    return {column.name: getattr(event, column.name) for column in _EVENTS.columns}
