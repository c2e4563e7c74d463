"""Each vendor gets the request that it demands: address, headers, body."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from tests.integration.providers.asking import KEY, MESSAGES, QUESTION, ROWS, ask, said
from tests.peers import Peer
from tests.peers.behaviours import PIECES, answering

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Connection, Message, ProviderRejected, Usage
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport
from sluice.server.providers.vendors import VENDORS

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {KEY}"}
DEMANDS: dict[str, tuple[str, dict[str, str]]] = {
    "openai": ("/v1/chat/completions", BEARER),
    "azure_openai": (
        "/openai/deployments/model-1/chat/completions?api-version=2024-10-21",
        {"api-key": KEY},
    ),
    "mistral": ("/v1/chat/completions", BEARER),
    "ollama": ("/v1/chat/completions", {}),
    "huggingface": ("/v1/chat/completions", BEARER),
    "groq": ("/openai/v1/chat/completions", BEARER),
    "deepseek": ("/chat/completions", BEARER),
    "xai": ("/v1/chat/completions", BEARER),
    "perplexity": ("/chat/completions", BEARER),
    "google_ai_studio": ("/v1beta/openai/chat/completions", BEARER),
    "anthropic": ("/v1/messages", {"x-api-key": KEY, "anthropic-version": "2026-10-21"}),
}
SECRET_HEADERS = {"authorization", "api-key", "x-api-key"}


def test_no_row_is_forgotten() -> None:
    """Every vendor in the tables has a row here."""
    assert set(DEMANDS) == set(ROWS) == {*VENDORS, "anthropic"}


@pytest.mark.parametrize("key", ROWS)
async def test_a_vendor_gets_the_request_it_demands(transport: Transport, key: str) -> None:
    """Method, address, credentials and content type are the vendor's; nothing secret besides."""
    target, headers = DEMANDS[key]
    async with Peer([answering(ROWS[key].wire)]) as peer:
        await ask(transport, ROWS[key], peer)
    (request,) = peer.requests
    assert (request.method, request.target) == ("POST", target)
    assert request.headers.items() >= headers.items()
    assert SECRET_HEADERS & set(request.headers) == SECRET_HEADERS & set(headers)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert "cookie" not in request.headers


@pytest.mark.parametrize("key", ROWS)
async def test_a_vendors_stream_becomes_deltas(transport: Transport, key: str) -> None:
    """Piece by piece, exactly one finish at the end, with usage and the model that answered."""
    row = ROWS[key]
    async with Peer([answering(row.wire)]) as peer:
        deltas = await ask(transport, row, peer)
    assert [delta.text for delta in deltas] == [*PIECES, ""]
    assert [d.finish_reason for d in deltas] == [None] * len(PIECES) + ["stop"]
    asks_usage = key == "anthropic" or VENDORS[key].asks_usage
    assert deltas[-1].usage == (Usage(4, len("".join(PIECES).split())) if asks_usage else None)
    assert {delta.model for delta in deltas} == {"model-1"}


@pytest.mark.parametrize("key", ROWS)
async def test_a_vendor_gets_the_conversation_and_nothing_more(
    transport: Transport, key: str
) -> None:
    """Model, turns and streaming; no field that this vendor is known to refuse."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        await ask(transport, ROWS[key], peer)
    body = peer.requests[0].json()
    if key == "anthropic":
        assert body == {
            "model": "model-1",
            "max_tokens": 8192,
            "system": "Be brief.",
            "stream": True,
            "messages": [
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Hi"},
                {"role": "user", "content": QUESTION},
            ],
        }
        return
    usage = {"stream_options": {"include_usage": True}} if VENDORS[key].asks_usage else {}
    turns = [{"role": m.role, "content": m.content} for m in MESSAGES]
    assert body == {"model": "model-1", "messages": turns, "stream": True} | usage


OPTIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("openai", {"max_tokens": 5}, {"max_completion_tokens": 5}),
    ("mistral", {"max_tokens": 5}, {"max_tokens": 5}),
    ("groq", {"max_tokens": 5}, {"max_completion_tokens": 5}),
    ("anthropic", {"max_tokens": 5, "temperature": 0.5}, {"max_tokens": 5, "temperature": 0.5}),
    ("openai", {"temperature": 0, "seed": 1}, {"temperature": 0, "seed": 1}),
    ("mistral", {"include_usage": True}, {"stream_options": {"include_usage": True}}),
]


@pytest.mark.parametrize(("key", "options", "fields"), OPTIONS)
async def test_options_become_the_vendors_fields(
    transport: Transport, key: str, options: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Each option is sent under the name that this vendor knows it by."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        await ask(transport, ROWS[key], peer, **options)
    assert peer.requests[0].json().items() >= fields.items()


async def test_instructions_may_go_in_another_role(transport: Transport) -> None:
    """`system_role` names the role for models that know no system message."""
    async with Peer([answering(ROWS["openai"].wire)]) as peer:
        await ask(transport, ROWS["openai"], peer, system_role="developer")
    roles = [message["role"] for message in peer.requests[0].json()["messages"]]
    assert roles == ["developer", "user", "assistant", "user"]


ADDRESSES: list[tuple[str, str, str, str]] = [
    ("openai", "/v1/", "m", "/v1/chat/completions"),
    ("ollama", "", "m", "/v1/chat/completions"),
    ("ollama", "/v1", "m", "/v1/chat/completions"),
    ("ollama", "/behind/a/proxy/", "m", "/behind/a/proxy/v1/chat/completions"),
    ("anthropic", "/v1", "m", "/v1/messages"),
    ("anthropic", "/", "m", "/v1/messages"),
    ("azure_openai", "/", "a/b?c", "/openai/deployments/a%2Fb%3Fc/chat/completions"),
    ("azure_openai", "/openai/v1/", "m", "/openai/v1/chat/completions"),
]


@pytest.mark.parametrize(("key", "path", "model", "expected"), ADDRESSES)
async def test_addresses_are_joined(
    transport: Transport, key: str, path: str, model: str, expected: str
) -> None:
    """A slash too many, a `/v1` too many or too few, a model that is no path: all well."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        credentials = {} if key == "ollama" else {"api_key": KEY}
        connection = Connection(key, model, peer.url + path, credentials)
        stream = Providers(transport)[key].stream(connection, MESSAGES)
        # The peer need not know this address: what it was asked for is looked at below.
        with suppress(ProviderRejected):
            await anext(stream)
        await stream.aclose()
    assert peer.requests[0].path == expected


@pytest.mark.parametrize(
    ("options", "version"),
    [
        ({}, "2026-10-21"),
        ({"max_tokens": 5}, "2026-10-21"),
        ({"temperature": 0.5}, "2023-06-01"),
        ({"top_k": 5}, "2023-06-01"),
        ({"api_version": "2023-06-01"}, "2023-06-01"),
    ],
)
async def test_anthropics_version_allows_what_is_asked_for(
    transport: Transport, options: dict[str, Any], version: str
) -> None:
    """The current version, and the one before where sampling is set, which it no longer takes."""
    row = ROWS["anthropic"]
    async with Peer([answering(row.wire)]) as peer:
        await ask(transport, row, peer, **options)
    assert peer.requests[0].headers["anthropic-version"] == version


async def test_azure_takes_another_version(transport: Transport) -> None:
    """`api_version` is the query's, and the undated API gets none."""
    row = ROWS["azure_openai"]
    async with Peer([answering(row.wire)]) as peer:
        await ask(transport, row, peer, api_version="2025-01-01-preview")
    assert peer.requests[0].target.endswith("?api-version=2025-01-01-preview")


async def test_the_peer_can_echo_what_it_received(transport: Transport) -> None:
    """What arrived there is exactly the cleansed text, beyond ASCII too."""
    text = 'grüße 👋 an PERSON_0\r\n\0 \u2028 \\ "'
    for key in ("openai", "anthropic"):
        async with Peer([answering(ROWS[key].wire, pieces=None)]) as peer:
            message = Message("user", CleansedText(text))
            assert said(await ask(transport, ROWS[key], peer, (message,))) == text


@pytest.mark.parametrize("key", ROWS)
async def test_a_connection_with_problems_is_never_used(transport: Transport, key: str) -> None:
    """A broken connection is refused before a byte is sent, without quoting it."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        broken = Connection(key, "m\n", peer.url, {"api_key": "canary\r\nx: y"}, {"canary?": 1})
        with pytest.raises(ProviderRejected, match=r"model: .*credentials.api_key: .*") as caught:
            await anext(Providers(transport)[key].stream(broken, MESSAGES))
    assert peer.requests == []
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("key", ["openai", "anthropic"])
async def test_text_without_a_utf8_form_is_refused(transport: Transport, key: str) -> None:
    """A lone surrogate is refused, and the error does not carry the text along."""
    async with Peer([answering(ROWS[key].wire)]) as peer:
        message = Message("user", CleansedText("canary \ud83d"))
        with pytest.raises(ProviderRejected) as caught:
            await ask(transport, ROWS[key], peer, (message,))
    assert peer.requests == []
    assert caught.value.__context__ is None
