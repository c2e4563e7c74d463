"""The throttle of failed sign-ins: counts by client, forgets in time, and stays small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.auth.throttle import Throttle, network_of
from sluice.server.errors import RateLimited


class Time:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def throttle_with(time: Time, addresses: int = 100) -> Throttle:
    """Three failures in 60 seconds."""
    return Throttle(failures=3, window=60, addresses=addresses, monotonic=time)


def is_open(throttle: Throttle, address: str) -> bool:
    """Whether the address may try now."""
    try:
        throttle.check(address)
    except RateLimited:
        return False
    return True


def test_it_closes_after_so_many_failures_and_opens_as_the_oldest_leaves_the_window() -> None:
    time = Time()
    throttle = throttle_with(time)
    for _ in range(3):
        assert is_open(throttle, "192.0.2.1")
        throttle.failed("192.0.2.1")
        time.now += 10
    with pytest.raises(RateLimited) as limited:
        throttle.check("192.0.2.1")
    assert limited.value.retry_after == 30
    time.now += 30
    assert is_open(throttle, "192.0.2.1")


def test_addresses_are_counted_apart() -> None:
    throttle = throttle_with(Time())
    for _ in range(3):
        throttle.failed("192.0.2.1")
    assert not is_open(throttle, "192.0.2.1")
    assert is_open(throttle, "192.0.2.2")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_client_cannot_escape_within_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_it_forgets_addresses_that_are_quiet_and_those_above_its_bound() -> None:
    time = Time()
    throttle = throttle_with(time, addresses=10)
    for number in range(50):
        throttle.failed(f"192.0.2.{number}")
    assert len(throttle) == 10
    time.now += 61
    for number in range(50):
        throttle.check(f"192.0.2.{number}")
    assert len(throttle) == 0


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_window_ever_holds_more_attempts_than_allowed(pauses: list[float]) -> None:
    """A client that fails whenever it may: never more than 3 attempts within 60 seconds."""
    time = Time()
    throttle = throttle_with(time)
    attempts: list[float] = []
    for pause in pauses:
        time.now += pause
        if is_open(throttle, "192.0.2.1"):
            throttle.failed("192.0.2.1")
            attempts.append(time.now)
    for start in attempts:
        assert sum(start <= at < start + 60 for at in attempts) <= 3
