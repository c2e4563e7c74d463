"""A call to one of Amazon's services whose answer is an event stream of frames.

Sources: the references of ConverseStream and InvokeEndpointWithResponseStream, section "Errors".
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from sluice.server.providers.aws_library import Frame, Library
from sluice.server.providers.base import ProviderError
from sluice.server.providers.engine import Call
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.transport import Transport

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"

_STATUSES: Final = {
    "throttling": 429,
    "modelnotready": 429,
    "servicequotaexceeded": 429,
    "toomanyrequests": 429,
    "validation": 400,
    "accessdenied": 403,
    "resourcenotfound": 404,
    "modeltimeout": 408,
    "serviceunavailable": 503,
}
"""The HTTP status that an exception inside a stream stands for; any other is the vendor's fault."""


async def frames(transport: Transport, library: Library, call: Call) -> AsyncGenerator[Frame, None]:
    """The frames of an answer that tell something. Raises `ProviderError`, for exceptions too."""
    parser = library.frames(call.provider)
    async with aclosing(transport.post(call, content_type=CONTENT_TYPE)) as pieces:
        async for piece in pieces:
            for frame in parser.feed(piece):
                if frame.word(":message-type") in ("exception", "error"):
                    raise frame_error(call, frame)
                yield frame


def frame_error(call: Call, frame: Frame) -> ProviderError:
    """The error that an `exception` (modeled) or `error` (not modeled) frame stands for."""
    word = frame.word(":exception-type") or frame.word(":error-code")
    name = word.lower().removesuffix("exception").removesuffix("error")
    status = _STATUSES.get(name) or _original_status(frame.payload) or 500
    return stream_error(call.provider, read_fault({"type": word, "code": status}, sent=call.body))


def _original_status(payload: bytes) -> int | None:
    """What the model itself answered, where the service could not go on because of it."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    fields = body if isinstance(body, dict) else {}
    status = fields.get("originalStatusCode", fields.get("OriginalStatusCode"))
    return status if isinstance(status, int) and 400 <= status <= 599 else None
