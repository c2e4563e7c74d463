"""Verifying the chain of audit events: every event, from the first to the sealed head."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import anyio.lowlevel
from sqlalchemy import Row

from sluice.server.features.audit.appending import RESUMED
from sluice.server.features.audit.chain import EMPTY, Chained, Head, hash_after
from sluice.server.features.audit.repository import AuditRepository
from sluice.server.features.audit.schemas import ChainFault, Verification, VerificationProgress
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey

PORTION: Final = 500
"""Events that are hashed before others go on: a few milliseconds."""
_MESSAGES: Final = {
    "changed": "An event was changed, or one was put in its place.",
    "removed": "One or more events before this one were removed.",
    "truncated": "The last events were removed.",
    "added": "Events were added past the end of the chain.",
    "head_missing": "The end of the chain is not recorded, although there are events.",
    "head_changed": "The end of the chain was set by somebody without the key.",
    "head_unsealed": "The end of the chain is not sealed.",
    "resumed": "The server did not find the end of the chain as it had left it.",
    "noted_differs": "The event that was noted has another hash now, or is gone.",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """An event's id and hash, kept outside of the database."""

    event_id: int
    hash: bytes


@dataclass(slots=True)
class _Walk:
    """How far a verification has come."""

    noted: Noted | None
    last: Head = EMPTY
    faults: list[ChainFault] = field(default_factory=list)
    unsealed: int = 0
    noted_is_there: bool = False
    is_broken: bool = False

    def take(self, events: Sequence[Row[Any]]) -> None:
        for event in events:
            if not self.is_broken:
                self._check(event)
            if event.event == RESUMED:
                self._resumed(event)
            noted = self.noted
            if noted is not None and event.id == noted.event_id:
                self.noted_is_there = event.hash == noted.hash
            self.last = Head(event.id, self.last.events + 1, event.hash)

    def _check(self, event: Row[Any]) -> None:
        if event.hash == hash_after(self.last.hash, cast("Chained", event)):
            return
        # Later ones are not told: whoever changes one event may have changed all after it.
        self.is_broken = True
        has_gap = event.id != self.last.last_id + 1
        self.fault("removed" if has_gap else "changed", event.id)

    def _resumed(self, event: Row[Any]) -> None:
        # Once, after the migration that brought the chain, the head was not sealed yet.
        if event.details.get("reason") == "unsealed" and not self.unsealed:
            self.unsealed = event.id
        else:
            self.fault("resumed", event.id)

    def fault(self, kind: str, event_id: int | None = None) -> None:
        """Take note of something wrong."""
        told = {"kind": kind, "event_id": event_id, "message": _MESSAGES[kind]}
        self.faults.append(ChainFault.model_validate(told))

    def result(self) -> Verification:
        """What came of it."""
        notes = []
        if self.unsealed:
            notes.append(
                f"At event {self.unsealed} the chain's end was sealed for the first time: expected "
                "once, after an upgrade from a version without the chain."
            )
        return Verification(
            sound=not self.faults,
            events=self.last.events,
            last_id=self.last.last_id,
            hash=self.last.hash.hex(),
            faults=self.faults,
            notes=notes,
        )


async def verified(
    database: Database, key: DataKey, noted: Noted | None
) -> AsyncIterator[VerificationProgress | Verification]:
    """How far it has come after each portion, then the result; changes nothing.

    What is appended meanwhile is left for the next time.
    """
    walk = _Walk(noted)
    async with database.read() as session:
        repository = AuditRepository(session)
        # In this order: what is appended in between is beyond neither.
        largest = await repository.last_id()
        stored = await repository.head()
    head = Head(stored.last_id, stored.events, stored.hash) if stored is not None else EMPTY
    until = max(largest, 0) if stored is None else head.last_id
    async for events in _portions(database, until):
        walk.take(events)
        yield VerificationProgress(
            checked=walk.last.events, events=max(head.events, walk.last.events)
        )
    if stored is None:
        if largest:
            walk.fault("head_missing")
    else:
        _check_head(walk, head, stored.sealed, key, largest)
    if noted is not None and not walk.noted_is_there:
        walk.fault("noted_differs", noted.event_id)
    yield walk.result()


def _check_head(walk: _Walk, head: Head, sealed: bytes | None, key: DataKey, largest: int) -> None:
    if largest > head.last_id:
        walk.fault("added", head.last_id + 1)
    if sealed is None:
        if head != EMPTY:
            walk.fault("head_unsealed")
    elif not head.is_sealed_as(sealed, key):
        walk.fault("head_changed")
    if not walk.is_broken and walk.last != head:
        is_short = walk.last.events < head.events
        walk.fault("truncated" if is_short else "head_changed", walk.last.last_id + 1)


async def _portions(database: Database, until: int) -> AsyncIterator[Sequence[Row[Any]]]:
    last = 0
    while True:
        await anyio.lowlevel.checkpoint()
        async with database.read() as session:
            events = await AuditRepository(session).chained(last, until, PORTION)
        if not events:
            return
        yield events
        last = events[-1].id
