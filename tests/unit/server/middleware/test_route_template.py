"""Logs and metrics know routes as they are written in the code, however they were put together."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.route_template import UNMATCHED, route_template

pytestmark = pytest.mark.anyio


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse("plain")


def application() -> FastAPI:
    inner = APIRouter(prefix="/threads")

    @inner.get("/{thread_id}/chats/{chat_id}")
    async def chat(thread_id: int, chat_id: int) -> int:
        return chat_id

    outer = APIRouter(prefix="/v1")
    outer.include_router(inner)
    outer.routes.append(Route("/v1/hot/{name}", plain))
    app = FastAPI()
    app.include_router(outer, prefix="/api")
    app.router.routes.append(Route("/fast/{name}", plain, methods=["POST"]))
    app.mount("/{tenant}/old", Starlette(routes=[Route("/x/{y}", plain)]))
    return app


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/api/v1/threads/1/chats/2", "/api/v1/threads/{thread_id}/chats/{chat_id}"),
        ("GET", "/api/v1/threads/canary/chats/2", "/api/v1/threads/{thread_id}/chats/{chat_id}"),
        ("DELETE", "/api/v1/threads/1/chats/2", "/api/v1/threads/{thread_id}/chats/{chat_id}"),
        ("POST", "/fast/canary", "/fast/{name}"),
        ("GET", "/fast/canary", "/fast/{name}"),
        ("GET", "/canary/old/x/canary", "/x/{y}"),
        ("GET", "/canary/old/canary", UNMATCHED),
        ("GET", "/canary", UNMATCHED),
        ("GET", "/api/v1/threads/1/chats/2/", UNMATCHED),
    ],
)
async def test_a_template_and_never_a_path(
    method: str, path: str, template: str, call: Call
) -> None:
    app = application()
    seen: list[str] = []

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        seen.append(route_template(scope))

    await call(around, path, method=method)
    assert seen == [template]


async def test_starlettes_own_applications_are_known_too(call: Call) -> None:
    app = Starlette(routes=[Mount("/m", routes=[Route("/{name}", plain)])])
    seen: list[str] = []

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        seen.append(route_template(scope))

    await call(around, "/m/canary")
    assert seen == ["/{name}"]
