"""Answering with an error from a middleware, where no framework stands in between."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from starlette.types import Scope, Send

from sluice.server.errors import SluiceError
from sluice.server.middleware.request_id import request_id_of

Shape = Callable[[str, SluiceError, str], dict[str, Any] | None]
"""The body of an error for a path and a request's id, where another wire is served there."""


def error_body(scope: Scope, error: SluiceError) -> dict[str, Any]:
    """The body of an error in the shape of the wire that was called.

    The application says which wire is served where (`app.state.error_shape`, a `Shape`).
    """
    request_id = request_id_of(scope)
    shape: Shape | None = getattr(getattr(scope.get("app"), "state", None), "error_shape", None)
    shaped = shape(scope["path"], error, request_id) if shape is not None else None
    return error.body(request_id) if shaped is None else shaped


async def send_error(scope: Scope, send: Send, error: SluiceError) -> None:
    """Send `error` as a whole answer: its status, its JSON body, Retry-After where it has one."""
    body = json.dumps(error_body(scope, error), separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if error.retry_after is not None:
        seconds = max(1, math.ceil(error.retry_after))
        headers.append((b"retry-after", str(seconds).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
