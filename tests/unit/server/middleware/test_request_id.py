"""Every request has an id that its caller, its logs and its answer share."""

from __future__ import annotations

import re

import pytest
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.request_id import RequestId, request_id_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "given", ["a", "A-b_c.9", "x" * 64, "6f1c2f0e-0000-4000-8000-000000000000"]
)
async def test_a_well_formed_id_is_kept(given: str, call: Call, hello: ASGIApp) -> None:
    answer = await call(RequestId(hello), headers=[("X-Request-Id", given)])
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", ["", "x" * 65, "a b", "a\nb", "a/b", "jane@example.org", "\u00e9", "a,b", "<b>"]
)
async def test_an_ill_formed_id_is_replaced_by_a_new_one(
    given: str, call: Call, hello: ASGIApp
) -> None:
    answer = await call(RequestId(hello), headers=[("X-Request-Id", given)])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_two_requests_without_an_id_get_different_ones(call: Call, hello: ASGIApp) -> None:
    app = RequestId(hello)
    ids = {(await call(app)).headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


async def test_the_id_is_in_the_scope_and_in_the_log_context_only_for_its_request(
    call: Call,
) -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(request_id_of(scope))
        seen.append(structlog.contextvars.get_contextvars()["request_id"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    await call(RequestId(app), headers=[("X-Request-Id", "abc")])
    assert seen == ["abc", "abc"]
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_an_answer_carries_the_id_once_whatever_the_application_sets(call: Call) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"X-Request-Id", b"other"), (b"x-a", b"1")]
        await send({"type": "http.response.start", "status": 204, "headers": headers})

    answer = await call(RequestId(app), headers=[("X-Request-Id", "abc")])
    assert answer.messages[0]["headers"] == [(b"x-a", b"1"), (b"x-request-id", b"abc")]


async def test_lifespan_passes_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        raise AssertionError("nothing is sent")

    await RequestId(app)({"type": "lifespan"}, receive, send)
    assert seen == [{"type": "lifespan"}]


def test_without_the_middleware_the_id_is_empty() -> None:
    assert request_id_of({"type": "http"}) == ""
