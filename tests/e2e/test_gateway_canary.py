"""Values that are planted in calls of the gateway stand nowhere in the clear, however calls end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.e2e.gateway_line import ONCE, WIRES, Failed, Json, Line
from tests.e2e.planted import FOUND, PASSWORD, PLANTED, PROMPT, leaks, leaks_in
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import FAULTS
from tests.peers.behaviours import answering

CREDENTIAL = b"sk-tests-0123456789"
TURN = ("user", PROMPT)


@pytest.fixture(scope="module", params=["openai", "anthropic"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    """A server that writes a debug log, with an instance on a scripted vendor of each wire."""
    folder = tmp_path_factory.mktemp(request.param) / "server"
    with (
        peer_beside(answering(WIRES[request.param]())) as peer,
        LiveServer(folder, environment=ONCE) as server,
    ):
        server.instance(connection_to(peer, request.param))
        block = {"default": {"action": "block"}}
        server.instance(connection_to(peer, request.param), block, name="Blocking")
        yield Line(server, peer, request.param)


def _whole(line: Line) -> None:
    assert line.ask(TURN) == PROMPT


def _streamed(line: Line) -> None:
    assert line.stream(TURN) == PROMPT


def _tools(line: Line) -> None:
    # A password inside of an address is one only there.
    values = [*PLANTED.values(), PASSWORD]
    result = json.dumps({"found": [{value: value} for value in values]})
    if line.vendor == "openai":
        function = {"name": "f", "arguments": result}
        calls: Json = {"tool_calls": [{"id": "c", "type": "function", "function": function}]}
        turns: list[Json] = [
            {"role": "user", "content": PROMPT},
            {"role": "assistant", "content": None, **calls},
            {"role": "tool", "tool_call_id": "c", "content": result},
        ]
    else:
        use: Json = {"type": "tool_use", "id": "c", "name": "f", "input": json.loads(result)}
        turns = [
            {"role": "user", "content": PROMPT},
            {"role": "assistant", "content": [use]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "c", "content": result}],
            },
        ]
    assert line.post(line.body() | {"messages": turns}).status_code == 200


def _refused_shape(line: Line) -> None:
    body = line.body(TURN, ("oracle", PROMPT)) | {PROMPT: {"type": PROMPT}}
    _fails(line, body, 422)


def _no_json(line: Line) -> None:
    with httpx.Client(base_url=line.server.url, timeout=30) as client:
        data = f'{{"messages": [{json.dumps(PROMPT)}'.encode()
        for path in ("/v1/chat/completions", "/v1/messages", "/v1/responses"):
            answer = client.post(path, content=data, headers=line.signed_in)
            assert answer.status_code == 400
            assert not leaks(answer.content)


def _blocked(line: Line) -> None:
    _fails(line, line.body(TURN) | {"model": "Blocking"}, 403)


def _unknown_key(line: Line) -> None:
    line.token = PROMPT.splitlines()[0]
    _fails(line, line.body(TURN), 401)


def _vendor(fault: str, *statuses: int) -> Callable[[Line], None]:
    def fails(line: Line) -> None:
        line.does(FAULTS[fault](line.wire))
        for stream in (False, True):
            _fails(line, line.body(TURN, stream=stream), *statuses)

    return fails


def _broken(line: Line) -> None:
    line.does(FAULTS["cut"](line.wire))
    with pytest.raises(Failed) as error:
        line.stream(TURN)
    assert not leaks(json.dumps(error.value.body).encode())


def _left(line: Line) -> None:
    line.does(FAULTS["hang-mid-stream"](line.wire))
    client = httpx.Client(base_url=line.server.url, timeout=0.3)
    path = "/v1/chat/completions" if line.vendor == "openai" else "/v1/messages"
    with client, suppress(httpx.TimeoutException):
        client.post(path, json=line.body(TURN), headers=line.signed_in)


def _named_by_data(line: Line) -> None:
    line.headers = {"sluice-conversation": FOUND[0], "x-request-id": FOUND[0]}
    line.ask(TURN, user=FOUND[0])
    line.post(line.body(TURN) | {"model": FOUND[0]})


def _fails(line: Line, body: Json, *statuses: int) -> None:
    answer = line.post(body)
    assert answer.status_code in statuses, answer.text
    assert not leaks(answer.content)


ENDS: dict[str, Callable[[Line], None]] = {
    "whole": _whole,
    "streamed": _streamed,
    "tools": _tools,
    "a shape that is not understood": _refused_shape,
    "no JSON": _no_json,
    "blocked": _blocked,
    "an unknown key": _unknown_key,
    "a vendor that quotes the prompt": _vendor("500", 502),
    "a vendor that refuses": _vendor("400", 400),
    "a vendor that is busy": _vendor("429", 429),
    "a vendor that babbles": _vendor("no-json", 502),
    "a stream that breaks": _broken,
    "a caller who leaves": _left,
    "names that are data": _named_by_data,
}


@pytest.mark.parametrize("end", ENDS)
def test_planted_values_stand_nowhere_in_the_clear(shared: Line, end: str, tmp_path: Path) -> None:
    """Not in what the vendor got, in logs, in errors, in the database or in a file's name."""
    line = shared.apart()
    ENDS[end](line)
    for request in line.peer.requests:
        headers = json.dumps(dict(request.headers)).encode()
        assert not leaks(request.target.encode() + headers + request.body)
    assert leaks_in(line.server.folder) == {}
    for path in line.server.folder.rglob("*"):
        if path.is_file():
            assert CREDENTIAL not in path.read_bytes()


def test_the_prompt_is_all_found(shared: Line) -> None:
    """Else the search above would prove little."""
    line = shared.apart()
    line.ask(TURN)
    with line.server.client() as client:
        (newest, *_) = client.get("/api/v1/calls").json()["data"]
    assert sum(sum(counts.values()) for counts in newest["manifest"].values()) >= len(FOUND)


def test_a_detector_that_is_too_slow_lets_nothing_through(tmp_path: Path) -> None:
    """The call fails, on every wire, and the vendor is not asked."""
    hasty = {"SLUICE_ANALYSIS_SECONDS": "0.001"}
    text = " ".join([PROMPT, "and so on, as people write to each other"] * 30)
    with (
        peer_beside(answering(WIRES["openai"]())) as peer,
        LiveServer(tmp_path / "server", environment=hasty) as server,
    ):
        server.instance(connection_to(peer))
        line = Line(server, peer, "openai")
        bodies: dict[str, Json] = {
            "/v1/chat/completions": {"messages": [{"role": "user", "content": text}]},
            "/v1/responses": {"input": text},
            "/v1/messages": {"max_tokens": 9, "messages": [{"role": "user", "content": text}]},
        }
        for path, body in bodies.items():
            answer = line.post({"model": "peer", **body}, path)
            assert answer.status_code == 503, answer.text
            assert not leaks(answer.content)
        assert not peer.requests
        assert leaks_in(server.folder) == {}
