"""Streams that other gateways get wrong, over real sockets on both wires."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

import anyio
import httpx
import pytest
from tests.e2e.gateway_line import PATHS, PATIENCE, WIRES, Failed, Json, Line, problem, texts
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import FAULTS, Exchange, Peer
from tests.peers.behaviours import (
    CANARY,
    SSE,
    VARIANTS,
    answering,
    events_of,
    streaming,
)
from tests.peers.server import Behaviour
from tests.waiting import comes_within

MAIL = "jane.roe@example.org"
QUESTION = ("user", f"Mail {MAIL}")
SAID = "To EMAIL_ADDRESS_0, grüße 👋, and EMAIL_ADDRESS_0."
READ = SAID.replace("EMAIL_ADDRESS_0", MAIL)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str | None, LiveServer]]:
    """By what a vendor does: with a vendor that hangs a server loses patience soon."""
    folder = tmp_path_factory.mktemp("streams")
    with ExitStack() as stack:
        yield {
            fault: stack.enter_context(LiveServer(folder / str(fault), environment=environment))
            for fault, environment in PATIENCE.items()
        }


@pytest.fixture(scope="module", params=["openai", "anthropic"])
def lines(
    request: pytest.FixtureRequest, servers: dict[str | None, LiveServer]
) -> Iterator[dict[str | None, Line]]:
    """An instance of each server on a scripted vendor, of each wire."""
    vendor, name = request.param, f"Streams {request.param}"
    with peer_beside(answering(WIRES[vendor]())) as peer:
        for server in servers.values():
            server.instance(connection_to(peer, vendor), name=name)
        yield {fault: Line(server, peer, vendor, model=name) for fault, server in servers.items()}


@pytest.fixture
def line(request: pytest.FixtureRequest, lines: dict[str | None, Line]) -> Line:
    """The line in a conversation of its own, for the fault of a test that has one."""
    called = getattr(request.node, "callspec", None)
    fault = called.params.get("fault") if called else None
    return lines.get(fault, lines[None]).apart()


def test_a_token_is_restored_wherever_the_stream_is_cut_in_two(line: Line) -> None:
    """Nothing of it is sent on before it is whole."""
    for cut in range(1, len(SAID)):
        line.says(SAID[:cut], SAID[cut:])
        assert line.stream(QUESTION) == READ


def test_a_token_is_restored_out_of_single_characters(line: Line) -> None:
    """Whatever stands between its deltas."""
    line.says(*SAID)
    assert line.stream(QUESTION) == READ


@pytest.mark.parametrize("end", ["EMAIL_ADDRESS_0", "[EMAIL_ADDRESS_0", "[[EMAIL_ADDRESS_0]]"])
def test_a_token_at_the_very_end_is_restored(line: Line, end: str) -> None:
    """What is held back is sent before the end is told."""
    line.says("See ", end)
    assert line.stream(QUESTION) == "See " + end.replace("EMAIL_ADDRESS_0", MAIL)


NEW = "new.person@example.com"


def test_a_value_of_the_models_own_is_never_sent_on_in_parts(line: Line) -> None:
    """Cut anywhere, while the caller's own is restored."""
    said = f"Ask {NEW} or EMAIL_ADDRESS_0 now."
    for cut in range(4, 4 + len(NEW) + 2):
        line = line.apart()
        line.says(said[:cut], said[cut:])
        assert line.stream(QUESTION) == f"Ask EMAIL_ADDRESS_1 or {MAIL} now."


@pytest.mark.parametrize("variant", VARIANTS)
def test_however_the_events_are_written_the_answer_is_the_same(line: Line, variant: str) -> None:
    """CRLF, several lines of data, comments, single bytes, an end marker twice."""

    def spoilt(exchange: Exchange) -> list[bytes]:
        return VARIANTS[variant](events_of(line.wire, exchange, (SAID[:9], SAID[9:])))

    line.does(streaming(spoilt))
    if variant == "end marker missing" and line.vendor == "anthropic":
        # Only `message_stop` makes a message whole.
        with pytest.raises(Failed):
            line.stream(QUESTION)
    else:
        assert line.stream(QUESTION) == READ


def _after_first(line: Line, seen: anyio.Event) -> Behaviour:
    """Half of an answer; the rest when the caller has seen some of it."""

    async def behave(exchange: Exchange) -> None:
        events = events_of(line.wire, exchange, ("This is the first line.\n", "EMAIL_ADDRESS_0"))
        at = next(n for n, event in enumerate(events) if b"first line" in event) + 1
        await exchange.head(200, SSE)
        await exchange.piece(b"".join(events[:at]))
        await seen.wait()
        await exchange.piece(b"".join(events[at:]))
        await exchange.end()

    return behave


@asynccontextmanager
async def _asked(line: Line, peer: Peer) -> AsyncIterator[httpx.Response]:
    """A stream from an instance of its own on this peer."""
    name = f"{line.vendor} {peer.port}"
    connection = connection_to(peer, line.vendor)
    await anyio.to_thread.run_sync(lambda: line.server.instance(connection, name=name))
    body = line.body(QUESTION, stream=True) | {"model": name}
    async with (
        httpx.AsyncClient(base_url=line.server.url, timeout=60) as client,
        client.stream("POST", PATHS[line.vendor], json=body, headers=line.signed_in) as answer,
    ):
        yield answer


@pytest.mark.anyio
async def test_text_is_sent_on_while_the_model_still_writes(line: Line) -> None:
    """The vendor goes on only when the caller has read the beginning."""
    seen = anyio.Event()
    said = ""
    async with Peer([_after_first(line, seen)]) as peer, _asked(line, peer) as answer:
        async for event in answer.aiter_lines():
            said += "".join(texts(iter([event])))
            if said.startswith("This is the first"):
                seen.set()
    assert said == f"This is the first line.\n{MAIL}"


@pytest.mark.anyio
async def test_when_the_caller_leaves_the_call_of_the_vendor_ends(line: Line) -> None:
    """Soon: the vendor would never end it by itself."""

    async def endless(exchange: Exchange) -> None:
        await exchange.head(200, SSE)
        await exchange.piece(b"".join(events_of(line.wire, exchange)[:4]))
        while True:
            await anyio.sleep(0.02)
            await exchange.piece(b": still here\n\n")

    async with Peer([endless]) as peer:
        async with _asked(line, peer) as answer:
            assert answer.status_code == 200
            await anext(answer.aiter_lines())
        await comes_within(peer.caller_left, 5)
    assert peer.left == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("hang", 504),
        ("429", 429),
        ("500", 502),
        ("529", 429),
        ("401", 502),
        ("no-json", 502),
        ("no-object", 502),
        ("no-utf8", 502),
        ("no-http", 502),
        ("wrong-content-type", 502),
        ("close", 502),
    ],
)
def test_a_vendor_that_fails_at_once_is_a_clear_error(
    line: Line, fault: str, status: int, stream: bool
) -> None:
    """In the wire's shape; the vendor's words, which may quote the prompt, are not repeated."""
    line.does(FAULTS[fault](line.wire))
    answer = line.post(line.body(QUESTION, stream=stream))
    assert answer.status_code == status, answer.text
    assert problem(answer.json())
    assert CANARY not in answer.text
    assert MAIL not in answer.text
    assert answer.headers.get("retry-after") == ("1" if fault == "429" else None)


@pytest.mark.parametrize("fault", ["hang-mid-stream", "cut", "cut-clean"])
def test_a_stream_that_breaks_ends_with_an_error(line: Line, fault: str) -> None:
    """It must not pass for a whole answer."""
    line.does(FAULTS[fault](line.wire))
    with pytest.raises(Failed) as broken:
        line.stream(QUESTION)
    assert problem(broken.value.body)
    assert MAIL not in json.dumps(broken.value.body)


def test_what_came_before_an_error_in_the_same_read_is_sent_on(line: Line) -> None:
    """What comes together is sent together, but for what an error stands before."""
    error = line.wire.error_event("overloaded_error", CANARY)

    def broken(exchange: Exchange) -> list[bytes]:
        begun = events_of(line.wire, exchange, ("This is the first line.\n", "And the"))
        return [b"".join([*begun[:-2], error])]

    line.does(streaming(broken))
    read: list[str] = []
    with pytest.raises(Failed) as failed:
        read.extend(line.stream_texts(QUESTION))
    assert "".join(read).startswith("This is the first line.")
    assert CANARY not in json.dumps(failed.value.body)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", ["500", "429", "close", "hang"])
def test_a_second_connection_answers_where_the_first_fails(
    line: Line, fault: str, stream: bool
) -> None:
    """Before the first byte of an answer."""
    vendor = line.vendor
    with (
        peer_beside(FAULTS[fault](line.wire)) as first,
        peer_beside(answering(line.wire, pieces=(SAID,))) as second,
    ):
        fallbacks = [connection_to(second, vendor)]
        name = f"{vendor} {first.port}"
        line.server.instance(connection_to(first, vendor), name=name, fallbacks=fallbacks)
        line.model = name
        assert (line.stream if stream else line.ask)(QUESTION) == READ
        assert (len(first.requests), len(second.requests)) == (1, 1)
        assert not any(MAIL in request.body.decode() for request in first.requests)


def test_a_stream_that_broke_is_not_asked_of_another(line: Line) -> None:
    """The caller has read its beginning by then."""
    vendor = line.vendor
    with (
        peer_beside(FAULTS["cut"](line.wire)) as first,
        peer_beside(answering(line.wire, pieces=(SAID,))) as second,
    ):
        name = f"{vendor} {first.port}"
        fallbacks: list[Json] = [connection_to(second, vendor)]
        line.server.instance(connection_to(first, vendor), name=name, fallbacks=fallbacks)
        line.model = name
        with pytest.raises(Failed):
            line.stream(QUESTION)
        assert not second.requests
