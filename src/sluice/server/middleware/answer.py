"""Answering with an error from a middleware, where no framework stands in between."""

from __future__ import annotations

import json
import math

from starlette.types import Scope, Send

from sluice.server.errors import SluiceError
from sluice.server.middleware.request_id import request_id_of


async def send_error(scope: Scope, send: Send, error: SluiceError) -> None:
    """Send `error` as a whole answer: its status, its JSON body, Retry-After where it has one."""
    body = json.dumps(error.body(request_id_of(scope)), separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if error.retry_after is not None:
        seconds = max(1, math.ceil(error.retry_after))
        headers.append((b"retry-after", str(seconds).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
