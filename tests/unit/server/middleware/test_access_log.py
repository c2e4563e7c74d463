"""Each request leaves one line and its metrics, and neither holds what the caller sent."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.server.middleware.calling import Call, Logs

from sluice.server.kit.metrics import Metrics
from sluice.server.middleware.access_log import AccessLog
from sluice.server.middleware.last_resort import LastResort
from sluice.server.middleware.request_id import RequestId

pytestmark = pytest.mark.anyio


class Steps:
    """A clock that goes on by 0.25 s at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


async def test_a_completed_request_is_one_line_with_sizes_and_times(
    call: Call, hello: ASGIApp, logs: Logs
) -> None:
    app = RequestId(AccessLog(hello, clock=Steps()))
    await call(app, method="POST", chunks=[b"abc", b"de"], headers=[("x-request-id", "r1")])
    [line] = logs.lines
    del line["timestamp"]
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "sluice.server.middleware.access_log",
        "request_id": "r1",
        "method": "POST",
        "route": "(unmatched)",
        "status": 200,
        "duration_ms": 500.0,
        "first_byte_ms": 250.0,
        "bytes_in": 5,
        "bytes_out": 5,
        "outcome": "completed",
    }


async def test_a_stream_is_timed_to_its_end(call: Call, logs: Logs) -> None:
    clock = Steps()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            clock.now += 10
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    await call(AccessLog(stream, clock=clock))
    [line] = logs.lines
    assert (line["first_byte_ms"], line["duration_ms"]) == (250.0, 30_500.0)


async def test_an_exception_is_logged_once_by_its_class_and_goes_on(call: Call, logs: Logs) -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("canary-1")

    with pytest.raises(LookupError):
        await call(AccessLog(fails))
    [line] = logs.lines
    assert (line["status"], line["outcome"], line["exception"]) == (500, "failed", "LookupError")
    assert line["level"] == "error"


async def test_what_the_last_resort_answered_is_named_too(call: Call, logs: Logs) -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("canary-1")

    await call(AccessLog(LastResort(fails)))
    [line] = logs.named("request")
    assert (line["status"], line["outcome"], line["exception"]) == (500, "failed", "LookupError")
    assert "canary" not in logs.text


async def test_a_caller_that_leaves_is_499_before_an_answer(call: Call, logs: Logs) -> None:
    async def patient(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    await call(AccessLog(patient), leaves=True)
    [line] = logs.lines
    assert (line["status"], line["outcome"]) == (499, "client_left")


async def test_a_caller_that_leaves_a_stream_keeps_the_status_it_got(
    call: Call, logs: Logs
) -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass

    await call(AccessLog(stream), leaves=True)
    [line] = logs.lines
    assert (line["status"], line["outcome"]) == (200, "client_left")


async def test_a_server_that_says_the_caller_is_gone_by_oserror(logs: Logs) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        raise BrokenPipeError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(BrokenPipeError):
        await AccessLog(app)(scope, receive, send)
    assert logs.lines[0]["outcome"] == "client_left"


async def test_cancellation_is_logged_and_goes_on(call: Call, logs: Logs) -> None:
    metrics = Metrics()

    async def cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await call(AccessLog(cancelled, metrics=metrics))
    assert (logs.lines[0]["status"], logs.lines[0]["outcome"]) == (499, "cut")
    assert metrics.registry.get_sample_value("sluice_http_requests_in_flight") == 0


async def test_a_request_is_in_flight_until_its_last_byte(call: Call, logs: Logs) -> None:
    metrics = Metrics()
    seen: list[float | None] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        seen.append(metrics.registry.get_sample_value("sluice_http_requests_in_flight"))
        await send({"type": "http.response.body", "body": b"x"})

    await call(AccessLog(app, metrics=metrics))
    seen.append(metrics.registry.get_sample_value("sluice_http_requests_in_flight"))
    assert seen == [1, 0]


async def test_metrics_count_method_route_and_status_from_closed_sets(
    call: Call, hello: ASGIApp, logs: Logs
) -> None:
    metrics = Metrics()
    for n in range(3):
        await call(AccessLog(hello, metrics=metrics), f"/canary-{n}", method=f"CANARY{n}")
    labels = {"method": "OTHER", "route": "(unmatched)", "status": "200"}
    assert metrics.registry.get_sample_value("sluice_http_requests_total", labels) == 3


async def test_health_checks_that_succeed_are_debug_only(call: Call, logs: Logs) -> None:
    class Route:
        path = "/healthz"

    def answering(status: int) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope["route"] = Route()
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b"x"})

        return app

    for status in (200, 404, 503):
        await call(AccessLog(answering(status)), "/healthz")
    assert [line["level"] for line in logs.lines] == ["debug", "info", "error"]
