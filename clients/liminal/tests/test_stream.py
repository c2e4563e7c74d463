"""Streams: chunks as they come, whatever the packets; no fault passes for an answer."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator

import httpx
import pytest
from clients.liminal.tests.peer import Peer, Reply
from clients.liminal.tests.wire_data import line
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.waiting import HANGS, comes_within, steady_clock

from liminal import Client, lines
from liminal.endpoints.prompt.models import StreamResponseChunk
from liminal.errors import (
    AuthError,
    ConnectionFailedError,
    LiminalError,
    RateLimitedError,
    RequestTimeoutError,
    StreamError,
)

pytestmark = pytest.mark.anyio

SUBMIT = "/api/v1/prompts/submit"
AWKWARD = "Zoë\u2028said\u0085\x1c“hi” 👩‍👩‍👧 \x0b\r"


async def collect(client: Client, **options: float) -> list[StreamResponseChunk]:
    return [chunk async for chunk in client.prompt.stream(3, "Hello", **options)]


async def until_it_fails(client: Client) -> tuple[list[str], LiminalError]:
    """Return what came before the error, and the error."""
    contents: list[str] = []
    try:
        async for chunk in client.prompt.stream(3, "Hello"):
            contents.append(chunk.content)  # noqa: PERF401 - what came before the error counts
    except LiminalError as error:
        return contents, error
    raise AssertionError("the stream ended as if nothing had happened")


async def test_a_stream_asks_for_streaming_and_yields_each_chunk(
    peer: Peer, client: Client
) -> None:
    last = b'{"content": "", "finishReason": "stop", "threadId": 11, "chatId": 21, "new": 1}\n'
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), line("you"), last]))
    chunks = await collect(client)
    assert [chunk.content for chunk in chunks] == ["Hello ", "you", ""]
    assert [chunk.finish_reason for chunk in chunks] == [None, None, "stop"]
    assert (chunks[-1].thread_id, chunks[-1].chat_id) == (11, 21)
    assert peer.requests[0].json == {
        "modelInstanceId": 3, "source": "sdk", "text": "Hello", "threadId": None,
        "isStreaming": True,
    }  # fmt: skip


async def test_a_chunk_is_yielded_before_the_next_one_comes(peer: Peer, client: Client) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[line("first"), 30.0, line("never", "stop")]))
    stream = client.prompt.stream(3, "Hello")
    chunk = await asyncio.wait_for(anext(aiter(stream)), HANGS)
    assert chunk.content == "first"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_packets_may_hold_any_number_of_bytes(peer: Peer, client: Client, size: int) -> None:
    sent = line(AWKWARD) + line("", "stop")
    peer.on("POST", SUBMIT, Reply(stream=[sent[i : i + size] for i in range(0, len(sent), size)]))
    assert [chunk.content for chunk in await collect(client)] == [AWKWARD, ""]


async def test_the_last_line_needs_no_line_end_and_blank_lines_are_skipped(
    peer: Peer, client: Client
) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[b"\n\r\n", line("a"), line("b", "length").rstrip()]))
    assert [chunk.content for chunk in await collect(client)] == ["a", "b"]


async def test_a_stream_that_says_that_it_failed_raises_after_what_came_before(
    peer: Peer, client: Client
) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), line("", "error")]))
    contents, error = await until_it_fails(client)
    assert contents == ["Hello "]
    assert isinstance(error, StreamError)
    assert (error.code, error.url) == ("stream_failed", SUBMIT)


async def test_a_failing_line_may_say_why_as_a_refusal_does(peer: Peer, client: Client) -> None:
    last = {
        "content": "", "finishReason": "error", "message": "The provider hung up",
        "code": "provider_error", "requestId": "req-7",
    }  # fmt: skip
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), json.dumps(last).encode()]))
    _, error = await until_it_fails(client)
    assert str(error) == "The stream failed on the server: The provider hung up"
    assert (error.code, error.request_id) == ("provider_error", "req-7")


async def test_the_text_of_the_failing_line_is_handed_out_too(peer: Peer, client: Client) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), line("and", "error")]))
    contents, error = await until_it_fails(client)
    assert (contents, type(error)) == (["Hello ", "and"], StreamError)


async def test_a_stream_without_a_last_line_raises(peer: Peer, client: Client) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello ")]))
    contents, error = await until_it_fails(client)
    assert (contents, type(error), error.code) == (["Hello "], StreamError, "stream_cut")


async def test_an_empty_stream_raises(peer: Peer, client: Client) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[]))
    contents, error = await until_it_fails(client)
    assert (contents, error.code) == ([], "stream_cut")


async def test_a_connection_cut_in_the_middle_of_a_line_raises(peer: Peer, client: Client) -> None:
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), b'{"content": "plan'], cut=True))
    contents, error = await until_it_fails(client)
    assert (contents, type(error), error.code) == (["Hello "], StreamError, "stream_cut")


@pytest.mark.parametrize(
    "garbage",
    [
        b'{"content": "planted-9f8e7d"',
        b"planted-9f8e7d",
        b'{"content": ["planted-9f8e7d"], "finishReason": null}',
        b'{"data": {"text": "planted-9f8e7d"}}',
        b'{"content": "planted-9f8e7d \xff", "finishReason": null}',
    ],
)
async def test_garbage_raises_and_is_neither_yielded_nor_quoted(
    peer: Peer, client: Client, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    caplog.set_level("DEBUG", logger="liminal")
    peer.on("POST", SUBMIT, Reply(stream=[line("Hello "), garbage + b"\n", line("", "stop")]))
    contents, error = await until_it_fails(client)
    assert (contents, type(error), error.code) == (["Hello "], StreamError, "stream_garbled")
    assert "planted" not in "".join(traceback.format_exception(error))
    assert "planted" not in caplog.text


async def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    peer: Peer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LINE_LIMIT", 1000)
    peer.on("POST", SUBMIT, Reply(stream=[line("a"), *[b"x" * 400] * 5, line("", "stop")]))
    contents, error = await until_it_fails(client)
    assert (contents, error.code) == (["a"], "stream_garbled")


async def test_a_refusal_before_the_first_byte_raises_and_its_body_is_no_content(
    peer: Peer, client: Client
) -> None:
    body = {"message": "Sign in", "code": "unauthenticated"}
    limited = Reply(status=429, headers=[("Retry-After", "3")])
    peer.on("POST", SUBMIT, Reply(status=401, body=body), limited)
    contents, error = await until_it_fails(client)
    assert (contents, type(error), error.status) == ([], AuthError, 401)
    contents, error = await until_it_fails(client)
    assert (contents, type(error)) == ([], RateLimitedError)


async def test_a_connection_that_breaks_before_the_answer_is_no_stream_error(
    peer: Peer, client: Client
) -> None:
    peer.on("POST", SUBMIT, Reply(wire=b""))
    contents, error = await until_it_fails(client)
    assert (contents, type(error)) == ([], ConnectionFailedError)


async def test_the_timeout_bounds_the_wait_for_each_piece_not_the_whole(
    peer: Peer, client: Client
) -> None:
    pieces = [part for _ in range(8) for part in (line("x"), 0.05)]
    peer.on("POST", SUBMIT, Reply(stream=[*pieces, line("", "stop")]), Reply(hang=True))
    with steady_clock():
        assert len(await collect(client, timeout=0.3)) == 9
        with pytest.raises(RequestTimeoutError):
            await collect(client, timeout=0.3)


async def test_a_rotated_session_id_is_taken_before_the_first_chunk(
    peer: Peer, client: Client
) -> None:
    headers = [("Set-Cookie", "session=second")]
    peer.on("POST", SUBMIT, Reply(stream=[line("", "stop")], headers=headers))
    await collect(client)
    assert client.session_id == "second"


async def test_leaving_a_stream_early_closes_its_connection(peer: Peer, client: Client) -> None:
    endless = [part for _ in range(2000) for part in (line("x" * 2000), 0.005)]
    peer.on("POST", SUBMIT, Reply(stream=endless))
    async for _ in client.prompt.stream(3, "Hello"):
        break
    await comes_within(peer.gone, 5)


class Recording(lines.LineStream):
    """Lines that are there already; says whether they were closed."""

    closed = 0

    def __init__(self, *ready: str) -> None:
        super().__init__(self.never, SUBMIT)
        self._ready.extend(ready)

    async def never(self) -> httpx.Response:
        raise AssertionError("nothing is to be asked")

    async def aclose(self) -> None:
        self.closed += 1
        await super().aclose()


@pytest.mark.parametrize("second", ['{"content": "", "finishReason": "error"}', "garbage"])
async def test_the_lines_are_closed_however_the_stream_ends(
    client: Client, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    left, failed = [Recording('{"content": "a", "finishReason": null}', second) for _ in range(2)]
    given = iter([left, failed])
    monkeypatch.setattr(client, "_stream", lambda *args, **parts: next(given))
    async for _ in client.prompt.stream(3, "Hello"):
        break
    await asyncio.sleep(0.01)
    assert left.closed == 1
    await until_it_fails(client)
    assert failed.closed == 1


async def test_the_lines_alone_give_the_connection_back_when_they_are_garbled(
    peer: Peer, client: Client
) -> None:
    endless = [part for _ in range(500) for part in (b"x" * 1000, 0.005)]
    peer.on("POST", SUBMIT, Reply(stream=[b"\xff\n", *endless]))
    found = client._stream("POST", SUBMIT)
    with pytest.raises(StreamError):
        await anext(found)
    await comes_within(peer.gone, 2)
    with pytest.raises(StopAsyncIteration):
        await anext(found)


async def test_the_private_stream_may_be_replaced(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fake(method: str, endpoint: str, **parts: object) -> AsyncIterator[str]:
        yield '{"content": "a", "finishReason": null}'
        yield '{"content": "b", "finishReason": "stop"}'

    monkeypatch.setattr(client, "_stream", fake)
    assert [chunk.content for chunk in await collect(client)] == ["a", "b"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=20)), st.data())
def test_every_split_of_the_bytes_gives_the_same_lines(
    texts: list[str], split: st.DataObject
) -> None:
    sent = "\n".join(texts).encode("utf-8", "ignore")
    cuts = sorted(split.draw(st.lists(st.integers(0, len(sent)), max_size=12)))
    parts = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]

    splitter = lines.LineSplitter()
    found = [line for part in parts for line in splitter.feed(part)] + splitter.finish()
    whole = sent.decode().split("\n")
    assert found == (whole if whole[-1] else whole[:-1])
