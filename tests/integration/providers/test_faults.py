"""Whatever a vendor does wrong becomes one clear error, and what is only odd is read."""

from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from tests.integration.providers.asking import MESSAGES, ROWS, WIRES, ask, said
from tests.peers import FAULTS, Peer
from tests.peers.behaviours import (
    CANARY,
    PIECES,
    VARIANTS,
    commenting,
    dripping,
    events_of,
    streaming,
)
from tests.waiting import HANGS, steady_clock

from sluice.server.providers.base import (
    Connection,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Limits, Timeouts, Transport

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("key", WIRES)
async def test_every_form_of_a_stream_is_the_same_answer(
    transport: Transport, key: str, variant: str
) -> None:
    """Line endings, comments, split data, cut characters, odd ends: the same pieces come out."""
    row = ROWS[key]
    behaviour = streaming(lambda ex: VARIANTS[variant](events_of(row.wire, ex)))
    async with Peer([behaviour]) as peer:
        deltas = await ask(transport, row, peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]
    assert deltas[-1].finish_reason == "stop"


EXPECTED: dict[str, type[ProviderError]] = {
    "hang": ProviderTimeout,
    "hang-mid-stream": ProviderTimeout,
    "429": ProviderRateLimited,
    "429-date": ProviderRateLimited,
    "500": ProviderError,
    "503": ProviderError,
    "529": ProviderRateLimited,
    "400": ProviderRejected,
    "401": ProviderRejected,
    "404": ProviderRejected,
    "cut": ProviderProtocolError,
    "cut-clean": ProviderProtocolError,
    "no-json": ProviderProtocolError,
    "no-object": ProviderProtocolError,
    "no-utf8": ProviderProtocolError,
    "wrong-content-type": ProviderProtocolError,
    "huge-line": ProviderProtocolError,
    "huge-event": ProviderProtocolError,
    "redirect": ProviderRejected,
    "no-content": ProviderProtocolError,
    "no-http": ProviderUnreachable,
    "compressed": ProviderProtocolError,
    "close": ProviderUnreachable,
}
HARMLESS = {"answer", "echo", "drip"}


def test_no_fault_is_forgotten() -> None:
    """Every fault that the peers know has its expected error here."""
    assert set(FAULTS) == set(EXPECTED) | HARMLESS


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("key", WIRES)
async def test_a_fault_becomes_one_clear_error(
    transport: Transport, hasty: Transport, caplog: pytest.LogCaptureFixture, key: str, fault: str
) -> None:
    """The right class, and neither prompt nor key nor the vendor's words anywhere with it."""
    row = ROWS[key]
    caplog.set_level(logging.DEBUG)
    async with Peer([FAULTS[fault](row.wire)]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask(hasty if "hang" in fault else transport, row, peer)
    error = caught.value
    assert type(error) is EXPECTED[fault]
    assert error.provider == key
    assert (error.__cause__, error.__context__) == (None, None)
    assert_silent(error, caplog)


def assert_silent(error: ProviderError, caplog: pytest.LogCaptureFixture) -> None:
    """No planted value in the error, in its traceback, or in any log at all."""
    written = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for planted in ("canary", CANARY, "Hello"):
        assert planted not in written
        assert planted not in caplog.text


@pytest.mark.parametrize("key", WIRES)
async def test_a_success_logs_neither_text_nor_key(
    transport: Transport, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    """Also at the level DEBUG of every library, an answered call leaves nothing of itself."""
    caplog.set_level(logging.DEBUG)
    async with Peer([FAULTS["echo"](ROWS[key].wire)]) as peer:
        assert "canary" in said(await ask(transport, ROWS[key], peer))
    assert "canary" not in caplog.text


@pytest.mark.parametrize("key", WIRES)
async def test_an_error_type_is_told_and_its_text_is_not(transport: Transport, key: str) -> None:
    """The vendor's type of the error is in the message; that is what somebody can look up."""
    async with Peer([FAULTS["400"](ROWS[key].wire)]) as peer:
        with pytest.raises(ProviderRejected, match=r"status 400 \(invalid_request_error\)"):
            await ask(transport, ROWS[key], peer)


@pytest.mark.parametrize(("fault", "seconds"), [("429", 1.0), ("429-date", 2.0)])
async def test_the_wish_to_wait_is_passed_on(
    transport: Transport, fault: str, seconds: float
) -> None:
    """`Retry-After` comes along as seconds, also where it was a date."""
    async with Peer([FAULTS[fault](ROWS["openai"].wire)]) as peer:
        with pytest.raises(ProviderRateLimited) as caught:
            await ask(transport, ROWS["openai"], peer)
    assert caught.value.retry_after is not None
    assert 0 <= caught.value.retry_after <= seconds


@pytest.mark.parametrize("key", WIRES)
async def test_what_came_before_a_cut_was_passed_on(transport: Transport, key: str) -> None:
    """Deltas before the break reach the caller; the break itself is an error, never an end."""
    async with Peer([FAULTS["cut"](ROWS[key].wire)]) as peer:
        stream = Providers(transport)[key].stream(ROWS[key].connection(peer), MESSAGES)
        assert (await anext(stream)).text == PIECES[0]
        with pytest.raises(ProviderProtocolError):
            await all_of(stream)


async def all_of(stream: object) -> None:
    async for _ in stream:  # type: ignore[attr-defined]
        continue


@pytest.mark.parametrize("key", WIRES)
async def test_a_slow_drip_is_an_answer(hasty: Transport, key: str) -> None:
    """A vendor that sends a few bytes at a time, each within the time allowed, is waited for."""
    async with Peer([dripping(ROWS[key].wire, 0.01)]) as peer:
        with steady_clock():
            begun = asyncio.get_running_loop().time()
            assert said(await ask(hasty, ROWS[key], peer)) == "".join(PIECES)
            ended = asyncio.get_running_loop().time()
    assert ended - begun > hasty.timeouts.idle


@pytest.mark.parametrize("key", WIRES)
@pytest.mark.parametrize(
    ("fault", "timeouts"),
    [
        ("hang", Timeouts(first_byte=0.1, idle=60)),
        ("hang-mid-stream", Timeouts(first_byte=60, idle=0.1)),
    ],
)
async def test_each_wait_has_its_own_time(key: str, fault: str, timeouts: Timeouts) -> None:
    """A vendor may think long before it begins, and may not pause as long once it has."""
    async with (
        Transport(timeouts=timeouts) as transport,
        Peer([FAULTS[fault](ROWS[key].wire)]) as peer,
    ):
        async with asyncio.timeout(HANGS):
            with pytest.raises(ProviderTimeout):
                await ask(transport, ROWS[key], peer)


@pytest.mark.parametrize("key", WIRES)
async def test_comments_for_ever_are_no_answer(key: str) -> None:
    """Keep-alive comments hold the idle time off, but not the time for the whole answer."""
    timeouts = Timeouts(total=0.3)
    async with Transport(timeouts=timeouts) as transport, Peer([commenting(0.01)]) as peer:
        with pytest.raises(ProviderTimeout):
            await ask(transport, ROWS[key], peer)


async def test_an_endless_answer_is_refused() -> None:
    """An answer over the limit in all is refused though each event is small."""
    row = ROWS["openai"]
    async with (
        Transport(limits=Limits(answer_bytes=10_000)) as transport,
        Peer([streaming(lambda ex: events_of(row.wire, ex, ["x"] * 1000))]) as peer,
    ):
        with pytest.raises(ProviderProtocolError, match="more than 10000 bytes"):
            await ask(transport, row, peer)


@pytest.mark.parametrize("key", WIRES)
async def test_an_error_inside_a_stream_is_raised(transport: Transport, key: str) -> None:
    """An error object after the first delta is an error with its type, and nothing else of it."""
    row = ROWS[key]
    event = row.wire.error_event("overloaded_error", CANARY)
    async with Peer([streaming(lambda ex: [*events_of(row.wire, ex)[:5], event])]) as peer:
        with pytest.raises(ProviderRateLimited, match="overloaded_error") as caught:
            await ask(transport, row, peer)
    assert CANARY not in str(caught.value)


async def test_nobody_there_is_told_as_such(transport: Transport) -> None:
    """A refused connection names the system's error class and the provider."""
    async with Peer([FAULTS["answer"](ROWS["openai"].wire)]) as peer:
        gone = peer.url
    connection = Connection("openai", "m", gone, {"api_key": "k"})
    with pytest.raises(ProviderUnreachable, match=r"No connection to openai .*Connect"):
        await anext(Providers(transport)["openai"].stream(connection, MESSAGES))
