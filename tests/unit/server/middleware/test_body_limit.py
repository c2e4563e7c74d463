"""Bodies over the limit are refused with 413, whether announced or chunked."""

from __future__ import annotations

import anyio
import pytest
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.body_limit import BodyLimit
from sluice.server.middleware.request_id import RequestId

pytestmark = pytest.mark.anyio


class Body(BaseModel):
    text: str


async def test_an_announced_length_over_the_limit_is_refused_before_the_application_runs(
    call: Call,
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("must not run")

    limited = RequestId(BodyLimit(app, limit=10))
    answer = await call(
        limited, method="POST", headers=[("content-length", "11"), ("x-request-id", "r1")]
    )
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "message": "The request's body is larger than 10 bytes; send less at once.",
        "code": "too_large",
        "requestId": "r1",
    }


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        ([b""], 200),
        ([b"x" * 10], 200),
        ([b"x" * 5, b"x" * 5], 200),
        ([b"x" * 11], 413),
        ([b"x" * 5, b"x" * 5, b"x"], 413),
        ([b"x"] * 11, 413),
    ],
)
async def test_a_chunked_body_is_counted_while_it_is_read(
    chunks: list[bytes], status: int, call: Call, hello: ASGIApp
) -> None:
    answer = await call(BodyLimit(hello, limit=10), method="POST", chunks=chunks)
    assert answer.status == status
    assert [m["type"] for m in answer.messages].count("http.response.start") == 1


async def test_a_length_that_lies_does_not_get_past_the_limit(call: Call, hello: ASGIApp) -> None:
    answer = await call(
        BodyLimit(hello, limit=10), headers=[("content-length", "3")], chunks=[b"x" * 11]
    )
    assert answer.status == 413


async def test_reading_stops_at_the_limit(call: Call) -> None:
    seen = 0

    async def greedy(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal seen
        while (message := await receive()).get("more_body"):
            seen += len(message["body"])

    answer = await call(BodyLimit(greedy, limit=10), chunks=[b"xxxx"] * 1000)
    assert answer.status == 413
    assert seen == 8


async def test_what_fastapi_makes_of_the_broken_read_is_replaced_by_the_413(call: Call) -> None:
    app = FastAPI()

    @app.post("/json")
    async def take_json(body: Body) -> Body:
        return body

    @app.post("/raw")
    async def take_raw(request: Request) -> int:
        return len(await request.body())

    chunks = [b'{"text": "', b"x" * 100, b'"}']
    for path in ("/json", "/raw"):
        answer = await call(
            BodyLimit(app, limit=50),
            path,
            method="POST",
            chunks=chunks,
            headers=[("content-type", "application/json")],
        )
        assert (answer.status, answer.json()["code"]) == (413, "too_large")


async def test_an_exception_that_has_nothing_to_do_with_the_limit_passes_through(
    call: Call,
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await call(BodyLimit(app, limit=10))


async def test_an_answer_that_had_begun_is_not_continued_as_another(call: Call) -> None:
    async def eager(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive()).get("more_body"):
            pass

    with pytest.raises(Exception, match=r"^$"):
        await call(BodyLimit(eager, limit=1), chunks=[b"xx"])


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=8), max_size=12), st.integers(min_value=0, max_value=40))
def test_the_limit_holds_for_every_way_of_cutting_a_body(chunks: list[bytes], limit: int) -> None:
    """The law: 413 exactly if the bytes together are more than the limit."""
    statuses: list[int] = []
    waiting = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    anyio.run(BodyLimit(app, limit=limit), {"type": "http", "headers": []}, receive, send)
    assert statuses[0] == (413 if sum(map(len, chunks)) > limit else 200)
