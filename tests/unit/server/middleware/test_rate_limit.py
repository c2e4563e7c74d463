"""A caller that asks too often is told how long to wait."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.rate_limit import RateLimit, TokenBuckets

Headers = list[tuple[str, str]]
pytestmark = pytest.mark.anyio


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bearer(token: str) -> Headers:
    return [("authorization", f"Bearer {token}")]


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that accepts no credential."""
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_the_burst_passes_then_429_with_retry_after_until_a_token_is_back(
    call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=0.1, burst=3, clock=clock)
    assert [(await call(app)).status for _ in range(4)] == [200, 200, 200, 429]
    refused = await call(app)
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["code"] == "rate_limited"
    clock.now += 10
    assert [(await call(app)).status for _ in range(2)] == [200, 429]


async def test_a_rate_of_zero_switches_it_off(call: Call, hello: ASGIApp) -> None:
    app = RateLimit(hello, rate=0, burst=1)
    assert {(await call(app)).status for _ in range(50)} == {200}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_what_machines_ask_regularly_is_exempt(
    path: str, call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=1, burst=1, clock=clock)
    assert {(await call(app, path)).status for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (bearer("a"), bearer("b")),
        ([("cookie", "session=a")], [("cookie", "session=b")]),
        ([("x-test-automation-api-key", "a")], [("x-test-automation-api-key", "b")]),
        ([("x-api-key", "a")], [("x-api-key", "b")]),
        ([("api-key", "a")], [("api-key", "b")]),
        ([("x-goog-api-key", "a")], [("x-goog-api-key", "b")]),
    ],
)
async def test_accepted_credentials_of_one_address_do_not_share_a_bucket(
    one: Headers, other: Headers, call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=1, burst=2, clock=clock)
    assert [(await call(app, headers=one)).status for _ in range(3)] == [200, 200, 429]
    assert [(await call(app, headers=other)).status for _ in range(3)] == [200, 200, 429]


async def test_other_cookies_do_not_make_another_caller(
    call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=1, burst=2, clock=clock)
    statuses = [
        (await call(app, headers=[("cookie", f"x{n}=1; session=a; y=[{n}]")])).status
        for n in range(3)
    ]
    assert statuses == [200, 200, 429]


async def test_guessing_credentials_empties_the_addresss_bucket(call: Call, clock: Clock) -> None:
    app = RateLimit(refuse, rate=1, burst=5, clock=clock)
    statuses = [(await call(app, headers=bearer(str(n)))).status for n in range(8)]
    assert statuses == [401] * 5 + [429] * 3


async def test_an_accepted_credential_is_not_held_up_by_guesses_from_its_address(
    call: Call, hello: ASGIApp, clock: Clock
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        known = (b"authorization", b"Bearer good") in scope["headers"]
        await (hello if known else refuse)(scope, receive, send)

    limited = RateLimit(app, rate=1, burst=5, clock=clock)
    assert (await call(limited, headers=bearer("good"))).status == 200
    for n in range(8):
        await call(limited, headers=bearer(str(n)))
    assert (await call(limited, headers=bearer("good"))).status == 200


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("not an address", "nor this", True),
    ],
)
async def test_an_address_is_one_of_ipv4_or_64_bits_of_ipv6(
    first: str, second: str, same: bool, call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=1, burst=1, clock=clock)
    await call(app, client=(first, 1))
    assert ((await call(app, client=(second, 1))).status == 429) is same


async def test_callers_without_an_address_share_a_bucket(
    call: Call, hello: ASGIApp, clock: Clock
) -> None:
    app = RateLimit(hello, rate=1, burst=1, clock=clock)
    assert [(await call(app, client=None)).status for _ in range(2)] == [200, 429]


async def test_no_credential_is_kept_in_memory(call: Call, hello: ASGIApp, clock: Clock) -> None:
    app = RateLimit(hello, rate=1, burst=1, clock=clock)
    await call(app, headers=[*bearer("canary-123"), ("cookie", "session=canary-456")])
    assert "canary" not in repr(vars(app)) + repr(vars(app._credentials))


def test_memory_is_bounded_and_the_longest_unused_bucket_goes_first() -> None:
    buckets = TokenBuckets(1, 1, max_keys=3)
    for key in (b"a", b"b", b"c", b"a", b"d"):
        buckets.take(key, 0.0)
    assert len(buckets) == 3
    assert buckets.take(b"a", 0.0) > 0
    assert buckets.take(b"b", 0.0) == 0.0


@settings(max_examples=80)
@given(
    st.floats(min_value=0.1, max_value=50),
    st.integers(min_value=1, max_value=20),
    st.lists(st.floats(min_value=-1, max_value=3), max_size=60),
)
def test_never_more_than_the_burst_and_the_rate_allow(
    rate: float, burst: int, steps: list[float]
) -> None:
    """The law, also for a clock that goes back: taken <= burst + rate x seconds."""
    buckets = TokenBuckets(rate, burst)
    now = latest = taken = 0.0
    for step in steps:
        now += step
        latest = max(latest, now)
        taken += buckets.take(b"k", now) == 0.0
    assert taken <= burst + rate * (latest - min(0.0, steps[0] if steps else 0.0)) + 1e-6


@settings(max_examples=50)
@given(st.floats(min_value=0.01, max_value=50), st.integers(min_value=1, max_value=20))
def test_whoever_waits_as_told_gets_a_token(rate: float, burst: int) -> None:
    buckets = TokenBuckets(rate, burst)
    while not (wait := buckets.take(b"k", 0.0)):
        pass
    assert buckets.take(b"k", wait + 1e-6) == 0.0
