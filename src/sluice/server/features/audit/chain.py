"""The chain of hashes over audit events, and its end as it is sealed (pure).

The hash of an event is SHA-256 over the hash before it and the event's own fields in one canonical
form. So no event can be changed, removed, put in or moved without every later hash being another,
and the last one is sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from sluice.server.kit.sealing import DataKey, Place, SealingError

FORM: Final = 1
"""Of the canonical fields; another form would be another number."""
BEGINNING: Final = bytes(32)
"""What stands for the hash before the first event."""
_PLACE: Final = Place("audit_heads", "sealed", "1")


class Chained(Protocol):
    """The fields of an event that its hash covers: all of them."""

    @property
    def id(self) -> int: ...

    @property
    def at(self) -> datetime: ...

    @property
    def event(self) -> str: ...

    @property
    def actor_id(self) -> int | None: ...

    @property
    def subject(self) -> str: ...

    @property
    def request_id(self) -> str | None: ...

    @property
    def details(self) -> Mapping[str, str | int | bool]: ...


def hash_after(before: bytes, event: Chained) -> bytes:
    """The 32 bytes that chain an event to the one before it."""
    fields = [
        FORM,
        event.id,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.event,
        event.actor_id,
        event.subject,
        event.request_id,
        dict(event.details),
    ]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + canonical.encode()).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends."""

    last_id: int
    events: int
    hash: bytes

    def sealed(self, key: DataKey) -> bytes:
        """For its column."""
        return key.seal(self._told(), _PLACE)

    def is_sealed_as(self, envelope: bytes, key: DataKey) -> bool:
        """Whether somebody who has the key said that the chain ends here."""
        try:
            return key.open(envelope, _PLACE) == self._told()
        except SealingError:
            return False

    def _told(self) -> str:
        return f"{self.last_id} {self.events} {self.hash.hex()}"


EMPTY: Final = Head(0, 0, BEGINNING)
