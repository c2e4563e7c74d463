"""The pooled connections under the transport, as the vendor sees them."""

from __future__ import annotations

import asyncio
import gc

import pytest
from tests.integration.providers.asking import MESSAGES, ROWS, ask, said
from tests.peers import Peer
from tests.peers.behaviours import PIECES, answering, hanging, slow_down
from tests.waiting import comes_within

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Connection,
    Message,
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Limits, Transport

pytestmark = pytest.mark.anyio
ROW = ROWS["openai"]


async def test_calls_wait_for_a_free_connection() -> None:
    """No more connections than allowed, and every call gets its turn."""
    async with (
        Transport(limits=Limits(connections=2)) as transport,
        Peer([answering(ROW.wire, between=0.001)]) as peer,
    ):
        answers = await asyncio.gather(*(ask(transport, ROW, peer) for _ in range(6)))
        assert {said(answer) for answer in answers} == {"".join(PIECES)}
        assert peer.connections <= 2


async def test_a_stalled_answer_frees_its_connection(hasty: Transport) -> None:
    """After a time-out the vendor sees the connection end, and nothing is left open here."""
    async with Peer([hanging(ROW.wire, 5)]) as peer:
        with pytest.raises(ProviderTimeout):
            await ask(hasty, ROW, peer)
        await comes_within(peer.caller_left, 1)
    gc.collect()


async def test_headers_are_found_in_whatever_case(transport: Transport) -> None:
    """HTTP does not mind, so neither does the wish to wait."""
    async with Peer([slow_down(ROW.wire, 7)]) as peer:
        with pytest.raises(ProviderRateLimited) as caught:
            await ask(transport, ROW, peer)
    assert caught.value.retry_after == 7


async def test_a_named_proxy_carries_a_whole_answer() -> None:
    """Calls go through it and nowhere else."""
    connection = Connection("openai", "m", "http://vendor.example.org/v1", {"api_key": "k"})
    async with Peer([answering(ROW.wire)]) as proxy, Transport(proxy=proxy.url) as transport:
        stream = Providers(transport)["openai"].stream(connection, MESSAGES)
        assert said([delta async for delta in stream]) == "".join(PIECES)
    assert proxy.requests[0].target == "http://vendor.example.org/v1/chat/completions"


async def test_nobody_there_may_be_tried_again(transport: Transport) -> None:
    """Which system error it was is told by its class."""
    async with Peer([answering(ROW.wire)]) as peer:
        gone = ROW.connection(peer)
    with pytest.raises(ProviderUnreachable, match="ConnectionRefusedError") as caught:
        await anext(Providers(transport)["openai"].stream(gone, MESSAGES))
    assert caught.value.retryable


async def test_an_unknown_host_is_an_error_of_ours(transport: Transport) -> None:
    """Nothing of a library comes out as it is."""
    nowhere = Connection("openai", "m", "http://nowhere.invalid/v1", {"api_key": "k"})
    with pytest.raises(ProviderError) as caught:
        await anext(Providers(transport)["openai"].stream(nowhere, MESSAGES))
    assert not isinstance(caught.value, ProviderRejected)


@pytest.mark.parametrize("size", [1, 300_000, 3_000_000])
async def test_a_body_of_any_size_arrives(transport: Transport, size: int) -> None:
    """Whole and with its length, also where it goes out in pieces."""
    text = CleansedText("x" * size)
    async with Peer([answering(ROW.wire)]) as peer:
        await ask(transport, ROW, peer, (Message("user", text),))
    (request,) = peer.requests
    assert request.headers["content-length"] == str(len(request.body))
    assert request.json()["messages"][0]["content"] == text


def test_a_transport_needs_no_event_loop_to_be_made() -> None:
    """The command line checks connections without one."""
    assert Providers(Transport()).keys()
