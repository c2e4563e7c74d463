"""The calls of OpenAI's and Anthropic's wires; plain routes, since they are the hot ones.

Every error has the shape of the wire that was called; what is wrong stands in it, no text does.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sluice.server.error_answers import failure_behind, retry_after
from sluice.server.errors import SluiceError
from sluice.server.features.proxy.answers.answering import Answering
from sluice.server.features.proxy.gateway import Came, Prepared
from sluice.server.features.proxy.signin import signed_in
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.embeddings import EmbeddingsWire
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.served import WIRES
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.kit.json_body import json_object
from sluice.server.kit.streaming import CallerLeft, EventStream, until_caller_leaves
from sluice.server.middleware.request_id import request_id_of
from sluice.server.providers.sse import Event
from sluice.server.services import services_of

DEPLOYMENTS: Final[dict[str, Callable[[], Wire]]] = {
    "chat/completions": ChatWire,
    "completions": CompletionsWire,
    "embeddings": EmbeddingsWire,
}
"""Azure's addresses, under `/openai/deployments/{deployment}/`; the deployment is the model."""


def routes() -> list[Route]:
    """Every route that is asked with a body."""
    own = [Route(path, partial(_asked, wire), methods=["POST"]) for path, wire in WIRES.items()]
    azure = [
        Route(f"/openai/deployments/{{deployment}}/{path}", partial(_asked, wire), methods=["POST"])
        for path, wire in DEPLOYMENTS.items()
    ]
    undated = [
        Route(f"/openai{path}", partial(_asked, wire), methods=["POST"])
        for path, wire in WIRES.items()
        if wire().name.startswith("openai.")
    ]
    return [*own, *azure, *undated]


async def _asked(make_wire: Callable[[], Wire], request: Request) -> Response:
    wire, started = make_wire(), time.monotonic()
    try:
        return await _answer(wire, request, started)
    except CallerLeft:
        return Response(status_code=499)  # nobody is there to read it
    except Exception as error:
        failure = told(error)
        if failure is None:
            raise
    return error_response(wire, failure, request)


async def _answer(wire: Wire, request: Request, started: float) -> Response:
    services = services_of(request)
    caller = await signed_in(request, services.callers)
    body = await _body(request)
    came = Came(caller, wire, body, dict(request.headers), started)
    prepared = await services.gateway.prepare(came)
    if prepared.call.stream:
        return await _streamed(prepared, services.answering, request)
    answer = await until_caller_leaves(request, partial(services.answering.whole, prepared))
    return Response(_encoded(answer), media_type="application/json")


async def _body(request: Request) -> Body:
    body = await json_object(request)
    deployment = request.path_params.get("deployment")
    return body if deployment is None else {**body, "model": deployment}


async def _streamed(prepared: Prepared, answering: Answering, request: Request) -> Response:
    groups = answering.stream(prepared)
    # An error before the first event is still an answer with a status of its own.
    first = await until_caller_leaves(request, partial(_first, groups))
    return EventStream(_framed(prepared.wire, first, groups))


async def _first(groups: AsyncGenerator[list[Event], None]) -> list[Event]:
    try:
        return await anext(groups, [])
    except BaseException:
        await groups.aclose()
        raise


async def _framed(
    wire: Wire, first: list[Event], rest: AsyncGenerator[list[Event], None]
) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        if first:
            yield b"".join(map(wire.frame, first))
        try:
            async for group in rest:
                yield b"".join(map(wire.frame, group))
            return
        except Exception as error:
            failure = told(error)
            if failure is None:
                raise
        for event in wire.error_events(
            failure.status, failure.code, failure.message, failure.errors
        ):
            yield wire.frame(event)


def told(error: Exception) -> SluiceError | None:
    """What a caller is told about an error; None for what nobody foresaw."""
    return error if isinstance(error, SluiceError) else failure_behind(error)


def error_response(wire: Wire, failure: SluiceError, request: Request) -> Response:
    """An error in the wire's shape."""
    body = wire.error(failure.status, failure.code, failure.message, failure.errors)
    if "request_id" in body:
        body["request_id"] = request_id_of(request.scope)
    return JSONResponse(body, status_code=failure.status, headers=retry_after(failure))


def _encoded(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
