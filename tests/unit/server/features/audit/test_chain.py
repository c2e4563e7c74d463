"""The chain of audit events: what its hashes cover, and what its seal says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sluice.server.features.audit.chain import BEGINNING, Head, hash_after
from sluice.server.kit.sealing import new_data_key

AT = datetime(2026, 11, 21, 12, 0, 0, 123_000, UTC)


@dataclass(frozen=True)
class Event:
    """An event without a database."""

    id: int = 7
    at: datetime = AT
    event: str = "policy.changed"
    actor_id: int | None = 1
    subject: str = "policy_group:1"
    request_id: str | None = "abc"
    details: dict[str, str | int | bool] = field(default_factory=lambda: {"version": 2, "b": True})


def test_the_form_of_the_hash_stays_what_it_is() -> None:
    assert hash_after(BEGINNING, Event()).hex() == (
        "a5417e779e8ab68c587583aa4871e17aecfbffe24377e641243cd19fce2f6b41"
    )


@pytest.mark.parametrize(
    "changed",
    [
        Event(id=8),
        Event(at=AT + timedelta(microseconds=1)),
        Event(event="policy.deleted"),
        Event(actor_id=None),
        Event(subject="policy_group:2"),
        Event(request_id=None),
        Event(details={"version": 3, "b": True}),
        Event(details={"version": 2, "b": 1}),
        Event(details={}),
    ],
    ids=["id", "at", "event", "actor", "subject", "request", "count", "type", "details"],
)
def test_every_field_of_an_event_is_covered(changed: Event) -> None:
    assert hash_after(BEGINNING, changed) != hash_after(BEGINNING, Event())


def test_the_hash_before_is_covered() -> None:
    assert hash_after(b"\1" * 32, Event()) != hash_after(BEGINNING, Event())


def test_the_order_of_details_and_the_zone_of_a_time_do_not_matter() -> None:
    same = replace(
        Event(),
        at=AT.astimezone(timezone(timedelta(hours=5))),
        details={"b": True, "version": 2},
    )
    assert hash_after(BEGINNING, same) == hash_after(BEGINNING, Event())


@pytest.mark.parametrize(
    "other", [Head(4, 3, b"h" * 32), Head(3, 4, b"h" * 32), Head(3, 3, b"i" * 32)]
)
def test_a_seal_says_where_the_chain_ends_and_nothing_else(other: Head) -> None:
    key, head = new_data_key(), Head(3, 3, b"h" * 32)
    assert head.is_sealed_as(head.sealed(key), key)
    assert not other.is_sealed_as(head.sealed(key), key)
    assert not head.is_sealed_as(head.sealed(new_data_key()), key)
    assert not head.is_sealed_as(b"", key)
