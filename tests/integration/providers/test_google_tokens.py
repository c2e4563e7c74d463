"""A service account signs in at Vertex AI: one exchange for many calls, none with a bad key."""

from __future__ import annotations

import asyncio
import logging

import pytest
from tests.integration.providers.asking import MESSAGES, said
from tests.integration.providers.test_faults import assert_silent
from tests.peers import FAULTS, Peer
from tests.peers.behaviours import JSON, PIECES, whole
from tests.peers.google_tokens import exchanging, key_file
from tests.peers.google_wire import GoogleWire, google_answering
from tests.peers.server import Behaviour, Exchange

from sluice.server.providers.base import (
    Connection,
    Delta,
    Provider,
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
)
from sluice.server.providers.google_tokens import MARGIN, Tokens
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio
WIRE = GoogleWire(vertex=True)
VENDOR = google_answering(WIRE)


def connection(peer: Peer, **changes: object) -> Connection:
    """A connection that signs in with a key file."""
    credentials = {"service_account": key_file(f"{peer.url}/token", **changes)}
    options = {"project": "project-1", "location": "eu"}
    return Connection("google_vertex_ai", "gemini-3.5-flash", peer.url, credentials, options)


async def ask(provider: Provider, peer: Peer) -> list[Delta]:
    return [delta async for delta in provider.stream(connection(peer), MESSAGES)]


async def test_one_token_serves_many_calls(transport: Transport) -> None:
    """Also where the first calls come at the same moment."""
    provider = Providers(transport)["google_vertex_ai"]
    async with Peer([exchanging(VENDOR)]) as peer:
        answers = await asyncio.gather(*(ask(provider, peer) for _ in range(4)))
        answers.append(await ask(provider, peer))
    assert [said(deltas) for deltas in answers] == ["".join(PIECES)] * 5
    asked = [r for r in peer.requests if r.path != "/token"]
    assert len(peer.requests) - len(asked) == 1
    assert {r.headers["authorization"] for r in asked} == {"Bearer token-1"}


async def test_a_token_is_renewed_shortly_before_its_end(transport: Transport) -> None:
    """Not before, and not when it is too late."""
    now = 1000.0
    tokens = Tokens(transport, "google_vertex_ai", clock=lambda: now)
    async with Peer([exchanging(VENDOR, seconds=3600)]) as peer:
        file = key_file(f"{peer.url}/token")
        found = [await tokens.of(file)]
        now += 3600 - MARGIN - 1
        found.append(await tokens.of(file))
        now += 1
        found.append(await tokens.of(file))
    assert found == ["token-1", "token-1", "token-2"]


async def test_a_token_that_is_not_taken_is_not_used_again(transport: Transport) -> None:
    """Google may take a token back; the call fails, and the next one has a new token."""
    provider = Providers(transport)["google_vertex_ai"]
    refused = iter([True])

    async def vendor(exchange: Exchange) -> None:
        if next(refused, False):
            return await FAULTS["401"](WIRE)(exchange)
        return await VENDOR(exchange)

    async with Peer([exchanging(vendor)]) as peer:
        with pytest.raises(ProviderRejected, match="401"):
            await ask(provider, peer)
        assert said(await ask(provider, peer)) == "".join(PIECES)
    assert peer.requests[-1].headers["authorization"] == "Bearer token-2"


BROKEN: dict[str, tuple[Behaviour, type[ProviderError], str]] = {
    "no token": (whole(200, b'{"canary": 1}', JSON), ProviderProtocolError, "no token"),
    "no JSON": (whole(200, b"canary", JSON), ProviderProtocolError, "no token"),
    "a token for two headers": (
        whole(200, b'{"access_token": "a\\r\\nb: canary"}', JSON),
        ProviderProtocolError,
        "no token",
    ),
    "too long": (
        whole(200, b'{"canary": "%b"}' % (b"x" * 70_000), JSON), ProviderProtocolError, "bytes",
    ),
    "refused": (
        whole(400, b'{"error": "invalid_grant", "error_description": "canary"}', JSON),
        ProviderRejected,
        r"refused the service account: status 400",
    ),
    "failed": (whole(500, b"canary", JSON), ProviderError, "status 500"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
async def test_an_exchange_that_fails_is_one_clear_error(
    transport: Transport, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """Nothing of the answer and nothing of the key comes with it, and nothing was asked."""
    caplog.set_level(logging.DEBUG)
    behaviour, kind, words = BROKEN[case]
    async with Peer([behaviour]) as peer:
        with pytest.raises(kind, match=words) as caught:
            await ask(Providers(transport)["google_vertex_ai"], peer)
    error = caught.value
    assert (error.provider, error.__cause__, error.__context__) == ("google_vertex_ai", None, None)
    assert_silent(error, caplog)
    assert "PRIVATE KEY" not in str(error) + caplog.text
    assert {r.path for r in peer.requests} == {"/token"}


async def test_an_exchange_is_repeated_where_that_may_help(patient: Transport) -> None:
    """A failure of Google's sign-in is invisible if it passes."""
    async with Peer([FAULTS["503"](WIRE), exchanging(VENDOR)]) as peer:
        deltas = await ask(Providers(patient)["google_vertex_ai"], peer)
    assert said(deltas) == "".join(PIECES)
    assert [r.path for r in peer.requests[:2]] == ["/token", "/token"]


async def test_a_key_that_cannot_sign_is_told_without_it(transport: Transport) -> None:
    """Where a connection was saved before its key file was spoilt."""
    async with Peer([exchanging(VENDOR)]) as peer:
        stream = Providers(transport)["google_vertex_ai"].stream(
            connection(peer, private_key="canary"), MESSAGES
        )
        with pytest.raises(ProviderRejected, match="cannot sign") as caught:
            await anext(stream)
    assert "canary" not in repr(caught.value)
    assert peer.requests == []
