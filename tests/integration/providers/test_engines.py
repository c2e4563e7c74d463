"""Whichever HTTP library is under the transport, the same things happen."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
from collections.abc import AsyncIterator

import pytest
from tests.integration.providers.asking import MESSAGES, ROWS, ask, said
from tests.integration.providers.test_faults import EXPECTED, assert_silent
from tests.peers import FAULTS, Peer
from tests.peers.behaviours import PIECES, answering, hanging, slow_down

from sluice.server.providers.base import (
    Connection,
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.engine import Engine, Limits, Timeouts
from sluice.server.providers.registry import Providers
from sluice.server.providers.retry import Retries
from sluice.server.providers.transport import Transport, open_engine

pytestmark = pytest.mark.anyio
ROW = ROWS["openai"]
TEXT = "".join(PIECES)
INSTALLED = ["httpx", *(["aiohttp"] if importlib.util.find_spec("aiohttp") else [])]
HASTY = Timeouts(first_byte=0.25, idle=0.25)


def engine(
    name: str,
    timeouts: Timeouts | None = None,
    limits: Limits | None = None,
    proxy: str | None = None,
    ca_file: str | None = None,
) -> Engine:
    """One library's engine."""
    given = (timeouts or Timeouts(), limits or Limits())
    if name == "httpx":
        from sluice.server.providers.httpx_engine import HttpxEngine

        return HttpxEngine(*given, proxy=proxy, ca_file=ca_file)
    from sluice.server.providers.aiohttp_engine import AiohttpEngine

    return AiohttpEngine(*given, proxy=proxy, ca_file=ca_file)


@pytest.fixture(params=INSTALLED)
async def over(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    """A transport over one library, impatient and with one attempt."""
    transport = Transport(
        timeouts=HASTY, retries=Retries(attempts=1), engine=engine(request.param, HASTY)
    )
    async with transport:
        yield transport


async def test_the_faster_library_is_taken_where_it_is_there() -> None:
    """And the other one where it is not."""
    opened = open_engine(Timeouts(), Limits(), None, None)
    assert type(opened).__name__.lower().startswith(INSTALLED[-1])
    await opened.aclose()


@pytest.mark.parametrize("fault", EXPECTED)
async def test_a_fault_becomes_the_same_error(
    over: Transport, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """The same class, and neither prompt nor key nor the vendor's words anywhere with it."""
    async with Peer([FAULTS[fault](ROW.wire)]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask(over, ROW, peer)
    assert type(caught.value) is EXPECTED[fault]
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_silent(caught.value, caplog)


async def test_the_wish_to_wait_is_read(over: Transport) -> None:
    """Headers are found in whatever case they are written."""
    async with Peer([slow_down(ROW.wire, 7)]) as peer:
        with pytest.raises(ProviderRateLimited) as caught:
            await ask(over, ROW, peer)
    assert caught.value.retry_after == 7


async def test_one_connection_serves_call_after_call(over: Transport) -> None:
    """Connections are pooled."""
    async with Peer([answering(ROW.wire)]) as peer:
        for _ in range(3):
            assert said(await ask(over, ROW, peer)) == TEXT
        assert peer.connections == 1


@pytest.mark.parametrize("closed", [True, False])
async def test_the_call_ends_within_a_second(over: Transport, closed: bool) -> None:
    """Closed or cancelled, the vendor sees it."""
    async with Peer([hanging(ROW.wire, 2)]) as peer:
        stream = Providers(over)["openai"].stream(ROW.connection(peer), MESSAGES)
        await anext(stream)
        if closed:
            await stream.aclose()
        else:
            task = asyncio.ensure_future(anext(stream))
            for _ in range(5):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(peer.caller_left.wait(), 1)


async def test_a_stalled_answer_frees_its_connection(over: Transport) -> None:
    """After a time-out the vendor sees the connection end, and nothing is left open here."""
    async with Peer([hanging(ROW.wire, 5)]) as peer:
        with pytest.raises(ProviderTimeout):
            await ask(over, ROW, peer)
        await asyncio.wait_for(peer.caller_left.wait(), 1)
    gc.collect()


@pytest.mark.parametrize("name", INSTALLED)
async def test_calls_wait_for_a_free_connection(name: str) -> None:
    """No more connections than allowed, and every call gets its turn."""
    limits = Limits(connections=2)
    transport = Transport(limits=limits, engine=engine(name, limits=limits))
    async with transport, Peer([answering(ROW.wire, between=0.001)]) as peer:
        answers = await asyncio.gather(*(ask(transport, ROW, peer) for _ in range(6)))
        assert {said(answer) for answer in answers} == {TEXT}
        assert peer.connections <= 2


@pytest.mark.parametrize("name", INSTALLED)
async def test_a_named_proxy_is_used(name: str) -> None:
    """Calls go through it and nowhere else."""
    connection = Connection("openai", "m", "http://vendor.example.org/v1", {"api_key": "k"})
    async with Peer([answering(ROW.wire)]) as proxy:
        transport = Transport(retries=Retries(attempts=1), engine=engine(name, proxy=proxy.url))
        async with transport:
            stream = Providers(transport)["openai"].stream(connection, MESSAGES)
            assert (await anext(stream)).text == PIECES[0]
            await stream.aclose()
    assert proxy.requests[0].target == "http://vendor.example.org/v1/chat/completions"


async def test_nobody_there_is_told_as_such(over: Transport) -> None:
    """Which system error it was, by its class."""
    async with Peer([answering(ROW.wire)]) as peer:
        gone = ROW.connection(peer)
    with pytest.raises(ProviderUnreachable, match="No connection to openai") as caught:
        await anext(Providers(over)["openai"].stream(gone, MESSAGES))
    assert caught.value.retryable


async def test_an_unknown_scheme_or_host_is_an_error_of_ours(over: Transport) -> None:
    """Nothing of a library comes out as it is."""
    nowhere = Connection("openai", "m", "http://nowhere.invalid/v1", {"api_key": "k"})
    with pytest.raises(ProviderError) as caught:
        await anext(Providers(over)["openai"].stream(nowhere, MESSAGES))
    assert not isinstance(caught.value, ProviderRejected)


@pytest.mark.parametrize("name", INSTALLED)
def test_a_transport_needs_no_event_loop_to_be_made(name: str) -> None:
    """The command line checks connections without one."""
    assert Providers(Transport(engine=engine(name))).keys()
