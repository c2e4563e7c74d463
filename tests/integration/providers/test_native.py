"""Calls in a vendor's own wire: the body as it is, the events as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.integration.providers.asking import KEY, ROWS
from tests.peers import FAULTS, AzureWire, OpenAIWire, Peer, Wire
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import (
    CANARY,
    JSON,
    PIECES,
    SSE,
    VARIANTS,
    answering,
    events_of,
    failing,
    hanging,
    streaming,
    whole,
)
from tests.peers.openai_paths import OpenAIPaths
from tests.peers.server import Exchange
from tests.waiting import comes_within

from sluice.server.providers.base import (
    Connection,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)
from sluice.server.providers.native import Native
from sluice.server.providers.retry import Retries
from sluice.server.providers.sse import Event
from sluice.server.providers.transport import Timeouts, Transport
from sluice.server.providers.vendors import VENDORS

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)
ASK: list[dict[str, Any]] = [{"role": "user", "content": "one two"}]


@dataclass(frozen=True, slots=True)
class Way:
    """A path of one vendor, its peer, and a body for it."""

    key: str
    wire: Wire
    path: str
    body: Mapping[str, Any]

    def connection(self, peer: Peer, **options: str | float) -> Connection:
        """A connection to the peer."""
        base = peer.url + ROWS[self.key].path
        return Connection(self.key, "model-1", base, {"api_key": KEY}, options)


WAYS = {
    way.path: way
    for way in (
        Way("openai", OpenAIPaths(), "chat/completions", {"messages": ASK}),
        Way("openai", OpenAIPaths(), "completions", {"prompt": "one two"}),
        Way("openai", OpenAIPaths(), "responses", {"input": "one two"}),
        Way("anthropic", AnthropicPaths(), "v1/messages", {"messages": ASK, "max_tokens": 9}),
        Way(
            "anthropic",
            AnthropicPaths(),
            "v1/complete",
            {"prompt": "one two", "max_tokens_to_sample": 9},
        ),
    )
}
WHOLE_ONLY = {
    way.path: way
    for way in (
        Way("openai", OpenAIPaths(), "embeddings", {"input": ["one", "two"]}),
        Way("anthropic", AnthropicPaths(), "v1/messages/count_tokens", {"messages": ASK}),
    )
}
ENDING = sorted(set(WAYS) - {"v1/complete"})
"""Those with an end marker."""


async def events(
    transport: Transport, way: Way, peer: Peer, headers: Mapping[str, str] | None = None
) -> list[Event]:
    """All events of a streamed call."""
    body = {"model": "m-2", **way.body, "stream": True}
    stream = Native(transport).stream(way.connection(peer), way.path, body, headers)
    return [event async for group in stream for event in group]


def sent(data: list[bytes]) -> list[str]:
    """The data of these events, as they were written."""
    lines = b"".join(data).decode().split("\n")
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize("path", WAYS)
async def test_events_come_as_the_vendor_wrote_them(transport: Transport, path: str) -> None:
    """Every event, in its order, with its data unchanged."""
    way = WAYS[path]
    written: list[bytes] = []

    async def behave(exchange: Exchange) -> None:
        written[:] = events_of(way.wire, exchange)
        await answering(way.wire)(exchange)

    async with Peer([behave]) as peer:
        got = await events(transport, way, peer)
    assert [event.data for event in got] == sent(written)


@pytest.mark.parametrize("path", ENDING)
async def test_events_that_come_together_are_given_together(
    transport: Transport, path: str
) -> None:
    """The end marker comes alone: before it the message is read to its end."""
    way = WAYS[path]
    at_once = streaming(lambda exchange: [b"".join(events_of(way.wire, exchange))])
    async with Peer([at_once]) as peer:
        body = {"model": "m-2", **way.body, "stream": True}
        stream = Native(transport).stream(way.connection(peer), way.path, body)
        sizes = [len(group) async for group in stream]
    assert sizes[1:] == [1]
    assert sizes[0] > len(PIECES)


@pytest.mark.parametrize("path", WAYS)
async def test_the_body_goes_out_as_it_is(transport: Transport, path: str) -> None:
    """No field is added, dropped or changed; the key is the connection's."""
    way = WAYS[path]
    strange = {"model": "m-2", **way.body, "stream": True, "metadata": {"a": ["ü", None, 1.5]}}
    headers = {"authorization": "Bearer callers", "x-api-key": "callers", "cookie": "a=b"}
    async with Peer([answering(way.wire)]) as peer:
        stream = Native(transport).stream(way.connection(peer), way.path, strange, headers)
        assert [event async for event in stream]
    (request,) = peer.requests
    assert request.json() == strange
    assert "callers" not in "".join(request.headers.values())
    assert "cookie" not in request.headers
    signed = ("x-api-key", KEY) if way.key == "anthropic" else ("authorization", f"Bearer {KEY}")
    assert request.headers[signed[0]] == signed[1]


@pytest.mark.parametrize("path", [*WAYS, *WHOLE_ONLY])
async def test_a_whole_answer_is_the_vendors_object(transport: Transport, path: str) -> None:
    """As the vendor wrote it."""
    way = WAYS.get(path) or WHOLE_ONLY[path]
    async with Peer([answering(way.wire)]) as peer:
        body = {"model": "m-2", **way.body}
        answer = await Native(transport).whole(way.connection(peer), way.path, body)
    assert isinstance(answer, dict)
    told = "data" if path == "embeddings" else "input_tokens" if "count" in path else None
    assert told in answer if told else TEXT in json.dumps(answer, ensure_ascii=False)
    assert peer.requests[0].headers["accept"] == "application/json"


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"data on several lines"}))
@pytest.mark.parametrize("path", ENDING)
async def test_every_form_of_a_stream_gives_the_same_events(
    transport: Transport, path: str, variant: str
) -> None:
    """Line endings, comments, cut bytes, an end marker too many: the same events come out."""
    way = WAYS[path]
    async with Peer([streaming(lambda ex: events_of(way.wire, ex))]) as peer:
        plain = await events(transport, way, peer)
    spoilt = streaming(lambda ex: VARIANTS[variant](events_of(way.wire, ex)))
    async with Peer([spoilt]) as peer:
        got = await events(transport, way, peer)
    assert got == (plain[:-1] if variant == "end marker missing" else plain)


REFUSALS: list[tuple[int, type[ProviderError]]] = [
    (400, ProviderRejected),
    (401, ProviderRejected),
    (404, ProviderRejected),
    (422, ProviderRejected),
    (429, ProviderRateLimited),
    (500, ProviderError),
    (529, ProviderRateLimited),
]


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(("status", "kind"), REFUSALS)
@pytest.mark.parametrize("path", WAYS)
async def test_a_refusal_carries_status_and_type(
    transport: Transport, path: str, status: int, kind: type[ProviderError], streamed: bool
) -> None:
    """So that the caller can be answered as the vendor would have; never the vendor's words."""
    way = WAYS[path]
    async with Peer([failing(way.wire, status, "some_error")]) as peer:
        native, connection = Native(transport), way.connection(peer)
        body = {"model": "m-2", **way.body}
        with pytest.raises(kind) as caught:
            await (
                anext(native.stream(connection, path, body))
                if streamed
                else native.whole(connection, path, body)
            )
    assert (caught.value.status, caught.value.error_type) == (status, "some_error")
    assert CANARY not in repr(vars(caught.value)) + str(caught.value)


@pytest.mark.parametrize("fault", ["500", "529", "close"])
@pytest.mark.parametrize("path", WAYS)
async def test_a_call_is_repeated_before_the_first_event(
    patient: Transport, path: str, fault: str
) -> None:
    """A failed attempt that gave nothing is invisible, streamed or not."""
    way = WAYS[path]
    async with Peer([FAULTS[fault](way.wire), answering(way.wire)]) as peer:
        assert await events(patient, way, peer)
    async with Peer([FAULTS[fault](way.wire), answering(way.wire)]) as peer:
        body = {"model": "m-2", **way.body}
        assert await Native(patient).whole(way.connection(peer), path, body)


@pytest.mark.parametrize("path", ENDING)
async def test_an_error_that_comes_first_is_a_failed_attempt(patient: Transport, path: str) -> None:
    """Overloaded vendors answer 200 and say so in the first event."""
    way = WAYS[path]
    error = way.wire.error_event("overloaded_error", CANARY)
    async with Peer([streaming(lambda _: [error]), answering(way.wire)]) as peer:
        assert await events(patient, way, peer)
    assert len(peer.requests) == 2


@pytest.mark.parametrize("path", ENDING)
async def test_an_error_in_the_middle_is_passed_on(patient: Transport, path: str) -> None:
    """Whoever rewrites the stream knows how the caller's wire tells of it."""
    way = WAYS[path]
    error = way.wire.error_event("overloaded_error", "busy")
    broken = streaming(lambda ex: [*events_of(way.wire, ex)[:3], error])
    async with Peer([broken]) as peer:
        got = await events(patient, way, peer)
    assert (len(got), len(peer.requests)) == (4, 1)
    assert "overloaded_error" in got[-1].data


@pytest.mark.parametrize("path", WAYS)
async def test_closing_ends_the_call_within_a_second(patient: Transport, path: str) -> None:
    """The caller who leaves costs nothing more."""
    way = WAYS[path]
    async with Peer([hanging(way.wire, 3)]) as peer:
        stream = Native(patient).stream(way.connection(peer), path, {"model": "m", **way.body})
        await anext(stream)
        await stream.aclose()
        await comes_within(peer.caller_left, 1)


@pytest.mark.parametrize("path", WAYS)
async def test_cancelling_a_whole_call_ends_it(patient: Transport, path: str) -> None:
    """Also while the vendor thinks."""
    way = WAYS[path]
    async with Peer([hanging(way.wire)]) as peer:
        call = Native(patient).whole(way.connection(peer), path, {"model": "m", **way.body})
        task = asyncio.ensure_future(call)
        await peer.called.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await comes_within(peer.caller_left, 1)


@pytest.mark.parametrize("path", ENDING)
async def test_a_connection_serves_call_after_call(patient: Transport, path: str) -> None:
    """After the end marker the message is read to its end, though nobody reads on."""
    way = WAYS[path]
    async with Peer([answering(way.wire)]) as peer:
        for _ in range(3):
            await events(patient, way, peer)
        assert peer.connections == 1


@pytest.mark.parametrize(
    "timeouts", [Timeouts(whole=0.1), Timeouts(idle=0.1)], ids=["whole", "idle"]
)
async def test_a_vendor_that_stalls_is_told_as_such(timeouts: Timeouts) -> None:
    """A whole answer may take longer to begin than a stream, and not for ever."""
    way = WAYS["chat/completions"]

    async def stall(exchange: Exchange) -> None:
        await asyncio.sleep(0.2 if timeouts.whole > 1 else 5)
        await exchange.head(200, JSON)
        await exchange.piece(b'{"a": ')
        await asyncio.Event().wait()

    once = Retries(attempts=1)
    async with Transport(timeouts=timeouts, retries=once) as transport, Peer([stall]) as peer:
        with pytest.raises(ProviderTimeout):
            await Native(transport).whole(way.connection(peer), way.path, {"model": "m"})


BROKEN: dict[str, tuple[bytes, Mapping[str, str]]] = {
    "no JSON": (CANARY.encode(), JSON),
    "a list": (b"[1]", JSON),
    "nothing": (b"", JSON),
    "an event stream": (b"data: {}\n\n", SSE),
    "deep nesting": (b'{"a":' * 100_000, JSON),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_an_answer_that_is_no_object_is_refused(transport: Transport, case: str) -> None:
    """And neither quoted nor carried along."""
    way = WAYS["chat/completions"]
    async with Peer([whole(200, *BROKEN[case])]) as peer:
        with pytest.raises(ProviderProtocolError) as caught:
            await Native(transport).whole(way.connection(peer), way.path, {"model": "m"})
    assert caught.value.__context__ is None
    assert CANARY not in str(caught.value)


async def test_the_callers_headers_that_change_a_call_go_along(transport: Transport) -> None:
    """Version and beta features; the connection's version holds where the caller names none."""
    way = WAYS["v1/messages"]
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "a-2026-01-01,b_2"}
    async with Peer([answering(way.wire)]) as peer:
        await events(transport, way, peer, {**headers, "x-stainless-lang": "python"})
        await events(transport, way, peer)
    first, second = peer.requests
    assert first.headers.items() >= headers.items()
    assert "x-stainless-lang" not in first.headers
    assert second.headers["anthropic-version"] == "2026-10-21"
    assert "anthropic-beta" not in second.headers


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("v1/messages", "anthropic-version", "latest"),
        ("v1/messages", "anthropic-beta", "jane@example.org"),
        ("responses", "openai-beta", "a b"),
    ],
)
async def test_a_header_of_another_form_is_refused(
    transport: Transport, path: str, name: str, value: str
) -> None:
    """A header is not cleansed, so only what is plainly a feature's name goes out."""
    way = WAYS[path]
    async with Peer([answering(way.wire)]) as peer:
        with pytest.raises(ProviderRejected, match=name) as caught:
            await events(transport, way, peer, {name: value})
    assert peer.requests == []
    assert value not in str(caught.value)


async def test_sampling_decides_the_version_that_nobody_named(transport: Transport) -> None:
    """A body that sets it is one of the version before."""
    way = WAYS["v1/messages"]
    async with Peer([answering(way.wire)]) as peer:
        body = {"model": "m", **way.body, "temperature": 0.5}
        await Native(transport).whole(way.connection(peer), way.path, body)
    assert peer.requests[0].headers["anthropic-version"] == "2023-06-01"


async def test_azure_takes_the_model_from_the_address(transport: Transport) -> None:
    """The body's model is the deployment."""
    async with Peer([answering(AzureWire())]) as peer:
        connection = Connection("azure_openai", "default", peer.url, {"api_key": KEY})
        body = {"model": "other", "messages": ASK}
        await Native(transport).whole(connection, "chat/completions", body)
    assert peer.requests[0].path == "/openai/deployments/other/chat/completions"


async def test_fields_that_a_vendor_refuses_by_name_get_its_own(transport: Transport) -> None:
    """Mistral answers 422 to OpenAI's names; its own mean the same."""
    async with Peer([answering(OpenAIWire())]) as peer:
        connection = Connection("mistral", "m", peer.url, {"api_key": KEY})
        body = {
            "model": "m",
            "messages": ASK,
            "max_completion_tokens": 5,
            "seed": 1,
            "stream": True,
            "stream_options": {"include_usage": True},
            "user": "u",
        }
        stream = Native(transport).stream(connection, "chat/completions", body)
        assert [event async for event in stream]
    expected = {"model": "m", "messages": ASK, "max_tokens": 5, "random_seed": 1, "stream": True}
    assert peer.requests[0].json() == expected


SPOKEN: dict[str, set[str]] = {
    "openai": {"chat/completions", "completions", "responses", "embeddings"},
    "azure_openai": {"chat/completions", "completions", "embeddings"},
    "mistral": {"chat/completions", "embeddings"},
    "ollama": {"chat/completions", "completions", "responses", "embeddings"},
    "huggingface": {"chat/completions", "responses"},
    "groq": {"chat/completions", "responses"},
    "deepseek": {"chat/completions"},
    "xai": {"chat/completions", "responses"},
    "perplexity": {"chat/completions"},
    "google_ai_studio": {"chat/completions", "embeddings"},
    "anthropic": {"v1/messages", "v1/messages/count_tokens", "v1/complete"},
    "echo": set(),
    "unknown": set(),
}
PATHS = set().union(*SPOKEN.values())


@pytest.mark.parametrize("key", SPOKEN)
async def test_each_vendor_speaks_its_paths(transport: Transport, key: str) -> None:
    """No more than its reference says, so that everything else is translated or refused."""
    native = Native(transport)
    connection = Connection(key, "m", "http://x.example", {"api_key": "k"})
    assert {path for path in PATHS if native.speaks(connection, path)} == SPOKEN[key]
    with pytest.raises(ProviderRejected, match="does not serve"):
        native.stream(connection, "audio/speech", {})


def test_no_vendor_is_forgotten() -> None:
    """Every row of the table is in the table above."""
    assert set(VENDORS) <= set(SPOKEN)


async def test_azures_undated_api_has_responses(transport: Transport) -> None:
    """And only it: the dated one has them in previews alone."""
    connection = Connection("azure_openai", "m", "https://x.example/openai/v1/", {"api_key": "k"})
    assert Native(transport).speaks(connection, "responses")


async def test_usage_is_asked_for_where_that_is_allowed(transport: Transport) -> None:
    """Vendors that refuse the field tell their usage unasked."""
    native = Native(transport)
    known = {key: native.tells_usage_if_asked(Connection(key, "m")) for key in SPOKEN}
    assert known["openai"]
    assert not any(known[key] for key in ("mistral", "perplexity", "anthropic", "echo"))


async def test_a_broken_connection_is_never_used(transport: Transport) -> None:
    """It is refused before a byte is sent, without quoting it."""
    async with Peer([answering(OpenAIWire())]) as peer:
        for key, path in (("openai", "responses"), ("anthropic", "v1/messages")):
            broken = Connection(key, "m\n", peer.url, {"api_key": "canary\r\nx: y"})
            with pytest.raises(ProviderRejected, match="model: ") as caught:
                await Native(transport).whole(broken, path, {"model": "m"})
            assert "canary" not in str(caught.value)
    assert peer.requests == []
