"""Attempts, cancellation and pooled connections, as the vendor sees them."""

from __future__ import annotations

import asyncio
import gc
import json

import pytest
from tests.integration.providers.asking import MESSAGES, ROWS, WIRES, ask, said
from tests.peers import FAULTS, Peer
from tests.peers.behaviours import (
    JSON,
    PIECES,
    SSE,
    answering,
    closing,
    events_of,
    failing,
    hanging,
    slow_down,
    streaming,
    whole,
)
from tests.peers.server import Exchange
from tests.waiting import HANGS, comes_within

from sluice.server.providers.base import ProviderError, ProviderRateLimited, ProviderUnreachable
from sluice.server.providers.firststart import find_ollama
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Limits, Transport

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)


@pytest.mark.parametrize("fault", ["500", "503", "529", "close", "429"])
@pytest.mark.parametrize("key", WIRES)
async def test_a_call_is_repeated_before_the_first_delta(
    patient: Transport, key: str, fault: str
) -> None:
    """A failed attempt that gave nothing is invisible; the vendor sees the same request again."""
    wire = ROWS[key].wire
    first = slow_down(wire, 0.01) if fault == "429" else FAULTS[fault](wire)
    async with Peer([first, answering(wire)]) as peer:
        assert said(await ask(patient, ROWS[key], peer)) == TEXT
    assert [r.body for r in peer.requests] == [peer.requests[0].body] * 2


@pytest.mark.parametrize("key", WIRES)
async def test_an_overloaded_stream_is_repeated_too(patient: Transport, key: str) -> None:
    """An error event that comes before any text is a failed attempt like 529."""
    row = ROWS[key]
    event = row.wire.error_event("overloaded_error", "busy")
    async with Peer([streaming(lambda _: [event]), answering(row.wire)]) as peer:
        assert said(await ask(patient, row, peer)) == TEXT
    assert len(peer.requests) == 2


@pytest.mark.parametrize("key", WIRES)
async def test_attempts_end(patient: Transport, key: str) -> None:
    """Three attempts, then the vendor's error."""
    async with Peer([FAULTS["529"](ROWS[key].wire)]) as peer:
        with pytest.raises(ProviderRateLimited):
            await ask(patient, ROWS[key], peer)
    assert len(peer.requests) == 3


@pytest.mark.parametrize(
    "fault", ["400", "401", "404", "no-json", "wrong-content-type", "redirect"]
)
async def test_what_cannot_get_better_is_not_repeated(patient: Transport, fault: str) -> None:
    """A refusal or a broken wire is told at once."""
    async with Peer([FAULTS[fault](ROWS["openai"].wire)]) as peer:
        with pytest.raises(ProviderError):
            await ask(patient, ROWS["openai"], peer)
    assert len(peer.requests) == 1


async def test_a_long_wish_to_wait_is_not_waited_for(patient: Transport) -> None:
    """A vendor that asks for a minute is not called again; the caller learns of the minute."""
    async with Peer([slow_down(ROWS["openai"].wire, 60)]) as peer:
        with pytest.raises(ProviderRateLimited) as caught:
            await ask(patient, ROWS["openai"], peer)
    assert (len(peer.requests), caught.value.retry_after) == (1, 60.0)


async def test_no_credit_is_not_repeated(patient: Transport) -> None:
    """429 for want of credit does not pass by waiting."""
    async with Peer([failing(ROWS["openai"].wire, 429, "insufficient_quota")]) as peer:
        with pytest.raises(ProviderRateLimited, match="insufficient_quota"):
            await ask(patient, ROWS["openai"], peer)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("fault", ["cut", "cut-clean"])
@pytest.mark.parametrize("key", WIRES)
async def test_nothing_is_repeated_after_the_first_delta(
    patient: Transport, key: str, fault: str
) -> None:
    """Once text was passed on, a broken stream is the end: no second request is made."""
    async with Peer([FAULTS[fault](ROWS[key].wire), answering(ROWS[key].wire)]) as peer:
        with pytest.raises(ProviderError):
            await ask(patient, ROWS[key], peer)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("key", WIRES)
async def test_an_overload_after_the_first_delta_is_not_repeated(
    patient: Transport, key: str
) -> None:
    """An error that could be repeated before the first delta is not after it."""
    row = ROWS[key]
    event = row.wire.error_event("overloaded_error", "busy")
    broken = streaming(lambda ex: [*events_of(row.wire, ex)[:5], event])
    async with Peer([broken, answering(row.wire)]) as peer:
        with pytest.raises(ProviderRateLimited):
            await ask(patient, row, peer)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("key", ROWS)
async def test_one_connection_serves_call_after_call(patient: Transport, key: str) -> None:
    """Answers are read to their end, so the connection can be used again."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        for _ in range(5):
            await ask(patient, ROWS[key], peer)
        assert (peer.connections, len(peer.requests)) == (1, 5)


async def test_a_refused_call_leaves_the_connection_usable(patient: Transport) -> None:
    """An error's body is read too; the next call goes over the same connection."""
    wire = ROWS["openai"].wire
    async with Peer([failing(wire, 400, "invalid_request_error"), answering(wire)]) as peer:
        with pytest.raises(ProviderError):
            await ask(patient, ROWS["openai"], peer)
        await ask(patient, ROWS["openai"], peer)
        assert peer.connections == 1


async def test_cookies_of_a_vendor_are_not_sent_back(patient: Transport) -> None:
    """One caller's call carries nothing that was set in another's answer."""
    body = b"".join(b"data: %b\n\n" % text for text in (b'{"choices":[]}', b"[DONE]"))
    async with Peer([whole(200, body, SSE | {"set-cookie": "who=someone"})]) as peer:
        await ask(patient, ROWS["openai"], peer)
        await ask(patient, ROWS["openai"], peer)
    assert not any("cookie" in request.headers for request in peer.requests)


@pytest.mark.parametrize("key", WIRES)
async def test_closing_ends_the_upstream_call(patient: Transport, key: str) -> None:
    """When the caller closes the answer, the vendor sees the connection end within a second."""
    row = ROWS[key]
    async with Peer([hanging(row.wire, 5)]) as peer:
        stream = Providers(patient)[key].stream(row.connection(peer), MESSAGES)
        await anext(stream)
        await stream.aclose()
        await comes_within(peer.caller_left, 1)


@pytest.mark.parametrize("events", [None, 1, 5])
@pytest.mark.parametrize("key", WIRES)
async def test_cancelling_ends_the_upstream_call(
    patient: Transport, key: str, events: int | None
) -> None:
    """A cancelled task ends the call: before the head, before the first delta and after it."""
    row = ROWS[key]
    async with Peer([hanging(row.wire, events)]) as peer:
        task = asyncio.ensure_future(ask(patient, row, peer))
        await peer.called.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await comes_within(peer.caller_left, 1)


async def test_abandoned_calls_leave_nothing_behind() -> None:
    """After calls that were closed, cancelled or timed out, the pool is as free as before."""
    row = ROWS["openai"]
    async with Transport(limits=Limits(connections=2)) as transport:
        for _ in range(10):
            async with Peer([hanging(row.wire, 5)]) as peer:
                stream = Providers(transport)["openai"].stream(row.connection(peer), MESSAGES)
                await anext(stream)
                await stream.aclose()
        async with Peer([answering(row.wire)]) as peer:
            assert said(await ask(transport, row, peer)) == TEXT
    gc.collect()


async def test_a_vendor_that_does_not_end_its_message_is_not_waited_for(
    patient: Transport,
) -> None:
    """After the end marker the answer is complete, though the connection stays open."""
    row = ROWS["openai"]

    async def behave(exchange: Exchange) -> None:
        await exchange.head(200, SSE)
        await exchange.piece(b"".join(events_of(row.wire, exchange)))
        await asyncio.Event().wait()

    async with Peer([behave]) as peer:
        assert said(await ask(patient, row, peer)) == TEXT
        await comes_within(peer.caller_left, 1)


async def test_a_connection_that_went_stale_is_replaced(patient: Transport) -> None:
    """A pooled connection that the vendor closed meanwhile costs nobody an answer."""
    row = ROWS["openai"]

    async def answer_and_close(exchange: Exchange) -> None:
        await answering(row.wire)(exchange)
        exchange.cut()

    async with Peer([answer_and_close]) as peer:
        for _ in range(3):
            assert said(await ask(patient, row, peer)) == TEXT
        assert peer.connections == 3


async def test_many_calls_at_once_are_kept_apart(patient: Transport) -> None:
    """Fifty answers at the same time, each to its own question."""
    row = ROWS["anthropic"]
    async with Peer([answering(row.wire, pieces=None, between=0.001)]) as peer:
        answers = await asyncio.gather(*(ask(patient, row, peer) for _ in range(50)))
    assert {said(answer) for answer in answers} == {MESSAGES[-1].content}


async def test_a_closed_vendor_is_tried_and_given_up(patient: Transport) -> None:
    """A vendor that closes every connection is unreachable after three attempts."""
    async with Peer([closing()]) as peer:
        with pytest.raises(ProviderUnreachable):
            await ask(patient, ROWS["openai"], peer)
    assert len(peer.requests) == 3


TAGS = {"models": [{"name": "llama3.2:latest"}, {"name": "other"}]}


async def test_a_local_ollama_is_found(patient: Transport) -> None:
    """Its address and its first model make a connection; asked once, without credentials."""
    async with Peer([whole(200, json.dumps(TAGS).encode(), JSON)]) as peer:
        found = await find_ollama(patient, {"OLLAMA_HOST": peer.url}, seconds=10)
    assert found is not None
    assert (found.instance_name, found.connection.model) == ("Ollama", "llama3.2:latest")
    assert (peer.requests[0].method, peer.requests[0].target) == ("GET", "/api/tags")
    assert found.connection.base_url == peer.url


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"no", b'{"models":[]}', b'{"models":[{"name":1}]}']
)
async def test_something_else_on_the_port_is_no_ollama(patient: Transport, body: bytes) -> None:
    """Without a model in the expected place there is nothing to connect to."""
    async with Peer([whole(200, body, JSON)]) as peer:
        assert await find_ollama(patient, {"OLLAMA_HOST": peer.url}) is None


@pytest.mark.parametrize("fault", ["hang", "500", "close", "no-http", "huge-line"])
async def test_an_ollama_that_does_not_answer_is_none(patient: Transport, fault: str) -> None:
    """A first start does not fail, nor hang, because of what is on that port."""
    async with Peer([FAULTS[fault](ROWS["ollama"].wire)]) as peer:
        async with asyncio.timeout(HANGS):
            assert await find_ollama(patient, {"OLLAMA_HOST": peer.url}) is None


async def test_no_ollama_is_none(patient: Transport) -> None:
    """Nobody on the port, or an address that is none."""
    async with Peer([closing()]) as peer:
        gone = peer.url
    assert await find_ollama(patient, {"OLLAMA_HOST": gone}) is None
    assert await find_ollama(patient, {"OLLAMA_HOST": "not an address"}) is None
