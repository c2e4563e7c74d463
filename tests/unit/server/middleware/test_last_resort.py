"""An exception that nobody handled says nothing to the caller and only its place to the log."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from tests.unit.server.middleware.calling import Call, Logs

from sluice.server.middleware.last_resort import LastResort, failure_of
from sluice.server.middleware.request_id import RequestId

pytestmark = pytest.mark.anyio

CANARY = "canary-7f3a"


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    local = CANARY
    try:
        raise OSError(2, CANARY)
    except OSError as error:
        raise ValueError(f"{local} went wrong") from error


async def test_the_answer_is_a_500_with_the_request_id_and_nothing_else(
    call: Call, logs: Logs
) -> None:
    answer = await call(RequestId(LastResort(fails)), headers=[("x-request-id", "r1")])
    assert answer.status == 500
    assert answer.json() == {
        "message": "The server failed on this request; its log says why under this request id.",
        "code": "internal",
        "requestId": "r1",
    }


async def test_the_log_names_class_place_and_cause_but_no_message_and_no_locals(
    call: Call, logs: Logs
) -> None:
    await call(RequestId(LastResort(fails)), headers=[("x-request-id", "r1")])
    [line] = logs.named("unhandled exception")
    assert line["exception"] == "ValueError"
    assert line["caused_by"] == ["FileNotFoundError"]
    assert line["at"].startswith("middleware/test_last_resort.py:")
    assert line["at"].endswith(" fails")
    assert line["request_id"] == "r1"
    assert CANARY not in logs.text


async def test_a_begun_answer_is_left_unfinished(call: Call, logs: Logs) -> None:
    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise KeyError(CANARY)

    answer = await call(LastResort(cut))
    assert [m["type"] for m in answer.messages] == ["http.response.start", "http.response.body"]
    assert answer.messages[-1]["more_body"] is True
    assert logs.named("unhandled exception")[0]["answer_begun"] is True


async def test_the_only_member_of_an_exception_group_is_what_is_named(
    call: Call, logs: Logs
) -> None:
    async def group(scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fails(scope, receive, send))

    await call(LastResort(group))
    assert logs.named("unhandled exception")[0]["exception"] == "ValueError"
    assert CANARY not in logs.text


async def test_a_caller_that_left_while_sending_is_no_failure(call: Call, logs: Logs) -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    answer = await call(LastResort(reading))
    assert answer.messages == []
    assert logs.lines == []


async def test_cancellation_is_not_held_up(call: Call) -> None:
    async def cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await call(LastResort(cancelled))


def test_without_a_failure_there_is_no_name() -> None:
    assert failure_of({"type": "http"}) is None
